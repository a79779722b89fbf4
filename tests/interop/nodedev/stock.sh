# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh disable=SC2154 # $work is lib.sh's
#
# A stock libvirtd that has nothing but the node-device driver and shows the devices of the machine
# the tests run on; for tests that have sourced lib.sh. Another one than the installed: set
# $stock_program and $stock_drivers before.

upstream=$work/up/libvirt-sock
stock_program=${stock_program-/usr/sbin/libvirtd}
stock_drivers=${stock_drivers-/usr/lib/$(gcc -print-multiarch)/libvirt/connection-driver}
stock=

# beside_machine COMMAND...: on the real machine, with a /run and a /var for libvirt of its own.
beside_machine() {
  env -u LD_PRELOAD -u UMOCKDEV_DIR LIBVIRT_DRIVER_DIR="$work/drivers" unshare -m sh -c '
    for folder in /run/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt; do
      mkdir -p $folder && mount -t tmpfs none $folder || exit 1
    done
    exec "$@"' sh "$@"
}

stock_answers() {
  virsh -q -c "nodedev:///system?socket=$upstream" uri
}

start_stock() {
  rm -f "$work"/up/*
  beside_machine "$stock_program" -f "$work/libvirtd.conf" --pid-file "$work/libvirtd.pid" \
    --timeout 600 > "$work/libvirtd.log" 2>&1 &
  stock=$!
  wait_for "stock libvirtd answers" stock_answers
}

stop_stock() {
  [ -n "$stock" ] || return 0
  kill "$(cat "$work/libvirtd.pid")"
  wait "$stock"
  stock=
}
at_end stop_stock

s() { # virsh, connected to the stock daemon
  virsh -q -c "nodedev:///system?socket=$upstream" "$@"
}

if ! beside_machine true 2> "$work/error"; then
  skip 1 "no mount namespaces here: $(cat "$work/error")"
  done_testing
fi
mkdir "$work/up" "$work/drivers"
ln -s "$stock_drivers/libvirt_driver_nodedev.so" "$work/drivers/"
cat > "$work/libvirtd.conf" << END
unix_sock_dir = "$work/up"
auth_unix_rw = "none"
auth_unix_ro = "none"
END
chmod 755 "$work"
