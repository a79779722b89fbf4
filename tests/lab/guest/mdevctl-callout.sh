#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Stock mdevctl with our callout and nothing else: it starts mediated devices on subchannels that the
# host's driver has, and gives them back.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

uuid=7e270a25-e163-4922-af60-757fc8ed48c6
other_uuid=7e270a25-e163-4922-af60-757fc8ed48c7

# --- by hand ----------------------------------------------------------------

subchannel=$(subchannel_of 0.0.0300)
online=$(cat /sys/bus/ccw/devices/0.0.0300/online)
is "$(driver_of "$subchannel")" io_subchannel "the host's driver has the subchannel"
not_ok "define with a slip of the type" \
  mdevctl define -u $uuid -p "$subchannel" -t vfio-ccw_io
like "$output" "*use 'vfio_ccw-io'*" "which is named"
not_ok "define on a device's number" mdevctl define -u $uuid -p 0.0.0300 -t vfio_ccw-io
like "$output" "*use '$subchannel'*" "its subchannel is named"
ok "define" mdevctl define -u $uuid -p "$subchannel" -t vfio_ccw-io
at_end "mdevctl undefine -u $uuid 2> /dev/null"
ok "start" mdevctl start -u $uuid
is "$(driver_of "$subchannel")" vfio_ccw "has bound the subchannel"
like "$(mdevctl list)" "*$uuid $subchannel vfio_ccw-io manual*(defined)*" "mdevctl lists it"
ok "stop" mdevctl stop -u $uuid
is "$(driver_of "$subchannel")" io_subchannel "has given it back"
is "$(cat /sys/bus/ccw/devices/0.0.0300/online)" "$online" "as online as it was"

used=$(subchannel_of 0.0.0001)
not_ok "start on a disk that the machine uses" \
  mdevctl start -u $other_uuid -p "$used" -t vfio_ccw-io
like "$output" "*0.0.0001 is in use*" "which says by what"
is "$(driver_of "$used")" io_subchannel "and has not touched it"

# --- what starts by itself ---------------------------------------------------

ok "have it start by itself" mdevctl modify -u $uuid --auto
ok "what mdevctl's udev rule runs when the subchannel appears" \
  mdevctl start-parent-mdevs "$subchannel"
ok "starts it" test -e /sys/bus/mdev/devices/$uuid
is "$(driver_of "$subchannel")" vfio_ccw "on a subchannel that was bound"
settle_udev
ok "stop" mdevctl stop -u $uuid
is "$(driver_of "$subchannel")" io_subchannel "gives it back"
settle_udev
is "$(driver_of "$subchannel")" io_subchannel "and udev does not take the device that comes back"
ok "undefine" mdevctl undefine -u $uuid

# replugged NAME: a device that is unplugged, and plugged in again, is taken by the rule of mdevctl.
replugged() {
  ok "$1: unplug" unplug pluggable 0.0.0310
  not_ok "$1: nothing is left of it" test -e /sys/bus/mdev/devices/$uuid
  ok "$1: plug in again" plug pluggable 0.0.0310
  ok "$1: udev has it started" wait_for 30 test -e /sys/bus/mdev/devices/$uuid
  [ -e /sys/bus/mdev/devices/$uuid ] || diag "$(cat /tmp/mdevctl.log)"
  is "$(subchannel_of 0.0.0310) $(driver_of "$subchannel")" "$subchannel vfio_ccw" "$1: on its subchannel"
  settle_udev
  is "$(vfio-client sense-id $uuid)" "ff 38 32 04 00 00 00" "$1: it works"
}

# The rule runs mdevctl from /usr/sbin, where not each distribution has it, and tells syslog what it
# says, of which there is none here.
link_for_rule() {
  [ ! -e /usr/sbin/mdevctl ] || return 0
  ln -s ../bin/mdevctl /usr/sbin/mdevctl
  at_end "rm /usr/sbin/mdevctl"
}

keep_log() {
  printf '#!/bin/sh\nexec cat >> /tmp/mdevctl.log\n' > /usr/local/bin/logger
  chmod +x /usr/local/bin/logger
  at_end "rm -f /usr/local/bin/logger /tmp/mdevctl.log"
}

link_for_rule
keep_log
ok "plug in a device" plug pluggable 0.0.0310
at_end "unplug pluggable 0.0.0310 2> /dev/null"
subchannel=$(subchannel_of 0.0.0310)
ok "define" mdevctl define -u $uuid -p "$subchannel" -t vfio_ccw-io --auto
ok "start" mdevctl start -u $uuid
rm -rf /run/virt-ccw/autostarted /run/virt-ccw/touched
replugged "while the system is booted"
mkdir -p /run/virt-ccw
touch /run/virt-ccw/autostarted
replugged "later"
ok "stop" mdevctl stop -u $uuid
is "$(driver_of "$subchannel")" io_subchannel "gives it back"
settle_udev
is "$(driver_of "$subchannel")" io_subchannel "and udev does not take it again"
ok "undefine" mdevctl undefine -u $uuid
rm -f /run/virt-ccw/autostarted
done_testing
