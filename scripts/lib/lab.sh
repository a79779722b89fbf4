# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034
#
# What the scripts of tests/lab/ have in common. Sourcing this gives a script
# strict error handling, the other libraries and the names below.

set -euo pipefail
shopt -s inherit_errexit
# depmod and mkfs live where only root looks for programs.
PATH=$PATH:/usr/sbin:/sbin

TREE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
readonly TREE
readonly LAB=$TREE/tests/lab

# shellcheck source=say.sh
. "$TREE/scripts/lib/say.sh"
# shellcheck source=cache.sh
. "$TREE/scripts/lib/cache.sh"
# shellcheck source=apt.sh
. "$TREE/scripts/lib/apt.sh"

# The lab's machine and its programs.
readonly LAB_WORLD=trixie-s390x
readonly LAB_CROSS=s390x-linux-gnu-
# The machine's kernel: that of a Debian suite, or one that is built from
# tests/lab/kernels/NAME.config.
export LAB_KERNEL=${LAB_KERNEL:-trixie}
readonly LAB_SUITES=(trixie sid)
# What emulates the machine, with its devices: tests/lab/README.md.
export LAB_MACHINE=${LAB_MACHINE:-qemu}
readonly LAB_MACHINES=(qemu hercules system compiler)
# Steps that keep all processors busy run at this many jobs.
LAB_JOBS=$(nproc)
readonly LAB_JOBS

# lab_kernels: the names LAB_KERNEL may have.
lab_kernels() {
  local config

  printf '%s\n' "${LAB_SUITES[@]}"
  for config in "$LAB"/kernels/*.config; do
    [ "${config##*/}" = base.config ] || basename "$config" .config
  done
}

# lab_machine_has_systemd: and apt, and nothing of ours is installed.
lab_machine_has_systemd() {
  [ "$LAB_MACHINE" = system ] || [ "$LAB_MACHINE" = compiler ]
}

# lab_kernel_is_built: from source, by us.
lab_kernel_is_built() {
  [ -e "$LAB/kernels/$LAB_KERNEL.config" ]
}

# lab_kernel_release: the release (uname -r) of the kernel that a suite's
# metapackage linux-image-s390x asks for.
lab_kernel_release() {
  apt_world "$LAB_KERNEL-s390x"
  apt_private "$LAB_KERNEL-s390x" apt-cache show linux-image-s390x |
    sed -n 's/^Depends: .*linux-image-\([0-9][^ ,]*\).*/\1/p' | head -n 1
}

# lab_build NAME: the folder of the artefact that tests/lab/build/NAME makes.
lab_build() {
  "$LAB/build/$1"
}
