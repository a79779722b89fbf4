#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# seconds: 1200
# A Linux guest of stock libvirtd sees a device that nobody made ready for it, sets it online and
# powers off; then the device is the host's again.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=libvirt-lib.sh
. /lab/guest/libvirt-lib.sh

uuid=7e270a25-e163-4922-af60-757fc8ed48c6
terminal=$(subchannel_of 0.0.000a)

run_libvirtd qemu nodedev
at_end "mdevctl undefine -u $uuid"
at_end "stock destroy linux; stock undefine linux"
mdev_xml "$terminal" $uuid > $LIBVIRTD_FOLDER/mdev.xml
ok "define a mediated device" stock nodedev-define $LIBVIRTD_FOLDER/mdev.xml
ok "define a domain with Linux" define_linux linux 0.0.1234 "$(hostdev_xml $uuid 0x1234)"
ok "start" stock start linux
is "$(driver_of "$terminal")" vfio_ccw "it has the 3270"
# An emulator in an emulator: it needs all of the processor for a minute, so nothing looks often.
emulator=$(cat /run/libvirt/qemu/linux.pid)
ok "it comes to its end" timeout 900 tail --pid="$emulator" -s 2 -f /dev/null
like "$(cat $GUEST_CONSOLE)" "*0.0.1234 * 3270/00     good*" "it has seen the 3270"
like "$(cat $GUEST_CONSOLE)" "*0.0.1234 * 3270/00 yes good*guest: 0.0.1234 is online*" \
  "and set it online"
ok "the domain is off" wait_for 60 is_off linux
is "$(driver_of "$terminal")" io_subchannel "the host has the 3270"
is "$(cat /sys/bus/ccw/devices/0.0.000a/online)" 0 "offline, as it was"
done_testing
