#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The program that udev runs while the system is booted: a device whose mdev starts by itself is
# taken before the host uses it, and what becomes of that is told.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

device=0.0.2b09

# As udev's rule runs it.
appears() { # DEVICE
  MOCK_STEPS_BELOW=/run/virt-ccw "$EARLY" "$1"
}

# boot: what is below /run is gone.
boot() {
  rm -rf "$root"/run/virt-ccw/*
}

ok "a device of which nothing is known" appears $device
is "$output" "" "has nothing told of it"
is "$(driver_of $disk)" io_subchannel "and is the host's"

define $disk "$disk_uuid"
ok "the callout notes for which device" callout post define success $disk "$disk_uuid"
ok "a definition that does not start by itself" appears $device
is "$(driver_of $disk)" io_subchannel "leaves it the host's"
sed -i 's/manual/auto/' "$store/$disk/$disk_uuid"
before=$(whole_state)

# --- refused, failed -----------------------------------------------------------

told="device $device was to be taken from the host before it is used: "
machine "open 4711 fio /dev/dasda"
fails_with 3 "*$told*fio*" "one that is used by then" appears $device
machine "close 4711"
is "$(whole_state)" "$before" "stays the host's"
boot
machine "driver vfio_ccw 0"
fails_with 1 "*$told*modprobe vfio_ccw*" "a kernel without the driver" appears $device
machine "driver vfio_ccw 1"
is "$(whole_state)" "$before" "leaves it the host's"
boot
machine "fail create 5 1"
fails_with 1 "*$told*Input/output error*" "a kernel that refuses" appears $device
is "$(whole_state)" "$before" "leaves it the host's, too"
ok "which appears again then" appears $device
is "$(whole_state)" "$before" "and is not tried for ever"
boot

# --- killed at each step -------------------------------------------------------

n=1
while machine "at $n kill"; appears $device > "$work/out" 2>&1; [ $? -eq 137 ]; do
  machine "at 0 kill"
  ok "killed at step $n: the next stop clears up" callout post stop success $disk "$disk_uuid"
  is "$(whole_state)" "$before" "killed at step $n: all is as before"
  boot
  n=$((n + 1))
done
machine "at 0 kill"
ok "$n steps" [ $n -gt 5 ]

# --- taken ---------------------------------------------------------------------

ok "it is active" is_active "$disk_uuid"
is "$(driver_of $disk)" vfio_ccw "on a subchannel that was bound"
like "$(cat "$work/out")" "*device $device was taken from the host for mediated device $disk_uuid*" \
  "which is told"
ok "stop" others_stop "$disk_uuid"
ok "give back" callout post stop success $disk "$disk_uuid"
is "$(whole_state)" "$before" "all is as before"

# --- asked wrongly -------------------------------------------------------------

fails_with 2 "Usage: virt-ccw-early DEVICE*" "no device" "$EARLY"
fails_with 2 "Usage: virt-ccw-early DEVICE*" "none that could be one" appears nonsense
fails_with 2 "Usage: virt-ccw-early DEVICE*" "two of them" "$EARLY" $device 0.0.1234

done_testing
