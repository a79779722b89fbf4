#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The life of an mdev with stock virsh: transient and persistent, and what is left of the host.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# Field NAME of nodedev-info.
info() {
  v nodedev-info "$mdev" | awk -v name="$1:" '$1 == name { print $2 }'
}

start_daemon
before=$(host_state)

# --- transient ---------------------------------------------------------------

mdev_xml
ok "create binds the subchannel and makes the mdev" \
  virsh -c "$uri" nodedev-create "$work/mdev.xml"
like "$output" "Node device $mdev created from $work/mdev.xml*" "virsh names it"
is "$(driver_of 0.0.0313)" vfio_ccw "the subchannel is bound"
ok "it is there" test -d "/sys/bus/mdev/devices/$uuid"
is "$(info Active) $(info Persistent) $(info Autostart)" "yes no no" "active, transient"
refused "*Requested operation is not valid: UUID $uuid is taken by $mdev*" \
  "the same again is refused" v nodedev-create "$work/mdev.xml"
mdev_xml 11111111-2222-3333-4444-555555555555
refused "*resource busy: css_0_0_0313 already carries $mdev; destroy that first*" \
  "a second mdev on the subchannel is refused" v nodedev-create "$work/mdev.xml"
refused "*Requested operation is not valid: cannot set autostart for transient device" \
  "a transient mdev cannot start by itself" v nodedev-autostart "$mdev"
refused "*Node device '$mdev' is not defined" "nor be undefined" v nodedev-undefine "$mdev"
ok "destroy" v nodedev-destroy "$mdev"
is "$(host_state)" "$before" "the host is as it was"
refused "*Node device not found: no node device with matching name '$mdev'" \
  "the mdev is gone" v nodedev-info "$mdev"

# --- persistent --------------------------------------------------------------

mdev_xml
ok "define" v nodedev-define "$work/mdev.xml"
is "$(driver_of 0.0.0313)" io_subchannel "define leaves the host alone"
is "$(cat "$store/0.0.0313/$uuid")" '{
  "mdev_type": "vfio_ccw-io",
  "start": "manual",
  "attrs": []
}' "the file is mdevctl's"
is "$(info Active) $(info Persistent) $(info Autostart)" "no yes no" "inactive, persistent"
refused "*$mdev is defined already; start it (virsh nodedev-start)*" \
  "what is defined is started, not created" v nodedev-create "$work/mdev.xml"
ok "autostart" v nodedev-autostart "$mdev"
is "$(info Autostart)" yes "it starts by itself"
like "$(cat "$store/0.0.0313/$uuid")" '*"start": "auto"*' "its file says so"
ok "defined again" v nodedev-define "$work/mdev.xml"
is "$(info Autostart)" yes "it still starts by itself"
ok "no autostart" v nodedev-autostart --disable "$mdev"
is "$(info Autostart)" no "it does not start by itself"
refused "*Device '$mdev' is not active" "what is inactive cannot be destroyed" \
  v nodedev-destroy "$mdev"
ok "start" v nodedev-start "$mdev"
is "$(info Active)" yes "it is active"
is "$(driver_of 0.0.0313)" vfio_ccw "the subchannel is bound"
refused "*Requested operation is not valid: Device is already active" "start again is refused" \
  v nodedev-start "$mdev"
ok "destroy" v nodedev-destroy "$mdev"
is "$(info Active) $(info Persistent)" "no yes" "it is inactive and still defined"
is "$(driver_of 0.0.0313)" vfio_ccw "the subchannel stays bound for it"
ok "undefine" v nodedev-undefine "$mdev"
is "$(host_state)" "$before" "the host is as it was"

# --- transient made persistent, persistent made transient ---------------------

ok "create" v nodedev-create "$work/mdev.xml"
ok "define what is active" v nodedev-define "$work/mdev.xml"
is "$(info Active) $(info Persistent)" "yes yes" "active and persistent"
ok "undefine what is active" v nodedev-undefine "$mdev"
is "$(info Active) $(info Persistent)" "yes no" "it goes on, transient"
is "$(driver_of 0.0.0313)" vfio_ccw "with its subchannel"
ok "destroy" v nodedev-destroy "$mdev"
is "$(host_state)" "$before" "the host is as it was"

# --- UUID, parent ------------------------------------------------------------

sed -i '/<uuid>/d' "$work/mdev.xml"
ok "an mdev without a UUID is given one" v nodedev-create "$work/mdev.xml"
name=$(v nodedev-list --cap mdev)
like "$name" "mdev_????????_????_4???_????_????????????_0_0_0313" "a random one"
ok "it goes" v nodedev-destroy "$name"

mdev_xml "$uuid" ccw_0_0_1234
ok "the parent may be named by its device" v nodedev-create "$work/mdev.xml"
is "$(v nodedev-list --cap mdev)" "$mdev" "its subchannel was found"
ok "it goes" v nodedev-destroy "$mdev"
sed -i -e '/<parent>/d' -e 's:</capability>:<channel_dev_addr><cssid>0x0</cssid><ssid>0</ssid>\
<devno>0x1234</devno></channel_dev_addr></capability>:' "$work/mdev.xml"
ok "or by its device's address" v nodedev-create "$work/mdev.xml"
is "$(v nodedev-list --cap mdev)" "$mdev" "its subchannel was found"
mdev_xml "$uuid" css_0_0_0314
refused "*UUID $uuid is taken by $mdev, which is active*" \
  "the UUID cannot be defined on another parent" v nodedev-define "$work/mdev.xml"
ok "it goes" v nodedev-destroy "$mdev"
ok "a UUID is defined on one parent" v nodedev-define "$work/mdev.xml"
mdev_xml
refused "*UUID $uuid is defined already, as mdev_*_0_0_0314*" "and not on two" \
  v nodedev-define "$work/mdev.xml"
ok "undefine" v nodedev-undefine "${mdev%0313}0314"
is "$(host_state)" "$before" "the host is as it was"

# --- what cannot be done -----------------------------------------------------

for command in nodedev-destroy nodedev-start nodedev-undefine; do
  refused "*'css_0_0_0313' is not a mediated device*" "$command of a subchannel" v $command \
    css_0_0_0313
done
for command in nodedev-detach nodedev-reattach nodedev-reset; do
  refused "*this function is not supported by the connection driver: PCI devices alone*" \
    "$command" v $command css_0_0_0313
done
is "$(host_state)" "$before" "nothing of this changed the host"

done_testing
