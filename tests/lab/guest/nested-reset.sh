#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A guest of stock QEMU is reset in the middle of a channel program, by itself
# and by its monitor: the program ends, and then the device works.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

uuid=7e270a25-e163-4922-af60-757fc8ed48c6
shown=/tmp/reset
monitor=/tmp/monitor

# A guest that is reset from outside needs a monitor, a pair of fifos.
monitor_option() {
  rm -f $monitor.in $monitor.out
  mkfifo $monitor.in $monitor.out
  printf '%s\n' "-chardev pipe,id=monitor,path=$monitor -mon chardev=monitor"
}

# tell_monitor COMMAND: nobody reads the answer, which the fifo holds. There may
# be no emulator any more.
tell_monitor() {
  echo "$1" 1<> $monitor.in
}

# reset_from_outside EMULATOR
reset_from_outside() {
  # shellcheck disable=SC2046 # options are words
  nested_guest "$1" $(vfio_device fe.0.1234 $uuid) $(monitor_option) \
    -append "await-reset 1234" -no-shutdown > $shown &
  guest=$!
  wait_for 30 grep -q "bare guest: waiting" $shown
  report $? "QEMU $1: a program is in progress"
  tell_monitor system_reset
  wait_for 30 grep -q "bare guest: done" $shown
  tell_monitor quit
  wait $guest
  guest_checks "QEMU $1, reset from outside" $shown
}

ok "the 3270 is prepared" prepare_mdev 0.0.000a $uuid
for qemu in $EMULATORS; do
  # shellcheck disable=SC2046 # options are words
  nested_guest "$qemu" $(vfio_device fe.0.1234 $uuid) -append "reset 1234" > $shown
  guest_checks "QEMU $qemu, reset by itself" $shown
  reset_from_outside "$qemu"
done
is "$(vfio-client sense-id $uuid)" "ff 32 70 00 00 00 00" "after all that the device works"
done_testing
