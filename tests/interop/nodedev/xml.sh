#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The XML of each kind of device: as expected, and valid by libvirt's own schema.
# UPDATE=1 writes the expected files anew.
# In the environment also INACTIVE_XML, a program.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

schema=/usr/share/libvirt/schemas/nodedev.rng

# dump FILE DEVICE [OPTION...]
dump() {
  file=$1
  shift
  v nodedev-dumpxml "$@" > "$work/$file" 2>&1
  [ -z "${UPDATE-}" ] || cp "$work/$file" "$here/expected/$file"
  diff "$here/expected/$file" "$work/$file" > "$work/diff"
  report $? "$*"
  [ ! -s "$work/diff" ] || diag "$(cat "$work/diff")"
  ok "$* is valid" xmllint --noout --relaxng "$schema" "$work/$file"
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

done_testing
