#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A write to sysfs that hangs holds up its own subchannel, and nobody else.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

second=11111111-2222-4333-8444-555555555555
second_mdev=mdev_11111111_2222_4333_8444_555555555555_0_0_0314

# Far longer than any test is allowed to take.
hang() { # ORDER
  machine "delay $1 3600000 1"
}

# held DRIVER: the terminal's subchannel has come as far as to be held by that.
held() {
  [ "$(driver_of 0.0.0313)" = "$1" ]
}

is_active() {
  v nodedev-info "$1" | grep -q '^Active: *yes'
}

start_daemon
hang 0.0.0313/mdev_supported_types/vfio_ccw-io/create
mdev_xml
v nodedev-create "$work/mdev.xml" > "$work/hanging" 2>&1 &
client=$!
wait_for "the create has begun" held vfio_ccw

mdev_xml "$second" css_0_0_0314
ok "another subchannel's create goes through" v nodedev-create "$work/mdev.xml"
is "$(driver_of 0.0.0314)" vfio_ccw "and binds"
ok "so does its destroy" v nodedev-destroy "$second_mdev"
is "$(driver_of 0.0.0314)" io_subchannel "and gives back"
mdev_xml "$second" css_0_0_0314
ok "define" v nodedev-define "$work/mdev.xml"
ok "start" v nodedev-start "$second_mdev"

# One that needs the subchannel, and one that needs the UUID, wait for their turn.
mdev_xml 99999999-2222-4333-8444-555555555555
timeout 1 virsh -q -c "$uri" nodedev-define "$work/mdev.xml" > "$work/out" 2>&1
is "$?" 124 "a change of the same subchannel waits"
mdev_xml "$uuid" css_0_0_0002
timeout 1 virsh -q -c "$uri" nodedev-define "$work/mdev.xml" > "$work/out" 2>&1
is "$?" 124 "and one of the same UUID elsewhere"

is "$(timeout 120 env -u LD_PRELOAD /usr/bin/python3 "$here/crowding.py" "$uri" css_0_0_0313 110)" \
  "resource busy: 100 changes of 0.0.0313 wait for their turn already, try again later" \
  "but not more than a hundred"

kill -TERM "$daemon"
wait "$daemon"
is "$?" 0 "the daemon ends nevertheless"
daemon=
like "$(cat "$work/log")" "*hangs in the kernel*" "and says why it did not wait longer"
wait "$client"
is "$?" 1 "the client is not left waiting"

start_daemon
wait_for "the next daemon puts the subchannel in order" held io_subchannel
ok "the other mdev is as it was" is_active "$second_mdev"
mdev_xml
wait_for "and the first can be had" v nodedev-create "$work/mdev.xml"

# --- a change that only takes long ----------------------------------------------

machine "delay 0.0.0313/$uuid/remove 2000 1"
v nodedev-destroy "$mdev" > "$work/slow" 2>&1 &
client=$!
mdev_xml
# Not before the daemon has the destroy; from then on in order behind it.
wait_for "the destroy has begun" grep -q transition "$root/run/virt-ccw/subchannels/0.0.0313"
ok "a create behind it on the same subchannel waits and is done" \
  v nodedev-create "$work/mdev.xml"
wait "$client"
is "$?" 0 "the destroy before it was done"
ok "and the mdev is there" is_active "$mdev"
ok "destroy" v nodedev-destroy "$mdev"

done_testing
