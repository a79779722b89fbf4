#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The XML of each kind of device: as expected, valid by libvirt's own schema and by ours, and taken
# back where it is an mdev's. UPDATE=1 writes the expected files anew.
# In the environment also INACTIVE_XML, a program, and SCHEMAS, a folder.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

libvirt_schema=/usr/share/libvirt/schemas/nodedev.rng

# valid NAME FILE SCHEMA
valid() {
  ok "$1 is valid by $3" xmllint --noout --relaxng "$3" "$2"
}

# all_valid SCHEMA...: what is given out of every device.
all_valid() {
  for device in $(v nodedev-list; v nodedev-list --inactive); do
    v nodedev-dumpxml "$device" > "$work/device.xml"
    for schema in "$@"; do
      valid "$device" "$work/device.xml" "$schema"
    done
  done
}

# dump FILE DEVICE [OPTION...]
dump() {
  file=$1
  shift
  v nodedev-dumpxml "$@" > "$work/$file" 2>&1
  [ -z "${UPDATE-}" ] || cp "$work/$file" "$here/expected/$file"
  diff "$here/expected/$file" "$work/$file" > "$work/diff"
  report $? "$*"
  [ ! -s "$work/diff" ] || diag "$(cat "$work/diff")"
  valid "$*" "$work/$file" "$libvirt_schema"
  valid "$*" "$work/$file" "$SCHEMAS/nodedev.rng"
}

# as_persisted FILE DEVICE: its inactive XML is FILE without path and driver.
as_persisted() {
  sed '/<path>/d; /<driver>/,/<\/driver>/d' "$here/expected/$1" > "$work/persisted"
  "$INACTIVE_XML" "$uri" "$2" > "$work/inactive" 2>&1
  diff "$work/persisted" "$work/inactive" > "$work/diff"
  report $? "$2 as persisted"
  [ ! -s "$work/diff" ] || diag "$(cat "$work/diff")"
}

start_daemon
dump computer.xml computer
dump css.xml css_0_0_0313
dump css-without-device.xml css_0_0_0315
dump ccw.xml ccw_0_0_1234
as_persisted computer.xml computer
for device in css_0_0_0313 ccw_0_0_1234; do
  refused "*node device '$device' is not persistent*" "$device is not persisted" \
    "$INACTIVE_XML" "$uri" "$device"
done

mdev_xml
sed -i "s|</capability>|<attr name='assign' value='1 \&lt; 2'/></capability>|" "$work/mdev.xml"
ok "an mdev with an attribute is defined" v nodedev-define "$work/mdev.xml"
dump mdev-inactive.xml "$mdev"
ok "undefine" v nodedev-undefine "$mdev"

mdev_xml
ok "an mdev is created" v nodedev-create "$work/mdev.xml"
dump mdev-active.xml "$mdev"
dump css-with-mdev.xml css_0_0_0313
ok "its XML defines it" v nodedev-define "$work/mdev-active.xml"
as_persisted mdev-active.xml "$mdev"
ok "destroy" v nodedev-destroy "$mdev"
dump css-with-types.xml css_0_0_0313
ok "its inactive XML, validated, defines it again" \
  v nodedev-define --validate "$here/expected/mdev-inactive.xml"

# --- the whole machine --------------------------------------------------------

machine "plug 0.0.0320 0.0.0320 dasd"
machine "plug 0.0.0321 0.0.0321 3270"
machine "plug 0.0.0322 0.0.0322 qeth"
for device in ccw_0_0_0320 ccw_0_0_0321 ccw_0_0_0322; do
  wait_for "$device is there" v nodedev-info "$device"
done
machine "online 0.0.0321 0"
all_valid "$libvirt_schema" "$SCHEMAS/nodedev.rng"

# --- libvirt 11.1 and later ---------------------------------------------------

stop_daemon
start_daemon --schema none
dump_state() {
  v nodedev-dumpxml "$1" | sed -n '/<state>/p; /ccwgroup_member/,/<.capability>/p'
}
is "$(dump_state ccw_0_0_2b09)" "    <state>online</state>" "the state of a device"
is "$(dump_state ccw_0_0_0321)" "    <state>offline</state>" "of one that is offline"
is "$(dump_state ccw_0_0_0322)" "    <state>online</state>
    <capability type='ccwgroup_member'>
      <group_device>ccwgroup_0_0_0322</group_device>
    </capability>" "its group"
all_valid "$SCHEMAS/nodedev.rng"

done_testing
