#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A declaration of the common I/O layer's types that does not fit the target
# kernel stops the build, and the message names the member.

. "$(dirname "$0")/lib.sh"

# compile KERNEL FILE EDIT: layout.c for KERNEL, FILE of the sources edited by sed.
compile() {
  local kdir

  kdir=$(LAB_KERNEL=$1 "$LAB/build/kdir") || return
  rm -rf "$scratch/kmod"
  kmod_copy "$scratch/kmod"
  sed -i "$3" "$scratch/kmod/$2"
  kmod_make "$scratch/kmod" "$kdir" layout.o
}

for kernel in trixie sid; do
  ok "$kernel: the declarations fit" compile "$kernel" css-private.h ''
  while IFS='|' read -r file edit message; do
    try compile "$kernel" "$file" "$edit"
    status=$result shown=$output
    not_ok "$kernel: $message" [ "$status" -eq 0 ]
    like "$shown" "*$message*" "$kernel: which the message says"
  done <<'EDITS'
css-private.h|s/u8 lpm);/u16 lpm);/|struct subchannel.lpm: size differs
css-private.h|s/, spinlock_t lock);/, spinlock_t *lock);/|struct subchannel.lock: size differs
css-private.h|/^struct chp_link {/,/^}/s/u32 fla_mask;/u64 fla_mask;/|struct chp_link.fla: offset differs
css-private.h|s/^\(#define PMCW_QF[[:space:]]*\)0x8000/\10x4000/|struct pmcw.qf: position differs
css-private.h|s/SCH_TODO_UNREG = 2,/SCH_TODO_UNREG = 7,/|enumerator SCH_TODO_UNREG: value differs
css-private.def|s/^MEMBER(subchannel, isc)/&\nMEMBER(subchannel, no_such_member)/|struct subchannel.no_such_member: not in the target kernel
css-private.def|s/^FUNCTION(cio_resume, 1)/FUNCTION(cio_resume, 2)/|function cio_resume: arguments differ
EDITS
done
done_testing
