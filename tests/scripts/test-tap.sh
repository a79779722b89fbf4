#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What does not finish, or lies about its plan, is not counted as passed; nor is what another
# program checks that does not come to its end.

. "$(dirname "$0")/common.sh"
# shellcheck source=../../scripts/lib/tap.sh
. "$TREE/scripts/lib/tap.sh"

# counts STATUS LINE...: what tap_count makes of these lines.
counts() {
  local status=$1

  shift
  printf '%s\n' "$@" > "$VIRT_CCW_CACHE/tap"
  tap_count "$VIRT_CCW_CACHE/tap" "$status"
}

is "$(counts 0 'ok 1 - a' 'ok 2 - b' '1..2')" "2 0 0" "all passed"
is "$(counts 0 '1..1' 'ok 1')" "1 0 0" "the plan may come first, names may be missing"
is "$(counts 1 'ok 1 - a' 'not ok 2 - b' '1..2')" "1 1 0" "a failed check is one failure"
is "$(counts 0 'ok 1 - a' 'ok 2 - b # SKIP no reason' '1..2')" "1 0 1" "skipped is not passed"
is "$(counts 0 'ok 1 - a')" "1 1 0" "no plan"
is "$(counts 0 'ok 1 - a' '1..2')" "1 1 0" "fewer checks than planned"
is "$(counts 0 'ok 1 - a' 'ok 2 - b' '1..1')" "2 1 0" "more checks than planned"
is "$(counts 0 'ok 1 - a' '1..1' '1..1')" "1 1 0" "two plans"
is "$(counts 0 '1..0')" "0 1 0" "no checks at all"
is "$(counts 0 '')" "0 1 0" "no output"
is "$(counts 139 'ok 1 - a' '1..1')" "1 1 0" "died after the plan"
is "$(counts 0 '# not ok 1 - quoted' 'ok 1 - a' '1..1')" "1 0 0" "remarks do not count"

# adopted STATUS LINE...: what adopt makes of a program that prints these lines.
adopted() {
  local status=$1

  shift
  # shellcheck disable=SC2016 # the inner shell's
  (checks=0; adopt end sh -c 'printf "%s\n" "$@"; exit "$0"' "$status" "$@") |
    grep -v '^#' | paste -s -d ' '
}

is "$(adopted 0 'ok a' 'not ok b' '# why' 'done')" "ok 1 - a not ok 2 - b ok 3 - end" \
  "another program's checks are counted"
is "$(adopted 0 'ok a')" "ok 1 - a not ok 2 - end" "it must say that it is done"
is "$(adopted 1 'ok a' 'done')" "ok 1 - a not ok 2 - end" "and must not fail"
done_testing
