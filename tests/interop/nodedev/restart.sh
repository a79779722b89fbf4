#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A daemon that starts: what is persisted, what starts by itself, how it is called.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# boot: what is below /run is gone.
boot() {
  rm -rf "$root/run"
}

active() {
  v nodedev-info "$mdev" | grep -q '^Active: *yes'
}

start_daemon
mdev_xml
ok "define" v nodedev-define "$work/mdev.xml"
stop_daemon
start_daemon
ok "the next daemon knows it" v nodedev-info "$mdev"
ok "and has not started it" sh -c "virsh -q -c '$uri' nodedev-info $mdev | grep -q 'Active: *no'"
ok "autostart" v nodedev-autostart "$mdev"
stop_daemon
boot
start_daemon
wait_for "started" active
is "$(driver_of 0.0.0313)" vfio_ccw "what starts by itself was started"
stop_daemon
is "$(driver_of 0.0.0313)" vfio_ccw "a daemon that ends leaves mdevs alone"
start_daemon
ok "destroy" v nodedev-destroy "$mdev"
stop_daemon
start_daemon
ok "once per boot only" sh -c "virsh -q -c '$uri' nodedev-info $mdev | grep -q 'Active: *no'"
ok "undefine" v nodedev-undefine "$mdev"
is "$(driver_of 0.0.0313)" io_subchannel "the subchannel was given back by a later daemon"

# --- a boot's starts that are cut short --------------------------------------

stamp=$root/run/virt-ccw/autostarted
second=5c0ffee0-0000-4000-8000-000000000002

mdev_xml
ok "define" v nodedev-define "$work/mdev.xml"
ok "autostart" v nodedev-autostart "$mdev"
stop_daemon
# Halfway; and, on the subchannel that is bound by then, when the mdev is there but not kept.
for death in "3 kill" "1 orphan"; do
  boot
  machine "at $death"
  timeout --foreground 60 "$VIRTCCWD" --socket "$socket" --socket-ro "$socket-ro" --root "$root" 2>> "$work/log"
  is "$?" 137 "killed while it starts what starts by itself: $death"
  ok "the boot's starts are not done with" test ! -e "$stamp"
  start_daemon
  wait_for "the next one is done with them" test -e "$stamp"
  ok "and has started it" active
  is "$(driver_of 0.0.0313)" vfio_ccw "and has its subchannel"
  ok "destroy" v nodedev-destroy "$mdev"
  stop_daemon
done

# Another one that waits for its turn on the same subchannel.
start_daemon
mdev_xml "$second"
ok "define a second one" v nodedev-define "$work/mdev.xml"
ok "autostart" v nodedev-autostart "mdev_$(echo "$second" | tr - _)_0_0_0313"
stop_daemon
boot
machine "delay create 6000 1"
start_daemon
stop_daemon
ok "nor when it is stopped before each had its turn" test ! -e "$stamp"
start_daemon
wait_for "the next one has done with them" test -e "$stamp"
ok "destroy what was started" sh -c "
  virsh -q -c '$uri' nodedev-list --cap mdev | xargs -n 1 virsh -q -c '$uri' nodedev-destroy"
ok "undefine" v nodedev-undefine "mdev_$(echo "$second" | tr - _)_0_0_0313"
ok "undefine the first one" v nodedev-undefine "$mdev"

# --- the program -------------------------------------------------------------

ok "--version" "$VIRTCCWD" --version
like "$output" "virtccwd [0-9]*.[0-9]*" "tells the version"
ok "--help" "$VIRTCCWD" --help
for wrong in "--upstream relative" "--root relative" "--socket-mode 9" "--unknown" "argument"; do
  # shellcheck disable=SC2086 # words are meant
  "$VIRTCCWD" $wrong > "$work/out" 2>&1
  is "$?" 2 "$wrong is refused"
  like "$(cat "$work/out")" "virtccwd: *" "and it says why"
done
"$VIRTCCWD" --socket "$work/log/sock" --root "$root" > "$work/out" 2>&1
is "$?" 1 "a socket that cannot be made"
like "$(cat "$work/out")" "virtccwd: could not listen on $work/log/sock: *" "is named"

done_testing
