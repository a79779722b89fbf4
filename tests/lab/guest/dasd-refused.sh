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

# sums: of everything on the disks in use but the machine's own.
sums() {
  for device in $OWN_MOUNTED $OWN_GROUPED $OWN_SWAPPED; do
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
ok "a disk has a mounted file system" use_as_file_system
ok "a disk is in a volume group" use_in_group
ok "a disk is swap space" use_as_swap
sync
before=$(sums)
start_virtccwd

refused $OWN_MOUNTED "is mounted on $OWN_MOUNT"
refused $OWN_GROUPED "is held by *own-data*"
refused $OWN_SWAPPED "is swap space"
refused 0.0.0a02 "is mounted on /lab"
is "$(sums)" "$before" "their contents are as before"
done_testing
