# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# For tests of the packages in the machine "system". Needs lib.sh.

# What apt, dpkg and systemd note about their own doings is no difference.
files_of_host() {
  find /etc /usr /var \( -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache \
    -o -path /var/log -o -path /var/lib/systemd -o -path /var/tmp \) -prune -o \
    -printf '%p %y %m %u %l\n'
  find /etc -type f -exec sha256sum {} +
}

units_of_host() {
  systemctl list-unit-files --no-legend --no-pager
  systemctl list-units --no-legend --no-pager --plain --state=active --type=service,socket |
    cut -d' ' -f1 | grep -v -e '^systemd-' -e '^lab'
}

bindings_of_host() {
  for folder in /sys/bus/css/devices/0.*; do
    echo "${folder##*/} $(driver_of "${folder##*/}") $(cat "$folder/driver_override")"
  done
  ls /sys/bus/mdev/devices 2> /dev/null
  [ ! -e /sys/module/vfio_ccw ] || echo "vfio_ccw is loaded"
  ls /etc/mdevctl.d /run/libvirt
}

# state_of_host FILE: all of that.
state_of_host() {
  { files_of_host | sort; units_of_host | sort; bindings_of_host; } > "$1"
}

# Modules that no test needs, many: depmod takes a minute and a half for all of them, whenever DKMS
# has installed or removed one.
leave_out_modules() {
  folder=/lib/modules/$(uname -r)/kernel
  rm -rf "$folder"/net "$folder"/fs "$folder"/sound || return 1
  for part in ata hid hwmon infiniband input md media net scsi usb; do
    rm -rf "$folder/drivers/$part" || return 1
  done
  depmod
}

# In place of the kernel's headers: what DKMS asks of them, and a recipe that takes the module it has
# built elsewhere. The compiler would need minutes here.
make_headers() {
  headers=/usr/src/linux-headers-$(uname -r)
  mkdir -p "$headers/include"
  cp /lab/packages/module/config "$headers/.config" || return 1
  cat > "$headers/Makefile" << 'RECIPE'
modules:
	cp /lab/packages/module/vfio_ccw.ko $(M)/
clean:
	rm -f $(M)/vfio_ccw.ko
RECIPE
  ln -sfn "$headers" "/lib/modules/$(uname -r)/build"
}

prepare_kernel() {
  leave_out_modules && make_headers
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
