#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# machine: hercules
# devices: renumbered
# after: dasd-persisted
# After an IPL with the devices in another order, what was defined before it follows
# its disk by the device number, and nothing starts on a device that is not the one
# that was meant.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=dasd-lib.sh
. /lab/guest/dasd-lib.sh

# uuid_for BUS_ID
uuid_for() {
  persistent_disks | sed -n "s/^$1 //p"
}

# subchannel_before BUS_ID: where it was before the IPL.
subchannel_before() {
  sed -n "s/^$1 //p" /var/lib/dasd-subchannels
}

is_active() {
  test -e "/sys/bus/mdev/devices/$1"
}

# name_of UUID: what virsh calls a mediated device that is defined.
name_of() {
  nodedev nodedev-list --cap mdev --all | grep "$(echo "$1" | tr - _)"
}

# refused BUS_ID: what is meant for it does not start by itself, which the log says, and
# cannot be started; what is on its old subchannel now is left alone.
refused() {
  other=$(uuid_for "$1")
  node=$(name_of "$other")
  ok "what is meant for $1 does not start by itself" \
    wait_for 60 grep -q "$node was to start by itself and did not" "$NODEDEV_LOG"
  not_ok "nor does virsh start it" nodedev nodedev-start "$node"
  like "$output" "*it is meant for device $1, but subchannel *" "which says why"
  not_ok "it is not active" is_active "$other"
  is "$(driver_of "$(subchannel_before "$1")")" io_subchannel \
    "what is where it was stays the host's"
}

# --- the disk that is elsewhere ---------------------------------------------------

moved=0.0.0221
at_end "rm -f /var/lib/dasd-subchannels"
uuid=$(uuid_for $moved)
subchannel=$(subchannel_of $moved)
before=$(subchannel_before $moved)
not_ok "$moved is on another subchannel than before the IPL" test "$subchannel" = "$before"
start_virtccwd
ok "virtccwd has its mediated device started" wait_for 60 is_active "$uuid"
is "$(driver_of "$subchannel")" vfio_ccw "on the subchannel where the disk is now"
ok "the definition has followed" test -s "/etc/mdevctl.d/$subchannel/$uuid"
not_ok "from where it was" test -e "/etc/mdevctl.d/$before/$uuid"
like "$(vfio-client label "$uuid")" "e5 d6 d3 f1 e5 d6 d3 f1 f0 e7 f0 f2 f2 f1 *" \
  "its label says that it is the same disk: VOL1, 0X0221"
like "$(virt-ccw list --noheadings $moved)" "*$uuid*" "virt-ccw lists it with the disk"
is "$(name_of "$uuid")" "mdev_$(echo "${uuid}_$subchannel" | tr .- __)" "virsh, with the subchannel"

# --- numbers that are others' -------------------------------------------------------

refused 0.0.0222
ok "the log tells that it is another kind of disk" grep -q "0.0.0222 is not the one \
that was meant: its control unit type is 3880/.* now and was 3990/" "$NODEDEV_LOG"
refused 0.0.0124
is "$(driver_of "$(subchannel_of 0.0.0222)")" io_subchannel "0.0.0222 is the host's"

# --- given back ----------------------------------------------------------------------

ok "virsh destroys the one that runs" nodedev nodedev-destroy "$(name_of "$uuid")"
persistent_disks > /tmp/disks
while read -r device mdev; do
  ok "virsh undefines what is meant for $device" nodedev nodedev-undefine "$(name_of "$mdev")"
done < /tmp/disks
rm -f /tmp/disks
is "$(driver_of "$subchannel")" io_subchannel "$moved is the host's"
done_testing
