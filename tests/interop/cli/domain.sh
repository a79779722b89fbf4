# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154 # what the test that reads it has
#
# virt-ccw pass and give-back with a virtual machine that is defined, at whatever libvirt: for
# tests that have started one. They have $uuid and the words of ../nodedev/lib.sh and words.sh.

has_no_mdevs() { # as libvirt sees it, which stock libvirtd does some time later
  [ -z "$(virsh -q -c "$cli_uri" nodedev-list --cap mdev --all)" ]
}

# A guest for s390x whose fe.0.0042 is taken.
define_guest() {
  cat > "$work/guest.xml" << 'XML'
<domain type='qemu'>
  <name>guest</name>
  <memory unit='MiB'>256</memory>
  <os><type arch='s390x' machine='s390-ccw-virtio'>hvm</type></os>
  <devices>
    <emulator>/usr/bin/qemu-system-s390x</emulator>
    <controller type='virtio-serial' index='0'>
      <address type='ccw' cssid='0xfe' ssid='0x0' devno='0x0042'/>
    </controller>
    <memballoon model='none'/>
  </devices>
</domain>
XML
  ok "a virtual machine is defined" virsh -q -c "$cli_uri" define "$work/guest.xml"
}

guest_xml() {
  virsh -q -c "$cli_uri" dumpxml --inactive guest
}

# pass_with_domain URI: from a device of the host to one of the guest, and back.
pass_with_domain() {
  cli_uri=$1
  define_guest
  without=$(guest_xml)

  cli pass 1234 --uuid "$uuid" --domain guest --guest-devno fe.0.0042
  done_with 1 "could not give device 0.0.1234 to domain guest" "an address that is taken"
  like "$output" "*undone: start mdev $uuid*undone: define mdev $uuid*" "all is undone"
  is "$(guest_xml)" "$without" "the guest is as it was"

  wait_for "libvirt knows that it is undefined" has_no_mdevs
  cli pass 1234 --uuid "$uuid" --domain guest --guest-devno fe.0.1234
  done_with 0 "give it to domain guest, when it starts" "pass to a virtual machine"
  like "$(guest_xml)" "*model='vfio-ccw'*uuid='$uuid'*devno='0x1234'*" "which has it in its definition"
  cli pass 1234 --domain guest --guest-devno fe.0.1234
  done_with 0 "device 0.0.1234 is passed already, as mdev $uuid" "pass, again"
  cli pass 1234 --domain guest --guest-devno fe.0.1235
  done_with 1 "domain guest has device 0.0.1234 as fe.0.1234 already" "as another device of the guest"
  output=$("$VIRT_CCW" list --connect "$cli_uri" --raw -n -o mdev,domain 1234 2>&1)
  is "$output" "$uuid guest" "list tells who has it"

  cli give-back 1234 --dry-run
  done_with 0 "take it out of the definition of domain guest
stop mdev $uuid
undefine mdev $uuid" "give-back --dry-run"
  cli give-back 1234
  done_with 0 "undefine mdev $uuid" "give-back"
  is "$(guest_xml)" "$without" "the guest's definition is as it was"
  ok "the virtual machine is undefined" virsh -q -c "$cli_uri" undefine guest
}
