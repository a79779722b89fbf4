#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Stock libvirtd, monolithic as on Debian, with our hook and our callout: a domain starts with devices
# that nobody made ready, uses them, and they are the host's again when it has ended.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=libvirt-lib.sh
. /lab/guest/libvirt-lib.sh

terminal_uuid=7e270a25-e163-4922-af60-757fc8ed48c6
random_uuid=2f6b3c0e-51a4-4c7a-9d0e-3a8f0f5b9c11
terminal=$(subchannel_of 0.0.000a)
random=$(subchannel_of 0.0.0300)

run_libvirtd qemu nodedev
ok "define" mdevctl define -u $terminal_uuid -p "$terminal" -t vfio_ccw-io
at_end "mdevctl undefine -u $terminal_uuid 2> /dev/null"
ok "define that, too" mdevctl define -u $random_uuid -p "$random" -t vfio_ccw-io
at_end "mdevctl undefine -u $random_uuid 2> /dev/null"
ok "define a domain with both" define_domain guest identify \
  "$(hostdev_xml $terminal_uuid 0x1234)" "$(hostdev_xml $random_uuid 0x2000)"
ok "start" stock start guest
ok "it runs to its end" guest_says "bare guest: done"
like "$(cat $GUEST_CONSOLE)" "*device 1234 sense-id ff3270*" "it has seen the 3270"
like "$(cat $GUEST_CONSOLE)" "*device 2000 sense-id ff3832*" "and the other device"
ok "it is off" wait_for 60 is_off guest
ok "undefine" stock undefine guest
done_testing
