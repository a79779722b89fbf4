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
