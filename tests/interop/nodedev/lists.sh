#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What stock virsh lists: every filter, the tree, active and inactive mdevs.
# UPDATE=1 writes the expected tree anew.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# Names on one line.
listed() {
  v nodedev-list "$@" | grep -v '^$' | sort | tr '\n' ' ' | sed 's/ $//'
}

start_daemon
is "$(listed --cap system)" computer "the machine itself"
is "$(listed --cap css)" \
  "css_0_0_0000 css_0_0_0001 css_0_0_0002 css_0_0_0003 css_0_0_0313 css_0_0_0314 css_0_0_0315" \
  "subchannels, those without a device too"
is "$(listed --cap ccw)" \
  "ccw_0_0_0001 ccw_0_0_0002 ccw_0_0_0003 ccw_0_0_0004 ccw_0_0_1234 ccw_0_0_2b09" "ccw devices"
is "$(listed --cap mdev_types)" "" "no subchannel offers mdevs while none is bound for them"
is "$(listed --cap mdev)" "" "no mdevs"
is "$(listed --cap pci)" "" "no PCI devices: those are another daemon's"
is "$(listed | wc -w)" 14 "all there is"

mdev_xml
ok "an mdev is created" v nodedev-create "$work/mdev.xml"
is "$(listed --cap mdev)" "$mdev" "it is listed"
is "$(listed --cap mdev_types)" css_0_0_0313 "its parent now offers the type"
is "$(listed --cap ccw)" "ccw_0_0_0001 ccw_0_0_0002 ccw_0_0_0003 ccw_0_0_0004 ccw_0_0_2b09" \
  "the terminal is not a device of the host any more"
is "$(listed --cap mdev,system)" "computer $mdev" "two capabilities at once"
is "$(listed --inactive)" "" "nothing is inactive"

mdev_xml 11111111-2222-3333-4444-555555555555 css_0_0_0314
other=mdev_11111111_2222_3333_4444_555555555555_0_0_0314
ok "another is defined" v nodedev-define "$work/mdev.xml"
is "$(listed --inactive)" $other "it is inactive"
is "$(listed --inactive --cap mdev)" $other "as an mdev too"
is "$(listed --inactive --cap css)" "" "no subchannel is inactive"
is "$(listed --cap mdev)" "$mdev" "without --all, only active ones"
is "$(listed --all --cap mdev)" "$other $mdev" "with --all, both"

v nodedev-list --tree > "$work/tree"
[ -z "${UPDATE-}" ] || cp "$work/tree" "$here/expected/tree.txt"
diff "$here/expected/tree.txt" "$work/tree" > "$work/diff"
report $? "the tree"
[ ! -s "$work/diff" ] || diag "$(cat "$work/diff")"

done_testing
