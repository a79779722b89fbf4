#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What stock virsh is told of devices and mdevs that come, go and change.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# listen NAME OPTION...: virsh in the background; what it hears is in $work/NAME.
listen() {
  name=$1
  shift
  stdbuf -oL virsh -q -c "$uri" nodedev-event --loop "$@" > "$work/$name" 2>&1 &
  listeners="$listeners $!"
}

heard_something() {
  [ -s "$work/all" ] && [ -s "$work/one" ] && [ -s "$work/updates" ]
}

# A listener is known to listen when it hears something of the device made for that.
wait_for_listeners() {
  until heard_something; do
    machine "plug 0.0.0400 0.0.0400 3270"
    machine "online 0.0.0400 1"
    sleep 0.3
    machine "online 0.0.0400 0"
    machine "unplug 0.0.0400"
    sleep 0.3
  done
}

# is_line NAME LINE: the listener heard exactly that, perhaps among others.
is_line() {
  grep -qxF "$2" "$work/$1"
}

# hears NAME LINE WHAT: now or soon.
hears() {
  if wait_for "$3" is_line "$1" "$2"; then
    report 0 "$3"
  else
    diag "$(cat "$work/$1")"
  fi
}

# lines_about NAME DEVICE: what NAME heard of DEVICE, in order, on one line.
lines_about() {
  grep "for node device $2: " "$work/$1" | sed 's/.*: //' | tr '\n' ' ' | sed 's/ $//'
}

listeners=
start_daemon
listen all --event lifecycle
listen one --event lifecycle --device css_0_0_0400
listen updates --event update
wait_for_listeners

mdev_xml
ok "define" v nodedev-define "$work/mdev.xml"
ok "start" v nodedev-start "$mdev"
ok "destroy" v nodedev-destroy "$mdev"
ok "undefine" v nodedev-undefine "$mdev"
hears all "event 'lifecycle' for node device $mdev: Undefined" "the last of the mdev's life"
is "$(lines_about all "$mdev")" "Defined Created Deleted Undefined" "its whole life, in order"
hears all "event 'lifecycle' for node device ccw_0_0_1234: Deleted" \
  "the terminal left the host"
hears all "event 'lifecycle' for node device ccw_0_0_1234: Created" "and came back"
hears updates "event 'update' for node device css_0_0_0313" "its subchannel changed"

machine "plug 0.0.0500 0.0.0500 3270"
hears all "event 'lifecycle' for node device css_0_0_0500: Created" "a subchannel came"
hears all "event 'lifecycle' for node device ccw_0_0_0500: Created" "and its device"
machine "unplug 0.0.0500"
hears all "event 'lifecycle' for node device ccw_0_0_0500: Deleted" "the device went"
hears all "event 'lifecycle' for node device css_0_0_0500: Deleted" "and its subchannel"

mkdir -p "$store/0.0.0314"
printf '{\n  "mdev_type": "vfio_ccw-io",\n  "start": "manual",\n  "attrs": []\n}' \
  > "$store/0.0.0314/$uuid"
hears all "event 'lifecycle' for node device ${mdev%0313}0314: Defined" \
  "a file that somebody else wrote"
rm "$store/0.0.0314/$uuid"
hears all "event 'lifecycle' for node device ${mdev%0313}0314: Undefined" "and removed"

! grep -v "css_0_0_0400" "$work/one" > "$work/others"
report $? "one device's listener hears of no other"
[ ! -s "$work/others" ] || diag "$(cat "$work/others")"

# shellcheck disable=SC2086 # a list
kill -INT $listeners
# shellcheck disable=SC2086
wait $listeners
done_testing
