#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# When the kernel refuses a step, virsh says why and the host is as it was.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

start_daemon
before=$(host_state)
mdev_xml

# refuses ORDER ERRNO: create fails when the kernel answers ORDER with ERRNO, and works afterwards.
refuses() {
  machine "fail $1 $2 1"
  refused "*error: *" "create when $1 fails" v nodedev-create "$work/mdev.xml"
  diag "$output"
  is "$(host_state)" "$before" "the host is as it was after $1 failed"
  ok "the next create works" v nodedev-create "$work/mdev.xml"
  ok "and can be destroyed" v nodedev-destroy "$mdev"
  is "$(host_state)" "$before" "the host is as it was"
}

refuses /unbind 16
refuses /bind 19
refuses /create 12

mdev_xml "$uuid" css_0_0_0000
refused "*resource busy: *vda1*" "a mounted disk is not taken away" \
  v nodedev-create "$work/mdev.xml"
like "$output" "*0.0.0001*" "virsh names the device"
mdev_xml "$uuid" css_0_0_0001
refused "*resource busy: *eth1*" "nor is a network in use" v nodedev-create "$work/mdev.xml"
is "$(host_state)" "$before" "the host is as it was"

mdev_xml
ok "define" v nodedev-define "$work/mdev.xml"
machine "unplug 0.0.0313"
wait_for "the subchannel is gone" sh -c "! virsh -q -c '$uri' nodedev-info css_0_0_0313"
refused "*Node device not found: there is no parent device 'css_0_0_0313'*" \
  "a persistent mdev does not start without its subchannel" v nodedev-start "$mdev"
machine "ignore 0.0.1000-0.0.1fff"
refused "*kernel ignores device 0.0.1234: 'cio_ignore -r 0.0.1234' makes it available*" \
  "a start tells of the kernel's blacklist" v nodedev-start "$mdev"
mdev_xml "$uuid" ccw_0_0_1234
refused "*'ccw_0_0_1234'; the kernel ignores device 0.0.1234*" "so does a create" \
  v nodedev-create "$work/mdev.xml"
machine "ignore 0.0.4711"
ok "but can be undefined" v nodedev-undefine "$mdev"

machine "driver vfio_ccw 0"
mdev_xml "$uuid" css_0_0_0314
refused "*modprobe vfio_ccw*" "the missing driver is named" v nodedev-create "$work/mdev.xml"

done_testing
