#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# machine: hercules
# The second machine: its devices are what README.md promises, and virt-ccw tells
# what each is.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

# listed BUS_ID: what virt-ccw's table says of a device.
listed() {
  virt-ccw list --raw --noheadings --output TYPE,CUTYPE,DRIVER "$1"
}

for number in 0120 0121 0122 0123 0124 0220 0221 0222; do
  is "$(listed "0.0.$number")" "3390/02 3990/c2 io_subchannel" "0.0.$number is a 3390 of a 3990"
done
is "$(listed 0.0.0580)" "3480/31 3480/31 io_subchannel" "0.0.0580 is a tape"
is "$(listed 0.0.00c0)" "3278/02 3274/1d io_subchannel" "0.0.00c0 is a 3270"
is "$(listed 0.0.000c)" "3505/01 2821/01 io_subchannel" "0.0.000c is a card reader"
is "$(listed 0.0.000d)" "3525/01 2821/01 io_subchannel" "0.0.000d is a card punch"
is "$(listed 0.0.000e)" "1403/01 2821/01 io_subchannel" "0.0.000e is a printer"
for number in 0e00 0e01; do
  is "$(listed "0.0.$number")" "3088/01 3088/08 io_subchannel" "0.0.$number is a channel-to-channel adapter"
done
ok "udev has loaded vfio_ccw" test -e /sys/module/vfio_ccw
like "$(virt-ccw list --raw --noheadings --output USER 0.0.0009)" "*3215*console*" \
  "0.0.0009 is the console"
done_testing
