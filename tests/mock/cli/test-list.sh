#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# virt-ccw list: what there is, by whom it is used, which mdevs it has; as a table
# for people, and for programs.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# Where no libvirt is: this test shall not find that of the machine it runs on.
nowhere="test:///no/such/file"

list() {
  "$virt_ccw" list --root "$root" "$@" 2>&1
}

columns() { # COLUMNS DEVICE
  list --raw --noheadings --output "$@"
}

refuses() { # NAME EXIT TEXT ARGUMENT...
  local name=$1 expected=$2 text=$3 message code
  shift 3
  message=$(list "$@")
  code=$?
  is "$code" "$expected" "$name: exit code"
  like "$message" "*$text*" "$name: says '$text'"
}

is "$(columns device | tr '\n' ' ')" \
  "0.0.0001 0.0.0002 0.0.0003 0.0.0004 0.0.1234 0.0.2b09 " "devices, by their numbers"
is "$(columns device,subchannel --all | tail -n 2)" "0.0.2b09 0.0.0314
 0.0.0315" "and with --all, I/O subchannels that have none"
is "$(columns device,subchannel,type,cutype,driver,online 0.0.2b09)" \
  "0.0.2b09 0.0.0314 3390/0c 3990/e9 io_subchannel yes" "a disk"
is "$(columns online,type 0.0.1234)" "no " "a terminal is offline and has no type"
is "$(columns user 0.0.0001)" "/dev/vda1\\x20is\\x20mounted\\x20on\\x20/" "who uses a disk"
is "$(columns user 0.0.2b09)" "" "nobody uses the other"
is "$(columns DEVICE 0.0.2b09 0.0.0001)" "0.0.2b09
0.0.0001" "those asked for, in that order; columns in any case"
is "$(list --noheadings --output pim,pam,pom,chpids 0.0.1234)" \
  "80  80  ff  10000000 00000000" "masks and channel paths as lscss prints them"
is "$(list --json --output device,online,type,user 0.0.1234 | tr -d ' \n')" \
  '{"devices":[{"device":"0.0.1234","online":false,"type":null,"user":null}]}' "as JSON"
like "$(list)" "DEVICE*SUBCHANNEL*TYPE*CUTYPE*DRIVER*ONLINE*MDEV*DOMAIN*USER*" "the default columns"
like "$(list --output +chpids)" "DEVICE*USER*CHPIDS*" "and one beside them"
like "$(list --help)" "*CHPIDS*channel path ids*" "--help tells the columns"

is "$(columns mdev,active,autostart 0.0.1234)" "  " "no mdev, neither active nor starting"
define "$uuid" auto
is "$(columns mdev,active,autostart 0.0.1234)" "$uuid no yes" "one that is defined"
bind_terminal
create_mdev "$uuid"
is "$(columns mdev,active,driver,online 0.0.1234)" "$uuid yes vfio_ccw " "and is active"
rm -r "$folder"
is "$(columns mdev,active,autostart 0.0.1234)" "$uuid yes no" "one that nobody defined"

# From subchannel to mdev; a terminal's locale decides on the characters.
define "$uuid" auto
in_utf8() {
  LC_ALL=C.UTF-8 list --tree "$@"
}
is "$(in_utf8 --noheadings --output name 0.0.1234)" "0.0.0313
└─0.0.1234
  └─$uuid" "a tree"
is "$(LC_ALL=C list --tree --noheadings --output name 0.0.1234)" "0.0.0313
\`-0.0.1234
  \`-$uuid" "without box characters where the locale has none"
is "$(in_utf8 --ascii --noheadings --output name 0.0.1234)" \
  "$(LC_ALL=C list --tree --noheadings --output name 0.0.1234)" "or where they are not wanted"
is "$(list --tree --raw --noheadings --output name,kind,driver,active,autostart,user 0.0.1234)" \
  "0.0.0313 subchannel vfio_ccw   \

0.0.1234 device    \

$uuid mdev  yes yes " "each row tells what is its own"
is "$(list --tree --json --output name,active 0.0.1234 | tr -d ' \n')" \
  "$(printf '%s' '{"devices":[{"name":"0.0.0313","active":null,"children":[' \
    '{"name":"0.0.1234","active":null,"children":[' \
    "{\"name\":\"$uuid\",\"active\":true}]}]}]}")" "as JSON, with children"
like "$(list --tree)" "NAME*KIND*TYPE*CUTYPE*DRIVER*ONLINE*ACTIVE*AUTOSTART*USER*" "its columns"
like "$(list --tree --output +pim)" "NAME*USER*PIM*" "and one beside them"
is "$(in_utf8 --all --noheadings --output name | grep -c '^0')" 7 "all subchannels, with --all"

# Virtual machines of libvirt's own driver for trying things out.
machines() { # NAME HOSTDEVS...
  echo "<node><domain type='test'><name>$1</name><memory>1024</memory><os><type>hvm</type></os><devices>"
  shift
  printf '%s' "$@"
  echo "</devices></domain></node>"
}
hostdev="<hostdev mode='subsystem' type='mdev' managed='no' model='vfio-ccw'><source>
<address uuid='$uuid'/></source></hostdev>"
machines web,1 "$hostdev" > "$root/domains.xml"
domains=test://$root/domains.xml
is "$(list --connect "$domains" --raw --noheadings --output domain 0.0.1234)" "web,1" \
  "the virtual machine that has it"
is "$(list --connect "$domains" --tree --raw --noheadings --output domain 0.0.1234 | grep -c .)" 1 \
  "which is one row, whatever its name"
machines bad "${hostdev/<source>/"<acpi index='1'/><source>"}" > "$root/domains.xml"
like "$(list --connect "$domains" --output domain 0.0.1234 2>&1)" \
  "virt-ccw list: which devices domain bad has is not known: hostdev 1 *index of <acpi>*" \
  "what that driver takes and QEMU's does not is told"
rm -r "$folder"

is "$(list --json --output device,DEVICE,device 0.0.1234 | grep -c '"device":')" 1 \
  "a column is there once, however often it was named"

refuses "no such device" 4 "there is no device 0.0.4711 on the host" 0.0.4711
refuses "not a device number" 2 "4711x" 4711x
refuses "not a column" 2 "'colour' is not a column" --output device,colour
refuses "no column" 2 "no column is named" --output ''
refuses "none beside the default ones" 2 "no column is named" --output +
refuses "a libvirt that was asked for" 1 "could not connect to libvirt" --connect "$nowhere"
is "$(columns device 0.0.1234)" "0.0.1234" "without one, and without domains, none is needed"
"$virt_ccw" list > /dev/full 2> /dev/null
is "$?" 1 "a full disk fails it"

done_testing
