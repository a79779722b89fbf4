#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# machine: hercules
# A tape is passed with virsh: written, rewound, read forward and backward.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

tape=0.0.0580
uuid=4d3a6c1e-2b57-4a44-8a3d-77f0b9ad2f42
subchannel=$(subchannel_of $tape)
mdev=mdev_$(echo $uuid | tr - _)_$(echo "$subchannel" | tr . _)
xml=/tmp/tape-passed.xml

cat > $xml << EOF
<device>
  <parent>css_$(echo "$subchannel" | tr . _)</parent>
  <capability type='mdev'><type id='vfio_ccw-io'/><uuid>$uuid</uuid></capability>
</device>
EOF
at_end "rm -f $xml"
start_virtccwd
ok "virsh creates a mediated device on it" nodedev nodedev-create $xml
is "$(driver_of "$subchannel")" vfio_ccw "its subchannel has another driver"
like "$(vfio-client sense-id $uuid)" "ff 34 80 * 34 80 *" "Sense ID: a 3480"
ok "records are written and read, both ways" vfio-client tape $uuid
diag "$output"
ok "virsh destroys it" nodedev nodedev-destroy "$mdev"
is "$(driver_of "$subchannel")" io_subchannel "its subchannel has its own driver"
ok "its own driver takes it" chccwdev -e $tape
ok "and rewinds it" chccwdev -d $tape
done_testing
