#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What is fuzzed is each procedure that clients may call: the fuzzers know its arguments, and begin
# with a call of it.

folder=$(dirname "$0")
# shellcheck source=../../tap.sh
. "$folder/../../tap.sh"

# Those in the table of calls.c; it has no others than libvirt's.
served=$(grep -o '{ ND_PROC_[A-Z_]*,' "$folder/../../../src/nodedev/calls.c" | tr -d '{ ,')

# lacking FILE: procedures that it does not name, and those that it names though nobody serves them.
lacking() {
  comm -3 <(sort <<< "$served") <(grep -o '\<ND_PROC_[A-Z_]*' "$folder/$1" | sort -u) | tr -d '\t'
}

not_ok "procedures are served" test -z "$served"
is "$(lacking arguments.c)" "" "how the arguments of each are made up"
is "$(lacking samples.c)" "" "a call of each"

done_testing
