#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# kernels: trixie sid iommufd
# Stock QEMU passes devices of ours on: a guest without an operating system asks
# each for its identity. Everything by sysfs, nothing by virtccwd.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

terminal_uuid=7e270a25-e163-4922-af60-757fc8ed48c6
random_uuid=2f6b3c0e-51a4-4c7a-9d0e-3a8f0f5b9c11

ok "the 3270 is prepared" prepare_mdev 0.0.000a $terminal_uuid
ok "a virtio device is prepared" prepare_mdev 0.0.0300 $random_uuid

for qemu in $EMULATORS; do
  # shellcheck disable=SC2046 # options are words
  shown=$(nested_guest "$qemu" -no-reboot $(vfio_device fe.0.1234 $terminal_uuid) \
    $(vfio_device fe.0.2000 $random_uuid))
  like "$shown" "*device 1234 sense-id ff3270000000?? status 0c00*" \
    "QEMU $qemu: the guest identifies the 3270"
  like "$shown" "*device 2000 sense-id ff383204000000 status 0c00*" \
    "QEMU $qemu: and the virtio device"
  like "$shown" "*bare guest: done" "QEMU $qemu: and comes to its end"

  # shellcheck disable=SC2046
  shown=$(nested_guest "$qemu" -no-reboot $(vfio_device fe.0.1234 $terminal_uuid))
  like "$shown" "*device 1234 sense-id ff3270*" "QEMU $qemu: a second guest can have it"
  unlike "$shown" "*device 2000*" "QEMU $qemu: and has only what it was given"
done

# shellcheck disable=SC2046
shown=$(nested_guest 10 -no-reboot $(vfio_device fe.0.1234 00000000-0000-4000-8000-000000000000))
unlike "$shown" "*bare guest*" "a device that is not there is no device"
done_testing
