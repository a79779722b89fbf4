#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# kernels: trixie sid iommufd
# Subchannels go to vfio_ccw and come back, and nothing goes there by itself.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

terminal=$(subchannel_of 0.0.000a)
random=$(subchannel_of 0.0.0300)
busy=$(subchannel_of 0.0.0301)

ok "the module loads" modprobe vfio_ccw
is "$(driver_of "$terminal")" io_subchannel "loading takes no subchannel away"
is "$(find /sys/bus/css/drivers/vfio_ccw -name '0.*' | wc -l)" 0 "and binds none"

for subchannel in "$terminal" "$random"; do
  at_end "give_back $subchannel > /dev/null 2>&1"
  ok "$subchannel is bound through driver_override" bind_vfio "$subchannel"
  is "$(driver_of "$subchannel")" vfio_ccw "$subchannel has our driver"
  ok "$subchannel has an mdev type" \
    test -d "/sys/bus/css/devices/$subchannel/mdev_supported_types/vfio_ccw-io"
  ok "$subchannel is given back" give_back "$subchannel"
  is "$(driver_of "$subchannel")" io_subchannel "$subchannel has its own driver again"
  not_ok "$subchannel has no mdev type any more" \
    test -e "/sys/bus/css/devices/$subchannel/mdev_supported_types"
done
ok "the 3270 is found again" wait_for 10 test -e /sys/bus/ccw/devices/0.0.000a/cutype
is "$(cat /sys/bus/ccw/devices/0.0.000a/cutype)" 3270/00 "and known for what it is"

# Without driver_override, by the driver's own bind and unbind.
unbind() {
  echo "$1" > "/sys/bus/css/drivers/$2/unbind"
}
bind() {
  echo "$1" > "/sys/bus/css/drivers/$2/bind"
}
at_end "give_back $busy > /dev/null 2>&1"
ok "unbind from io_subchannel" unbind "$busy" io_subchannel
ok "bind to vfio_ccw" bind "$busy" vfio_ccw
not_ok "a second bind is refused" bind "$busy" vfio_ccw
is "$(driver_of "$busy")" vfio_ccw "the subchannel stays bound"
ok "unbind from vfio_ccw" unbind "$busy" vfio_ccw
is "$(driver_of "$busy")" "" "then it has no driver"
ok "bind to io_subchannel" bind "$busy" io_subchannel
settle_udev

ok "a subchannel is bound for unloading" bind_vfio "$random"
ok "the module unloads with a subchannel bound" modprobe -r vfio_ccw
is "$(driver_of "$random")" "" "which has no driver then"
not_ok "the mdev bus is gone" test -e /sys/bus/mdev
not_ok "the class of parents is gone" test -e /sys/class/mdev_bus
ok "the module loads again" modprobe vfio_ccw
ok "and takes the subchannel again" bind_vfio "$random"
is "$(driver_of "$random")" vfio_ccw "which is bound"
done_testing
