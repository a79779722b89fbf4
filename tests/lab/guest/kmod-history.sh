#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Mistakes that drivers like this one have had, and that need a kernel to tell:
# pages that stay pinned, and work that goes on when device and module are gone.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

uuid=7e270a25-e163-4922-af60-757fc8ed48c6
subchannel=$(subchannel_of 0.0.0300)
id="ff 38 32 04 00 00 00"

# lose_all: device, mdev, driver and module go, right behind work that was queued.
lose_all() {
  create_mdev "$subchannel" "$uuid" && vfio-client check "$uuid" close-while-unmapping &&
    remove_mdev "$uuid" && give_back "$subchannel" && rmmod vfio_ccw && modprobe vfio_ccw &&
    bind_vfio "$subchannel"
}

modprobe vfio_ccw
at_end "give_back $subchannel > /dev/null 2>&1"
bind_vfio "$subchannel" && create_mdev "$subchannel" "$uuid"
ok "no page stays pinned when a later segment fails" vfio-client check "$uuid" later-segment-fails
is "$(vfio-client sense-id "$uuid")" "$id" "and the device works"
remove_mdev "$uuid"

for round in 1 2 3; do
  ok "no work is left when all is gone, round $round" lose_all
done
create_mdev "$subchannel" "$uuid"
is "$(vfio-client sense-id "$uuid")" "$id" "and the device works"
remove_mdev "$uuid"
done_testing
