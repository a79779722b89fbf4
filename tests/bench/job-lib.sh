# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For jobs in the lab's machine that measure the drivers in /lab/drivers, a folder
# for each. Needs lib.sh of tests/lab/guest.

readonly RESULTS=/lab/results
readonly UUID=7e270a25-e163-4922-af60-757fc8ed48c6

load_driver() {
  local module

  for module in mdev vfio_ccw; do
    [ ! -e "/lab/drivers/$1/$module.ko" ] || insmod "/lab/drivers/$1/$module.ko"
  done
}

unload_driver() {
  rmmod vfio_ccw
  [ ! -e /sys/module/mdev ] || rmmod mdev
}

# with_driver DRIVER SUBCHANNEL COMMAND...: runs COMMAND while DRIVER has the
# subchannel with the mediated device $UUID and the machine is quiet otherwise.
with_driver() {
  local subchannel=$2

  load_driver "$1"
  shift 2
  bind_vfio "$subchannel"
  create_mdev "$subchannel" "$UUID"
  settle_udev
  sleep 3
  "$@"
  remove_mdev "$UUID"
  give_back "$subchannel"
  unload_driver
}

# leave_status STATUS: the last thing a job does.
leave_status() {
  echo "$1" > "$RESULTS/status"
  [ "$1" -eq 0 ] || dmesg | tail -n 50
  [ ! -e /lab/system/deliver ] || (cd "$RESULTS" && /lab/system/deliver ./*)
}

exec > "$RESULTS/log" 2>&1
trap 'leave_status $?' EXIT
