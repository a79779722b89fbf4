#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The host loses a device that a guest of stock QEMU uses, in the middle of a
# channel program: the guest gets a channel report and the subchannel is gone.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

uuid=7e270a25-e163-4922-af60-757fc8ed48c6
shown=/tmp/unplug

# unplug_under EMULATOR
unplug_under() {
  plug pluggable 0.0.0310
  report $? "QEMU $1: a device is plugged in"
  prepare_mdev 0.0.0310 $uuid
  # shellcheck disable=SC2046 # options are words
  nested_guest "$1" -no-reboot $(vfio_device fe.0.1234 $uuid) -append "lose-device 1234" > $shown &
  guest=$!
  wait_for 30 grep -q "bare guest: waiting" $shown
  report $? "QEMU $1: a program is in progress"
  unplug pluggable 0.0.0310
  report $? "QEMU $1: the host loses the device"
  wait $guest
  guest_checks "QEMU $1" $shown
  not_ok "QEMU $1: the mediated device is gone" test -e /sys/bus/mdev/devices/$uuid
}

for qemu in $EMULATORS; do
  unplug_under "$qemu"
done
done_testing
