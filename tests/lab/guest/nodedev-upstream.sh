#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Stock libvirt's node-device driver behind virtccwd, both seeing the same machine: one list, one
# event for each change, and devices of all kinds that come and go.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=libvirt-lib.sh
. /lab/guest/libvirt-lib.sh

heard=/tmp/nodedev-events
uuid=d3b07384-d9a0-4c9b-8f3e-5a1c0de0c0de

# --- listening ------------------------------------------------------------

# hears PATTERN NAME: a line of the listener's matches.
hears() {
  ok "$2" wait_for 30 grep -q "$1" "$heard"
}

# how_often PATTERN: how often it was heard.
how_often() {
  grep -c "$1" "$heard"
}

listen() {
  stdbuf -oL virsh -q -c "$NODEDEV_URI" nodedev-event --event lifecycle --loop > "$heard" 2>&1 &
  listener=$!
  at_end "kill $listener; rm -f $heard"
}

# The listener listens when it hears of a device that comes and goes for that, from both daemons.
wait_for_listener() {
  for attempt in 1 2 3 4 5; do
    plug_disk "try$attempt" 0.0.0350
    unplug_disk "try$attempt" 0.0.0350
    try_for 5 grep -q "device block_.*: Deleted" "$heard" && return 0
  done
  return 1
}

# --- devices of other kinds -----------------------------------------------

# plug_disk ID BUS_ID: a virtio disk.
plug_disk() {
  qmp blockdev-add "{\"driver\":\"null-co\",\"node-name\":\"$1\",\"size\":1048576}" > /dev/null &&
    qmp device_add "{\"driver\":\"virtio-blk-ccw\",\"drive\":\"$1\",\"id\":\"$1\",\"devno\":\"fe.${2#*.}\"}" \
      > /dev/null && wait_for 10 subchannel_of "$2" && settle_udev
}

unplug_disk() {
  unplug "$1" "$2" && wait_for 10 qmp blockdev-del "{\"node-name\":\"$1\"}"
}

# plug_net ID BUS_ID: a virtio network interface whose wire leads nowhere.
plug_net() {
  qmp netdev_add "{\"type\":\"hubport\",\"hubid\":0,\"id\":\"$1\"}" > /dev/null &&
    qmp device_add "{\"driver\":\"virtio-net-ccw\",\"netdev\":\"$1\",\"id\":\"$1\",\"devno\":\"fe.${2#*.}\"}" \
      > /dev/null && wait_for 10 subchannel_of "$2" && settle_udev
}

unplug_net() {
  unplug "$1" "$2" && wait_for 10 qmp netdev_del "{\"id\":\"$1\"}"
}

# here: what we tell of, as the kernel has it now.
here() {
  {
    echo computer
    grep -lx 0 /sys/bus/css/devices/*/type | sed 's|.*/\(.*\)/type|css_\1|'
    ls /sys/bus/ccw/devices | sed 's/^/ccw_/'
  } | tr . _ | sort
}

# only_ours_are_left: and all of them.
only_ours_are_left() {
  [ "$(nodedev nodedev-list | sort)" = "$(here)" ]
}

# orphans: devices whose parent is not in the list.
orphans() {
  nodedev nodedev-list | sort > /tmp/names
  nodedev nodedev-list --tree | grep -c . > /tmp/tree
  [ "$(wc -l < /tmp/names)" -le "$(cat /tmp/tree)" ] || echo "some devices are not in the tree"
  rm -f /tmp/names /tmp/tree
}

# ccw_device_of DISK: by libvirt's name; which disk has which name another boot may tell otherwise.
ccw_device_of() {
  virtio=$(readlink -f "/sys/block/$1/device")
  device=${virtio%/*}
  echo "ccw_${device##*/}" | tr . _
}

# --- alone ----------------------------------------------------------------

prepare_libvirtd nodedev
at_end forget_libvirtd
udevadm trigger --action=add --subsystem-match=block
settle_udev
start_virtccwd --upstream $LIBVIRTD_SOCKET
alone=$(nodedev nodedev-list | sort)
like "$alone" "*ccw_0_0_0301*computer*css_0_0_0000*" "without the daemon behind us our devices are there"
is "$alone" "$(here)" "all of them, and no others"
like "$(cat "$NODEDEV_LOG")" "*cannot be asked: $LIBVIRTD_SOCKET: *" "which is said"

# --- merged ---------------------------------------------------------------

ok "stock libvirtd starts" start_libvirtd
both=$(nodedev nodedev-list | sort)
like "$both" "*block_vda*" "its devices are listed"
is "$(echo "$both" | uniq -d)" "" "none twice, though it sees subchannels, too"
is "$(echo "$both" | grep '^\(computer$\|css_\|ccw_\)')" "$(here)" "ours are the same as before"
is "$(nodedev nodedev-dumpxml block_vda)" \
  "$(virsh -q -c "nodedev:///system?socket=$LIBVIRTD_SOCKET" nodedev-dumpxml block_vda)" \
  "XML of one of its devices"
is "$(nodedev nodedev-info block_vda | sed -n 's/^Parent: *//p')" "$(ccw_device_of vda)" \
  "whose parent is one of ours"
is "$(orphans)" "" "one tree holds all"

# --- events ---------------------------------------------------------------

listen
ok "the listener listens" wait_for_listener
: > "$heard"
ok "a disk is plugged in" plug_disk disk 0.0.0351
hears "device block_.*: Created" "its block device is heard of"
hears "device ccw_0_0_0351: Created" "and its ccw device"
ok "it is unplugged" unplug_disk disk 0.0.0351
hears "device block_.*: Deleted" "which is heard of"
hears "device ccw_0_0_0351: Deleted" "for both"
is "$(how_often "ccw_0_0_0351: Created") $(how_often "ccw_0_0_0351: Deleted")" "1 1" "once each"

subchannel=$(subchannel_of 0.0.0301)
mdev=mdev_$(echo "$uuid" | tr - _)_$(echo "$subchannel" | tr . _)
cat > "$LIBVIRTD_FOLDER/mdev.xml" << EOF
<device>
  <parent>ccw_0_0_0301</parent>
  <capability type='mdev'><type id='vfio_ccw-io'/><uuid>$uuid</uuid></capability>
</device>
EOF
ok "an mdev is created" nodedev nodedev-create "$LIBVIRTD_FOLDER/mdev.xml"
is "$(nodedev nodedev-list --cap mdev)" "$mdev" "it is listed once"
ok "and destroyed" nodedev nodedev-destroy "$mdev"
hears "device $mdev: Deleted" "which is heard of"
is "$(how_often "$mdev: Created") $(how_often "$mdev: Deleted")" "1 1" "once each"

# --- gone and back --------------------------------------------------------

stop_libvirtd
ok "without it, only our devices are left" wait_for 10 only_ours_are_left
ok "it starts again" start_libvirtd
ok "its devices are there again" wait_for 10 nodedev nodedev-dumpxml block_vda
: > "$heard"
ok "a network interface is plugged in" plug_net net 0.0.0352
hears "device net_.*: Created" "who listened before hears of it"
ok "it is unplugged" unplug_net net 0.0.0352
hears "device net_.*: Deleted" "and that it went"

done_testing
