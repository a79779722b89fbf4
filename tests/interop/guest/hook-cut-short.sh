#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Whatever write the hook fails or is killed at, the host is as before when libvirt has called it
# once more.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

define $terminal "$terminal_uuid"
define $disk "$disk_uuid"
machine "online 0.0.2b09 1"
before=$(whole_state)

killed=137

prepare_both() {
  prepare "$terminal_uuid" "$disk_uuid" > "$work/out" 2>&1
}

end() {
  release > "$work/out" 2>&1
}

# at_each_step FATE NAME COMMAND THEN: COMMAND meets FATE at its first write, its second and so on,
# as often as it has any; THEN checks and clears up after each.
at_each_step() {
  n=1
  while machine "at $n $1"; "$3"; [ $? -eq "$killed" ]; do
    "$4" "$2, step $n"
    n=$((n + 1))
  done
  machine "at 0 $1"
  ok "$2: $n steps" [ $n -gt 10 ]
}

as_before() { # NAME
  is "$(whole_state)" "$before" "$1"
}

# libvirt calls it for a domain that did not start, too.
then_release() {
  ok "$1: release" release
  as_before "$1: all is as before"
}

# libvirtd died, too: the next call is another start.
then_start_again() {
  ok "$1: start" prepare_both
  ok "$1: has both" eval "is_active $terminal_uuid && is_active $disk_uuid"
  then_release "$1"
}

# The domain is not started again, another one is, with one of the devices.
then_start_another() {
  ok "$1: start another domain" hook prepare begin "$other_uuid" "$disk_uuid"
  ok "$1: has it" is_active "$disk_uuid"
  ok "$1: it ends" hook release end "$other_uuid"
  then_release "$1"
}

# Writes of which it does not matter whether they fail are there, too.
then_is_undone() {
  ! eval "is_active $terminal_uuid || is_active $disk_uuid" || end
  as_before "$1: all or nothing"
}

then_release_and_start() {
  then_release "$1"
  prepare_both
}

at_each_step kill "a start that is killed" prepare_both then_release
end
steps=$n
n=0
while n=$((n + 1)); [ $n -lt $steps ]; do
  machine "at $n refuse"
  prepare_both
  then_is_undone "a start that fails, step $n"
done
at_each_step orphan "a start that is killed after the write" prepare_both then_release
end
at_each_step orphan "a start that is killed, then another" prepare_both then_start_again
end
at_each_step kill "a start that is killed, then one of others" prepare_both then_start_another
at_each_step kill "an end that is killed" end then_release_and_start
prepare_both
at_each_step orphan "an end that is killed after the write" end then_release_and_start
as_before "all is as before"

# mdevctl's start was killed when the subchannel was bound: that is nobody's wish to have it so.
machine "at 4 orphan"
callout pre start none $disk "$disk_uuid" > "$work/out" 2>&1
is "$(driver_of $disk)" vfio_ccw "mdevctl's start is killed with the subchannel bound"
ok "a start after that" prepare "$disk_uuid"
ok "its end" release
as_before "all is as before"

done_testing
