#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What others, such as mdevctl, do to mdevs and subchannels meanwhile.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# As `mdevctl stop`.
remove_mdev() {
  echo 1 > "/sys/bus/mdev/devices/$uuid/remove"
}

given_back() {
  [ "$(host_state)" = "$before" ]
}

inactive() {
  v nodedev-info "$mdev" | grep -q '^Active: *no'
}

start_daemon
before=$(host_state)
mdev_xml

# --- removed, undefined ------------------------------------------------------

ok "create" v nodedev-create "$work/mdev.xml"
remove_mdev
ok "a subchannel whose mdev others removed is given back" wait_for "given back" given_back

ok "define" v nodedev-define "$work/mdev.xml"
ok "start" v nodedev-start "$mdev"
remove_mdev
wait_for "inactive" inactive
ok "define again, after what the removal brought about" v nodedev-define "$work/mdev.xml"
is "$(driver_of 0.0.0313)" vfio_ccw "a definition keeps its subchannel"
rm "$store/0.0.0313/$uuid"
ok "one whose last definition others removed is given back" wait_for "given back" given_back

ok "create" v nodedev-create "$work/mdev.xml"
stop_daemon
remove_mdev
start_daemon
ok "what happened while no daemon ran is made up for" wait_for "given back" given_back

# --- made --------------------------------------------------------------------

ok "define" v nodedev-define "$work/mdev.xml"
machine "rival 0.0.0313 $uuid"
ok "mdevctl is quicker to start it" v nodedev-start "$mdev"
ok "destroy" v nodedev-destroy "$mdev"
ok "undefine" v nodedev-undefine "$mdev"
is "$(host_state)" "$before" "the host is as it was"

# --- a definition that cannot be removed -------------------------------------

ok "define" v nodedev-define "$work/mdev.xml"
ok "start" v nodedev-start "$mdev"
ok "destroy" v nodedev-destroy "$mdev"
if chattr +i "$store/0.0.0313" 2> "$work/chattr"; then
  refused "*could not change *0.0.0313*" "what cannot be undefined" v nodedev-undefine "$mdev"
  is "$(driver_of 0.0.0313)" vfio_ccw "keeps its subchannel"
  chattr -i "$store/0.0.0313"
else
  diag "no immutable folders here: $(cat "$work/chattr")"
fi
ok "undefine" v nodedev-undefine "$mdev"
is "$(host_state)" "$before" "the host is as it was"

# --- a record that cannot be read --------------------------------------------

stop_daemon
mkdir -p "$root/run/virt-ccw/subchannels"
echo "[before" > "$root/run/virt-ccw/subchannels/0.0.0314"
start_daemon
ok "keeps the daemon from nothing else" v nodedev-create "$work/mdev.xml"
ok "destroy" v nodedev-destroy "$mdev"
is "$(host_state)" "$before" "the host is as it was"

done_testing
