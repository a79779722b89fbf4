#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the machine itself uses is not taken away, and XML that is wrong changes nothing.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

uuid=d3b07384-d9a0-4c9b-8f3e-5a1c0de0c0de
xml=/tmp/nodedev-mdev.xml

# mdev_xml PARENT TYPE: device XML.
mdev_xml() {
  cat > "$xml" << EOF
<device>
  <parent>$1</parent>
  <capability type='mdev'><type id='$2'/><uuid>$uuid</uuid></capability>
</device>
EOF
}

state() {
  for folder in /sys/bus/css/devices/*; do
    echo "$folder $(driver_of "$(basename "$folder")") $(cat "$folder/driver_override")"
  done
  ls /sys/bus/ccw/devices /sys/bus/mdev/devices
  find /etc/mdevctl.d -type f
}

start_virtccwd
at_end "rm -f $xml"
before=$(state)

for device in 0.0.0001 0.0.0002; do
  mdev_xml "ccw_0_0_${device#0.0.}" vfio_ccw-io
  not_ok "$device, which the machine uses, is not taken" nodedev nodedev-create "$xml"
  like "$output" "*resource busy: *$device is in use: *" "virsh says by what"
  diag "$output"
done

terminal=css_$(subchannel_of 0.0.000a | tr . _)
for how in create define; do
  mdev_xml "$terminal" vfio-ccw_io
  not_ok "$how: the slip vfio-ccw_io" nodedev nodedev-$how "$xml"
  like "$output" "*the right one is 'vfio_ccw-io'*" "virsh tells the right type"
  mdev_xml css_0_0_dead vfio_ccw-io
  not_ok "$how: an unknown parent" nodedev nodedev-$how "$xml"
  like "$output" "*unsupported configuration: *'css_0_0_dead'*" "virsh names it"
  echo '<device><parent>' > "$xml"
  not_ok "$how: truncated XML" nodedev nodedev-$how "$xml"
  like "$output" "*could not parse device XML: *" "virsh says so"
done
is "$(state)" "$before" "the host is as it was"

done_testing
