#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# machine: hercules
# A 3390 is passed by its device number, used through the mediated device with the
# channel programs of a disk driver, and given back: both sides read the same bytes.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=dasd-lib.sh
. /lab/guest/dasd-lib.sh

disk=0.0.0123
uuid=ca9b27d2-6cf1-4b0c-9d13-9b5ae4f1e0a1
data=/tmp/dasd-passed
shape="1 2 12 13 37 64 128"
addressings="direct idaw64 idaw64-2k idaw31"

cli() {
  command=$1
  shift
  virt-ccw "$command" --connect "$NODEDEV_URI" "$@"
}

# read_both COUNT HOW: blocks through the mediated device are those the host had.
read_both() {
  vfio-client read-blocks "$uuid" "$FIRST_BLOCK" "$1" "$2" > "$data/got" &&
    head -c $(($1 * BLOCK_SIZE)) "$data/before" | cmp - "$data/got"
}

# write_one FIRST COUNT HOW: blocks through the mediated device, noted in the file
# that says what the host must read later.
write_one() {
  random_blocks "$2" > "$data/new"
  dd "if=$data/new" "of=$data/after" "bs=$BLOCK_SIZE" seek=$(($1 - FIRST_BLOCK)) conv=notrunc status=none
  vfio-client write-blocks "$uuid" "$1" "$2" "$3" < "$data/new"
}

mkdir -p $data
at_end "rm -rf $data"
at_end "set_offline $disk"

ok "a volume is formatted and has a partition" prepare_volume $disk
node=$(node_of $disk)
ok "a file system" mkfs.ext4 -q "/dev/${node}1"
blocks=600
random_blocks 200 > $data/file
mkdir -p $data/mount
mount "/dev/${node}1" $data/mount && cp $data/file $data/mount/ && umount $data/mount
read_disk $disk $FIRST_BLOCK $blocks > $data/before
ok "it goes offline" set_offline $disk

start_virtccwd
subchannel=$(subchannel_of $disk)
ok "virt-ccw passes it" cli pass --uuid "$uuid" "$disk"
diag "$output"
is "$(driver_of "$subchannel")" vfio_ccw "its subchannel has another driver"
like "$(virt-ccw list --noheadings "$disk")" "*$uuid*" "virt-ccw lists its mediated device"

like "$(vfio-client sense-id "$uuid")" "ff 39 90 * 33 90 *" "Sense ID: a 3390 of a 3990"
like "$(vfio-client characteristics "$uuid")" "39 90 * 33 90 *" "so say its characteristics"
like "$(vfio-client label "$uuid")" "e5 d6 d3 f1 e5 d6 d3 f1 f0 e7 f0 f1 f2 f3 *" \
  "its label, found by a search: VOL1, 0X0123"

for how in $addressings; do
  for count in $shape; do
    ok "$count blocks read, $how" read_both "$count" "$how"
  done
done

cp $data/before $data/after
first=$((FIRST_BLOCK + 300))
for how in $addressings; do
  ok "1 block written, $how" write_one $first 1 "$how"
  ok "13 blocks written, $how" write_one $((first + 1)) 13 "$how"
  first=$((first + 14))
done
ok "128 blocks written, direct" write_one $first 128 direct
vfio-client read-blocks "$uuid" $first 128 idaw64 > $data/got
ok "and read again by lists" cmp $data/new $data/got

ok "virt-ccw gives it back" cli give-back "$disk"
is "$(driver_of "$subchannel")" io_subchannel "its subchannel has its own driver"
ok "it is online" set_online $disk
node=$(node_of $disk)
read_disk $disk $FIRST_BLOCK $blocks > $data/got
ok "the host reads all that was written, and what was not is as before" cmp $data/after $data/got
dd if=$data/before of="/dev/$node" bs=$BLOCK_SIZE seek=$FIRST_BLOCK conv=fsync status=none
ok "with the old blocks back the file system is clean" fsck.ext4 -f -n "/dev/${node}1"
mount "/dev/${node}1" $data/mount
ok "and its file is whole" cmp $data/file $data/mount/file
umount $data/mount
done_testing
