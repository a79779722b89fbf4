#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# virt-ccw as a user meets it: output, messages, exit codes.
#
# Usage: test-cli.sh VIRT_CCW CASES
set -uo pipefail

# shellcheck source=../../tap.sh
. "$(dirname "$0")/../../tap.sh"

virt_ccw=$1
cases=$2
uuid=7e270a25-e163-4922-af60-757fc8ed48c6
messages=$(mktemp)
empty=$(mktemp -d)
at_end 'rm -rf "$messages" "$empty"'

# refuses NAME EXIT TEXT ARGUMENT...: ends with EXIT, prints nothing on standard
# output and a message that holds TEXT.
refuses() {
  local name=$1 expected=$2 text=$3 printed code
  shift 3
  printed=$("$virt_ccw" "$@" 2> "$messages")
  code=$?
  is "$code" "$expected" "$name: exit code"
  is "$printed" "" "$name: nothing on standard output"
  like "$(cat "$messages")" "*$text*" "$name: says '$text'"
}

is "$("$virt_ccw" qemu-args --uuid $uuid --guest-devno fe.0.1234)" "-device
vfio-ccw,devno=fe.0.1234,sysfsdev=/sys/bus/mdev/devices/$uuid" \
  "classic is the default"
is "$("$virt_ccw" qemu-args --uuid $uuid --format classic)" "-device
vfio-ccw,sysfsdev=/sys/bus/mdev/devices/$uuid" \
  "without a guest address QEMU chooses"
is "$("$virt_ccw" qemu-args --uuid $uuid -g fe.0.1234 --boot-order 1 --loadparm linux --format json)" "-device
{\"driver\":\"vfio-ccw\",\"id\":\"hostdev0\",\"sysfsdev\":\"/sys/bus/mdev/devices/$uuid\",\"bootindex\":1,\"loadparm\":\"LINUX\",\"devno\":\"fe.0.1234\"}" \
  "JSON has libvirt's keys in libvirt's order"
is "$("$virt_ccw" qemu-args --from-xml - < "$cases/domain-one.xml")" "$("$virt_ccw" qemu-args --from-xml "$cases/domain-one.xml")" \
  "XML from standard input"
is "$("$virt_ccw" qemu-args --from-xml "$cases/domain-assigned-in-gaps.xml" | grep -cx -e -device)" 3 \
  "a domain with three hostdevs gives three arguments"
is "$("$virt_ccw" hostdev-xml --uuid $uuid --guest-devno fe.0.1234)" "<hostdev mode='subsystem' type='mdev' managed='no' model='vfio-ccw'>
  <source>
    <address uuid='$uuid'/>
  </source>
  <address type='ccw' cssid='0xfe' ssid='0x0' devno='0x1234'/>
</hostdev>" \
  "hostdev-xml"
is "$("$virt_ccw" hostdev-xml --uuid $uuid -g fe.0.1234 \
    | "$virt_ccw" qemu-args --from-xml - -f json)" "$("$virt_ccw" qemu-args --uuid $uuid -g fe.0.1234 -f json)" \
  "hostdev-xml is understood by qemu-args"
like "$("$virt_ccw" --help)" "*qemu-args*Print*" "--help lists the commands"
like "$("$virt_ccw" qemu-args --help)" "*--guest-devno=ID*" "qemu-args --help lists its options"
like "$("$virt_ccw" --version)" "virt-ccw [0-9]*.[0-9]*" "--version"

refuses "no command" 2 "no command given"
refuses "unknown command" 2 "'frobnicate' is not a command" frobnicate
refuses "unknown option" 2 "--frobnicate" qemu-args --frobnicate
refuses "stray argument" 2 "unexpected argument 'x'" qemu-args --uuid $uuid x
refuses "nothing chosen" 2 "exactly one of" qemu-args
refuses "two chosen" 2 "exactly one of" qemu-args --uuid $uuid --devno 0.0.2b09
refuses "XML and a guest address" 2 "leave out" \
  qemu-args --from-xml "$cases/domain-one.xml" --guest-devno fe.0.1234
refuses "bad UUID" 2 "is not the UUID of an mdev" qemu-args --uuid 1234
refuses "bad device number" 2 "2b0x" qemu-args --devno 2b0x
refuses "bad guest address" 2 "fe.9.1234" qemu-args --uuid $uuid --guest-devno fe.9.1234
refuses "guest css out of range" 2 "at most 0xfe" qemu-args --uuid $uuid --guest-devno ff.0.1234
refuses "negative boot order" 2 "boot order" \
  qemu-args --uuid $uuid --boot-order=-1
refuses "no place in the boot order" 2 "boot order" qemu-args --uuid $uuid --boot-order 0
refuses "loadparm without boot order" 2 "needs a place in the boot order" \
  qemu-args --uuid $uuid --loadparm X
refuses "bad format" 2 "'classic' or 'json'" qemu-args --uuid $uuid --format yaml
refuses "bad alias" 2 "is not an alias" qemu-args --uuid $uuid --alias 'a,b'
refuses "no such file" 4 "could not read /nonexistent" hostdev-xml --from-xml /nonexistent
refuses "a folder" 1 "could not read /" hostdev-xml --from-xml /
refuses "bad XML" 2 "could not parse" hostdev-xml --from-xml "$cases/bad-truncated.xml"
refuses "no vfio-ccw hostdev" 4 "has no vfio-ccw hostdev" \
  hostdev-xml --from-xml "$cases/none-in-domain.xml"
refuses "endless input" 2 "more than" hostdev-xml --from-xml /dev/zero
refuses "device not on this host" 4 "there is no device 0.0.2b09" \
  qemu-args --devno 0.0.2b09 --root "$empty"
refuses "the same, without its zeros" 4 "there is no device 0.0.2b09" \
  qemu-args --devno 2b09 --root "$empty"

for command in hostdev-xml qemu-args; do
  "$virt_ccw" $command --uuid $uuid > /dev/full 2> "$messages"
  is $? 1 "$command: a full disk fails it"
  like "$(cat "$messages")" "*could not write standard output: No space left on device*" \
    "$command: and is told"
done

# One domain, which has the device as fe.0.1234.
cat > "$empty/domains.xml" << END
<node>
  <domain type='test'>
    <name>größe</name><memory>1024</memory><os><type>hvm</type></os>
    <devices>
      $("$virt_ccw" hostdev-xml --uuid $uuid --guest-devno fe.0.1234)
    </devices>
  </domain>
  <device>
    <name>css_0_0_0313</name>
    <capability type='css'>
      <cssid>0x0</cssid><ssid>0x0</ssid><devno>0x0313</devno>
      <channel_dev_addr><cssid>0x0</cssid><ssid>0x0</ssid><devno>0x2b09</devno></channel_dev_addr>
    </capability>
  </device>
</node>
END
pass=(pass 2b09 --connect "test://$empty/domains.xml" --domain größe --uuid "$uuid"
  --dry-run)
like "$(LC_ALL=C "$virt_ccw" "${pass[@]}" --guest-devno fe.0.1234)" "*start mdev $uuid*" \
  "a domain whose name needs UTF-8, without a locale"
refuses "a device that the guest has elsewhere" 1 "domain größe has device 0.0.2b09 as fe.0.1234" \
  "${pass[@]}" --guest-devno fe.0.1235

done_testing
