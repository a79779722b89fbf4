#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A device whose mediated device starts by itself is taken before the host can use it, and what
# keeps it away is told: the kernel's blacklist, a module that is not loaded.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

uuid=5f0b7c5e-6c2b-4a53-9d0a-3a3f0c0b7c11
device=0.0.0310
stamp=/run/virt-ccw/autostarted
rules=/run/udev/rules.d/41-lab.rules
had_it=/tmp/the-host-had-it
subchannel=
mdev=

# What the machine was like when it was booted, as far as that matters here.
forget_boot() {
  rm -rf "$stamp" /run/virt-ccw/touched
}

# The rule of an administrator who wants the device online, as chzdev writes it: $had_it tells
# whether there was a device left for it.
want_online() {
  mkdir -p /run/udev/rules.d
  cat > "$rules" << EOF2
ACTION=="add", SUBSYSTEM=="ccw", KERNEL=="$device", TEST=="%S%p/online", ATTR{online}="1", RUN+="/bin/touch $had_it"
EOF2
  udevadm control --reload
  at_end "rm -f $rules $had_it; udevadm control --reload"
}

define() {
  cat > /tmp/boot.xml << EOF2
<device>
  <parent>ccw_$(echo "$device" | tr . _)</parent>
  <capability type='mdev'>
    <type id='vfio_ccw-io'/>
    <uuid>$uuid</uuid>
  </capability>
</device>
EOF2
  nodedev nodedev-define /tmp/boot.xml > /dev/null && nodedev nodedev-autostart "$mdev"
}

is_active() {
  test -e "/sys/bus/mdev/devices/$uuid"
}

# plug_ignored: as plug, but nothing is to appear.
plug_ignored() {
  qmp device_add "{\"driver\":\"virtio-rng-ccw\",\"rng\":\"random\",\"id\":\"early\",\"devno\":\"fe.${device#*.}\"}" > /dev/null
}

ok "plug" plug early "$device"
at_end "unplug early $device 2> /dev/null"
subchannel=$(subchannel_of "$device")
mdev=mdev_$(echo "${uuid}_$subchannel" | tr .- __)
start_virtccwd
ok "define, to start by itself" define
at_end "rm -rf /etc/mdevctl.d/$subchannel"
stop_virtccwd

# --- udev --------------------------------------------------------------------

want_online
ok "unplug" unplug early "$device"
ok "plug, when virtccwd has started since the boot" plug early "$device"
is "$(driver_of "$subchannel")" io_subchannel "udev leaves the device alone"
ok "its rules set it online" wait_for 10 test -e "$had_it"

ok "unplug" unplug early "$device"
rm -f "$had_it"
forget_boot
ok "plug while the system is booted" plug early "$device"
ok "udev has the mediated device started" wait_for 10 is_active
is "$(driver_of "$subchannel")" vfio_ccw "on the device, bound"
not_ok "before its rules could set it online" test -e "$had_it"

start_virtccwd
ok "virtccwd finds it active" sh -c "virsh -q -c '$NODEDEV_URI' nodedev-info $mdev | grep -q 'Active: *yes'"
ok "destroy" nodedev nodedev-destroy "$mdev"
stop_virtccwd

# --- the kernel's blacklist ----------------------------------------------------

ok "unplug" unplug early "$device"
ok "the device is ignored" sh -c "echo add $device > /proc/cio_ignore"
at_end "echo free $device > /proc/cio_ignore"
plug_ignored
forget_boot
start_virtccwd
like "$(nodedev nodedev-start "$mdev" 2>&1)" "*cio_ignore -r $device*" "a start tells what to do"
ok "so does the log, of what was to start by itself" \
  wait_for 10 grep -q "was to start by itself.*cio_ignore -r $device" "$NODEDEV_LOG"
like "$(nodedev nodedev-create /tmp/boot.xml 2>&1)" "*cio_ignore -r $device*" "so does a create"
ok "not ignored any more" sh -c "echo free $device > /proc/cio_ignore"
ok "it starts" wait_for 20 is_active
ok "destroy" nodedev nodedev-destroy "$mdev"

# --- the module ----------------------------------------------------------------

ok "undefine" nodedev nodedev-undefine "$mdev"
is "$(driver_of "$subchannel")" io_subchannel "the device is the host's"
ok "rmmod" rmmod vfio_ccw
at_end "modprobe vfio_ccw"
like "$(nodedev nodedev-create /tmp/boot.xml 2>&1)" "*modprobe vfio_ccw*" "a create names the module"
ok "modprobe" modprobe vfio_ccw
ok "create" nodedev nodedev-create /tmp/boot.xml
ok "destroy" nodedev nodedev-destroy "$mdev"

rm -f /tmp/boot.xml
done_testing
