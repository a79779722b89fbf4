#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# machine: compiler
# seconds: 7000
# DKMS builds the module where the package is installed, with Debian's headers and compiler, and
# a guest has a device by it. Takes twenty minutes: run by hand.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=system-lib.sh
. /lab/guest/system-lib.sh

uuid=2f6b3c0e-51a4-4c7a-9d0e-3a8f0f5b9c11
random=$(subchannel_of 0.0.0300)

seconds() {
  cut -d. -f1 /proc/uptime
}

cd /root || exit 1
state_of_host /tmp/before
not_ok "no kernel module of this name is there" modinfo vfio_ccw
began=$(seconds)
# shellcheck disable=SC2046 # a package is a word
ok "apt installs the packages" apt install linux-headers-s390x $(packages first)
diag "installed in $(($(seconds) - began)) seconds"
diag "$(cat /var/lib/dkms/vfio-ccw/*/build/make.log 2> /dev/null)"
like "$(dkms status -m vfio-ccw -k "$(uname -r)")" "*: installed" "DKMS has built the module and installed it"
is "$(modinfo -F vermagic vfio_ccw | cut -d' ' -f1)" "$(uname -r)" "for this kernel"
ok "it is loaded" test -e /sys/module/vfio_ccw
like "$(virt-ccw doctor)" "*0 problems*" "the doctor finds no problem"

ok "a device is passed" virt-ccw pass --uuid $uuid 0.0.0300
is "$(driver_of "$random")" vfio_ccw "its subchannel has the driver"
# shellcheck disable=SC2046 # options are words
like "$(nested_guest 10 -no-reboot $(vfio_device fe.0.2000 $uuid))" \
  "*device 2000 sense-id ff383204000000 status 0c00*bare guest: done" "a guest identifies it"
ok "it is given back" virt-ccw give-back 0.0.0300
is "$(driver_of "$random")" io_subchannel "its subchannel has its own driver"

ok "apt purges the packages" apt purge virt-ccw virt-ccw-dkms virt-ccw-doc
not_ok "the module is gone" modinfo vfio_ccw
state_of_host /tmp/after
ok "files, units and bindings are as before" diff /tmp/before /tmp/after
done_testing
