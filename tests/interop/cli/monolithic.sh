#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# virt-ccw pass and give-back with a stock monolithic libvirtd, which serves node devices itself
# and calls mdevctl, which calls our callout. In the mounted mock machine, for libvirtd does not
# run behind umockdev's library, and with folders of its own.

if [ "${1-}" != --inside ]; then
  if ! unshare -m true 2> /dev/null || [ ! -x /usr/sbin/libvirtd ] || [ ! -d /etc/mdevctl.d ]; then
    echo "1..0 # SKIP needs root, a stock libvirtd and mdevctl"
    exit
  fi
  exec "$MOCK_MACHINE" --mount sh "$0" --inside
fi

# shellcheck source=../nodedev/lib.sh
. "$(dirname "$0")/../nodedev/lib.sh"
# shellcheck source=words.sh
. "$(dirname "$0")/words.sh"
# shellcheck source=domain.sh
. "$(dirname "$0")/domain.sh"

# own FOLDER...: are empty from now on, and go with this namespace.
own() {
  for folder; do
    mount -t tmpfs none "$folder" || bail "no $folder of our own"
  done
}

# Not the machine's own: what libvirtd runs asks the mock machine's kernel.
prepare_libvirtd() {
  mkdir "$work/up" "$work/drivers"
  for driver in nodedev qemu; do
    ln -s "/usr/lib/$(gcc -print-multiarch)/libvirt/connection-driver/libvirt_driver_$driver.so" \
      "$work/drivers/"
  done
  printf '%s = "%s"\n' unix_sock_dir "$work/up" auth_unix_rw none auth_unix_ro none \
    > "$work/libvirtd.conf"
}

libvirtd=
start_libvirtd() {
  LIBVIRT_DRIVER_DIR=$work/drivers /usr/sbin/libvirtd -f "$work/libvirtd.conf" \
    --pid-file "$work/libvirtd.pid" --timeout 600 > "$work/log" 2>&1 &
  libvirtd=$!
  wait_for "libvirtd answers" virsh -q -c "$monolithic_uri" uri || bail_out
}

stop_libvirtd() {
  [ -n "$libvirtd" ] || return 0
  kill "$libvirtd"
  wait "$libvirtd"
  libvirtd=
}
at_end stop_libvirtd

# libvirtd's own user, which Debian's package of its service would have made.
add_user() { # NAME
  for table in passwd group; do
    cp "/etc/$table" "$work/$table"
    echo "$1:x:64055:$([ $table = group ] || echo '64055::/:/usr/sbin/nologin')" >> "$work/$table"
    mount --bind "$work/$table" "/etc/$table"
  done
}

monolithic_uri="qemu:///system?socket=$work/up/libvirt-sock"
own /run /var/lib /var/cache /var/log /etc/mdevctl.d /etc/libvirt
printf 'user = "root"\ngroup = "root"\nsecurity_driver = "none"\n' > /etc/libvirt/qemu.conf
mkdir -p /etc/mdevctl.d/scripts.d/callouts /etc/mdevctl.d/scripts.d/notifiers
ln -s "$CALLOUT" /etc/mdevctl.d/scripts.d/callouts/virt-ccw
chmod 755 "$work"
id libvirt-qemu > /dev/null 2>&1 || add_user libvirt-qemu
before=$(host_state)

prepare_libvirtd
start_libvirtd
pass_with_domain "$monolithic_uri"
is "$(host_state)" "$before" "the host is as it was"

machine "ipl 0.0.2b09"
cli pass 2b09 --uuid "$uuid"
done_with 3 "device 0.0.2b09 is in use: the system was started from it" "a disk that is used"
is "$(host_state)" "$before" "stays with the host"

# --- what the doctor says of it ----------------------------------------------

# serve NAME SOCKET: it is as if the daemon at SOCKET had NAME in /run/libvirt.
serve() {
  mkdir -p "$root/run/libvirt"
  for kind in "" -ro; do
    ln -sf "$2$kind" "$root/run/libvirt/$1-sock$kind"
  done
}

# take_slot: as far as virt-ccw-slot(8) leaves files; systemd starts what is to run behind.
drop_ins=$root/etc/systemd/system/virtccwd.service.d
take_slot() {
  mkdir -p "$drop_ins"
  ln -s /usr/share/virt-ccw/behind.conf "$drop_ins/"
}

doctor_says() { # TEXT
  output=$("$VIRT_CCW" doctor --root "$root" 2>&1 | grep -A 1 -e " libvirt: " -e mdevctl)
  # shellcheck disable=SC2254 # a pattern is what $1 is
  case $output in
    *$1*) ;;
    *)
      echo "$output"
      return 1
      ;;
  esac
}

# doctor TEXT NAME: that is among what he says of libvirt and mdevctl, of which the root has none;
# before long, for libvirtd learns by udev what devices there are.
doctor() {
  wait_for "doctor: $2" doctor_says "$1" && report 0 "doctor: $2"
}

# One that has seen an mdev come and go at once may still show it, when all is slow.
stop_libvirtd
start_libvirtd
serve libvirt "$work/up/libvirt-sock"
doctor "ok *libvirt is monolithic*
ok *libvirtd shows 7 subchannels and 0 mediated devices*
warning *mdevctl is not installed: libvirtd makes no*
 *install mdevctl" "a monolithic host"
take_slot
doctor "warning *place of virtnodedevd, but libvirtd is used*
 *virt-ccw-slot leave*" "a monolithic host where the slot is taken"
rm "$drop_ins/behind.conf"

# The qemu and node-device drivers of libvirtd are those of the modular daemons.
rm "$root"/run/libvirt/*
serve virtqemud "$work/up/libvirt-sock"
doctor "ok *libvirt is modular*
problem *nobody serves node devices to virtqemud*
 *virt-ccw-slot take && systemctl enable --now virtccwd.socket *virtccwd.service*" "a modular host without node devices"
serve virtnodedevd "$work/up/libvirt-sock"
doctor "warning *node devices are served by libvirt's own daemon, not by virtccwd*
 *virt-ccw-slot take*
ok *it shows 7 subchannels" "a modular host with libvirt's node devices"
start_daemon
serve virtnodedevd "$socket"
doctor "ok *libvirt is modular*
ok *virtccwd * serves node devices
warning *which does not run behind it*
 *virt-ccw-slot take*
ok *it shows 7 subchannels*
ok *mdevctl is not installed: virtccwd needs no callout" "a modular host with virtccwd"
take_slot
doctor "warning *should run behind virtccwd, does not answer*
 *systemctl status virtccwd-behind.service*" "when that is to run behind it, and does not"
mkdir "$root/run/virtccwd-behind"
ln -s "$work/up/libvirt-sock" "$root/run/virtccwd-behind/virtnodedevd-sock"
doctor "ok *virtccwd * serves node devices
ok *libvirt's own daemon runs behind it*
ok *it shows 7 subchannels" "with libvirt's own behind it"
stop_daemon
doctor "problem *nobody serves node devices to virtqemud" "a modular host without it again"

done_testing
