#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# kernels: iommufd
# seconds: 900
# On a kernel that has a core for mediated devices and iommufd, both are used:
# programs, and stock QEMU, reach a device by its own node.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

terminal=7e270a25-e163-4922-af60-757fc8ed48c6
random=8f381b36-f274-4a33-b071-868fd9fe59d7

# prepare BUS_ID UUID: an mdev for a device.
prepare() {
  subchannel=$(subchannel_of "$1")
  at_end "remove_mdev $2; give_back $subchannel"
  bind_vfio "$subchannel" && create_mdev "$subchannel" "$2"
}

# by_node COMMAND UUID [WORD...]: vfio-client, not by a group.
by_node() {
  VFIO_CLIENT=iommufd vfio-client "$@"
}

# device DEVNO UUID: the options that give the mediated device to a guest.
device() {
  printf '%s\n' "-device vfio-ccw,iommufd=iommufd0,devno=$1,sysfsdev=/sys/bus/mdev/devices/$2"
}

# guest OPTION...: what a guest with these devices prints.
guest() {
  timeout 240 qemu-system-s390x -machine s390-ccw-virtio -accel tcg,tb-size=64 -cpu max -m 64M \
    -nodefaults -display none -serial stdio -no-reboot -kernel /lab/guests/bare-guest \
    -object iommufd,id=iommufd0 "$@" < /dev/null 2>&1 | tr -d '\r'
}

modprobe vfio_ccw
like "$(modinfo -F filename vfio_ccw)" "*/updates/vfio_ccw.ko" "the driver is ours"
like "$(modinfo -F depends vfio_ccw)" "*mdev*" "it has no core for mediated devices of its own"
ok "the kernel's core is loaded" test -d /sys/module/mdev
ok "an mdev for the 3270" prepare 0.0.000a "$terminal"
ok "an mdev for a virtio device" prepare 0.0.0300 "$random"
ok "it has a node" test -d "/sys/bus/mdev/devices/$terminal/vfio-dev"

is "$(by_node sense-id "$terminal")" "ff 32 70 00 00 00 00" "Sense ID of the 3270"
is "$(vfio-client sense-id "$terminal")" "ff 32 70 00 00 00 00" "and by its group"
ok "a hundred programs" by_node loop "$random" 100
tab=$(printf '\t')
vfio-client check --list > /tmp/cases
while IFS="$tab" read -r case property; do
  case $case in
    # It counts the process's locked pages; iommufd counts those of the user.
    later-segment-fails) continue ;;
  esac
  ok "by iommufd: $property" by_node check "$random" "$case" < /dev/null
done < /tmp/cases

# shellcheck disable=SC2046 # options are words
shown=$(guest $(device fe.0.1234 $terminal) $(device fe.0.2000 $random))
like "$shown" "*device 1234 sense-id ff3270000000?? status 0c00*" "QEMU's guest identifies the 3270"
like "$shown" "*device 2000 sense-id ff383204000000 status 0c00*" "and the virtio device"
like "$shown" "*bare guest: done" "and comes to its end"
done_testing
