#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Stock mdevctl with our callout: what it starts on a subchannel has vfio_ccw first, and what it
# stops is the host's again.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

ln -s "$CALLOUT" "$store/scripts.d/callouts/virt-ccw"
machine "online 0.0.2b09 1"

# The mock machine's sysfs, and the definitions without what mdevctl came with.
state() {
  whole_state | grep -v scripts.d
}
before=$(state)

as_before() { # NAME
  is "$(state)" "$before" "$1"
}

# refused_define PATTERN NAME TYPE PARENT
refused_define() {
  fails_with 1 "*$1*" "$2" mdevctl define -u "$disk_uuid" -p "$4" -t "$3"
}

# --- define ------------------------------------------------------------------

right="use 'vfio_ccw-io'"
refused_define "$right" "a slip of the type" vfio-ccw_io $disk
refused_define "$right" "the name of the driver" vfio_ccw $disk
refused_define "$right" "a type of others on a subchannel" i915-GVTg_V5_4 $disk
refused_define "use '$disk'" "a parent as libvirt names it" vfio_ccw-io css_0_0_0314
refused_define "use '$disk'" "a parent without its zeros" vfio_ccw-io 0.0.314
refused_define "use '$disk'" "a parent by its device number" vfio_ccw-io 0.0.2b09
refused_define "use '$disk'" "a parent by its device, as libvirt names it" vfio_ccw-io ccw_0_0_2b09
refused_define "no subchannel of this host" "a parent that is not there" vfio_ccw-io 0.0.4711
refused_define "no subchannel of this host" "another kind of parent" vfio_ccw-io 0000:00:02.0
refused_define "no device on subchannel" "a subchannel without a device" vfio_ccw-io 0.0.0315
refused_define "not an I/O subchannel" "a subchannel of another type" vfio_ccw-io 0.0.ff00
as_before "nothing was defined"
ok "others may have other types elsewhere" \
  mdevctl define -u "$other_uuid" -p 0000:00:02.0 -t i915-GVTg_V5_4
ok "which are theirs" mdevctl undefine -u "$other_uuid"
rmdir "$store/0000:00:02.0"
as_before "and gone"

ok "define" mdevctl define -u "$disk_uuid" -p $disk -t vfio_ccw-io
note=$root/var/lib/virt-ccw/identities/$disk/$disk_uuid
like "$(cat "$note")" "*number=0.0.2b09*cutype=3990/*" "notes for which device"
defined=$(state)

as_defined() { # NAME
  is "$(state)" "$defined" "$1"
}

# --- start and stop ----------------------------------------------------------

ok "start" mdevctl start -u "$disk_uuid"
is "$output" "" "says nothing"
ok "the mdev is there" is_active "$disk_uuid"
is "$(driver_of $disk)" vfio_ccw "on a subchannel that was bound"
like "$(mdevctl list)" "$disk_uuid $disk vfio_ccw-io manual (defined)*" "mdevctl lists it"
like "$(mdevctl list --dumpjson)" "*\"mdev_type\": \"vfio_ccw-io\"*" "in JSON, too"
fails_with 1 "*exists already*" "start again" mdevctl start -u "$disk_uuid"
ok "it is still there" is_active "$disk_uuid"
machine "open 4711 qemu-system-s39 /dev/vfio/0"
fails_with 1 "*qemu-system-s39 (process 4711) has /dev/vfio/0 open*" "stop while a guest has it" \
  mdevctl stop -u "$disk_uuid"
ok "it is still there" is_active "$disk_uuid"
machine "close 4711"

# libvirt has it open, to keep guests off, while the mdevctl that it started stops it.
stop_for() { # PROCESS
  (
    read -r process < "$work/process"
    machine "parent $process $1"
    echo go > "$work/go"
  ) &
  sh -c 'echo $$ > "$1/process"; read -r go < "$1/go"; exec mdevctl stop -u "$2"' \
    - "$work" "$disk_uuid"
}

mkfifo "$work/process" "$work/go"
machine "open 4711 libvirtd /dev/vfio/0"
fails_with 1 "*libvirtd (process 4711) has *" "stop for somebody else" stop_for 4712
ok "stop for the one that has it" stop_for 4711
machine "close 4711"
as_defined "gives back driver, override and online state"

ok "start what is not defined" mdevctl start -u "$terminal_uuid" -p $terminal -t vfio_ccw-io
is "$(driver_of $terminal)" vfio_ccw "binds, too"
ok "stop" mdevctl stop -u "$terminal_uuid"
as_defined "gives back"

define $disk "$disk_uuid"
sed -i 's/manual/auto/' "$store/$disk/$disk_uuid"
ok "what starts by itself, as udev asks for it" mdevctl start-parent-mdevs $disk
ok "is started" is_active "$disk_uuid"
ok "and once more, as udev does when vfio_ccw has it" mdevctl start-parent-mdevs $disk
ok "stays so" is_active "$disk_uuid"
ok "stop" mdevctl stop -u "$disk_uuid"
define $disk "$disk_uuid"
as_defined "gives back"

# --- refusals ----------------------------------------------------------------

start_refused() { # PATTERN NAME
  fails_with 1 "*$1*" "$2" mdevctl start -u "$disk_uuid"
  as_defined "$2: changes nothing"
}

machine "open 4711 fio /dev/dasda"
start_refused "0.0.2b09 is in use: *fio*" "a device that the host uses"
machine "close 4711"
machine "driver vfio_ccw 0"
start_refused "modprobe vfio_ccw" "a kernel without the driver"
machine "driver vfio_ccw 1"
for order in online unbind driver_override bind create; do
  machine "fail $order 5 1"
  start_refused "Input/output error" "a kernel that fails at $order"
done
machine "fail create 5 1"
machine "fail vfio_ccw/unbind 5 1"
fails_with 1 "*" "a kernel that fails at create and at giving back" mdevctl start -u "$disk_uuid"
ok "is put in order by the next start" mdevctl start -u "$disk_uuid"
ok "stop" mdevctl stop -u "$disk_uuid"
as_defined "gives back"

machine "uid 0.0.2b09 IBM.750000000DK731.e905.10"
ok "define anew" sh -c "mdevctl undefine -u $disk_uuid && mdevctl define -u $disk_uuid -p $disk -t vfio_ccw-io"
machine "uid 0.0.2b09 IBM.750000000DK731.e905.11"
fails_with 1 "*not the one that was meant*" "another device under its number" \
  mdevctl start -u "$disk_uuid"

# --- cut short ---------------------------------------------------------------

ok "undefine" mdevctl undefine -u "$disk_uuid"
not_ok "forgets for which device" test -e "$note"
ok "define" mdevctl define -u "$disk_uuid" -p $disk -t vfio_ccw-io

# The callout is killed at each of its writes: mdevctl takes that for no objection, and fails or not
# by itself; what is left is put in order by a later stop, or start and stop.
n=0
for fate in kill orphan; do
  n=0
  while [ $n -lt 12 ]; do
    n=$((n + 1))
    machine "at $n $fate"
    mdevctl start -u "$disk_uuid" > "$work/out" 2>&1
    machine "at 0 $fate"
    is_active "$disk_uuid" || ok "$fate at step $n: start" mdevctl start -u "$disk_uuid"
    ok "$fate at step $n: stop" mdevctl stop -u "$disk_uuid"
    callout post stop success $disk "$disk_uuid"
    as_defined "$fate at step $n: gives back"
  done
done

# --- the daemon beside -------------------------------------------------------

start_daemon
disk_mdev=$(mdev_name "$disk_uuid" $disk)
ok "mdevctl starts" mdevctl start -u "$disk_uuid"
wait_for "the daemon sees it" sh -c "virsh -q -c '$uri' nodedev-info $disk_mdev | grep -q 'Active: *yes'"
ok "the daemon destroys it" v nodedev-destroy "$disk_mdev"
ok "mdevctl starts it again" mdevctl start -u "$disk_uuid"
ok "mdevctl stops it" mdevctl stop -u "$disk_uuid"
as_defined "which gives it back"
ok "the daemon starts it" v nodedev-start "$disk_mdev"
ok "mdevctl stops it" mdevctl stop -u "$disk_uuid"
as_defined "which gives it back"
ok "the daemon starts it" v nodedev-start "$disk_mdev"
ok "and destroys it" v nodedev-destroy "$disk_mdev"
is "$(driver_of $disk)" vfio_ccw "which keeps the subchannel for it"
machine "fail create 5 1"
not_ok "mdevctl fails to start it" mdevctl start -u "$disk_uuid"
is "$(driver_of $disk)" vfio_ccw "which leaves the subchannel as it was"
ok "mdevctl starts it" mdevctl start -u "$disk_uuid"
ok "and stops it" mdevctl stop -u "$disk_uuid"
as_defined "which gives it back"
stop_daemon

done_testing
