# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# Building s390x kernels from the tree that tests/lab/build/kernel-source
# prints. Needs lab.sh.

# kernel_make SOURCE BUILD ARGUMENT...: kbuild in the folder BUILD.
kernel_make() {
  make -C "$1" -s -j "$LAB_JOBS" O="$2" ARCH=s390 CROSS_COMPILE="$LAB_CROSS" "${@:3}"
}

# kernel_configure SOURCE BUILD FRAGMENT...: nothing but the options of the
# FRAGMENTs, of which later ones win, and what these need.
kernel_configure() {
  local source=$1 build=$2

  shift 2
  mkdir -p "$build"
  cat "$@" > "$build/fragments"
  kernel_make "$source" "$build" KCONFIG_ALLCONFIG="$build/fragments" allnoconfig
  kernel_check_config "$build"
}

# kernel_check_config BUILD: fails when an option of the fragments did not
# survive: its dependencies have changed.
kernel_check_config() {
  local line

  while read -r line; do
    grep -qxF "$line" "$1/.config" || die "kernel configuration: $line was not accepted"
  done < <(kernel_wanted "$1/fragments")
}

# kernel_wanted FRAGMENTS: the options that are on, each as its last line has it.
kernel_wanted() {
  awk -F= '/^CONFIG_/ { value[$1] = $0 } END { for (name in value) print value[name] }' "$1" |
    grep -v '=n$'
}
