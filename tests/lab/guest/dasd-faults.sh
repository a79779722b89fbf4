#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# machine: hercules
# seconds: 1200
# What goes wrong with a disk reaches its user as the device tells it, nothing hangs,
# and the host gets its disk back: unit checks, a medium that is not there, attention,
# a path taken away while the disk is written, a user killed meanwhile.
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
  vfio-client stream $uuid 48 24 > $said 2>&1 &
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
ok "it goes offline" set_offline $disk
start_virtccwd
ok "virt-ccw passes it" pass_disk
diag "$output"

# --- unit checks -----------------------------------------------------------------

gives_sense "an unknown command: command reject" "$(sense "80 00" 01 00 02)" command ff
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
ok "virt-ccw gives the disk back" cli give-back $disk
ok "the host sets it online" set_online $disk
read_disk $disk 48 24 > $data/host
is "$(wc -c < $data/host)" $((24 * BLOCK_SIZE)) "and reads all blocks"

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
