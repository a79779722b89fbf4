#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# kernels: trixie sid iommufd debug
# Stock QEMU passes devices of ours on: a guest without an operating system asks
# each for its identity. Everything by sysfs, nothing by virtccwd.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

terminal_uuid=7e270a25-e163-4922-af60-757fc8ed48c6
random_uuid=2f6b3c0e-51a4-4c7a-9d0e-3a8f0f5b9c11

# prepare BUS_ID UUID: a mediated device on BUS_ID, until the test ends.
prepare() {
  subchannel=$(subchannel_of "$1") && bind_vfio "$subchannel" && create_mdev "$subchannel" "$2" &&
    at_end "remove_mdev $2; give_back $subchannel"
}

# device DEVNO UUID: the option that gives the mediated device to a guest.
device() {
  printf '%s\n' "-device vfio-ccw,devno=$1,sysfsdev=/sys/bus/mdev/devices/$2"
}

# guest OPTION...: what a guest with these devices prints.
guest() {
  timeout 60 qemu-system-s390x -machine s390-ccw-virtio -accel tcg,tb-size=64 -cpu max -m 64M \
    -nodefaults -display none -serial stdio -no-reboot -kernel /lab/guests/bare-guest "$@" \
    < /dev/null 2>&1 | tr -d '\r'
}

ok "the 3270 is prepared" prepare 0.0.000a $terminal_uuid
ok "a virtio device is prepared" prepare 0.0.0300 $random_uuid

# shellcheck disable=SC2046 # options are words
shown=$(guest $(device fe.0.1234 $terminal_uuid) $(device fe.0.2000 $random_uuid))
like "$shown" "*device 1234 sense-id ff3270000000?? status 0c00*" "the guest identifies the 3270"
like "$shown" "*device 2000 sense-id ff383204000000 status 0c00*" "and the virtio device"
like "$shown" "*bare guest: done" "and comes to its end"

# shellcheck disable=SC2046
shown=$(guest $(device fe.0.1234 $terminal_uuid))
like "$shown" "*device 1234 sense-id ff3270*" "a second guest can have it"
unlike "$shown" "*device 2000*" "and has only what it was given"

# shellcheck disable=SC2046
shown=$(guest $(device fe.0.1234 00000000-0000-4000-8000-000000000000))
unlike "$shown" "*bare guest*" "a device that is not there is no device"
done_testing
