# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# For tests of disks in Hercules' machine. Needs lib.sh.

BLOCK_SIZE=4096

# The first block of a volume behind label and VTOC, with which its partition begins.
# shellcheck disable=SC2034 # read by the tests
FIRST_BLOCK=24

is_online() {
  [ "$(cat "/sys/bus/ccw/devices/$1/online" 2> /dev/null)" = 1 ]
}

# node_of BUS_ID: the disk's name, such as dasde.
node_of() {
  ls "/sys/bus/ccw/devices/$1/block"
}

# set_online BUS_ID: until its node is there.
set_online() {
  is_online "$1" || chccwdev -e "$1" && wait_for 20 node_of "$1" && settle_udev
}

# set_offline BUS_ID: if there is such a device and it is online.
set_offline() {
  ! is_online "$1" || { settle_udev && chccwdev -d "$1"; }
}

# prepare_volume BUS_ID: online and with one partition, as an administrator would
# do it; formatted only once in a boot.
prepare_volume() {
  set_online "$1" || return 1
  node=$(node_of "$1")
  [ ! -b "/dev/${node}1" ] || return 0
  dasdfmt --blocksize=$BLOCK_SIZE --label="0X${1#0.0.}" -y "/dev/$node" &&
    settle_udev && fdasd --auto --silent "/dev/$node" && wait_for 20 test -b "/dev/${node}1" && settle_udev
}

# read_disk BUS_ID FIRST COUNT: blocks as the host reads them, from the disk itself.
read_disk() {
  dd if="/dev/$(node_of "$1")" bs=$BLOCK_SIZE skip="$2" count="$3" iflag=direct status=none
}

# random_blocks COUNT
random_blocks() {
  dd if=/dev/urandom bs=$BLOCK_SIZE count="$1" iflag=fullblock status=none
}

# with_channel_path BUS_ID COMMAND...: QEMU reads the type of the device's channel
# path from sysfs, where Linux has no such paths under Hercules 3.13. Here is it,
# for COMMAND alone, in a mount namespace of its own: 1b, FICON.
with_channel_path() {
  paths=$(mktemp -d)
  path=$paths/chp0.$(cut -d' ' -f1 "/sys/bus/css/devices/$(subchannel_of "$1")/chpids")
  shift
  mkdir "$path"
  echo 1b > "$path/type"
  # shellcheck disable=SC2016 # for the inner shell
  unshare --mount sh -c '
    mount -t overlay -o lowerdir="$1:/sys/devices/css0" overlay /sys/devices/css0 && shift && exec "$@"
  ' sh "$paths" "$@"
  status=$?
  rm -rf "$paths"
  return $status
}

# operator COMMAND...: has Hercules carry out a command, by and by; what becomes of it
# shows at the devices alone. A line of its own on the console, which drops fast text.
operator() {
  printf '\nlab: operator: %s;\n' "$*" > /dev/console
}

# persistent_disks: the disks, with their mediated devices, that dasd-persisted.sh
# defines and dasd-renumbered.sh looks for.
persistent_disks() {
  cat << PAIRS
0.0.0221 5c3e1b70-0a4d-4f7c-9a2e-2d6b8c9e0221
0.0.0222 5c3e1b70-0a4d-4f7c-9a2e-2d6b8c9e0222
0.0.0124 5c3e1b70-0a4d-4f7c-9a2e-2d6b8c9e0124
PAIRS
}

# --- disks that the host uses itself ---------------------------------------------

OWN_MOUNTED=0.0.0120
OWN_GROUPED=0.0.0121
OWN_SWAPPED=0.0.0122
OWN_MOUNT=/srv/own
OWN_VOLUME=/dev/own/data

# Each does what is not done yet in this boot: host-volumes-used.sh leaves them in use.
use_as_file_system() {
  ! mountpoint -q "$OWN_MOUNT" || return 0
  prepare_volume $OWN_MOUNTED && node=$(node_of $OWN_MOUNTED) &&
    mkfs.ext4 -q -E lazy_itable_init=0 "/dev/${node}1" && mkdir -p "$OWN_MOUNT" &&
    mount "/dev/${node}1" "$OWN_MOUNT"
}

use_in_group() {
  [ ! -e "$OWN_VOLUME" ] || return 0
  prepare_volume $OWN_GROUPED && node=$(node_of $OWN_GROUPED) && modprobe dm_mod &&
    pvcreate -q "/dev/${node}1" && vgcreate -q own "/dev/${node}1" &&
    lvcreate -q --yes -Wn -Zn -l 1 -n data own && wait_for 20 test -b "$OWN_VOLUME"
}

use_as_swap() {
  ! swapon --show=NAME --noheadings | grep -q . || return 0
  prepare_volume $OWN_SWAPPED && node=$(node_of $OWN_SWAPPED) &&
    mkswap -q "/dev/${node}1" && swapon "/dev/${node}1"
}

# own_sums: checksums of what is on them, each with a name. Of the file system it is the
# file, since mounting alone writes to it; of swap space, all that is before it and its
# signature.
own_sums() {
  echo "file $(md5sum < "$OWN_MOUNT/file")"
  echo "volume $(dd "if=$OWN_VOLUME" bs=$BLOCK_SIZE iflag=direct status=none | md5sum)"
  echo "group $(read_disk $OWN_GROUPED 0 1800 | md5sum)"
  echo "swap $(read_disk $OWN_SWAPPED 0 $((FIRST_BLOCK + 1)) | md5sum)"
}
