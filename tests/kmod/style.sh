#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The module's sources as the kernel's own checkers see them: checkpatch
# --strict, and sparse.
#
# checkpatch takes each macro for a function or an expression. Ours are tables
# that others expand and tracepoints, so what it says of macros' form is left
# out, as is what kernel-doc answers elsewhere: what a lock guards.

. "$(dirname "$0")/lib.sh"

readonly LEFT_OUT=COMPLEX_MACRO,MULTISTATEMENT_MACRO_USE_DO_WHILE,MACRO_ARG_REUSE,MACRO_ARG_UNUSED,MACRO_ARG_PRECEDENCE,TRAILING_SEMICOLON,BRACKET_SPACE,SPACING,UNCOMMENTED_DEFINITION
# The form of tracepoints.
readonly LEFT_OUT_OF_TRACE=$LEFT_OUT,OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT
# Names of the C library's, outside of the kernel.
readonly LEFT_OUT_OF_USER_SPACE=$LEFT_OUT,PREFER_KERNEL_TYPES,CAMELCASE

# left_out_of FILE
left_out_of() {
  case ${1##*/} in
    trace.h) echo "$LEFT_OUT_OF_TRACE" ;;
    layout-numbers.c | translator-types.h) echo "$LEFT_OUT_OF_USER_SPACE" ;;
    *) echo "$LEFT_OUT" ;;
  esac
}

# checkpatch FILE: in a folder where it may leave what it remembers.
checkpatch() {
  (cd "$scratch" && perl "$source/scripts/checkpatch.pl" --strict --no-tree --no-summary --terse \
    --show-types --max-line-length=100 --ignore "$(left_out_of "$1")" -f "$1")
}

# sparse: what it says of a whole build; it must have seen every object.
sparse() {
  kmod_copy "$scratch/kmod"
  kmod_make "$scratch/kmod" "$kdir" C=2 modules > "$scratch/log" 2>&1 || return
  [ "$(grep -c '^  CHECK ' "$scratch/log")" -ge "$(grep -c '^  CC \[M\] .*[^d]\.o$' "$scratch/log")" ] &&
    ! grep -E '(warning|error):' "$scratch/log"
}

source=$("$LAB/build/kernel-source")
kdir=$("$LAB/build/kdir")
cd "$TREE/kmod" || exit
for file in $(kmod_sources | grep '\.[ch]$\|\.def$' | LC_ALL=C sort); do
  ok "checkpatch: ${file#./}" checkpatch "$PWD/${file#./}"
done
ok "sparse" sparse
done_testing
