#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# machine: hercules
# seconds: 1800
# What goes wrong with a disk reaches its user as the device tells it, nothing hangs,
# and the host gets its disk back: unit checks, a medium that is not there, attention,
# a path or the disk itself taken away while it is written, users killed halfway, and
# programs that have no end.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=dasd-lib.sh
. /lab/guest/dasd-lib.sh

disk=0.0.0220
tape=0.0.0580
uuid=6b1f0c52-9a37-4f0e-8d10-3c2f5d7e0220
tape_uuid=6b1f0c52-9a37-4f0e-8d10-3c2f5d7e0580
data=/tmp/dasd-faults
said=$data/said
heard=$data/heard

# What is written to lies behind the host's file system, in blocks of the disk.
own_blocks=1700
first=1752
count=24

cli() {
  command=$1
  shift
  virt-ccw "$command" --connect "$NODEDEV_URI" "$@"
}

pass_disk() {
  cli pass --uuid $uuid $disk
}

# sense BYTES MESSAGE CYLINDER HEAD: the end with a unit check of an ECKD disk: sense
# bytes 0 and 1, byte 7, and where the arm is, which bytes 5 and 6 and the last ones tell.
sense() {
  echo "sense $1 00 00 00 $3 $4 $2 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 80 00 00 $3 $4"
}

# gives_sense DESCRIPTION SENSE WHAT...: WHAT ends so, with all bytes as the device has them.
gives_sense() {
  description=$1
  bytes=$2
  shift 2
  like "$(vfio-client fault "$uuid" "$@")" "dstat 0e cstat ?0 $bytes" "$description"
}

# --- a disk in use -----------------------------------------------------------------

# says PATTERN: what the stream has said last.
says() {
  tail -n 1 $said | grep -q "$1"
}

# start_stream: writes and reads until it is ended; it has done so once.
start_stream() {
  vfio-client stream $uuid $first $count > $said 2>&1 &
  stream=$!
  wait_for 120 says '^works'
}

# end_stream: it has to come to its end, without an error.
end_stream() {
  kill "$stream" 2> /dev/null
  wait "$stream"
}

# raise_attention: until the stream has had it, since it is not given to a busy device.
raise_attention() {
  tries=120
  until grep -q '^attention' $said; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    operator i 0220
    sleep 1
  done
}

vary() {
  echo "$1" > /sys/devices/css0/chp0.02/status
}

# --- programs without an end -----------------------------------------------------

# start_endless PATTERN COMMAND...: until what it has said tells that it runs.
start_endless() {
  pattern=$1
  shift
  vfio-client "$@" > $said 2>&1 &
  endless=$!
  wait_for 60 grep -q "$pattern" $said
}

kill_endless() {
  kill -KILL "$endless"
  wait "$endless"
  return 0
}

kernel_says() {
  dmesg | grep -q "$1"
}

# unstoppable 1|0: whether what ends programs has an effect, see hercules-css.c.
unstoppable() {
  echo "$1" > /sys/module/hercules_css/parameters/unstoppable
}

# --- a disk that is taken away ---------------------------------------------------

# has_heard EVENT: of a device, as virsh prints it.
has_heard() {
  grep -q "node device $1" $heard
}

# rescan: Linux looks for subchannels that have come or gone.
rescan() {
  echo 1 > /sys/devices/css0/rescan
}

is_taken_away() {
  rescan
  is_gone $disk && [ ! -e "/sys/bus/mdev/devices/$uuid" ]
}

# reset_path: as soon as the machine has the disk, see hercules-css.c.
reset_path() {
  echo "${disk#0.0.}" > /sys/module/hercules_css/parameters/reset
}

# bring_back: the disk, with the mediated device that virtccwd starts for it.
bring_back() {
  operator attach 0220 3390 0220.disk nosyncio
  wait_for 60 reset_path && rescan && wait_for 60 subchannel_of $disk &&
    wait_for 120 test -e "/sys/bus/mdev/devices/$uuid"
}

# --- a driver that leaves ----------------------------------------------------------

pass_by_hand() {
  subchannel=$(subchannel_of $disk)
  set_offline $disk && bind_vfio "$subchannel" && create_mdev "$subchannel" $uuid
}

# leave_running: our driver is taken from the disk whose program runs, and the disk is
# given to the host's own, for which it is busy: so Linux has no such subchannel then.
leave_running() {
  subchannel=$(subchannel_of $disk)
  echo > "/sys/bus/css/devices/$subchannel/driver_override" && rebind "$subchannel" &&
    wait_for 60 is_gone $disk
}

is_found() {
  rescan
  sleep 1
  [ -e "/sys/bus/ccw/devices/$disk" ]
}

# --- the host's own ----------------------------------------------------------------

# make_files: a file system at the start of the partition, and its checksum.
make_files() {
  node=$(node_of $disk) && mkfs.ext4 -q -b $BLOCK_SIZE "/dev/${node}1" $own_blocks &&
    mkdir -p $data/mnt && mount "/dev/${node}1" $data/mnt &&
    random_blocks 100 > $data/mnt/file && umount $data/mnt && own_sum > $data/sum
}

own_sum() {
  read_disk $disk 0 $((FIRST_BLOCK + own_blocks)) | md5sum
}

# load_tape FILE: or "*", none; until the drive has said that something has happened.
load_tape() {
  vfio-client await $tape_uuid > $said 2>&1 &
  waiting=$!
  wait_for 60 says '^waiting'
  operator devinit 0580 "$1"
  wait "$waiting"
}

# --- preparation -----------------------------------------------------------------

[ -e /sys/module/hercules_css ] || insmod /lab/guests/hercules-css.ko paths=2
mkdir -p $data
at_end "rm -rf $data"
at_end "set_offline $disk"
ok "a volume is formatted and has a partition" prepare_volume $disk
ok "a file system is made on it" make_files
ok "it goes offline" set_offline $disk
start_virtccwd
ok "virt-ccw passes it" pass_disk
diag "$output"
mdev=mdev_$(echo $uuid | tr - _)_$(subchannel_of $disk | tr . _)
stdbuf -oL virsh -q -c "$NODEDEV_URI" nodedev-event --event lifecycle --loop > $heard 2>&1 &
listener=$!
at_end "kill $listener"

# --- unit checks -----------------------------------------------------------------

like "$(vfio-client label $uuid)" "e5 d6 d3 f1 *" "the arm is on the first track"
gives_sense "an unknown command: command reject" "$(sense "80 00" 01 00 00)" command ff
gives_sense "a record that is not there: no record found" "$(sense "00 08" 00 00 00)" record 99
gives_sense "blocks behind the extent: file protected" "$(sense "00 04" 00 00 02)" extent 24 24 12
gives_sense "the end of the disk: file protected" "$(sense "00 04" 00 09 0e)" extent 1788 24 12
gives_sense "an extent behind it: command reject" "$(sense "80 00" 04 09 0e)" extent 1800 1 0
like "$(vfio-client label $uuid)" "e5 d6 d3 f1 *" "then the disk can be used"

# --- attention -------------------------------------------------------------------

vfio-client await $uuid > $said 2>&1 &
waiting=$!
wait_for 60 says '^waiting'
operator i 0220
ok "attention without a program comes to the user" wait "$waiting"
like "$(tail -n 1 $said)" "* stctl 11 dstat 80 cstat 00 *" "as an alert"

ok "blocks are written and read without pause" start_stream
ok "attention comes meanwhile" raise_attention
ok "and does not disturb that" end_stream
diag "$(cat $said)"

# --- the path --------------------------------------------------------------------

ok "blocks are written and read without pause" start_stream
ok "the path is varied off under that" vary off
ok "nothing can be written then" wait_for 60 says '^refused: Permission denied'
ok "the path is varied on" vary on
ok "it goes on" wait_for 60 says '^works'
ok "and all was read as it was written" end_stream
diag "$(cat $said)"

# --- a user killed in the middle of a write --------------------------------------

for round in 1 2 3; do
  ok "blocks are written without pause, round $round" start_stream
  kill -KILL "$stream"
  wait "$stream"
  vfio-client label $uuid > /dev/null || bail "its user killed, another one can use the disk"
done

# --- a user killed whose program has no end ----------------------------------------

ok "a program writes a block and goes on for ever" start_endless '^cc 0' busy $uuid $first
kill_endless
like "$(vfio-client label $uuid)" "e5 d6 d3 f1 *" "its user killed, another one can use the disk"
ok "a program is suspended" start_endless '^started' endless $uuid
kill_endless
like "$(vfio-client label $uuid)" "e5 d6 d3 f1 *" "its user killed, another one can use the disk"
not_ok "no memory was kept" kernel_says "channel program does not end"

# --- a program that cannot be stopped and ends late --------------------------------

ok "a program is suspended" start_endless '^started' endless $uuid
unstoppable 1
kill_endless
ok "it cannot be stopped, its user killed, and the kernel says so" \
  kernel_says "channel program does not end"
like "$(vfio-client label $uuid 2>&1)" "*busy" "nobody else can use the disk"
not_ok "its memory is kept" kernel_says "ended at last"
operator i 0220
ok "it ends by an attention, and its memory is given back" wait_for 60 kernel_says "ended at last"
unstoppable 0
like "$(vfio-client label $uuid)" "e5 d6 d3 f1 *" "and the disk can be used"

# --- the disk itself -----------------------------------------------------------------

ok "blocks are written and read without pause" start_stream
operator detach 0220
ok "the disk is taken away under that, and its mediated device goes" wait_for 120 is_taken_away
wait "$stream"
ok "its user was told" grep -q '^refused: No such device\|^wanted back' $said
diag "$(cat $said)"
ok "virtccwd tells that the device is gone" wait_for 60 has_heard "$mdev: Deleted"
like "$(nodedev nodedev-info "$mdev")" "*Active: *no*" "and keeps what is defined for it"
not_ok "nor has virt-ccw" cli list $disk
ok "it is back" bring_back
ok "virtccwd tells that" wait_for 60 has_heard "$mdev: Created"
like "$(vfio-client label $uuid)" "e5 d6 d3 f1 *" "and it can be used"

ok "a program is suspended" start_endless '^started' endless $uuid
operator detach 0220
sleep 2
kill_endless
ok "the disk is taken away, and its user killed before anyone knows" wait_for 120 is_taken_away
ok "it is back" bring_back
like "$(vfio-client label $uuid)" "e5 d6 d3 f1 *" "and it can be used"

ok "virt-ccw gives the disk back" cli give-back $disk
ok "the host sets it online" set_online $disk
is "$(own_sum)" "$(cat $data/sum)" "it reads what it has left there"
ok "and the file system is clean" fsck.ext4 -f -n "/dev/$(node_of $disk)1"
read_disk $disk $first $count > $data/host
is "$(wc -c < $data/host)" $((count * BLOCK_SIZE)) "all else can be read, too"

# --- a program that runs when the driver leaves ----------------------------------------

ok "the disk is passed by hand" pass_by_hand
ok "a program is suspended" start_endless '^started' endless $uuid
unstoppable 1
kill_endless
ok "it cannot be stopped, and the subchannel is given to another driver" leave_running
ok "the kernel says that the memory stays" kernel_says "channel program still runs"
unstoppable 0
operator i 0220
ok "when it has ended, the host finds its disk again" wait_for 60 is_found
ok "and sets it online" set_online $disk
is "$(own_sum)" "$(cat $data/sum)" "and reads what it has left there"

# --- a medium that is not there -----------------------------------------------------

uuid=$tape_uuid
ok "virt-ccw passes a tape" cli pass --uuid $tape_uuid $tape
ok "it is unloaded, and the drive says so" load_tape '*'
like "$(tail -n 1 $said)" "* stctl 11 dstat 04 *" "by a device end"
like "$(vfio-client fault $tape_uuid command 02)" "dstat ?? cstat 00 sense 4? *" \
  "nothing can be read: intervention required"
ok "it is loaded, and the drive says so" load_tape tape.aws
ok "records are written and read again" vfio-client tape $tape_uuid
ok "virt-ccw gives it back" cli give-back $tape
done_testing
