#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# kernels: trixie sid iommufd
# Channel programs run through mediated subchannels of two kinds of devices.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

# prepare BUS_ID UUID: an mdev for a device.
prepare() {
  subchannel=$(subchannel_of "$1")
  at_end "give_back $subchannel > /dev/null 2>&1"
  bind_vfio "$subchannel" && create_mdev "$subchannel" "$2"
}

# check_all UUID NAME
check_all() {
  while IFS="$tab" read -r case property; do
    ok "$2: $property" vfio-client check "$1" "$case" < /dev/null
  done < /tmp/cases
}

tab=$(printf '\t')
terminal=7e270a25-e163-4922-af60-757fc8ed48c6
random=8f381b36-f274-4a33-b071-868fd9fe59d7
modprobe vfio_ccw
vfio-client check --list > /tmp/cases

ok "an mdev for the 3270" prepare 0.0.000a "$terminal"
ok "an mdev for a virtio device" prepare 0.0.0300 "$random"
is "$(vfio-client sense-id "$terminal")" "ff 32 70 00 00 00 00" "Sense ID of the 3270"
is "$(vfio-client sense-id "$random")" "ff 38 32 04 00 00 00" "Sense ID of the virtio device"
like "$(vfio-client schib "$terminal")" "enabled 1 valid 1 devno 000a *" "its subchannel"
ok "unit check for an unknown command" vfio-client bad-command "$terminal"
ok "halt ends a program" vfio-client async "$terminal" halt
ok "clear ends a program" vfio-client async "$terminal" clear
ok "a hundred programs" vfio-client loop "$random" 100
check_all "$terminal" 3270
check_all "$random" virtio

is "$(vfio-client sense-id "$terminal")" "ff 32 70 00 00 00 00" "after all that: the 3270"
is "$(vfio-client sense-id "$random")" "ff 38 32 04 00 00 00" "and the virtio device"
done_testing
