#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Stock mdevctl with our callout and nothing else: it starts mediated devices on subchannels that the
# host's driver has, and gives them back.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

uuid=7e270a25-e163-4922-af60-757fc8ed48c6
other_uuid=7e270a25-e163-4922-af60-757fc8ed48c7

# --- by hand ----------------------------------------------------------------

subchannel=$(subchannel_of 0.0.0300)
online=$(cat /sys/bus/ccw/devices/0.0.0300/online)
is "$(driver_of "$subchannel")" io_subchannel "the host's driver has the subchannel"
not_ok "define with a slip of the type" \
  mdevctl define -u $uuid -p "$subchannel" -t vfio-ccw_io
like "$output" "*use 'vfio_ccw-io'*" "which is named"
not_ok "define on a device's number" mdevctl define -u $uuid -p 0.0.0300 -t vfio_ccw-io
like "$output" "*use '$subchannel'*" "its subchannel is named"
ok "define" mdevctl define -u $uuid -p "$subchannel" -t vfio_ccw-io
at_end "mdevctl undefine -u $uuid 2> /dev/null"
ok "start" mdevctl start -u $uuid
is "$(driver_of "$subchannel")" vfio_ccw "has bound the subchannel"
like "$(mdevctl list)" "*$uuid $subchannel vfio_ccw-io manual*(defined)*" "mdevctl lists it"
ok "stop" mdevctl stop -u $uuid
is "$(driver_of "$subchannel")" io_subchannel "has given it back"
is "$(cat /sys/bus/ccw/devices/0.0.0300/online)" "$online" "as online as it was"

used=$(subchannel_of 0.0.0001)
not_ok "start on a disk that the machine uses" \
  mdevctl start -u $other_uuid -p "$used" -t vfio_ccw-io
like "$output" "*0.0.0001 is in use*" "which says by what"
is "$(driver_of "$used")" io_subchannel "and has not touched it"

# --- what starts by itself ---------------------------------------------------

ok "have it start by itself" mdevctl modify -u $uuid --auto
ok "what mdevctl's udev rule runs when the subchannel appears" \
  mdevctl start-parent-mdevs "$subchannel"
ok "starts it" test -e /sys/bus/mdev/devices/$uuid
is "$(driver_of "$subchannel")" vfio_ccw "on a subchannel that was bound"
udevadm settle
ok "stop" mdevctl stop -u $uuid
is "$(driver_of "$subchannel")" io_subchannel "gives it back"
udevadm settle
is "$(driver_of "$subchannel")" io_subchannel "and udev does not take the device that comes back"
ok "undefine" mdevctl undefine -u $uuid
done_testing
