#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What stock virsh is told while devices are plugged in, bound and unplugged.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

heard=/tmp/nodedev-events
uuid=d3b07384-d9a0-4c9b-8f3e-5a1c0de0c0de
xml=/tmp/nodedev-mdev.xml

# hears PATTERN NAME: a line of the listener's matches.
hears() {
  ok "$2" wait_for 20 grep -q "$1" "$heard"
}

# The listener listens when it hears of a device that comes and goes for that.
wait_for_listener() {
  for attempt in 1 2 3 4 5; do
    plug "try$attempt" 0.0.0320
    unplug "try$attempt" 0.0.0320
    try_for 2 test -s "$heard" && return 0
  done
  return 1
}

start_virtccwd
stdbuf -oL virsh -q -c "$NODEDEV_URI" nodedev-event --event lifecycle --loop > "$heard" 2>&1 &
listener=$!
at_end "kill $listener; rm -f $heard $xml"
ok "the listener listens" wait_for_listener

ok "a device is plugged in" plug rng 0.0.0330
subchannel=$(subchannel_of 0.0.0330)
parent=css_$(echo "$subchannel" | tr . _)
mdev=mdev_$(echo "$uuid" | tr - _)_$(echo "$subchannel" | tr . _)
at_end "unplug rng 0.0.0330"
hears "node device $parent: Created" "its subchannel came"
hears "node device ccw_0_0_0330: Created" "and the device"
ok "both are listed" nodedev nodedev-info ccw_0_0_0330

cat > "$xml" << EOF
<device>
  <parent>ccw_0_0_0330</parent>
  <capability type='mdev'><type id='vfio_ccw-io'/><uuid>$uuid</uuid></capability>
</device>
EOF
ok "an mdev is created on it, named by device number" nodedev nodedev-create "$xml"
hears "node device ccw_0_0_0330: Deleted" "the device left the host"
hears "node device $mdev: Created" "the mdev came"
ok "the mdev is destroyed" nodedev nodedev-destroy "$mdev"
hears "node device $mdev: Deleted" "the mdev went"

ok "the device is unplugged" unplug rng 0.0.0330
endings=$(printf '%s\n' "$endings" | grep -v '^unplug rng')
hears "node device $parent: Deleted" "its subchannel went"
not_ok "it is listed no more" nodedev nodedev-info "$parent"

done_testing
