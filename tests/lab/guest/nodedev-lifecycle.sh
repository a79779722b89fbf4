#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The life of an mdev on a real subchannel, with the stock virsh of Debian trixie.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

uuid=d3b07384-d9a0-4c9b-8f3e-5a1c0de0c0de
device=0.0.0300
subchannel=$(subchannel_of "$device")
parent=css_$(echo "$subchannel" | tr . _)
mdev=mdev_$(echo "$uuid" | tr - _)_$(echo "$subchannel" | tr . _)
xml=/tmp/nodedev-mdev.xml
stored=/etc/mdevctl.d/$subchannel/$uuid

# mdev_xml [ATTRIBUTES]: device XML for the mdev.
mdev_xml() {
  cat > "$xml" << EOF
<device>
  <name>$mdev</name>
  <parent>$parent</parent>
  <capability type='mdev'>
    <type id='vfio_ccw-io'/>
    <uuid>$uuid</uuid>
    ${1-}
  </capability>
</device>
EOF
}

# Field NAME of nodedev-info.
info() {
  nodedev nodedev-info "$mdev" | awk -v name="$1:" '$1 == name { print $2 }'
}

listed() {
  nodedev nodedev-list "$@" | grep -v '^$' | sort | tr '\n' ' '
}

start_virtccwd
at_end "rm -f $xml"
mdev_xml

# --- before ------------------------------------------------------------------

like " $(listed --cap css)" "* $parent *" "the subchannel is listed"
like " $(listed --cap ccw)" "* ccw_0_0_0300 *" "and its device"
is "$(listed --cap mdev)" "" "there are no mdevs"
is "$(nodedev nodedev-dumpxml ccw_0_0_0300 | grep parent)" "  <parent>$parent</parent>" \
  "the device hangs on the subchannel"
like "$(nodedev nodedev-dumpxml "$parent")" \
  "*<name>io_subchannel</name>*<channel_dev_addr>*<devno>0x0300</devno>*" \
  "the subchannel's XML tells driver and device"

# --- transient ---------------------------------------------------------------

ok "create" nodedev nodedev-create "$xml"
is "$(driver_of "$subchannel")" vfio_ccw "the subchannel is bound"
ok "the mdev is there" test -d "/sys/bus/mdev/devices/$uuid"
is "$(listed --cap mdev)" "$mdev " "it is listed"
is "$(listed --cap mdev --transient)" "$mdev " "as transient"
is "$(listed --cap mdev --persistent)" "" "and not as persistent"
is "$(listed --cap mdev_types)" "$parent " "its subchannel offers the type"
unlike " $(listed --cap ccw)" "* ccw_0_0_0300 *" "its device is not the host's any more"
group=$(basename "$(readlink "/sys/bus/mdev/devices/$uuid/iommu_group")")
like "$(nodedev nodedev-dumpxml "$mdev")" \
  "*<path>/sys/devices/css0/$subchannel/$uuid</path>*<iommuGroup number='$group'/>*" \
  "its XML tells path and IOMMU group"
not_ok "a second create is refused" nodedev nodedev-create "$xml"
like "$output" "*UUID $uuid is taken by $mdev*" "and virsh says why"
ok "destroy" nodedev nodedev-destroy "$mdev"
is "$(driver_of "$subchannel")" io_subchannel "the subchannel has its driver back"
ok "and its device" wait_for 10 test -e "/sys/bus/ccw/devices/$device"
is "$(listed --cap mdev)" "" "the mdev is gone"

# --- persistent --------------------------------------------------------------

ok "define" nodedev nodedev-define "$xml"
ok "its file is there" test -s "$stored"
is "$(info Active) $(info Persistent) $(info Autostart)" "no yes no" "inactive, persistent"
is "$(listed --inactive)" "$mdev " "listed as inactive"
is "$(listed --cap mdev --persistent --all)" "$mdev " "listed as persistent"
ok "autostart" nodedev nodedev-autostart "$mdev"
is "$(info Autostart)" yes "it starts by itself"
mdev_xml "<attr name='assign' value='1'/>"
ok "update" nodedev nodedev-update "$mdev" "$xml"
like "$(nodedev nodedev-dumpxml --inactive "$mdev")" "*<attr name='assign' value='1'/>*" \
  "the attribute is kept"
is "$(info Autostart)" yes "and so is autostart"
mdev_xml
ok "defined again, without the attribute" nodedev nodedev-define "$xml"
ok "start" nodedev nodedev-start "$mdev"
is "$(info Active) $(info Persistent)" "yes yes" "active, persistent"
not_ok "an active mdev cannot be updated" nodedev nodedev-update --live "$mdev" "$xml"
like "$output" "*Operation not supported: *" "which virsh tells"
ok "mdevctl sees the same" sh -c "mdevctl list --defined | grep -q $uuid"
ok "destroy" nodedev nodedev-destroy "$mdev"
is "$(driver_of "$subchannel")" vfio_ccw "the subchannel stays bound for the persistent mdev"

# --- later daemons -----------------------------------------------------------

stop_virtccwd
rm /run/virt-ccw/autostarted # as a boot would
start_virtccwd
ok "the first daemon after a boot starts what starts by itself" \
  wait_for 20 test -d "/sys/bus/mdev/devices/$uuid"
ok "destroy" nodedev nodedev-destroy "$mdev"
stop_virtccwd
start_virtccwd
ok "the next daemon answers" nodedev nodedev-list
not_ok "and leaves alone what was destroyed" test -d "/sys/bus/mdev/devices/$uuid"
ok "undefine" nodedev nodedev-undefine "$mdev"
not_ok "its file is gone" test -e "$stored"
is "$(driver_of "$subchannel")" io_subchannel "the subchannel has its driver back"

done_testing
