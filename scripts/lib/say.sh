# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# Messages and progress. Everything here goes to standard error: standard
# output belongs to results (paths, test lines), so that scripts can be nested
# in $(...).

say() {
  printf '==> %s\n' "$*" >&2
}

warn() {
  printf 'warning: %s\n' "$*" >&2
}

# die TEXT...: one line that says what, why and what to do next; then exit 1.
die() {
  printf '%s: error: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Seconds between two progress lines where no terminal can redraw one line.
readonly SAY_INTERVAL=30

# say_elapsed LABEL SECONDS
say_elapsed() {
  if [ -t 2 ]; then
    printf '\r    %s: %s s ' "$1" "$2" >&2
  elif [ "$2" -gt 0 ] && [ $(($2 % SAY_INTERVAL)) -eq 0 ]; then
    printf '    %s: %s s so far\n' "$1" "$2" >&2
  fi
}

# say_ticker LABEL: redraws the elapsed time until killed. It waits by reading
# from a pipe that stays silent: a sleep would outlive it, with our locks open.
say_ticker() {
  local seconds=0 silence

  exec {silence}<> <(:)
  while :; do
    say_elapsed "$1" "$seconds"
    read -r -t 1 -u "$silence" || true
    seconds=$((seconds + 1))
  done
}

# long LABEL LOG COMMAND...
#
# Runs COMMAND with its output in LOG and shows how long it has been running.
# When it fails, the end of LOG is shown and its status returned.
long() {
  local label=$1 log=$2 began=$SECONDS ticker status=0

  shift 2
  say "$label"
  say_ticker "$label" &
  ticker=$!
  # Not `COMMAND || status=$?`, in which bash would ignore `set -e`.
  set +e
  (set -e; "$@") > "$log" 2>&1 < /dev/null
  status=$?
  set -e
  kill "$ticker" 2> /dev/null || true
  wait "$ticker" 2> /dev/null || true
  if [ "$status" -ne 0 ]; then
    printf '\n    %s: FAILED after %s s, end of %s:\n' "$label" $((SECONDS - began)) "$log" >&2
    tail -n 30 "$log" >&2
    return "$status"
  fi
  [ ! -t 2 ] || printf '\r' >&2
  printf '    %s: done in %s s\n' "$label" $((SECONDS - began)) >&2
}

# show_usage: the comment at the top of the running script, from below its
# licence line.
show_usage() {
  awk 'NR > 3 && !/^#/ { exit } NR > 3 { sub(/^# ?/, ""); print }' "$0"
}
