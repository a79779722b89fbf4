#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# machine: system
# seconds: 1800
# The packages, by apt, on a Debian with systemd and several kernels: an upgrade disturbs no guest, they
# are not removed while a guest has a device, and when they are removed and purged the host is as it was.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=libvirt-lib.sh
. /lab/guest/libvirt-lib.sh
# shellcheck source=system-lib.sh
. /lab/guest/system-lib.sh

terminal_uuid=7e270a25-e163-4922-af60-757fc8ed48c6
random_uuid=2f6b3c0e-51a4-4c7a-9d0e-3a8f0f5b9c11
terminal=$(subchannel_of 0.0.000a)
random=$(subchannel_of 0.0.0300)
random_mdev=$(mdev_name "$random" $random_uuid)
units="virtccwd.socket virtccwd-ro.socket virtccwd.service"

drivers() {
  echo "$(driver_of "$terminal") $(driver_of "$random")"
}

version_of() { # PACKAGE
  dpkg-query --show --showformat '${Version} ${db:Status-Status}' "$1" 2> /dev/null
}

# define_guest NAME WORDS [DEVICE...]: to libvirt as it runs here.
define_guest() {
  mkdir -p $LIBVIRTD_FOLDER
  at_end "rm -rf $LIBVIRTD_FOLDER"
  LIBVIRTD_SOCKET=/run/libvirt/libvirt-sock
  define_domain "$@"
}

# --- before -----------------------------------------------------------------

ok "a second kernel" make_kernel 6.12.0-77-s390x
ok "a third, without VFIO" make_kernel 6.1.0-77-s390x '/^CONFIG_VFIO=/d'
state_of_host /tmp/before

# --- installed --------------------------------------------------------------

# shellcheck disable=SC2046 # a package is a word
ok "apt installs the packages" apt install $(packages first)
like "$output" "*Linux 6.1.0-77-s390x has no VFIO*" "and tells for which kernel there is no module"
first=$(version_of virt-ccw)
ok "the daemon's units are enabled" are enabled $units
ok "and active" are active $units

like "$(dkms status -m vfio-ccw -v "${first% *}" -k "$(uname -r)")" "*: installed" "DKMS has built the module and installed it"
like "$(dkms status -m vfio-ccw -k 6.12.0-77-s390x)" "*: installed" "for the second kernel, too"
unlike "$(dkms status -m vfio-ccw)" "*6.1.0-77-s390x*" "and not for the third"
like "$(modinfo -n vfio_ccw)" "*/updates/dkms/vfio_ccw.ko*" "where the kernel looks first"
ok "it is loaded" test -e /sys/module/vfio_ccw

systemctl stop virtccwd.service
ok "virsh is answered by a daemon that does not run" nodedev_default nodedev-list --cap css
like "$output" "*css_$(echo "$terminal" | tr . _)*" "with the devices"
ok "because its socket starts it" are active virtccwd.service
like "$(virt-ccw doctor)" "*virtccwd * serves node devices*0 problems*" "the doctor finds no problem"
like "$(virt-ccw-slot status)" "*not modular*" "and nobody else has the slot"

# --- the main job -----------------------------------------------------------

mdev_xml "$terminal" $terminal_uuid > /tmp/terminal.xml
mdev_xml "$random" $random_uuid > /tmp/random.xml
ok "nodedev-define" nodedev_default nodedev-define /tmp/terminal.xml
ok "and of another" nodedev_default nodedev-define /tmp/random.xml
ok "which starts by itself" nodedev_default nodedev-autostart "$random_mdev"
ok "nodedev-start" nodedev_default nodedev-start "$random_mdev"
is "$(drivers)" "io_subchannel vfio_ccw" "its subchannel is bound"
ok "define a domain with the other" \
  define_guest guest "await-user 1234" "$(hostdev_xml $terminal_uuid 0x1234)"
at_end "stock destroy guest; stock undefine guest"
ok "start it" stock start guest
is "$(drivers)" "vfio_ccw vfio_ccw" "the hook was found and has bound its subchannel"
ok "the guest runs" guest_says "bare guest: waiting"

# --- an upgrade -------------------------------------------------------------

emulator=$(pgrep -x qemu-system-s39)
daemon=$(systemctl show --value --property=MainPID virtccwd.service)
definitions=$(cd /etc/mdevctl.d && find . -type f -exec sha256sum {} +)
# shellcheck disable=SC2046
ok "apt installs the next version" apt install $(packages next)
like "$(version_of virt-ccw)" "99.1 installed" "it is installed"
like "$(dkms status -m vfio-ccw)" "vfio-ccw/99.1,*: installed" "DKMS has built its module, and forgot the other"
is "$(stock domstate guest)" running "the domain runs"
is "$(pgrep -x qemu-system-s39)" "$emulator" "in the same emulator"
is "$(drivers)" "vfio_ccw vfio_ccw" "with its device, and the other is where it was"
is "$(cd /etc/mdevctl.d && find . -type f -exec sha256sum {} +)" "$definitions" "what is defined, too"
ok "the daemon's units are active" are active $units
not_ok "with another daemon" test "$(systemctl show --value --property=MainPID virtccwd.service)" = "$daemon"
like "$(nodedev_default nodedev-info "$random_mdev")" "*Active: *yes*Autostart: *yes*" "which knows the devices"

# --- removed ----------------------------------------------------------------

not_ok "while a guest has a device the package is not removed" apt remove virt-ccw
like "$output" "*qemu-system-s39*not removed*" "and says who has it"
like "$(version_of virt-ccw)" "* installed" "it is still installed"
is "$(drivers)" "vfio_ccw vfio_ccw" "nothing was given back"
ok "the daemon's units are active" are active $units

ok "the domain ends" stock destroy guest
ok "and is undefined" stock undefine guest
ok "the hook gives its device back" wait_for 60 sh -c "[ ! -e /sys/bus/mdev/devices/$terminal_uuid ]"
is "$(drivers)" "io_subchannel vfio_ccw" "and only that"
ok "apt removes the packages" apt remove virt-ccw virt-ccw-dkms virt-ccw-doc
is "$(drivers)" "io_subchannel io_subchannel" "every device is given back"
is "$(cd /etc/mdevctl.d && find . -type f -exec sha256sum {} +)" "$definitions" "what is defined stays so"
not_ok "no unit is active" are active virtccwd.service
not_ok "nobody has the socket" test -e $NODEDEV_SOCKET
not_ok "the driver is unloaded" test -e /sys/module/vfio_ccw

# --- purged -----------------------------------------------------------------

mdevctl undefine -u $terminal_uuid
mdevctl undefine -u $random_uuid
ok "apt purges what is left" apt purge virt-ccw virt-ccw-dkms virt-ccw-doc
state_of_host /tmp/after
ok "files, units and bindings are as before" diff /tmp/before /tmp/after
diag "$output"
done_testing
