#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The host devices that virt-ccw prints, against schemas: ours and libvirt's have all of them, and
# refuse what is wrong.
#
# Usage: hostdev-schema.sh VIRT_CCW SCHEMA FOLDER...
set -uo pipefail

here=$(realpath "$(dirname "$0")")
# shellcheck source=../tap.sh
. "$here/../tap.sh"

virt_ccw=$(realpath "$1")
ours=$2
theirs=/usr/share/libvirt/schemas/domain.rng
shift 2

work=$(mktemp -d)
at_end "rm -rf '$work'"
mkdir "$work"/{ours,theirs,wrong,wrong-theirs}

# in_domain FILE: a domain that has it.
in_domain() {
  cat << XML
<domain type='kvm'>
  <name>guest</name>
  <memory>131072</memory>
  <os><type arch='s390x' machine='s390-ccw-virtio'>hvm</type></os>
  <devices>$(cat "$1")</devices>
</domain>
XML
}

# print_all FOLDER...: each host device of each case that has some, in a file of its own.
print_all() {
  local case name

  for case in $(printf '%s/*.xml ' "$@"); do
    "$virt_ccw" hostdev-xml --from-xml "$case" > "$work/printed" 2> /dev/null || continue
    name=$(basename "$(dirname "$case")")-$(basename "$case" .xml)
    csplit -sz -f "$work/ours/$name-" -b %02d.xml "$work/printed" '/^<hostdev/' '{*}'
  done
}

# into_domains FOLDER OTHER: each file of FOLDER as a domain in OTHER.
into_domains() {
  local file

  for file in "$work/$1"/*.xml; do
    in_domain "$file" > "$work/$2/${file##*/}"
  done
}

# invalid SCHEMA FOLDER: names of the files that are not valid by it.
invalid() {
  find "$2" -name '*.xml' -exec xmllint --noout --relaxng "$1" {} + 2>&1 |
    sed -n 's,^.*/\([^/]*\) fails to validate$,\1,p' | sort
}

# spoil NAME SED-SCRIPT: a host device that is not as it should be.
spoil() {
  sed "$2" "$work/good.xml" > "$work/wrong/$1.xml"
  ok "$1: is another one" test "$(cat "$work/good.xml")" != "$(cat "$work/wrong/$1.xml")"
}

print_all "$@"
found=$(find "$work/ours" -name '*.xml' | wc -l)
ok "there are many ($found)" test "$found" -gt 50
is "$(invalid "$ours" "$work/ours")" "" "ours takes all of them"
into_domains ours theirs
is "$(invalid "$theirs" "$work/theirs")" "" "so does libvirt's, in a domain"

"$virt_ccw" hostdev-xml --uuid 7e270a25-e163-4922-af60-757fc8ed48c6 --guest-devno fe.0.1234 \
  --boot-order 1 --loadparm 2 --alias ua-disk > "$work/good.xml"
spoil another-mode "s/subsystem/capabilities/"
spoil no-such-model "s/vfio-ccw/vfio-cc/"
spoil no-source "/<source>/,/<.source>/d"
spoil no-UUID "s/7e270a25-/-/"
spoil a-css-too-many "s/0xfe/0xff/"
spoil a-subchannel-set-too-many "s/ssid='0x0'/ssid='0x4'/"
spoil a-device-number-too-long "s/0x1234/0x12345/"
spoil place-zero-in-the-boot-order "s/order='1'/order='0'/"
spoil a-loadparm-too-long "s/loadparm='2'/loadparm='123456789'/"
spoil an-alias-with-a-blank "s/ua-disk/ua disk/"
spoil an-element-that-nobody-knows "s,<source>,<nobody/>&,"
into_domains wrong wrong-theirs
wanted=$(cd "$work/wrong" && printf '%s\n' ./*.xml | sed 's,^\./,,' | sort)
is "$(invalid "$ours" "$work/wrong")" "$wanted" "ours refuses what is wrong"
is "$(invalid "$theirs" "$work/wrong-theirs")" "$wanted" "so does libvirt's"
done_testing
