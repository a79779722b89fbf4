#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# seconds: 1200
# Stock libvirtd, monolithic as on Debian, with our hook and our callout: a domain starts with devices
# that nobody made ready, uses them, and they are the host's again however it ends.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=libvirt-lib.sh
. /lab/guest/libvirt-lib.sh

terminal_uuid=7e270a25-e163-4922-af60-757fc8ed48c6
random_uuid=2f6b3c0e-51a4-4c7a-9d0e-3a8f0f5b9c11
terminal=$(subchannel_of 0.0.000a)
random=$(subchannel_of 0.0.0300)
terminal_device=$(hostdev_xml $terminal_uuid 0x1234)
random_device=$(hostdev_xml $random_uuid 0x2000)

drivers() {
  echo "$(driver_of "$terminal") $(driver_of "$random")"
}

are_hosts() {
  [ "$(drivers)" = "io_subchannel io_subchannel" ]
}

# ends NAME: the domain is off, or soon, and the host has both devices.
ends() {
  ok "$1: the domain is off" wait_for 60 is_off guest
  ok "$1: the host has its devices" wait_for 60 are_hosts
}

# start_waiting [NAME]: a guest that waits for its user.
start_waiting() {
  rm -f "$GUEST_CONSOLE"
  stock start "${1:-guest}" && guest_says "bare guest: waiting"
}

run_libvirtd qemu nodedev
at_end "mdevctl undefine -u $terminal_uuid; mdevctl undefine -u $random_uuid"
at_end "stock destroy guest; stock destroy other"

# --- node devices ----------------------------------------------------------

mdev_xml "$terminal" $terminal_uuid > $LIBVIRTD_FOLDER/terminal.xml
mdev_xml "$random" $random_uuid > $LIBVIRTD_FOLDER/random.xml
mdev=$(mdev_name "$terminal" $terminal_uuid)
ok "nodedev-define on a subchannel of the host's" stock nodedev-define $LIBVIRTD_FOLDER/terminal.xml
is "$(drivers)" "io_subchannel io_subchannel" "leaves it alone"
ok "nodedev-start" stock nodedev-start "$mdev"
is "$(drivers)" "vfio_ccw io_subchannel" "binds it"
ok "libvirtd sees it" wait_for 60 stock_active "$mdev"
ok "nodedev-destroy" stock nodedev-destroy "$mdev"
is "$(drivers)" "io_subchannel io_subchannel" "gives it back"
ok "nodedev-create on another" stock nodedev-create $LIBVIRTD_FOLDER/random.xml
is "$(drivers)" "io_subchannel vfio_ccw" "binds that"
ok "nodedev-destroy" stock nodedev-destroy "$(mdev_name "$random" $random_uuid)"
is "$(drivers)" "io_subchannel io_subchannel" "gives it back"
ok "define that, too" mdevctl define -u $random_uuid -p "$random" -t vfio_ccw-io

# --- a domain's life --------------------------------------------------------

ok "define a domain with both" define_domain guest identify "$terminal_device" "$random_device"
ok "start" stock start guest
ok "it runs to its end" guest_says "bare guest: done"
like "$(cat $GUEST_CONSOLE)" "*device 1234 sense-id ff3270*" "it has seen the 3270"
like "$(cat $GUEST_CONSOLE)" "*device 2000 sense-id ff3832*" "and the other device"
ends "at its own end"

ok "define one that resets itself" define_domain guest "reset 1234" "$terminal_device"
rm -f "$GUEST_CONSOLE"
ok "start" stock start guest
ok "it runs to its end" guest_says "bare guest: done"
guest_checks "reset by itself" $GUEST_CONSOLE
ends "after a reset"

ok "define one that stays" define_domain guest "await-user 1234" "$terminal_device" "$random_device"
ok "and one that wants one of its devices" define_domain other identify "$random_device"
ok "start" start_waiting
is "$(drivers)" "vfio_ccw vfio_ccw" "it has the devices"
not_ok "another domain cannot start with one of them" stock start other
like "$output" "*$random_uuid*in use by*guest*" "libvirt says who has it"
not_ok "nor can it be stopped" stock nodedev-destroy "$(mdev_name "$random" $random_uuid)"
not_ok "nor by mdevctl" mdevctl stop -u $random_uuid
like "$output" "*qemu-system*" "which says who has it"
not_ok "the domain cannot migrate" stock migrate guest "qemu:///system?socket=$LIBVIRTD_SOCKET" --live
like "$output" "*cannot migrate*vfio-ccw*" "libvirt says why"
not_ok "nor be saved" stock save guest $LIBVIRTD_FOLDER/saved
is "$(stock domstate guest)" running "it runs on"
is "$(drivers)" "vfio_ccw vfio_ccw" "with its devices"
stop_libvirtd KILL
ok "libvirtd is killed, and starts again" start_libvirtd
is "$(stock domstate guest)" running "the domain runs on"
is "$(drivers)" "vfio_ccw vfio_ccw" "with its devices"
ok "destroy" stock destroy guest
ends "when it is destroyed"

ok "start" start_waiting
kill -KILL "$(cat /run/libvirt/qemu/guest.pid)"
ends "when its QEMU is killed"

ok "start" start_waiting
stop_libvirtd KILL
kill -KILL "$(cat /run/libvirt/qemu/guest.pid)"
ok "libvirtd starts again" start_libvirtd
ends "when both are killed"

# --- libvirtd ends before a domain has an emulator ---------------------------

# A hook that libvirt calls after ours.
killer=/etc/libvirt/hooks/qemu.d/zz-kill
at_end "rm -f $killer"
cat > $killer << 'HOOK'
#!/bin/sh
[ "$1 $2 $3" != "guest prepare begin" ] || kill -KILL "$PPID"
HOOK
chmod 755 $killer
ok "libvirtd looks for hooks" eval "stop_libvirtd && start_libvirtd"
not_ok "it is killed while the domain starts" stock start guest
wait "$libvirtd" 2> /dev/null
rm $killer
ok "libvirtd starts again" start_libvirtd
is "$(stock domstate guest)" "shut off" "it knows nothing of that"
is "$(drivers)" "vfio_ccw vfio_ccw" "the devices are as they were for the domain"
ok "define a domain without any" define_domain other identify
ok "it starts" stock start other
ok "the host has its devices" are_hosts
done_testing
