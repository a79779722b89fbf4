# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# shellcheck disable=SC2034 # $output is for the tests
#
# Checks for tests in shell, which print TAP: `. tap.sh`, checks, done_testing.
# POSIX sh, for the lab's machine has no bash.

checks=0
failures=0
endings=""
transcript=$(mktemp)

# report PASSED NAME: one TAP line. PASSED is a status, 0 for passed.
report() {
  checks=$((checks + 1))
  if [ "$1" -eq 0 ]; then
    echo "ok $checks - $2"
  else
    failures=$((failures + 1))
    echo "not ok $checks - $2"
  fi
}

# diag TEXT: explains, line by line, what went before.
diag() {
  printf '%s\n' "$1" | sed 's/^/# /'
}

# try COMMAND...: runs it in this shell, so that what it sets and registers stays;
# what it prints is in $output.
try() {
  result=0
  "$@" > "$transcript" 2>&1 || result=$?
  output=$(cat "$transcript")
  return "$result"
}

# ok NAME COMMAND...: COMMAND succeeds.
ok() {
  name=$1
  shift
  if try "$@"; then
    report 0 "$name"
  else
    report 1 "$name"
    diag "failed: $*"
    diag "$output"
  fi
}

# not_ok NAME COMMAND...: COMMAND fails.
not_ok() {
  name=$1
  shift
  if try "$@"; then
    report 1 "$name"
    diag "should have failed: $*"
  else
    report 0 "$name"
  fi
}

# is GOT WANTED NAME
is() {
  [ "$1" = "$2" ]
  report $? "$3"
  [ "$1" = "$2" ] || diag "got:    $1
wanted: $2"
}

# like GOT PATTERN NAME: GOT matches the shell pattern PATTERN.
like() {
  # shellcheck disable=SC2254 # a pattern is what $2 is
  case $1 in
    $2) report 0 "$3" ;;
    *)
      report 1 "$3"
      diag "got:    $1
wanted: $2"
      ;;
  esac
}

# unlike GOT PATTERN NAME
unlike() {
  # shellcheck disable=SC2254 # a pattern is what $2 is
  case $1 in
    $2)
      report 1 "$3"
      diag "got:      $1
unwanted: $2"
      ;;
    *) report 0 "$3" ;;
  esac
}

# skip NAME REASON: counts a check that cannot be made here.
skip() {
  checks=$((checks + 1))
  echo "ok $checks - $1 # SKIP $2"
}

# adopt NAME COMMAND...: counts the checks that COMMAND makes, which prints a line for each that begins
# with "ok" or "not ok", and a last one, "done". That it comes so far is a check called NAME.
adopt() {
  name=$1
  shift
  try "$@"
  while IFS= read -r line; do
    case $line in
      "ok "*) report 0 "${line#ok }" ;;
      "not ok "*) report 1 "${line#not ok }" ;;
      *) echo "# ${line#"# "}" ;;
    esac
  done < "$transcript"
  [ "$result" -eq 0 ] && grep -qx "done" "$transcript"
  report $? "$name"
}

# at_end COMMAND: runs COMMAND when the test ends, however; last one first.
at_end() {
  endings="$1
$endings"
}

run_endings() {
  eval "$endings"
  endings=""
  rm -f "$transcript"
}
trap run_endings EXIT

# done_testing: the plan, and the test's exit status.
done_testing() {
  run_endings
  echo "1..$checks"
  [ "$failures" -eq 0 ]
  exit
}

# bail TEXT: ends the whole test as failed, where nothing further makes sense.
bail() {
  report 1 "$1"
  done_testing
}
