#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Folders that are full, read-only or gone: what cannot be kept is refused, and nothing is lost.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

mounted=

# small_disk FOLDER: a file system of its own, below the daemon's root.
small_disk() {
  mkdir -p "$root/$1"
  mount -t tmpfs -o size=64k none "$root/$1" 2> "$work/mount" || return 1
  mounted="$root/$1 $mounted"
}

unmount_all() {
  for folder in $mounted; do
    umount -l "$folder"
  done
}
at_end unmount_all

fill() { # FOLDER
  dd if=/dev/zero of="$root/$1/filler" bs=1k count=64 2> /dev/null
}

other=11111111-2222-4333-8444-555555555555

if ! small_disk etc || ! small_disk run; then
  skip 1 "no file systems to be had here: $(cat "$work/mount")"
  done_testing
  exit
fi
start_daemon
before=$(host_state)
mdev_xml
ok "define" v nodedev-define "$work/mdev.xml"
defined=$(host_state)

# --- definitions -------------------------------------------------------------

fill etc
mdev_xml "$other" css_0_0_0314
refused "*No space left*" "a definition that has no room" v nodedev-define "$work/mdev.xml"
refused "*No space left*" "autostart that has none" v nodedev-autostart "$mdev"
is "$(host_state)" "$defined" "what was defined is as it was"
ok "start" v nodedev-start "$mdev"
ok "destroy" v nodedev-destroy "$mdev"
rm "$root/etc/filler"
ok "there is room again" v nodedev-autostart "$mdev"
ok "for another, too" v nodedev-define "$work/mdev.xml"
ok "undefine that" v nodedev-undefine "mdev_$(echo "$other" | tr - _)_0_0_0314"

mount -o remount,ro "$root/etc"
refused "*Read-only*" "define when all is read-only" v nodedev-define "$work/mdev.xml"
refused "*Read-only*" "undefine" v nodedev-undefine "$mdev"
ok "start" v nodedev-start "$mdev"
ok "destroy" v nodedev-destroy "$mdev"
mount -o remount,rw "$root/etc"
ok "undefine" v nodedev-undefine "$mdev"
is "$(host_state)" "$before" "the host is as it was"

# --- what is to be given back ------------------------------------------------

fill run
mdev_xml
refused "*No space left*" "create that could not be undone" v nodedev-create "$work/mdev.xml"
is "$(host_state)" "$before" "the host is as it was"
rm "$root/run/filler"

# --- what devices definitions are for ----------------------------------------

rm -rf "${root:?}/var"
ok "define without a folder for its note" v nodedev-define "$work/mdev.xml"
ok "makes one" test -e "$root/var/lib/virt-ccw/identities/0.0.0313/$uuid"
ok "undefine" v nodedev-undefine "$mdev"
is "$(host_state)" "$before" "the host is as it was"

small_disk var
note=$root/var/lib/virt-ccw/identities/0.0.0313/$uuid
ok "define" v nodedev-define "$work/mdev.xml"
defined=$(host_state)
rm "$note"
fill var
refused "*No space left*" "define again without room for the note" \
  v nodedev-define "$work/mdev.xml"
is "$(host_state)" "$defined" "the former definition stays"
ok "undefine" v nodedev-undefine "$mdev"
refused "*No space left*" "define without room for the note" v nodedev-define "$work/mdev.xml"
is "$(host_state)" "$before" "is undone"

# Its kind shows only before it is taken.
mkdir "$root/etc/mdevctl.d/0.0.0440"
echo '{ "mdev_type": "vfio_ccw-io", "start": "auto", "attrs": [] }' \
  > "$root/etc/mdevctl.d/0.0.0440/$uuid"
mdev=mdev_$(echo "$uuid" | tr - _)_0_0_0440
wait_for "the daemon has seen it" v nodedev-dumpxml "$mdev"
machine "plug 0.0.0440 0.0.2b0d dasd"
ok "a device comes while its note has no room" \
  wait_for "active" test -e "/sys/bus/mdev/devices/$uuid"
ok "which is told" grep -q "$mdev cannot follow its device: .*No space left" "$work/log"
rm "$root/var/filler"
ok "destroy" v nodedev-destroy "$mdev"
ok "its kind is noted when there is room" \
  wait_for "noted" grep -q "^cutype=3990" "$root/var/lib/virt-ccw/identities/0.0.0440/$uuid"
ok "undefine" v nodedev-undefine "$mdev"

done_testing
