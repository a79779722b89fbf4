#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What virtccwd does for a device, a definition, an event, counted in system calls: on a machine
# twice as large twice as much at its start, and for one change always the same.
#
# scale.sh SUBCHANNELS DEFINITIONS is what runs within the machine and prints the counts.
set -u

here=$(dirname "$0")
# Waiting for what a traced and sanitized daemon does: polls of a tenth of a second, for a minute.
tries_max=600

# --- within a machine --------------------------------------------------------

lines() {
  wc -l < "$work/trace"
}

# is_busy: the daemon does something, or would if it or its tracer had a processor.
is_busy() {
  grep -qs '^State:[[:space:]]*[^S[:space:]]' \
    "/proc/$tracer/status" "/proc/$(pgrep -P "$tracer")"/task/*/status
}

# settle: until the daemon does nothing more.
settle() {
  before=-1
  now=$(lines)
  tries=0
  while { [ "$now" != "$before" ] || is_busy; } && [ $tries -lt $tries_max ]; do
    sleep 0.5
    tries=$((tries + 1))
    before=$now
    now=$(lines)
  done
}

# seen PATTERN: until the daemon has come across it, and is done.
seen() {
  tries=0
  until grep -q "$1" "$work/trace" || [ $tries -ge $tries_max ]; do
    sleep 0.1
    tries=$((tries + 1))
  done
  settle
}

# Waits for a client and one more round of the main loop are no part of the work.
count_since() {
  tail -n "+$(($1 + 1))" "$work/trace" | grep -cv 'poll(\|futex('
}

define() { # NUMBER TEXT
  folder=$definitions/0.0.$(printf %04x $((4096 + $1)))
  mkdir -p "$folder"
  printf '{"mdev_type": "vfio_ccw-io", "start": "%s", "attrs": []}' "$2" \
    > "$folder/00000000-0000-4000-8000-$(printf %012x "$1")"
}

measure() {
  work=$(mktemp -d)
  definitions=$work/root/etc/mdevctl.d
  i=0
  while [ $i -lt "$2" ]; do
    define $i manual
    i=$((i + 1))
  done
  : > "$work/trace"
  # The first start makes notes of what each definition is meant for; the second has them.
  for round in first second; do
    # Leaks cannot be looked for in a process that is traced.
    ASAN_OPTIONS=detect_leaks=0 strace -f -o "$work/trace" "$VIRTCCWD" --socket "$work/sock" \
      --root "$work/root" 2> "$work/log" &
    tracer=$!
    seen '[^e]listen('
    [ $round = second ] || stop
  done
  echo "start $(count_since 0)"
  at=$(lines)
  virsh -q -c "nodedev:///system?socket=$work/sock" nodedev-list --tree > /dev/null
  settle
  echo "calls $(tail -n "+$((at + 1))" "$work/trace" | grep -c '')"
  echo "answers $(tail -n "+$((at + 1))" "$work/trace" | grep -c 'sendto(')"
  at=$(lines)
  "$MOCK_MACHINE" --control "plug 0.3.0000 0.3.0000 3270"
  seen '0\.3\.0000'
  echo "event $(count_since "$at")"
  at=$(lines)
  [ "$2" -eq 0 ] || define 0 auto
  settle
  echo "files $(tail -n "+$((at + 1))" "$work/trace" | grep -c 'open.*mdevctl.d.*= [0-9]')"
  stop
  rm -rf "$work"
}

stop() {
  kill -TERM "$(pgrep -P "$tracer")"
  wait "$tracer"
}

if [ $# -eq 2 ]; then
  unset LD_PRELOAD
  measure "$1" "$2"
  exit
fi

# --- the checks --------------------------------------------------------------

# shellcheck source=../../tap.sh
. "$here/../../tap.sh"

# counts SUBCHANNELS DEFINITIONS: sets start, event, files, and of a tree calls and answers.
counts() {
  output=$("$MOCK_MACHINE" --mount --do "many $1 3270" sh "$0" "$1" "$2")
  start=$(echo "$output" | sed -n 's/^start //p')
  event=$(echo "$output" | sed -n 's/^event //p')
  files=$(echo "$output" | sed -n 's/^files //p')
  calls=$(echo "$output" | sed -n 's/^calls //p')
  answers=$(echo "$output" | sed -n 's/^answers //p')
}

at_most() { # NUMBER LIMIT NAME
  [ "${1:-none}" -le "$2" ] 2> /dev/null
  report $? "$3: ${1:-none}, at most $2"
}

if ! "$MOCK_MACHINE" --mount strace -o /dev/null true 2> /dev/null; then
  skip 1 "no namespaces or no tracing here"
  done_testing
  exit
fi

counts 200 0
start_200=$start event_200=$event
counts 800 0
start_800=$start event_800=$event
at_most $((start_800 - start_200)) 900 "600 more subchannels and devices at start"
at_most "$event_200" 120 "a device that is plugged in"
# What grows with the machine costs a call for each of the 600 more; threads that meet or not, and
# what the allocator asks for, some.
at_most $((event_800 - event_200)) 60 "more of that where there are four times as many"
at_most 1600 "${answers:-0}" "devices of which the parent is told"
# It waits, receives and sends; and makes and ends a client's connection.
at_most "$calls" $((3 * answers + answers / 4)) "for $answers answers"

counts 200 50
start_50=$start event_50=$event
is "$files" 1 "of 50 definitions one that changes is read"
counts 200 200
start_few=$start
is "$files" 1 "of 200 definitions, too"
at_most $((event - event_50)) 60 "more for a device that is plugged in, with four times as many"
at_most $((start_few - start_50)) $((150 * 45)) "150 more definitions at start"

done_testing
