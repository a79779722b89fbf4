#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A guest of stock QEMU tries every I/O instruction on a device of ours, in
# every state of the subchannel, and finds the condition codes and the status of
# the Principles of Operation. What it tries: ../bare-guest/instructions.c.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

terminal=7e270a25-e163-4922-af60-757fc8ed48c6
random=2f6b3c0e-51a4-4c7a-9d0e-3a8f0f5b9c11
shown=/tmp/instructions

# try_device EMULATOR NAME UUID
try_device() {
  # shellcheck disable=SC2046 # options are words
  nested_guest "$1" -no-reboot $(vfio_device fe.0.1234 "$3") -append "instructions 1234" > $shown
  guest_checks "QEMU $1, $2" $shown
}

ok "the 3270 is prepared" prepare_mdev 0.0.000a $terminal
ok "a virtio device is prepared" prepare_mdev 0.0.0300 $random
for qemu in $EMULATORS; do
  try_device "$qemu" 3270 $terminal
  try_device "$qemu" virtio $random
done
done_testing
