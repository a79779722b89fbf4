#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# kernels: trixie sid iommufd
# The lab itself: its devices are what README.md promises, and its verbs do what
# they say; the other tests rest on that.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

terminal=$(subchannel_of 0.0.000a)
is "$(cat /sys/bus/ccw/devices/0.0.000a/cutype)" 3270/00 "there is a 3270"
is "$(driver_of "$terminal")" io_subchannel "with its own driver"
for number in 0300 0301 0302 0303; do
  is "$(cat "/sys/bus/ccw/devices/0.0.$number/cutype")" 3832/04 "0.0.$number is a virtio device"
done
not_ok "an unknown device has no subchannel" subchannel_of 0.0.ffff
ok "udev has loaded vfio_ccw" test -e /sys/module/vfio_ccw

ok "a device can be plugged" plug extra 0.0.0310
is "$(driver_of "$(subchannel_of 0.0.0310)")" io_subchannel "and gets its driver"
not_ok "its number is taken now" plug again 0.0.0310
ok "it can be unplugged" unplug extra 0.0.0310
not_ok "and is gone" subchannel_of 0.0.0310

ok "somebody sits at the terminal" open_screen
ok "its driver takes the 3270 online" chccwdev -e 0.0.000a
ok "which clears the screen" wait_for 5 grep -q '^screen: ' "$SCREEN"
ok "and offline again" chccwdev -d 0.0.000a
done_testing
