#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# kernels: trixie sid iommufd
# The sysfs interface of mediated devices is the one mdevctl and libvirt know.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

uuid=7e270a25-e163-4922-af60-757fc8ed48c6
other=8f381b36-f274-4a33-b071-868fd9fe59d7
subchannel=$(subchannel_of 0.0.0300)
css=/sys/bus/css/devices/$subchannel
type=$css/mdev_supported_types/vfio_ccw-io
mdev=/sys/bus/mdev/devices/$uuid

modprobe vfio_ccw
at_end "give_back $subchannel > /dev/null 2>&1"

udevadm monitor --kernel --property > /tmp/uevents &
monitor=$!
# It is known to listen when it has heard of something.
hears_of_a_change() {
  echo change > "$css/uevent" && [ -s /tmp/uevents ]
}
wait_for 60 hears_of_a_change
bind_vfio "$subchannel" || bail "the subchannel can be bound"
wait_for 10 grep -q MDEV_STATE=registered /tmp/uevents
report $? "binding is announced by MDEV_STATE=registered"

is "$(ls "$css/mdev_supported_types")" vfio_ccw-io "there is one type, vfio_ccw-io"
is "$(ls "$type" | tr '\n' ' ')" "available_instances create device_api devices name " \
  "it has the known attributes"
is "$(cat "$type/name")" "I/O subchannel (Non-QDIO)" "name"
is "$(cat "$type/device_api")" vfio-ccw "device_api"
is "$(cat "$type/available_instances")" 1 "available_instances"
is "$(stat -c %a "$type/create")" 200 "create can only be written"
is "$(readlink -f "/sys/class/mdev_bus/$subchannel")" "$(readlink -f "$css")" \
  "/sys/class/mdev_bus leads to the subchannel"

create_badly() {
  printf %s "$1" > "$type/create"
}
# Unlike the shell, tee tells by which error it cannot write.
create_and_say_why() {
  echo "$1" | tee "$type/create"
}
for text in x 7e270a25-e163-4922-af60-757fc8ed48c 7e270a25-e163-4922-af60-757fc8ed48cg \
    7e270a25_e163_4922_af60_757fc8ed48c6 7e270a25-e163-4922-af60-757fc8ed48c6xx; do
  not_ok "'$text' is no UUID" create_badly "$text"
done
is "$(ls /sys/bus/mdev/devices)" "" "and creates nothing"

ok "an mdev is created" create_mdev "$subchannel" "$uuid"
is "$(cat "$type/available_instances")" 0 "no more are available"
not_ok "the same UUID is refused" create_and_say_why "$uuid"
like "$output" "*File exists*" "because it exists"
not_ok "a second instance is refused" create_and_say_why "$other"
like "$output" "*Too many users*" "because there are too many"

is "$(readlink -f "$mdev")" "$(readlink -f "$css")/$uuid" "the mdev is a child of the subchannel"
is "$(readlink -f "$mdev/mdev_type")" "$(readlink -f "$type")" "mdev_type leads to its type"
is "$(readlink -f "$type/devices/$uuid")" "$(readlink -f "$mdev")" "the type lists it"
is "$(basename "$(readlink "$mdev/driver")")" vfio_ccw_mdev "its driver is vfio_ccw_mdev"
is "$(basename "$(readlink "$mdev/subsystem")")" mdev "it is on the mdev bus"
is "$(stat -c %a "$mdev/remove")" 200 "remove can only be written"
group=$(basename "$(readlink "$mdev/iommu_group")")
ok "it has a VFIO group" wait_for 10 test -c "/dev/vfio/$group"

remove_badly() {
  printf %s "$1" > "$mdev/remove"
}
not_ok "remove wants a number" remove_badly x
ok "zero removes nothing" remove_badly 0
ok "the mdev is still there" test -e "$mdev"

# Stock mdevctl reads the same.
like "$(mdevctl list)" "*$uuid $subchannel vfio_ccw-io*" "mdevctl lists it"
like "$(mdevctl types --parent "$subchannel")" "*Available instances: 0*Device API: vfio-ccw*" \
  "mdevctl knows the type"

ok "the mdev is removed" remove_mdev "$uuid"
not_ok "and gone" test -e "$mdev"
is "$(cat "$type/available_instances")" 1 "an instance is available again"
not_ok "its group is gone" test -e "/dev/vfio/$group"
ok "the UUID can be used again" create_mdev "$subchannel" "$uuid"

elsewhere=$(subchannel_of 0.0.0301)
at_end "give_back $elsewhere > /dev/null 2>&1"
bind_vfio "$elsewhere"
not_ok "but not on another subchannel" create_mdev "$elsewhere" "$uuid"
ok "where another one can be" create_mdev "$elsewhere" "$other"

ok "giving back a subchannel removes its mdev" give_back "$subchannel"
not_ok "which is gone" test -e "$mdev"
ok "the other stays" test -e "/sys/bus/mdev/devices/$other"
wait_for 10 grep -q MDEV_STATE=unregistered /tmp/uevents
report $? "unbinding is announced by MDEV_STATE=unregistered"
kill "$monitor"
done_testing
