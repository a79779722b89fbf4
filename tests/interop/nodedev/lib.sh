# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# shellcheck disable=SC2034 # some of its variables are for the tests
#
# For tests of virtccwd with stock virsh in the mock machine: checks that print
# TAP, a daemon on a root of its own, and how to ask it.
#
# In the environment: VIRTCCWD and MOCK_MACHINE, the programs; the test runs
# within `mock-machine`.

set -u

here=$(dirname "$0")
# shellcheck source=../../tap.sh
. "$here/../../tap.sh"
work=$(mktemp -d)
socket=$work/sock
root=$work/root
store=$root/etc/mdevctl.d
uri="nodedev:///system?socket=$socket"
daemon=

# The mdev of most tests, on the terminal's subchannel.
uuid=d3b07384-d9a0-4c9b-8f3e-5a1c0de0c0de
mdev=mdev_d3b07384_d9a0_4c9b_8f3e_5a1c0de0c0de_0_0_0313

# --- checks ------------------------------------------------------------------

# refused PATTERN NAME COMMAND...: fails with status 1 and says something like PATTERN.
refused() {
  pattern=$1
  name=$2
  shift 2
  output=$("$@" 2>&1)
  status=$?
  if [ $status -ne 1 ]; then
    report 1 "$name"
    diag "status $status of: $*
$output"
  else
    like "$output" "$pattern" "$name"
  fi
}

# --- the daemon --------------------------------------------------------------

# wait_for NAME COMMAND...: until COMMAND succeeds, for three minutes at least.
wait_for() {
  name=$1
  shift
  tries=0
  until "$@" > "$work/wait" 2>&1; do
    tries=$((tries + 1))
    if [ $tries -gt 1800 ]; then
      report 1 "$name"
      diag "never succeeded: $*
$(cat "$work/wait")"
      return 1
    fi
    sleep 0.1
  done
}

# start_daemon [OPTION...]: answers on return.
start_daemon() {
  "$VIRTCCWD" --socket "$socket" --socket-ro "$socket-ro" --root "$root" "$@" 2>> "$work/log" &
  daemon=$!
  wait_for "the daemon answers" v uri || bail_out
}

# stop_daemon: and reports how it ended.
stop_daemon() {
  [ -n "$daemon" ] || return 0
  kill -TERM "$daemon" 2> /dev/null
  wait "$daemon"
  is "$?" 0 "the daemon ends well when told to"
  daemon=
  ! grep -E 'Sanitizer|runtime error|CRITICAL' "$work/log" > "$work/faults"
  report $? "and has found no fault in itself"
  [ ! -s "$work/faults" ] || diag "$(cat "$work/log")"
}

bail_out() {
  echo "Bail out! $(tail -n 5 "$work/log")"
  exit 1
}

at_end 'rm -rf "$work"'
at_end stop_daemon

# v ARGUMENT...: virsh, connected.
v() {
  virsh -q -c "$uri" "$@"
}

# --- the machine -------------------------------------------------------------

# machine VERB: something happens to the machine.
machine() {
  "$MOCK_MACHINE" --control "$1"
}

driver_of() { # SUBCHANNEL
  link=$(readlink "/sys/bus/css/devices/$1/driver") && basename "$link"
}

# host_state: everything the daemon could change on the host and in the store.
host_state() {
  for subchannel in /sys/bus/css/devices/*; do
    id=$(basename "$subchannel")
    echo "$id driver=$(driver_of "$id") override=$(cat "$subchannel/driver_override" 2> /dev/null)"
  done
  for device in /sys/bus/ccw/devices/*; do
    echo "$(basename "$device") online=$(cat "$device/online")"
  done
  ls /sys/bus/mdev/devices 2> /dev/null
  [ ! -d "$store" ] || (cd "$store" && find . -type f -exec sha256sum {} + | sort)
}

# mdev_xml [UUID] [PARENT] [TYPE]: device XML, in $work/mdev.xml.
mdev_xml() {
  cat > "$work/mdev.xml" << EOF
<device>
  <parent>${2-css_0_0_0313}</parent>
  <capability type='mdev'>
    <type id='${3-vfio_ccw-io}'/>
    <uuid>${1-$uuid}</uuid>
  </capability>
</device>
EOF
}
