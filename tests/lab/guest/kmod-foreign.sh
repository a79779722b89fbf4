#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# kernels: trixie sid
# A module that was built for a kernel of the same release but another layout is
# not loaded, and the log says which member differs.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

foreign=/lab/guests/foreign.ko

at_end "modprobe vfio_ccw"
ok "our module is unloaded" rmmod vfio_ccw
is "$(modinfo -F vermagic "$foreign")" "$(modinfo -F vermagic vfio_ccw)" \
  "the other one names the same kernel"
dmesg -C
not_ok "it is refused" insmod "$foreign"
like "$(dmesg)" "*vfio_ccw: built for another kernel: struct subchannel.isc differs*" "with a reason"
not_ok "nothing of it is left" test -e /sys/module/vfio_ccw
not_ok "nor a bus" test -e /sys/bus/mdev
ok "the right one loads" modprobe vfio_ccw
done_testing
