#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# machine: hercules
# Disks that the host uses are not taken away, and virt-ccw and virsh say by what
# they are used: a file system, a volume group, swap space, and the machine's own.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=dasd-lib.sh
. /lab/guest/dasd-lib.sh

xml=/tmp/dasd-refused.xml
mounted=0.0.0120
grouped=0.0.0121
swapped=0.0.0122

use_as_file_system() {
  prepare_volume "$mounted" && node=$(node_of "$mounted") &&
    mkfs.ext4 -q "/dev/${node}1" && mkdir -p /mnt/own && mount "/dev/${node}1" /mnt/own
}

use_in_group() {
  prepare_volume "$grouped" && node=$(node_of "$grouped") && modprobe dm_mod &&
    pvcreate -q "/dev/${node}1" && vgcreate -q own "/dev/${node}1" &&
    lvcreate -q --yes -Wn -Zn -l 1 -n data own
}

use_as_swap() {
  prepare_volume "$swapped" && node=$(node_of "$swapped") &&
    mkswap -q "/dev/${node}1" && swapon "/dev/${node}1"
}

# sums: of everything on the disks in use but the machine's own.
sums() {
  for device in $mounted $grouped $swapped; do
    read_disk "$device" 0 1800 | md5sum
  done
}

# refused BUS_ID WORDS: neither virt-ccw nor virsh take it, and say WORDS.
refused() {
  status=0
  try virt-ccw pass --connect "$NODEDEV_URI" "$1" || status=$?
  is "$status" 3 "virt-ccw does not pass $1"
  like "$output" "*$1 is in use: *$2*" "and says by what"
  diag "$output"
  cat > $xml << EOF
<device>
  <parent>ccw_${1%%.*}_0_${1##*.}</parent>
  <capability type='mdev'><type id='vfio_ccw-io'/></capability>
</device>
EOF
  not_ok "virsh does not take $1" nodedev nodedev-create $xml
  like "$output" "*resource busy: *$1 is in use: *$2*" "and says by what"
  ok "it stays online" is_online "$1"
}

at_end "rm -f $xml"
at_end "set_offline $mounted; set_offline $grouped; set_offline $swapped"

at_end "umount /mnt/own"
ok "a disk has a mounted file system" use_as_file_system
at_end "vgremove -q --yes own; pvremove -q /dev/\$(node_of $grouped)1"
ok "a disk is in a volume group" use_in_group
at_end "swapoff /dev/\$(node_of $swapped)1"
ok "a disk is swap space" use_as_swap
before=$(sums)
start_virtccwd

refused $mounted "is mounted on /mnt/own"
refused $grouped "is held by *own-data*"
refused $swapped "is swap space"
refused 0.0.0a02 "is mounted on /lab"
is "$(sums)" "$before" "their contents are as before"
done_testing
