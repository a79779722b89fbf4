#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The hook and virtccwd on the same host at the same time, and a host that was restarted with its
# devices on other subchannels.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

info_of() { # NAME
  v nodedev-info "$1" | tr -s ' ' | tr '\n' ' '
}

is_active_to_daemon() { # NAME
  info_of "$1" | grep -q 'Active: yes'
}

# --- beside the daemon -------------------------------------------------------

terminal_mdev=$(mdev_name "$terminal_uuid" $terminal)
disk_mdev=$(mdev_name "$disk_uuid" $disk)
machine "online 0.0.2b09 1"
start_daemon
mdev_xml
ok "define" v nodedev-define "$work/mdev.xml"
mdev_xml "$disk_uuid" css_0_0_0314
ok "define another" v nodedev-define "$work/mdev.xml"
before=$(whole_state)

ok "prepare" prepare "$terminal_uuid" "$disk_uuid"
wait_for "the daemon sees it" is_active_to_daemon "$terminal_mdev"
ok "release" release
wait_for "and sees it go" sh -c "! virsh -q -c '$uri' nodedev-info $terminal_mdev | grep -q 'Active: *yes'"
is "$(whole_state)" "$before" "all is as before"

ok "the daemon starts one" v nodedev-start "$disk_mdev"
ok "prepare" prepare "$terminal_uuid" "$disk_uuid"
ok "release" release
ok "leaves that one" is_active "$disk_uuid"
ok "until it is destroyed" v nodedev-destroy "$disk_mdev"
ok "prepare" prepare "$terminal_uuid"
ok "the daemon destroys it" v nodedev-destroy "$terminal_mdev"
ok "release" release

# Both at once, over and over: each mdev is started and stopped by either of them.
churn() {
  turns=0
  while [ $turns -lt 15 ]; do
    turns=$((turns + 1))
    "$@"
  done
}
daemon_turn() {
  v nodedev-start "$disk_mdev"
  v nodedev-destroy "$disk_mdev"
  v nodedev-start "$terminal_mdev"
  v nodedev-destroy "$terminal_mdev"
}
hook_turn() { # DOMAIN MDEV...
  domain "$@" > "$work/$1.xml"
  "$HOOK" "guest-$1" prepare begin - < "$work/$1.xml"
  "$HOOK" "guest-$1" release end - < "$work/$1.xml"
}
churn daemon_turn > "$work/daemon-turns" 2>&1 &
daemon_turns=$!
churn hook_turn "$other_uuid" "$disk_uuid" > "$work/other-turns" 2>&1 &
other_turns=$!
churn hook_turn "$domain_uuid" "$terminal_uuid" "$disk_uuid" > "$work/hook-turns" 2>&1
wait $daemon_turns $other_turns
for name in daemon-turns other-turns hook-turns; do
  not_ok "no fault: $name" grep -E 'Sanitizer|CRITICAL|undoing|in part' "$work/$name"
done
v nodedev-destroy "$terminal_mdev" > "$work/out" 2>&1
v nodedev-destroy "$disk_mdev" > "$work/out" 2>&1
ok "each end: release" release
ok "of the other" hook release end "$other_uuid"
for mdev in "$terminal_mdev" "$disk_mdev"; do
  ok "undefine" v nodedev-undefine "$mdev"
done
stop_daemon
rm -rf "$store/0.0.031"*
is "$(whole_state)" "$(echo "$before" | grep -v "$uuid" | grep -v "$disk_uuid")" \
  "nothing is left bound, nothing is forgotten"

# --- renumbered --------------------------------------------------------------

define $terminal "$terminal_uuid"
ok "the callout notes for which device" callout post define success $terminal "$terminal_uuid"
machine "unplug $terminal"
fails_with 4 "virt-ccw: device 0.0.1234, which * is meant for, is not there" "a device that is gone" \
  prepare "$terminal_uuid"
machine "plug 0.0.0777 0.0.1234 3270"
machine "plug $terminal 0.0.0815 3270"
ok "a device that is elsewhere" prepare "$terminal_uuid"
is "$(driver_of 0.0.0777)" vfio_ccw "is taken there"
is "$(driver_of $terminal)" io_subchannel "and not the one in its place"
ok "its definition has moved" test -e "$store/0.0.0777/$terminal_uuid"
not_ok "it is not where it was" test -e "$store/$terminal/$terminal_uuid"
ok "release" release
is "$(driver_of 0.0.0777)" io_subchannel "gives it back"
machine "unplug 0.0.0777"
machine "plug 0.0.0888 0.0.1234 dasd"
fails_with 1 "virt-ccw: device 0.0.1234 is not the one that was meant: *" "another kind of device" \
  prepare "$terminal_uuid"
ok "its definition stays" test -e "$store/0.0.0777/$terminal_uuid"

define $terminal "$terminal_uuid"
callout post define success $terminal "$terminal_uuid"
machine "unplug 0.0.0888"
machine "plug 0.0.0777 0.0.1234 3270"
fails_with 1 "virt-ccw: * is defined on 0.0.0* and on 0.0.0*, and not active*" "defined twice" \
  prepare "$terminal_uuid"

done_testing
