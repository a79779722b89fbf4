#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# seconds: 1200
# Devices that come to and go from a running domain of stock libvirtd: the guest gets a channel report
# and uses the device at once, and whoever made the mediated device keeps it.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=libvirt-lib.sh
. /lab/guest/libvirt-lib.sh

defined_uuid=7e270a25-e163-4922-af60-757fc8ed48c6
created_uuid=2f6b3c0e-51a4-4c7a-9d0e-3a8f0f5b9c11
plugged_uuid=d3b07384-d9a0-4c9b-8f3e-5a1c0de0c0de
terminal=$(subchannel_of 0.0.000a)
random=$(subchannel_of 0.0.0300)
uri="qemu:///system?socket=$LIBVIRTD_SOCKET"

# device_file UUID DEVNO: the file with its XML.
device_file() {
  hostdev_xml "$1" "$2" > "$LIBVIRTD_FOLDER/$1.xml"
  echo "$LIBVIRTD_FOLDER/$1.xml"
}

# create_active SUBCHANNEL UUID: by nodedev-create; nothing keeps it beyond its end.
create_active() {
  mdev_xml "$1" "$2" > "$LIBVIRTD_FOLDER/mdev.xml" &&
    stock nodedev-create "$LIBVIRTD_FOLDER/mdev.xml"
}

sees() { # DEVNO IDENTITY
  ok "the guest gets it and does I/O" guest_says "device $1 sense-id $2"
}

loses() { # DEVNO
  ok "the guest loses it" guest_says "device $1 is gone"
}

# has DOMAIN UUID [OPTION]: the domain's XML names the mediated device.
has() {
  stock dumpxml "$1" ${3:+"$3"} | grep -q "$2"
}

has_not() {
  ! has "$@"
}

# start_watching NAME [DEVICE]
start_watching() {
  rm -f "$GUEST_CONSOLE"
  define_domain "$1" watch "${2-}" && stock start "$1" && guest_says "bare guest: waiting"
}

run_libvirtd qemu nodedev
defined=$(mdev_name "$terminal" $defined_uuid)
defined_file=$(device_file $defined_uuid 0x1234)
created_file=$(device_file $created_uuid 0x2000)
plugged_file=$(device_file $plugged_uuid 0x3000)
at_end "stock destroy guest; stock destroy other; mdevctl undefine -u $defined_uuid"

# --- a persisted one ---------------------------------------------------------

mdev_xml "$terminal" $defined_uuid > $LIBVIRTD_FOLDER/mdev.xml
ok "define a mediated device" stock nodedev-define $LIBVIRTD_FOLDER/mdev.xml
ok "a guest that watches" start_watching guest
not_ok "attach it while it is not active" stock attach-device guest "$defined_file" --live
like "$output" "*$defined_uuid*not found*" "libvirt says what is missing"
ok "have it start with the host" stock nodedev-autostart "$defined"
ok "start it" stock nodedev-start "$defined"
ok "attach it" stock attach-device guest "$defined_file" --live --config
sees 1234 ff3270
ok "it is the domain's for good, too" has guest $defined_uuid --inactive
not_ok "it cannot be stopped" mdevctl stop -u $defined_uuid
ok "detach it" stock detach-device guest "$defined_file" --live --config
loses 1234
ok "nothing of it is left" has_not guest $defined_uuid --inactive
is "$(driver_of "$terminal")" vfio_ccw "it is active still, as with the host's start"
ok "libvirtd sees it" wait_for 60 stock_active "$defined"
ok "destroy it" stock nodedev-destroy "$defined"
is "$(driver_of "$terminal")" io_subchannel "the host has the device"

# --- one that nothing keeps ----------------------------------------------------

ok "create one" create_active "$random" $created_uuid
ok "attach it" stock attach-device guest "$created_file" --live
sees 2000 ff3832
ok "a device is plugged into the host" plug pluggable 0.0.0310
pluggable=$(subchannel_of 0.0.0310)
ok "mdevctl makes one for it" mdevctl start -u $plugged_uuid -p "$pluggable" -t vfio_ccw-io
ok "attach it" stock attach-device guest "$plugged_file" --live
sees 3000 ff3832
ok "it is unplugged from the host" unplug pluggable 0.0.0310
loses 3000
ok "libvirt knows" wait_for 60 has_not guest $plugged_uuid
ok "detach the first" stock detach-device guest "$created_file" --live
loses 2000
is "$(driver_of "$random")" vfio_ccw "what was created is active still"
ok "destroy it" stock nodedev-destroy "$(mdev_name "$random" $created_uuid)"
is "$(driver_of "$random")" io_subchannel "the host has the device"

# --- in one command -------------------------------------------------------------

ok "virt-ccw passes a device" \
  virt-ccw pass 0.0.0300 --domain guest --guest-devno fe.0.4000 --connect "$uri"
sees 4000 ff3832
ok "and gives it back" virt-ccw give-back 0.0.0300 --live --connect "$uri"
loses 4000
is "$(driver_of "$random")" io_subchannel "the host has the device"
ok "destroy the domain" stock destroy guest

# --- what the hook started -------------------------------------------------------

ok "start a domain with a device" start_watching guest "$(hostdev_xml $defined_uuid 0x1234)"
ok "detach it" stock detach-device guest "$defined_file" --live
loses 1234
is "$(driver_of "$terminal")" vfio_ccw "it stays ready for the domain"
ok "start another domain" start_watching other
ok "which gets it" stock attach-device other "$defined_file" --live
sees 1234 ff3270
ok "destroy the first" stock destroy guest
is "$(driver_of "$terminal")" vfio_ccw "the other has it"
ok "destroy the other" stock destroy other
is "$(driver_of "$terminal")" io_subchannel "the host has the device"
done_testing
