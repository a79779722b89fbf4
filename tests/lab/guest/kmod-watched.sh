#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# kernels: trixie sid iommufd
# An mdev may go while somebody reads its counters, and the module only then.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

uuid=8f381b36-f274-4a33-b071-868fd9fe59d7
subchannel=$(subchannel_of 0.0.0300)
files=/sys/kernel/debug/vfio_ccw/$uuid

use_once() {
  create_mdev "$subchannel" "$uuid" && vfio-client sense-id "$uuid" > /dev/null &&
    remove_mdev "$uuid"
}

# read_on: all files, again and again, as long as a file says so.
read_on() {
  while [ -e /tmp/reading ]; do
    cat "$files"/* > /dev/null 2>&1 && echo read >> /tmp/readings
  done
}

modprobe vfio_ccw
at_end "give_back $subchannel > /dev/null 2>&1"
bind_vfio "$subchannel" && create_mdev "$subchannel" "$uuid"
is "$(cd "$files" && echo *)" "counters latency state" "an mdev has its files"

exec 7< "$files/counters" 8< "$files/state"
ok "it can go while they are open" remove_mdev "$uuid"
not_ok "then they cannot be read" cat <&7
not_ok "none of them" cat <&8
not_ok "and are gone" test -e "$files"
give_back "$subchannel"
not_ok "the module stays as long as they are open" rmmod vfio_ccw
exec 7<&- 8<&-
ok "and no longer" rmmod vfio_ccw
not_ok "nothing of it is left" test -e /sys/kernel/debug/vfio_ccw
modprobe vfio_ccw
bind_vfio "$subchannel"

: > /tmp/reading
: > /tmp/readings
read_on &
reader=$!
cycles=0
while [ "$cycles" -lt 30 ] && use_once; do
  cycles=$((cycles + 1))
done
rm /tmp/reading
wait "$reader"
is "$cycles" 30 "mdevs come and go while somebody reads"
ok "who has read something" test -s /tmp/readings

create_mdev "$subchannel" "$uuid"
: > /tmp/reading
: > /tmp/readings
read_on &
reader=$!
wait_for 60 test -s /tmp/readings
ok "programs run while somebody reads" vfio-client loop "$uuid" 200
before=$(wc -l < /tmp/readings)
read_again() {
  [ "$(wc -l < /tmp/readings)" -gt "$before" ]
}
ok "who does so still" wait_for 60 read_again
rm /tmp/reading
wait "$reader"
is "$(awk '$1 == "ssch.cc0" { print $2 }' "$files/counters")" 200 "and each was counted"
done_testing
