# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# For tests in the lab's machine: checks that print TAP (tests/tap.sh), and the
# verbs of the machine. See README.md.

# shellcheck source=../../tap.sh
. /lab/guest/tap.sh

# wait_for SECONDS COMMAND...: until COMMAND succeeds; fails when time is up, which is no less than
# a minute: an emulated machine may stand still for long where others want the processor, too.
wait_for() {
  patience=$1
  shift
  [ "$patience" -ge 60 ] || patience=60
  try_for "$patience" "$@"
}

# try_for SECONDS COMMAND...: the same, for those who do something else when it has not succeeded.
try_for() {
  tries=$(($1 * 10))
  shift
  until "$@" > /dev/null 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 0.1
  done
}

# --- the channel subsystem ------------------------------------------------

# subchannel_of BUS_ID: the subchannel of a device by its device number (it has
# one even while no driver is bound), such as 0.0.0003 for 0.0.000a.
subchannel_of() {
  for folder in /sys/bus/css/devices/0.*; do
    if [ "$(cat "$folder/dev_busid" 2> /dev/null)" = "$1" ]; then
      basename "$folder"
      return 0
    fi
  done
  return 1
}

# driver_of SUBCHANNEL: its driver's name; empty where it has none.
driver_of() {
  [ ! -e "/sys/bus/css/devices/$1/driver" ] ||
    basename "$(readlink "/sys/bus/css/devices/$1/driver")"
}

# bind_vfio SUBCHANNEL: takes it from its driver and gives it to vfio_ccw.
bind_vfio() {
  echo vfio_ccw > "/sys/bus/css/devices/$1/driver_override" &&
    rebind "$1"
}

# settle_udev: until udev has done all that it knows of. On a slow machine its daemon may hang up
# on who waits.
settle_udev() {
  udevadm settle || udevadm settle || udevadm settle
}

# give_back SUBCHANNEL: returns it to the driver it belongs to.
give_back() {
  echo > "/sys/bus/css/devices/$1/driver_override" &&
    rebind "$1"
}

rebind() {
  [ ! -e "/sys/bus/css/devices/$1/driver" ] ||
    echo "$1" > "/sys/bus/css/devices/$1/driver/unbind" || return 1
  echo "$1" > /sys/bus/css/drivers_probe || return 1
  settle_udev
}

# create_mdev SUBCHANNEL UUID
create_mdev() {
  echo "$2" > "/sys/bus/css/devices/$1/mdev_supported_types/vfio_ccw-io/create"
}

# remove_mdev UUID
remove_mdev() {
  echo 1 > "/sys/bus/mdev/devices/$1/remove"
}

# --- hot-plug -------------------------------------------------------------

# qmp COMMAND [ARGUMENTS]: has the machine's monitor carry out a QMP command,
# ARGUMENTS being a JSON object; prints the answer, fails on an error.
qmp() {
  exec 9<> /dev/virtio-ports/qmp
  printf '{"execute":"qmp_capabilities","id":"hello"}{"execute":"%s","arguments":%s,"id":"asked"}\n' \
    "$1" "${2:-"{}"}" >&9
  answer=""
  while read -r answer <&9; do
    case $answer in *'"id": "asked"'*) break ;; esac
  done
  exec 9>&-
  printf '%s\n' "$answer"
  case $answer in *'"error"'*) return 1 ;; esac
}

# plug ID BUS_ID: adds a virtio random number generator as device BUS_ID, such
# as 0.0.0310, and waits until Linux has it.
plug() {
  qmp device_add "{\"driver\":\"virtio-rng-ccw\",\"rng\":\"random\",\"id\":\"$1\",\"devno\":\"fe.${2#*.}\"}" \
    > /dev/null && wait_for 10 subchannel_of "$2" && settle_udev
}

is_gone() {
  ! subchannel_of "$1" > /dev/null
}

# unplug ID BUS_ID: takes a device away, and waits until Linux has noticed.
unplug() {
  qmp device_del "{\"id\":\"$1\"}" > /dev/null && wait_for 10 is_gone "$2" && settle_udev
}

# --- nested guests --------------------------------------------------------

# The emulators a nested guest can have: of Debian 13, and of Debian 12.
EMULATORS="10 7.2"

# prepare_mdev BUS_ID UUID: a mediated device on BUS_ID, until the test ends.
prepare_mdev() {
  prepared=$(subchannel_of "$1") && bind_vfio "$prepared" && create_mdev "$prepared" "$2" &&
    at_end "remove_mdev $2 2> /dev/null; give_back $prepared 2> /dev/null"
}

# vfio_device DEVNO UUID: the options that give the mediated device to a guest.
vfio_device() {
  printf '%s\n' "-device vfio-ccw,devno=$1,sysfsdev=/sys/bus/mdev/devices/$2"
}

# nested_guest EMULATOR OPTION...: runs the guest of bare-guest/ and prints what
# it prints. It is switched off after a minute.
nested_guest() {
  emulator=qemu-system-s390x
  [ "$1" = 10 ] || emulator=/lab/qemu-$1/qemu-system-s390x
  shift
  timeout 60 "$emulator" -machine s390-ccw-virtio -accel tcg,tb-size=64 -cpu max -m 64M \
    -nodefaults -no-user-config -display none -serial stdio -kernel /lab/guests/bare-guest "$@" \
    < /dev/null 2>&1
}

# guest_checks NAME FILE: counts what a nested guest has checked as our own
# checks, called NAME; it must have come to its end.
guest_checks() {
  while read -r line; do
    case $line in
      "ok "*) report 0 "$1: ${line#ok }" ;;
      "not ok "*) report 1 "$1: ${line#not ok }" ;;
    esac
  done < "$2"
  grep -q '^bare guest: done$' "$2"
  finished=$?
  report "$finished" "$1: the guest comes to its end"
  [ "$finished" -eq 0 ] || diag "$(cat "$2")"
}

# --- the 3270's screen ----------------------------------------------------

SCREEN=/tmp/screen

# screen_port: the TCP port, on the loopback interface of the machine that
# emulates this one, where a TN3270 client finds the screen of 0.0.000a.
screen_port() {
  qmp query-chardev | sed -n 's/.*tcp:127.0.0.1:\([0-9]*\).*/\1/p'
}

# open_screen [SECONDS]: somebody sits down at the terminal 0.0.000a, for so
# long (60). What appears on the screen is added to the file $SCREEN, see
# terminal/terminal.c. The way there leads out of the machine and in again: a
# serial port that the monitor connects with the terminal's TN3270 server.
open_screen() {
  port=$(screen_port)
  [ -n "$port" ] || return 1
  qmp chardev-add "{\"id\":\"screen\",\"backend\":{\"type\":\"socket\",\"data\":{\"server\":false,\"addr\":{\"type\":\"inet\",\"data\":{\"host\":\"127.0.0.1\",\"port\":\"$port\"}}}}}" > /dev/null &&
    qmp device_add '{"driver":"virtserialport","chardev":"screen","name":"screen","id":"screen"}' > /dev/null ||
    return 1
  at_end close_screen
  wait_for 10 test -e /dev/virtio-ports/screen || return 1
  : > "$SCREEN"
  terminal /dev/virtio-ports/screen "${1:-60}" >> "$SCREEN" 2>&1 &
  wait_for 10 grep -q connected "$SCREEN"
}

close_screen() {
  qmp device_del '{"id":"screen"}' > /dev/null || return 0
  wait_for 10 qmp chardev-remove '{"id":"screen"}'
}

# --- virtccwd -------------------------------------------------------------

NODEDEV_SOCKET=/run/libvirt/virtnodedevd-sock
NODEDEV_URI="nodedev:///system?socket=$NODEDEV_SOCKET"
NODEDEV_LOG=/tmp/virtccwd.log

# confined COMMAND...: with the capabilities that virtccwd's unit leaves it.
confined() {
  unit=/usr/lib/systemd/system/virtccwd.service
  capabilities=$(sed -n 's/^CapabilityBoundingSet=//p' $unit | tr 'A-Z ' 'a-z,' | sed 's/cap_/+/g')
  exec setpriv --no-new-privs --bounding-set="-all,$capabilities" --inh-caps=-all "$@"
}

# start_virtccwd [OPTION...]: until it takes connections; it is stopped when
# the test ends. Its log is $NODEDEV_LOG, its process $virtccwd.
start_virtccwd() {
  confined virtccwd --socket "$NODEDEV_SOCKET" --upstream none "$@" > "$NODEDEV_LOG" 2>&1 &
  virtccwd=$!
  at_end stop_virtccwd
  wait_for 10 virsh -c "$NODEDEV_URI" nodedev-list
}

stop_virtccwd() {
  [ -z "$virtccwd" ] || kill "$virtccwd" 2> /dev/null || true
  [ -z "$virtccwd" ] || wait "$virtccwd" 2> /dev/null || true
  virtccwd=""
}

# nodedev COMMAND...: stock virsh, connected to virtccwd.
nodedev() {
  virsh -q -c "$NODEDEV_URI" "$@"
}

# --- documents --------------------------------------------------------------

# follow PAGE...: of docs/; each of its commands is a check, and so is what it shows.
follow() {
  for page in "$@"; do
    adopt "$page" env SCENE=/lab/guest/scene bash /lab/guest/follow "/lab/docs/$page"
  done
}
