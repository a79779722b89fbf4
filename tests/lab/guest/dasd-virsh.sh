#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# machine: hercules
# A 3390 is defined, started, described, destroyed and undefined with virsh by its XML,
# whose parent is the device by its number, or its subchannel.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=dasd-lib.sh
. /lab/guest/dasd-lib.sh

disk=0.0.0221
subchannel=$(subchannel_of $disk)
css=css_$(echo "$subchannel" | tr . _)
xml=/tmp/dasd-virsh.xml

# write_xml PARENT UUID
write_xml() {
  cat > $xml << EOF2
<device>
  <parent>$1</parent>
  <capability type='mdev'><type id='vfio_ccw-io'/><uuid>$2</uuid></capability>
</device>
EOF2
}

# by_parent PARENT UUID: the life of a mediated device that is defined so.
by_parent() {
  mdev=mdev_$(echo "$2" | tr - _)_$(echo "$subchannel" | tr . _)
  write_xml "$1" "$2"
  ok "$1: virsh defines it" nodedev nodedev-define $xml
  is "$(driver_of "$subchannel")" io_subchannel "$1: the disk is still the host's"
  ok "$1: virsh starts it" nodedev nodedev-start "$mdev"
  is "$(driver_of "$subchannel")" vfio_ccw "$1: the disk is not the host's"
  like "$(nodedev nodedev-dumpxml "$mdev")" "*<parent>$css</parent>*<type id='vfio_ccw-io'/>*<uuid>$2</uuid>*" \
    "$1: its XML tells subchannel, type and UUID"
  like "$(vfio-client label "$2")" "e5 d6 d3 f1 e5 d6 d3 f1 f0 e7 f0 f2 f2 f1 *" "$1: it is VOL1, 0X0221"
  ok "$1: virsh destroys it" nodedev nodedev-destroy "$mdev"
  ok "$1: and undefines it" nodedev nodedev-undefine "$mdev"
  is "$(driver_of "$subchannel")" io_subchannel "$1: the disk is the host's"
}

at_end "rm -f $xml"
start_virtccwd
like "$(nodedev nodedev-dumpxml ccw_0_0_0221)" "*<parent>$css</parent>*<devno>0x0221</devno>*" \
  "virsh describes the disk by its number"
like "$(nodedev nodedev-dumpxml "$css")" "*<channel_dev_addr>*<devno>0x0221</devno>*" \
  "and its subchannel, with the number"
by_parent ccw_0_0_0221 0d9c7d1a-52f5-4a0c-9d63-8b5a7e0f2210
by_parent "$css" 1e8b6c2b-63a6-4b1d-8e74-7c6b8f1a3321
ok "its own driver sets it online" set_online $disk
ok "and offline" set_offline $disk
done_testing
