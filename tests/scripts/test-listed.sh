#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# No test is forgotten: a program that is one stands in the meson.build beside it. Tests in the lab
# are found by their folder; those of kmod/ are run by scripts/test, those of virt-manager by hand.

. "$(dirname "$0")/common.sh"

# tests_of ROOT: what ends as a test in C or in shell does.
tests_of() {
  (cd "$1" && grep -rlE --include='*.c' --include='*.sh' '^  return g_test_run \(\);$|^done_testing$' tests) |
    grep -Ev '^tests/(lab|bench|kmod|virt-manager|interop/virtqemud)/'
}

# is_listed FILE: by its name, or what is left of that without "test-" and the ending.
is_listed() {
  local name=${1##*/}
  local short=${name%.*}

  short=${short#test-}
  grep -qE "'($name|$short)'" "${1%/*}/meson.build"
}

for test in $(tests_of "$TREE"); do
  ok "$test is run" is_listed "$TREE/$test"
done

scratch=$(mktemp -d)
at_end 'rm -rf "$scratch"'
mkdir -p "$scratch/tests/unit"
echo done_testing > "$scratch/tests/unit/test-new.sh"
echo "foreach name : ['old', 'newer']" > "$scratch/tests/unit/meson.build"
is "$(tests_of "$scratch")" tests/unit/test-new.sh "a test is known as one"
not_ok "one that nobody runs is missed" is_listed "$scratch/tests/unit/test-new.sh"

done_testing
