#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the generator prints, in either style, against QEMU: each property is one
# of its vfio-ccw, and QEMU gets as far as looking for the mdev, which does not exist.
#
# Usage: hostdev-qemu.sh VIRT_CCW CASES
set -uo pipefail

here=$(realpath "$(dirname "$0")")
# shellcheck source=../tap.sh
. "$here/../tap.sh"

virt_ccw=$(realpath "$1")
cases=$2

# device STYLE CASE: the first -device argument.
device() {
  "$virt_ccw" qemu-args --format "$1" --from-xml "$cases/$2.xml" | sed -n 2p
}

# outcome_in_qemu ARGUMENT: what QEMU says of it.
outcome_in_qemu() {
  timeout 60 qemu-system-s390x -machine s390-ccw-virtio -accel tcg -nodefaults -display none -S \
    -device "$1" 2>&1 | sed -n 's/.*: Host device/Host device/p; /Property\|Parameter/p'
}

missing() { # UUID
  echo "Host device '/sys/bus/mdev/devices/$1' not found: No such file or directory"
}

properties_of() { # ARGUMENT
  tr ',' '\n' <<< "$1" | sed -n 's/=.*//p' | grep -vx id
}

# Sorted, as comm wants them.
known_properties() { # QEMU
  "$1" -device vfio-ccw,help | sed -n 's/^ *\([a-z_-]*\)=.*/\1/p' | LC_ALL=C sort
}

readonly UUID=7e270a25-e163-4922-af60-757fc8ed48c6
for name in hostdev-address-given hostdev-no-address domain-aliases-and-boot-order; do
  for style in classic json; do
    argument=$(device "$style" "$name")
    is "$(outcome_in_qemu "$argument")" "$(missing "$UUID")" "QEMU takes $name, $style"
  done
done

# Per-device loadparm came with QEMU 9.2.
if libvirt=$("$here/clients/trixie"); then
  argument=$(device classic hostdev-boot-loadparm-alias)
  like "$argument" '*,bootindex=*,loadparm=*' 'all properties are in use'
  is "$(properties_of "$argument" | LC_ALL=C sort |
    LC_ALL=C comm -23 - <(known_properties "$libvirt/bin/qemu-system-s390x"))" '' \
    'QEMU 10 has all of them'
fi
done_testing
