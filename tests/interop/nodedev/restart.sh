#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A daemon that starts: what is persisted, what starts by itself, how it is called.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# boot: what is below /run is gone.
boot() {
  rm -rf "$root/run"
}

not_served() {
  ! v uri
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
machine "delay create 3600000 1"
start_daemon
kill -TERM "$daemon"
wait_for "it serves nobody any more" not_served
machine hurry
stop_daemon
ok "nor when it is stopped before each had its turn" test ! -e "$stamp"
not_ok "of which no failure is told, for the next one starts it" \
  grep "was to start by itself and did not: the daemon is being stopped" "$work/log"
start_daemon
wait_for "the next one has done with them" test -e "$stamp"
not_ok "as a whole, so that what became of each is forgotten" test -e "$root/run/virt-ccw/autostarting"
ok "destroy what was started" sh -c "
  virsh -q -c '$uri' nodedev-list --cap mdev | xargs -n 1 virsh -q -c '$uri' nodedev-destroy"
ok "undefine" v nodedev-undefine "mdev_$(echo "$second" | tr - _)_0_0_0313"

# One that hangs; another that was started, and stopped since.
mdev_xml "$second" css_0_0_0314
other_mdev=mdev_$(echo "$second" | tr - _)_0_0_0314
ok "define one elsewhere" v nodedev-define "$work/mdev.xml"
ok "autostart" v nodedev-autostart "$other_mdev"
stop_daemon
boot
machine "delay 0.0.0313/mdev_supported_types/vfio_ccw-io/create 3600000 1"
start_daemon
wait_for "the other one is started" test -e "/sys/bus/mdev/devices/$second"
ok "while one hangs others can be stopped" v nodedev-destroy "$other_mdev"
kill -KILL "$daemon"
wait "$daemon"
ok "the boot's starts are not done with" test ! -e "$stamp"
start_daemon
wait_for "the next one is done with them" test -e "$stamp"
ok "and has started the one that hung" active
not_ok "but not what was stopped" test -e "/sys/bus/mdev/devices/$second"
ok "destroy" v nodedev-destroy "$mdev"
ok "undefine the one elsewhere" v nodedev-undefine "$other_mdev"
ok "undefine the first one" v nodedev-undefine "$mdev"
stop_daemon

# --- whose sockets -----------------------------------------------------------

served_at() { # PATH COMMAND...
  at=$1
  shift
  virsh -q -c "nodedev:///system?socket=$at" "$@"
}

# As a unit of systemd's has them: there before the daemon is, which the first client starts.
given=$work/given/virtnodedevd-sock
mkdir "$work/given"
# shellcheck disable=SC2046 # several
systemd-socket-activate $(env | sed -n 's/^\(LD_PRELOAD\|UMOCKDEV_DIR\|MOCK_[A-Z_]*\|[A-Z]*SAN_OPTIONS\)=.*/-E \1/p') \
  --listen="$given" --listen="$given-ro" "$VIRTCCWD" --root "$root" 2>> "$work/log" &
daemon=$!
wait_for "they are made" test -S "$given-ro"
ok "whoever comes first is served" served_at "$given" nodedev-info css_0_0_0313
refused "*read only access prevents*" "the read-only one is known by its name" \
  served_at "$given-ro" nodedev-destroy css_0_0_0313
stop_daemon
ok "sockets that it was given are left to systemd" test -S "$given"

# By itself, where clients look for them.
own=$root/run/libvirt/virtnodedevd-sock
mkdir -p "$root/run/libvirt"
"$VIRTCCWD" --root "$root" 2>> "$work/log" &
daemon=$!
wait_for "it answers where clients look" served_at "$own" uri
refused "*read only access prevents*" "and beside that for reading" \
  served_at "$own-ro" nodedev-destroy css_0_0_0313
stop_daemon

# --- the program -------------------------------------------------------------

ok "--version" "$VIRTCCWD" --version
like "$output" "virtccwd [0-9]*.[0-9]*" "tells the version"
ok "--help" "$VIRTCCWD" --help
not_ok "settings that are not there" "$VIRTCCWD" --root "$root" --config "$work/none.conf"
like "$output" "virtccwd: $work/none.conf: No such file*" "are named"
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
