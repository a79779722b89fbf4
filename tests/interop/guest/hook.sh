#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The hook of libvirt's QEMU driver: devices are there when a domain starts, and the host's when it
# has ended, whatever happens between.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

define $terminal "$terminal_uuid"
define $disk "$disk_uuid"
machine "online 0.0.2b09 1"
before=$(whole_state)

as_before() { # NAME
  is "$(whole_state)" "$before" "$1"
}

# --- a domain's life ---------------------------------------------------------

ok "prepare" prepare "$terminal_uuid" "$disk_uuid"
is "$output" "" "says nothing, which leaves the domain's XML as it is"
ok "the mdevs are active" is_active "$terminal_uuid"
ok "both" is_active "$disk_uuid"
is "$(driver_of $disk)" vfio_ccw "on subchannels that were bound"
for operation in "start begin" "started begin" "reconnect begin" "stopped end" "restore begin" \
    "migrate begin" "attach begin"; do
  during=$(whole_state)
  # shellcheck disable=SC2086 # two words
  ok "$operation" hook $operation "$domain_uuid" "$terminal_uuid" "$disk_uuid"
  is "$output$(whole_state)" "$during" "changes nothing"
done
ok "release" release
as_before "and all is as before"
ok "once more" release
as_before "does nothing"

ok "a domain of others" hook prepare begin "$other_uuid"
ok "ends" hook release end "$other_uuid"
as_before "without anything of us"

# --- only what it started ----------------------------------------------------

ok "prepare" prepare "$terminal_uuid"
ok "another domain with the same mdev" hook prepare begin "$other_uuid" "$terminal_uuid"
ok "which fails to start" hook release end "$other_uuid" "$terminal_uuid"
ok "leaves it to the first" is_active "$terminal_uuid"
ok "release" release
as_before "which gives it back"

ok "prepare" prepare "$terminal_uuid"
others_stop "$terminal_uuid"
others_start $terminal "$terminal_uuid"
ok "release" release
ok "what others started meanwhile is theirs" is_active "$terminal_uuid"
ok "prepare, with an mdev that is active" prepare "$terminal_uuid"
ok "release" release
ok "leaves it active" is_active "$terminal_uuid"
others_stop "$terminal_uuid"

ok "prepare, on a subchannel that has vfio_ccw" prepare "$terminal_uuid"
ok "release" release
is "$(driver_of $terminal)" vfio_ccw "leaves it bound"
ok "until somebody gives it back" callout post stop success $terminal "$terminal_uuid"
as_before "all is as before"

ok "prepare" prepare "$terminal_uuid"
others_stop "$terminal_uuid"
ok "its subchannel is given back" callout post stop success $terminal "$terminal_uuid"
ok "mdevctl makes it ready for another mdev" callout pre start none $terminal "$other_uuid"
ok "release" release
is "$(driver_of $terminal)" vfio_ccw "leaves it ready"
ok "mdevctl fails" callout post start failure $terminal "$other_uuid"
as_before "all is as before"

mkdir -p "$root/run/virt-ccw/guests" # a hook died before its first change
printf '[guest]\ndomain=%s\nname=guest\nparent=%s\nkeep-bound=false\n' "$domain_uuid" $terminal \
  > "$root/run/virt-ccw/guests/$terminal_uuid"
ok "bind" callout pre start none $terminal "$terminal_uuid"
others_start $terminal "$terminal_uuid"
ok "release" release
ok "leaves what others started since" is_active "$terminal_uuid"
not_ok "and has forgotten what it was about to start" test -e "$root/run/virt-ccw/guests/$terminal_uuid"
others_stop "$terminal_uuid"
ok "give back" callout post stop success $terminal "$terminal_uuid"
as_before "all is as before"

ok "prepare" prepare "$terminal_uuid" "$disk_uuid"
ok "and again with one device less, as after a crash of libvirtd" prepare "$disk_uuid"
not_ok "that one was given back" is_active "$terminal_uuid"
ok "the other one stays" is_active "$disk_uuid"
ok "and again without any" prepare
as_before "all was given back"

ok "prepare" prepare "$terminal_uuid"
machine "open 4711 qemu-system-s39 /dev/vfio/0"
fails_with 3 "virt-ccw: could not stop *4711*" "release while a program has it" release
machine "close 4711"
ok "release again" release
as_before "all is as before"

# Detached from the one, attached to the other: libvirt calls no hook for either.
third_uuid=77777777-2222-3333-4444-555555555555
ok "prepare" prepare "$terminal_uuid"
machine "open 4711 qemu-system-s39 /dev/vfio/0"
fails_with 3 "virt-ccw: could not stop *4711*" "release while another domain has it" release
ok "another domain ends" hook release end "$third_uuid"
is "$output" "" "has nothing to say"
ok "it is still active" is_active "$terminal_uuid"
machine "close 4711"
ok "the domain that had it ends" hook release end "$other_uuid"
as_before "all is as before"

ok "prepare" prepare "$terminal_uuid"
machine "open 4711 qemu-system-s39 /dev/vfio/0"
fails_with 3 "virt-ccw: could not stop *4711*" "release while another domain has it" release
machine "close 4711"
ok "that starts with it, from now on" hook prepare begin "$other_uuid" "$terminal_uuid"
ok "a third one ends" hook release end "$third_uuid"
ok "it is still active" is_active "$terminal_uuid"
ok "the domain ends" hook release end "$other_uuid" "$terminal_uuid"
as_before "all is as before"

# There is a moment in which neither has it open.
ok "prepare" prepare "$terminal_uuid"
ok "another domain starts with it" hook prepare begin "$other_uuid" "$terminal_uuid"
ok "the domain it was detached from ends before the other one has opened it" release
ok "it is still active" is_active "$terminal_uuid"
ok "a third one starts with it, too" hook prepare begin "$third_uuid" "$terminal_uuid"
ok "which libvirt refuses" hook release end "$third_uuid" "$terminal_uuid"
ok "it is still active" is_active "$terminal_uuid"
ok "the other domain ends" hook release end "$other_uuid" "$terminal_uuid"
as_before "all is as before"
ok "prepare" prepare "$terminal_uuid"
ok "another domain starts with it" hook prepare begin "$other_uuid" "$terminal_uuid"
ok "which libvirt refuses, for it was not detached" hook release end "$other_uuid" "$terminal_uuid"
ok "it is still active" is_active "$terminal_uuid"
ok "the domain ends" release
as_before "all is as before"
ok "prepare" prepare "$terminal_uuid"
ok "another domain starts with it" hook prepare begin "$other_uuid" "$terminal_uuid"
# The first write that matters fails, and no other one.
release_unnoted() {
  for n in 1 2 3; do
    machine "at $n refuse"
    hook release end "$other_uuid" "$terminal_uuid" || return
    hook prepare begin "$other_uuid" "$terminal_uuid"
  done
}
fails_with 1 "*could not write *Input/output error*" "which is refused, and that cannot be noted" \
  release_unnoted
ok "a third one ends" hook release end "$third_uuid"
ok "it is still there for the domain, which has not opened it yet" is_active "$terminal_uuid"
ok "the domain ends" release
ok "the other domain starts without it, and that is noted" hook prepare begin "$other_uuid"
as_before "all is as before"

# An earlier start left what another domain has now.
ok "prepare" prepare "$terminal_uuid"
machine "open 4711 qemu-system-s39 /dev/vfio/0"
ok "and again without it, as after a crash of libvirtd" prepare
like "$output" "*$terminal_uuid, which domain guest-$domain_uuid had, stays: *4711*" "it stays"
machine "close 4711"
ok "the domain that had it ends" hook release end "$other_uuid"
as_before "all is as before"

# --- refusals ----------------------------------------------------------------

fails_with 4 "virt-ccw: mediated device $other_uuid is neither active nor defined*" \
  "an mdev that nobody knows" prepare "$terminal_uuid" "$disk_uuid" "$other_uuid"
as_before "takes none of the others"

# refused_by_state CODE PATTERN NAME: of the disk, the terminal before it.
refused_with() {
  fails_with "$1" "virt-ccw: $2" "$3" prepare "$terminal_uuid" "$disk_uuid"
  as_before "takes none of the others"
}

machine "open 4711 fio /dev/dasda"
refused_with 3 "*0.0.2b09 is in use: *fio*" "a device that the host uses"
machine "close 4711"
machine "driver vfio_ccw 0"
refused_with 1 "*no vfio_ccw driver*modprobe vfio_ccw*" "a kernel without the driver"
machine "driver vfio_ccw 1"
machine "override $disk other"
changed=$before
before=$(whole_state)
refused_with 1 "*reserved for driver other*" "a subchannel that is reserved"
echo > "/sys/bus/css/devices/$disk/driver_override"
before=$changed
as_before "all is as before"
for order in online unbind driver_override bind create; do
  # What takes a device from the host, the second one here: the terminal is offline already.
  machine "fail $order 5 1"
  refused_with 1 "*Input/output error*" "a kernel that fails at $order"
done
machine "fail guests/$disk_uuid 28 1"
refused_with 1 "*No space left on device*" "a disk that is full"

ok "an unreadable note is named" sh -c "mkdir -p $root/run/virt-ccw/guests; \
  echo nonsense > $root/run/virt-ccw/guests/$disk_uuid"
fails_with 1 "*virt-ccw: could not read */guests/$disk_uuid*" "and refuses the start" \
  prepare "$terminal_uuid" "$disk_uuid"
rm "$root/run/virt-ccw/guests/$disk_uuid"
as_before "all is as before"

for wrong in "<domain vfio-ccw" "<hostdev type='vfio-ccw'/>" \
    "<domain><uuid>vfio-ccw</uuid></domain>"; do
  echo "$wrong" > "$work/domain.xml"
  fails_with 2 "virt-ccw: *" "'$wrong'" "$HOOK" guest prepare begin - < "$work/domain.xml"
done
ok "--version" "$HOOK" --version
"$HOOK" > "$work/out" 2>&1
is "$?" 2 "no arguments"

done_testing
