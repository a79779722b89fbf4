#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# seconds: 1200
# What our hook cannot make ready for a domain of stock libvirtd: the domain is refused, libvirt's
# own error says why, and the host is as before. A domain without devices of ours costs nearly nothing.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=libvirt-lib.sh
. /lab/guest/libvirt-lib.sh

first_uuid=2f6b3c0e-51a4-4c7a-9d0e-3a8f0f5b9c11
second_uuid=7e270a25-e163-4922-af60-757fc8ed48c6
first=$(subchannel_of 0.0.0300)
second=$(subchannel_of 0.0.0301)
hook=/etc/libvirt/hooks/qemu.d/virt-ccw

# What a hook that was killed was just writing, under a name of its own, lies about until the next boot.
host_state() {
  for folder in "$first" "$second" "$(subchannel_of 0.0.0001)"; do
    echo "$folder $(driver_of "$folder") $(cat "/sys/bus/css/devices/$folder/driver_override")"
  done
  cat /sys/bus/ccw/devices/*/online
  find /sys/bus/mdev/devices/ /run/virt-ccw/guests -mindepth 1 ! -name '*.??????'
}

# refused PATTERN NAME: libvirt's error on the start matches.
refused() {
  not_ok "$2: the start is refused" stock start guest
  like "$output" "*Hook script execution failed*virt-ccw: $1*" "$2: libvirt's error says why"
  is "$(host_state)" "$before" "$2: the host is as before"
}

# stored_on SUBCHANNEL: where the second mediated device is defined.
stored_on() {
  rm -f /etc/mdevctl.d/*/$second_uuid
  mkdir -p "/etc/mdevctl.d/$1"
  printf '{"mdev_type":"vfio_ccw-io","start":"manual","attrs":[]}' > "/etc/mdevctl.d/$1/$second_uuid"
}

run_libvirtd qemu nodedev
at_end "stock destroy guest"
ok "define" mdevctl define -u $first_uuid -p "$first" -t vfio_ccw-io
ok "define a domain" define_domain guest identify "$(hostdev_xml $first_uuid 0x2000)" \
  "$(hostdev_xml $second_uuid 0x2001)"
mkdir -p /run/virt-ccw/guests
before=$(host_state)

refused "*$second_uuid is neither active nor defined*" "a mediated device that nobody knows"
stored_on 0.0.4711
refused "*0.0.4711*" "a subchannel that is not there"
stored_on "$(subchannel_of 0.0.0001)"
refused "*0.0.0001 is in use*" "a disk that the host uses"
stored_on "$second"

modprobe -r vfio_ccw
echo 'install vfio_ccw /bin/false' > /etc/modprobe.d/refuse.conf
refused "*vfio_ccw*" "a kernel without the driver"
rm /etc/modprobe.d/refuse.conf
ok "the driver is back" modprobe vfio_ccw

mount -t tmpfs -o size=8k tmpfs /run/virt-ccw/guests
head -c 8192 /dev/zero > /run/virt-ccw/guests/ballast
full=$(host_state)
not_ok "a disk that is full: the start is refused" stock start guest
like "$output" "*Hook script execution failed*virt-ccw: *No space left on device*" \
  "a disk that is full: libvirt's error says why"
is "$(host_state)" "$full" "a disk that is full: the host is as before"
umount /run/virt-ccw/guests

# The hook dies at one of its writes, which are mostly to sysfs.
rm $hook
at_end "rm -f $hook; ln -s /usr/sbin/virt-ccw-qemu-hook $hook"
for moment in 2 8 14; do
  cat > $hook << SCRIPT
#!/bin/sh
[ "\$2" = prepare ] || exec virt-ccw-qemu-hook "\$@"
exec strace -o /dev/null -e inject=write:signal=KILL:when=$moment virt-ccw-qemu-hook "\$@"
SCRIPT
  chmod +x $hook
  not_ok "the hook is killed at write $moment: the start is refused" stock start guest
  like "$output" "*Hook script execution failed*signal 9*" "killed at write $moment: libvirt says so"
  is "$(host_state)" "$before" "killed at write $moment: the host is as before"
done
rm $hook
ln -s /usr/sbin/virt-ccw-qemu-hook $hook

ok "after all that the domain starts" stock start guest
ok "and runs to its end" guest_says "bare guest: done"
ok "it is off" wait_for 60 is_off guest
is "$(host_state)" "$before" "the host is as before"

# --- domains of others --------------------------------------------------------

ok "a domain without devices of ours" define_domain other identify
stock dumpxml other > $LIBVIRTD_FOLDER/other.xml
for moment in "prepare begin" "started begin" "release end"; do
  # shellcheck disable=SC2086 # two words
  strace -f -o $LIBVIRTD_FOLDER/trace virt-ccw-qemu-hook other $moment - < $LIBVIRTD_FOLDER/other.xml
  report $? "$moment: has no objection"
  calls=$(wc -l < $LIBVIRTD_FOLDER/trace)
  report "$((calls > 250))" "$moment: costs few system calls"
  diag "$moment: $calls system calls"
  unlike "$(cat $LIBVIRTD_FOLDER/trace)" "*clone*" "$moment: starts nothing"
  unlike "$(cat $LIBVIRTD_FOLDER/trace)" "*/sys/bus/*" "$moment: looks at no device"
done
ok "undefine" stock undefine other
done_testing
