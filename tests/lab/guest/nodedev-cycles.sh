#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A hundred creates and destroys by virtccwd in a row: each binds the subchannel and gives it back.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

uuid=d3b07384-d9a0-4c9b-8f3e-5a1c0de0c0de
subchannel=$(subchannel_of 0.0.0301)
mdev=mdev_$(echo "$uuid" | tr - _)_$(echo "$subchannel" | tr . _)
xml=/tmp/nodedev-mdev.xml
batch=/tmp/nodedev-batch
cycles=100

start_virtccwd
at_end "rm -f $xml $batch"
cat > "$xml" << EOF
<device>
  <parent>css_$(echo "$subchannel" | tr . _)</parent>
  <capability type='mdev'><type id='vfio_ccw-io'/><uuid>$uuid</uuid></capability>
</device>
EOF

for _ in $(seq $cycles); do
  echo "nodedev-create $xml"
  echo "nodedev-destroy $mdev"
done > "$batch"
virsh -c "$NODEDEV_URI" < "$batch" > /tmp/nodedev-out 2>&1
is "$(grep -c "created from" /tmp/nodedev-out)" $cycles "$cycles times created"
is "$(grep -c "Destroyed node device" /tmp/nodedev-out)" $cycles "$cycles times destroyed"
is "$(grep -c "^error" /tmp/nodedev-out)" 0 "no errors"
diag "$(grep '^error' /tmp/nodedev-out | sort | uniq -c | head -n 5)"
is "$(driver_of "$subchannel")" io_subchannel "the subchannel has its driver back"
ok "and its device" wait_for 10 test -e /sys/bus/ccw/devices/0.0.0301
rm -f /tmp/nodedev-out

done_testing
