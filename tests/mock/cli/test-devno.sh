#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# virt-ccw finds the mdev of a device by the device's number: the active one,
# else the one that is defined; and says why when there is none or no single one.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

first=7e270a25-e163-4922-af60-757fc8ed48c6
second=7e270a25-e163-4922-af60-757fc8ed48c7

finds() { # NAME UUID
  is "$("$virt_ccw" qemu-args --devno 0.0.1234 -g fe.0.1234 --root "$root" 2>&1)" "-device
vfio-ccw,devno=fe.0.1234,sysfsdev=/sys/bus/mdev/devices/$2" "$1"
}

refuses() { # NAME EXIT TEXT DEVNO
  local message code
  message=$("$virt_ccw" qemu-args --devno "$4" --root "$root" 2>&1)
  code=$?
  is "$code" "$2" "$1: exit code"
  like "$message" "*$3*" "$1: says why"
}

refuses "no such device" 4 "there is no device 0.0.4711" 0.0.4711
refuses "no mdev yet" 4 "has no mdev: make one on its subchannel 0.0.0313" 0.0.1234
define $first manual
finds "the one that is defined" $first
define $second manual
refuses "two are defined, none is active" 1 "$first, $second" 0.0.1234

bind_terminal
create_mdev "$second"
finds "the active one, whatever is defined" $second
rm -r "$folder"
finds "the active one, though it is not defined" $second
kernel "echo 1 > /sys/bus/mdev/devices/$second/remove"
refuses "no mdev any more" 4 "has no mdev" 0.0.1234

done_testing
