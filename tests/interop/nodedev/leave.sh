#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a package runs before it is removed: every device goes back, or nothing is done.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# leave: with or without a daemon.
leave() {
  "$LEAVE" --root "$root"
}

second=5c0ffee0-0000-4000-8000-000000000002
before=$(host_state)

is "$(leave 2>&1)" "" "nothing is passed, nothing is said"

start_daemon
mdev_xml
ok "one is created" v nodedev-create "$work/mdev.xml"
mdev_xml "$second" css_0_0_0314
ok "another is defined" v nodedev-define "$work/mdev.xml"
ok "and started" v nodedev-start "mdev_$(echo "$second" | tr - _)_0_0_0314"
defined=$(ls "$store"/*)
is "$(driver_of 0.0.0313) $(driver_of 0.0.0314)" "vfio_ccw vfio_ccw" "they are passed"
is "$(leave 2>&1)" "virt-ccw: subchannel 0.0.0314 is given back
virt-ccw: subchannel 0.0.0313 is given back" "while the daemon runs: both are given back"
is "$(ls "$store"/*)" "$defined" "what is defined stays so"
wait_for "the daemon has noticed" sh -c "virsh -q -c '$uri' nodedev-info mdev_$(echo "$second" |
  tr - _)_0_0_0314 | grep -q 'Active: *no'"
ok "undefine" v nodedev-undefine "mdev_$(echo "$second" | tr - _)_0_0_0314"
is "$(host_state)" "$before" "the host is as it was"

mdev_xml
ok "one is created again" v nodedev-create "$work/mdev.xml"
stop_daemon
ok "without a daemon" leave
is "$(host_state)" "$before" "it is given back, too"

start_daemon
mdev_xml
ok "one for a guest" v nodedev-create "$work/mdev.xml"
mdev_xml "$second" css_0_0_0314
ok "and one for nobody" v nodedev-create "$work/mdev.xml"
stop_daemon
passed=$(host_state)
machine "open 4711 qemu-system-s39 /dev/vfio/0"
like "$(leave 2>&1; echo "status $?")" "*qemu-system-s39 (process 4711)*
status 3" "while the guest has it: refused, by name"
is "$(host_state)" "$passed" "and nothing is done, not even with the other"
machine "close 4711"
ok "when the guest has ended" leave
is "$(host_state)" "$before" "the host is as it was"

start_daemon
mdev_xml
ok "one more" v nodedev-create "$work/mdev.xml"
stop_daemon
machine "fail remove 5 1"
not_ok "what the kernel does not let go is no success" leave
unlike "$output" "*given back*" "and nothing is told to be given back"
is "$(driver_of 0.0.0313)" vfio_ccw "and stays as it was"
ok "until it does" leave
is "$(host_state)" "$before" "the host is as it was"

# --- what others have ---------------------------------------------------------

# rebind DRIVER SUBCHANNEL: as driverctl does it.
rebind() {
  sh -c "echo '$1' > /sys/bus/css/devices/$2/driver_override &&
    echo $2 > /sys/bus/css/devices/$2/driver/unbind && echo $2 > /sys/bus/css/drivers_probe"
}

ok "somebody binds one by hand" rebind vfio_ccw 0.0.0314
ok "and makes a mediated device on it" \
  sh -c "echo $second > /sys/bus/css/devices/0.0.0314/mdev_supported_types/vfio_ccw-io/create"
theirs=$(host_state)
machine "open 4711 qemu-system-s39 /dev/vfio/0"
start_daemon
mdev_xml
ok "we make another" v nodedev-create "$work/mdev.xml"
stop_daemon
ok "given back is ours alone, whoever has theirs open" leave
is "$output" "virt-ccw: subchannel 0.0.0314 was bound to vfio_ccw by others, and stays so, with mediated device $second
virt-ccw: subchannel 0.0.0313 is given back" "which is told"
is "$(host_state)" "$theirs" "and theirs is as it was"
machine "close 4711"
sh -c "echo 1 > /sys/bus/mdev/devices/$second/remove"
ok "with nothing on it" leave
is "$output" "" "nothing is told"
is "$(driver_of 0.0.0314)" vfio_ccw "and it stays bound"
rebind "" 0.0.0314
wait_for "the host finds its disk" test -e /sys/bus/ccw/devices/0.0.2b09/online
machine "online 0.0.2b09 1"
is "$(host_state)" "$before" "until they take it back"
done_testing
