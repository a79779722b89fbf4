# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh disable=SC2153,SC2154
#
# For tests run by ./run, which sets VIRTQEMUD: virtqemud whose node devices are virtccwd's.

# shellcheck source=../nodedev/lib.sh
. "$(dirname "$0")/../nodedev/lib.sh"

qemu_uri="qemu:///system?socket=$work/qemu/virtqemud-sock"
virtqemud=

q() { # virsh, connected to virtqemud
  virsh -q -c "$qemu_uri" "$@"
}

# start_virtqemud: on the real machine, with libvirt's folders of its own and our socket in the
# slot of the node-device daemon.
start_virtqemud() {
  mkdir "$work/qemu" "$work/drivers"
  ln -s "$VIRTQEMUD/libvirt_driver_qemu.so" "$work/drivers/"
  printf 'unix_sock_dir = "%s"\nauth_unix_rw = "none"\nauth_unix_ro = "none"\n' "$work/qemu" \
    > "$work/virtqemud.conf"
  chmod 755 "$work"
  # shellcheck disable=SC2016 # the inner shell's
  env -u LD_PRELOAD -u UMOCKDEV_DIR LIBVIRT_DRIVER_DIR="$work/drivers" \
    LD_LIBRARY_PATH="$VIRTQEMUD/lib" unshare -m sh -c '
    for folder in /run/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt; do
      mkdir -p $folder && mount -t tmpfs none $folder || exit 1
    done
    ln -s "$0" /run/libvirt/virtnodedevd-sock
    exec "$@"' "$socket" "$VIRTQEMUD/virtqemud" -f "$work/virtqemud.conf" \
    --pid-file "$work/virtqemud.pid" --timeout 600 > "$work/virtqemud.log" 2>&1 &
  virtqemud=$!
  wait_for "virtqemud answers" q uri
}

stop_virtqemud() {
  [ -n "$virtqemud" ] || return 0
  kill "$(cat "$work/virtqemud.pid")"
  wait "$virtqemud"
  virtqemud=
}
at_end stop_virtqemud
