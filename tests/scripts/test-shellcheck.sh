#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The checker has no warning about any script of ours.

. "$(dirname "$0")/common.sh"

scripts_of_ours() {
  grep -rlE '^#!/bin/(ba)?sh|^# shellcheck shell=' "$TREE"/{scripts,tests,src,data,.ci} | sort
}

# Sources are looked for in the current folder first.
cd /
# unused SCRIPT: libraries, known by their directive, define names for others.
unused() {
  ! grep -q '^# shellcheck shell=' "$1" || echo --exclude=SC2034
}

while IFS= read -r script; do
  # shellcheck disable=SC2046 # no word or one
  ok "${script#"$TREE"/}" shellcheck -x --severity=warning $(unused "$script") "$script"
done < <(scripts_of_ours)
done_testing
