#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# machine: system
# seconds: 1200
# A host with modular daemons: the package takes the sockets of libvirt's virtnodedevd, which runs on
# behind virtccwd, and they are its own again when the package is removed. Debian has no virtnodedevd:
# its libvirtd with the same driver stands in, with units as libvirt's are.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=system-lib.sh
. /lab/guest/system-lib.sh

drivers=/run/stock-drivers
stock="virtnodedevd.socket virtnodedevd-ro.socket"
ours="virtccwd.socket virtccwd-ro.socket virtccwd.service"
terminal=css_$(subchannel_of 0.0.000a | tr . _)

# --- the stand-in -----------------------------------------------------------

# Its own sockets have libvirtd's name, in whatever folder its settings tell.
make_program() {
  mkdir -p $drivers
  ln -sf /usr/lib/s390x-linux-gnu/libvirt/connection-driver/libvirt_driver_nodedev.so $drivers/
  cat > /usr/sbin/virtnodedevd << PROGRAM
#!/bin/sh
[ "\$1" != --config ] || ln -sf libvirt-sock /run/virtccwd-behind/virtnodedevd-sock
LIBVIRT_DRIVER_DIR=$drivers exec /usr/sbin/libvirtd "\$@"
PROGRAM
  chmod 755 /usr/sbin/virtnodedevd
}

make_socket() { # UNIT PATH NAME
  printf '%s\n' '[Socket]' "ListenStream=$2" "FileDescriptorName=$3" RemoveOnStop=yes \
    Service=virtnodedevd.service '[Install]' WantedBy=sockets.target > "/run/systemd/system/$1"
}

make_units() {
  make_socket virtnodedevd.socket $NODEDEV_SOCKET libvirtd.socket
  make_socket virtnodedevd-ro.socket $NODEDEV_SOCKET-ro libvirtd-ro.socket
  printf '%s\n' '[Unit]' 'Requires=virtnodedevd.socket virtnodedevd-ro.socket' '[Service]' \
    Type=notify ExecStart=/usr/sbin/virtnodedevd > /run/systemd/system/virtnodedevd.service
}

forget_stock() {
  systemctl disable --now $stock virtnodedevd.service
  rm -rf /run/systemd/system/virtnodedevd* /usr/sbin/virtnodedevd $drivers
  systemctl daemon-reload
}

# --- who answers ------------------------------------------------------------

# Stock libvirt does not show subchannels without a driver; of the loopback only it knows.
shows() { # NAME
  nodedev_default nodedev-list | grep -qx "$1"
}

loopback=net_lo_00_00_00_00_00_00
make_program
make_units
monolithic="libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket"
at_end "systemctl enable --now $monolithic"
ok "the host has no monolithic daemon in use" systemctl disable --now $monolithic
at_end forget_stock
systemctl daemon-reload
ok "the host has its sockets" systemctl enable --now $stock
ok "libvirt's daemon answers" wait_for 120 shows $loopback
systemctl stop virtnodedevd.service
state_of_host /tmp/before

ok "the package is installed" apt install "$(echo /lab/packages/first/virt-ccw_*.deb)"
is "$(virt-ccw-slot status)" "virtccwd serves node devices, and libvirt's virtnodedevd behind it" \
  "it has taken the slot"
ok "the host's sockets are given up" are inactive $stock
ok "for good" are disabled $stock
ok "virtccwd's are there" are active $ours
ok "it knows the terminal" shows "$terminal"
ok "and, of the daemon behind, the loopback" wait_for 120 shows $loopback
ok "which runs as a service of its own" are active virtccwd-behind.service

ok "the administrator wants it otherwise" virt-ccw-slot leave
ok "the host's sockets are back" are active $stock
ok "for good" are enabled $stock
ok "virtccwd and what was behind it have ended" are inactive $ours virtccwd-behind.service
ok "also for the next boot" are disabled $ours
ok "libvirt's daemon answers" wait_for 120 shows $loopback
is "$(virt-ccw-slot status)" "libvirt's virtnodedevd serves node devices" "as is told"
ok "and back again" virt-ccw-slot take
ok "with virtccwd's units" are active $ours
ok "for good" are enabled $ours
ok "it knows the terminal" shows "$terminal"

ok "the package is removed" apt remove virt-ccw
ok "the host's sockets are back" are active $stock
ok "for good" are enabled $stock
ok "libvirt's daemon answers" wait_for 120 shows $loopback
systemctl stop virtnodedevd.service
ok "the package is purged" apt purge virt-ccw
state_of_host /tmp/after
ok "files, units and bindings are as before" diff /tmp/before /tmp/after
diag "$output"
done_testing
