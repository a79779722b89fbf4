#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# machine: hercules
# devices: renumbered
# after: host-volumes-used
# After all other tests, in two IPLs, the disks that the host has used itself are as
# they were before: files, and all of the disks that it has not written to.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=dasd-lib.sh
. /lab/guest/dasd-lib.sh

at_end "rm -f /var/lib/own-sums"
at_end "set_offline $OWN_MOUNTED; set_offline $OWN_GROUPED; set_offline $OWN_SWAPPED"
ok "the disk with the file system is online" set_online $OWN_MOUNTED
mkdir -p "$OWN_MOUNT"
ok "its file system is mounted" mount "/dev/$(node_of $OWN_MOUNTED)1" "$OWN_MOUNT"
at_end "umount $OWN_MOUNT"
ok "the disk with the volume group is online" set_online $OWN_GROUPED
modprobe dm_mod
ok "its volume is there" vgchange -q -a y own
at_end "vgchange -q -a n own"
ok "the disk with swap space is online" set_online $OWN_SWAPPED
own_sums > /tmp/own-sums
for what in file volume group swap; do
  is "$(grep "^$what " /tmp/own-sums)" "$(grep "^$what " /var/lib/own-sums)" "$what: as before"
done
rm -f /tmp/own-sums
done_testing
