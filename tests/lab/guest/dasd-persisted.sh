#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# machine: hercules
# Mediated devices are defined for disks, to start by themselves; dasd-renumbered.sh
# looks for them after the next IPL.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=dasd-lib.sh
. /lab/guest/dasd-lib.sh

xml=/tmp/dasd-persisted.xml

# define BUS_ID UUID
define() {
  cat > "$xml" << EOF2
<device>
  <parent>ccw_$(echo "$1" | tr . _)</parent>
  <capability type='mdev'><type id='vfio_ccw-io'/><uuid>$2</uuid></capability>
</device>
EOF2
  nodedev nodedev-define "$xml" &&
    nodedev nodedev-autostart "mdev_$(echo "$2_$(subchannel_of "$1")" | tr .- __)"
}

at_end "rm -f $xml"
start_virtccwd
persistent_disks > /tmp/disks
while read -r device mdev; do
  ok "virsh defines one for $device" define "$device" "$mdev"
  is "$(driver_of "$(subchannel_of "$device")")" io_subchannel "which is the host's meanwhile"
  ok "it is kept by subchannel" test -s "/etc/mdevctl.d/$(subchannel_of "$device")/$mdev"
done < /tmp/disks
rm -f /tmp/disks
stop_virtccwd
for folder in /sys/bus/css/devices/0.*; do
  echo "$(cat "$folder/dev_busid") $(basename "$folder")"
done > /var/lib/dasd-subchannels
at_end "rm -f /var/lib/dasd-subchannels"
ok "what is kept is carried to the next IPL" \
  busybox tar -cf /lab/results/dasd-persisted.state -C / \
  etc/mdevctl.d var/lib/virt-ccw var/lib/dasd-subchannels
done_testing
