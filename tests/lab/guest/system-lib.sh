# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# For tests of the packages in the machines with systemd. Needs lib.sh.

# What apt, dpkg and systemd note about their own doings is no difference.
files_of_host() {
  find /etc /usr /var \( -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache \
    -o -path /var/log -o -path /var/lib/systemd -o -path /var/tmp \) -prune -o \
    -printf '%p %y %m %u %l\n'
  find /etc -type f -exec sha256sum {} +
}

# Services that their socket or the bus starts, and that end by themselves, are no difference.
units_of_host() {
  systemctl list-unit-files --no-legend --no-pager
  systemctl list-units --no-legend --no-pager --plain --state=active --type=service,socket |
    cut -d' ' -f1 | grep -v -e '^systemd-' -e '^lab' -e '^dbus' -e '^polkit' -e '^virtlogd.service' \
    -e '^libvirtd.service'
}

bindings_of_host() {
  for folder in /sys/bus/css/devices/0.*; do
    echo "${folder##*/} $(driver_of "${folder##*/}") $(cat "$folder/driver_override")"
  done
  ls /sys/bus/mdev/devices 2> /dev/null
  [ ! -e /sys/module/vfio_ccw ] || echo "vfio_ccw is loaded"
  ls /etc/mdevctl.d /run/libvirt
}

# state_of_host FILE: all of that, once libvirtd has made its folders.
state_of_host() {
  virsh -q -c qemu:///system uri > /dev/null
  { files_of_host | sort; units_of_host | sort; bindings_of_host; } > "$1"
}

# packages FOLDER: those of the share, without debugging symbols.
packages() {
  find "/lab/packages/$1" -name '*.deb' ! -name '*-dbgsym_*'
}

# make_kernel RELEASE [EDIT]: as if its packages were installed, with the headers of the one that runs
# and a module of it (a kernel without any is a removed one to DKMS), until the test ends; sed's EDIT
# changes its configuration.
make_kernel() {
  headers=/usr/src/linux-headers-$1
  at_end "rm -rf $headers /usr/lib/modules/$1 /boot/config-$1"
  cp -R "/usr/src/linux-headers-$(uname -r)" "$headers" && mkdir -p "/usr/lib/modules/$1" /boot &&
    sed -i "${2:-}" "$headers/.config" && cp "$headers/.config" "/boot/config-$1" &&
    ln -s "$headers" "/usr/lib/modules/$1/build" &&
    cp "/usr/lib/modules/$(uname -r)"/kernel/lib/crc8.ko* "/usr/lib/modules/$1/" &&
    touch "/usr/lib/modules/$1/modules.order" "/usr/lib/modules/$1/modules.builtin" && depmod "$1"
}

apt() {
  DEBIAN_FRONTEND=noninteractive apt-get --yes --quiet --no-install-recommends "$@" < /dev/null
}

# are WORD UNIT...: all of them, of systemctl's: active, enabled, inactive, disabled.
are() {
  word=$1
  shift
  case $word in
    active | inactive) [ "$(systemctl is-active "$@" | sort -u)" = "$word" ] ;;
    *) [ "$(systemctl is-enabled "$@" | sort -u)" = "$word" ] ;;
  esac
}

# nodedev_default COMMAND...: virsh, where virtqemud and everybody else looks for node devices.
nodedev_default() {
  virsh -q -c nodedev:///system "$@"
}

# A test leaves no libvirtd behind; its sockets stay.
at_end "systemctl stop libvirtd.service"
