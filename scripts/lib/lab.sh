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

# The lab's machine, and the suite for build tools that bookworm has too old.
readonly LAB_WORLD=trixie-s390x
readonly LAB_TOOLS_WORLD=trixie-amd64
readonly LAB_CROSS=s390x-linux-gnu-
# Steps that keep all processors busy run at this many jobs.
LAB_JOBS=$(nproc)
readonly LAB_JOBS

# lab_kernel_release: the release (uname -r) of the kernel that Debian's
# metapackage linux-image-s390x asks for.
lab_kernel_release() {
  apt_world "$LAB_WORLD"
  apt_private "$LAB_WORLD" apt-cache show linux-image-s390x |
    sed -n 's/^Depends: linux-image-\([^ ,]*\).*/\1/p' | head -n 1
}

# lab_build NAME: the folder of the artefact that tests/lab/build/NAME makes.
lab_build() {
  "$LAB/build/$1"
}
