#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# kernels: trixie sid iommufd
# seconds: 900
# Devices that go away while they are used, and a thousand that come and go.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

uuid=7e270a25-e163-4922-af60-757fc8ed48c6
mdev=/sys/bus/mdev/devices/$uuid
subchannel=$(subchannel_of 0.0.0300)
id="ff 38 32 04 00 00 00"

# hold NAME: keeps the mdev in use until somebody wants it back.
hold() {
  : > /tmp/held
  vfio-client hold "$uuid" 60 > /tmp/held &
  holder=$!
  wait_for 10 grep -q holding /tmp/held
  report $? "$1"
}

# gave_back NAME: the holder was asked.
gave_back() {
  wait "$holder"
  report $? "$1"
}

modprobe vfio_ccw
at_end "give_back $subchannel > /dev/null 2>&1"
bind_vfio "$subchannel" || bail "the subchannel can be bound"

create_mdev "$subchannel" "$uuid"
hold "the mdev is in use"
not_ok "then nobody else can open it" vfio-client sense-id "$uuid"
not_ok "and the module stays" rmmod vfio_ccw
ok "remove waits for the user" remove_mdev "$uuid"
gave_back "who was asked to give it back"
not_ok "then the mdev is gone" test -e "$mdev"

create_mdev "$subchannel" "$uuid"
hold "a new one is in use"
ok "unbind waits for the user, too" give_back "$subchannel"
gave_back "who was asked to give it back"
is "$(driver_of "$subchannel")" io_subchannel "the subchannel has its own driver"

bind_vfio "$subchannel"
create_mdev "$subchannel" "$uuid"
hold "one more is in use"
kill -KILL "$holder"
wait "$holder" 2> /dev/null
is "$(vfio-client sense-id "$uuid")" "$id" "a user who was killed leaves it usable"
remove_mdev "$uuid"

plug pluggable 0.0.0310
report $? "a device is plugged in"
plugged=$(subchannel_of 0.0.0310)
bind_vfio "$plugged" && create_mdev "$plugged" "$uuid"
is "$(vfio-client sense-id "$uuid")" "$id" "it can be passed through"
hold "and used"
unplug pluggable 0.0.0310
report $? "it is unplugged while in use"
gave_back "its user was asked to give it back"
ok "the mdev is gone" wait_for 10 test ! -e "$mdev"

# Nobody else needs to look at some ten thousand events: udev pauses.
start_udev() {
  /usr/lib/systemd/systemd-udevd --daemon && settle_udev
}
udevadm control --exit
at_end "pgrep -x systemd-udevd > /dev/null || start_udev"

cycles=0
while [ "$cycles" -lt 1000 ]; do
  create_mdev "$subchannel" "$uuid" && remove_mdev "$uuid" || break
  cycles=$((cycles + 1))
done
is "$cycles" 1000 "1000 mdevs come and go"

cycles=0
while [ "$cycles" -lt 50 ]; do
  create_mdev "$subchannel" "$uuid" &&
    [ "$(vfio-client sense-id "$uuid")" = "$id" ] && remove_mdev "$uuid" || break
  cycles=$((cycles + 1))
done
is "$cycles" 50 "50 of them are used"

start_udev
cycles=0
while [ "$cycles" -lt 20 ]; do
  rmmod vfio_ccw && modprobe vfio_ccw && bind_vfio "$subchannel" || break
  cycles=$((cycles + 1))
done
is "$cycles" 20 "the module is unloaded and loaded 20 times"
create_mdev "$subchannel" "$uuid"
is "$(vfio-client sense-id "$uuid")" "$id" "and works"
done_testing
