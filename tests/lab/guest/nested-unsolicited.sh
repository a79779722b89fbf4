#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A device has something to tell that nobody has asked for, and a guest of stock
# QEMU is told: somebody sits down at the 3270.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

uuid=7e270a25-e163-4922-af60-757fc8ed48c6
shown=/tmp/unsolicited

# sit_down_under EMULATOR
sit_down_under() {
  # shellcheck disable=SC2046 # options are words
  nested_guest "$1" -no-reboot $(vfio_device fe.0.1234 $uuid) -append "await-user 1234" > $shown &
  guest=$!
  wait_for 30 grep -q "bare guest: waiting" $shown
  report $? "QEMU $1: the guest waits"
  ok "QEMU $1: somebody sits down at the terminal" open_screen
  wait $guest
  guest_checks "QEMU $1" $shown
  close_screen
}

ok "the 3270 is prepared" prepare_mdev 0.0.000a $uuid
for qemu in $EMULATORS; do
  sit_down_under "$qemu"
done
done_testing
