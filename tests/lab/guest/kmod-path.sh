#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# kernels: trixie sid iommufd
# A channel path that the administrator varies off is not used, and comes back.
# shellcheck source=lib.sh
# shellcheck source=lib.sh
. /lab/guest/lib.sh

uuid=7e270a25-e163-4922-af60-757fc8ed48c6
subchannel=$(subchannel_of 0.0.000a)
id="ff 32 70 00 00 00 00"

# The 3270 alone has this path; the machine's own devices have another.
path=/sys/devices/css0/chp0.$(cut -d' ' -f1 "/sys/bus/css/devices/$subchannel/chpids")
is "$(basename "$path")" chp0.01 "the 3270 has a path of its own"

vary() {
  echo "$1" > "$path/status"
}

modprobe vfio_ccw
at_end "give_back $subchannel > /dev/null 2>&1"
at_end "vary on"
bind_vfio "$subchannel" && create_mdev "$subchannel" "$uuid"
is "$(vfio-client sense-id "$uuid")" "$id" "at first it can be used"

ok "the path is varied off" vary off
not_ok "then nothing starts" vfio-client sense-id "$uuid"
like "$output" "*Permission denied" "for want of a path"
ok "the path is varied on" vary on
is "$(vfio-client sense-id "$uuid")" "$id" "then it can be used again"

vfio-client endless "$uuid" > /tmp/endless &
program=$!
wait_for 10 grep -q started /tmp/endless
report $? "a program runs"
ok "the path is varied off under it" vary off
wait "$program"
report $? "the program ends, and its user is told"
like "$(cat /tmp/endless)" "*fctl 1 *" "by a clear"
ok "the path is varied on again" vary on
is "$(vfio-client sense-id "$uuid")" "$id" "and can be used once more"
done_testing
