# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# Cross-building kmod/, or a copy of it, for $LAB_KERNEL. Needs lab.sh.

# kmod_sources: what the module is made of, and nothing that a build in kmod/
# itself, for another kernel, may have left there.
kmod_sources() {
  (cd "$TREE/kmod" && find . -type f \( -name Kbuild -o -name Makefile -o -name '*.[chS]' \
    -o -name '*.def' -o -name '*.sh' \) ! -name '*.mod.c' ! -name css-layout.h ! -name compat.h)
}

# kmod_hash: changes with the module's sources.
kmod_hash() {
  local files

  mapfile -t files < <(kmod_sources)
  (cd "$TREE/kmod" && cache_hash_files "${files[@]}")
}

# kmod_copy FOLDER: the sources, to be built in there.
kmod_copy() {
  mkdir -p "$1"
  kmod_sources | tar -c -C "$TREE/kmod" -T - | tar -x -C "$1"
}

# kmod_make FOLDER KDIR TARGET-OR-VARIABLE...: KDIR is what build/kdir prints.
kmod_make() {
  make -C "$2/kdir" M="$1" BTF="$2/vmlinux" -j "$LAB_JOBS" \
    ARCH=s390 CROSS_COMPILE="$LAB_CROSS" CC="${LAB_CROSS}gcc" "${@:3}"
}
