#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# virt-ccw pass and give-back, as clients of virtccwd: the whole job by device
# number, done once, and undone when a step of it fails.

# shellcheck source=../nodedev/lib.sh
. "$(dirname "$0")/../nodedev/lib.sh"
# shellcheck source=words.sh
. "$(dirname "$0")/words.sh"

cli_uri=$uri

mdevs() { # with active, persistent and autostart
  for name in $(v nodedev-list --cap mdev --all); do
    v nodedev-info "$name" | awk '/^(Name|Active|Persistent|Autostart):/ { printf "%s ", $2 }'
    echo
  done
}

start_daemon
untouched=$(host_state)

cli pass 0.0.1234 --uuid "$uuid" --dry-run
done_with 0 "define mdev $uuid on css_0_0_0313 for device 0.0.1234
have it start with the host
start mdev $uuid" "--dry-run shows the plan"
is "$(host_state)" "$untouched" "and does nothing"

cli pass 0.0.1234 --uuid "$uuid"
done_with 0 "start mdev $uuid" "pass"
is "$(mdevs)" "$mdev yes yes yes " "the mdev is there, is persistent and starts with the host"
is "$(driver_of 0.0.0313)" vfio_ccw "on a subchannel that vfio_ccw has"
passed=$(host_state)
cli pass 1234
done_with 0 "device 0.0.1234 is passed already, as mdev $uuid" "pass, again"
is "$(host_state)" "$passed" "changes nothing"
cli pass 1234 --uuid "$(printf '%s' "$uuid" | tr a-f A-F)"
done_with 0 "device 0.0.1234 is passed already, as mdev $uuid" "pass, again, by UUID in capitals"
cli pass 1234 --uuid 00000000-0000-4000-8000-000000000001
done_with 1 "device 0.0.1234 is passed as $mdev already" "as another mdev"

v nodedev-destroy "$mdev"
cli pass 1234
done_with 0 "start mdev $uuid" "what is defined is only started"
is "$(host_state)" "$passed" "and then it is as before"

cli give-back 1234 --dry-run
done_with 0 "stop mdev $uuid
undefine mdev $uuid of device 0.0.1234" "give-back --dry-run shows the plan"
is "$(host_state)" "$passed" "and does nothing"
cli give-back 0.0.1234
done_with 0 "undefine mdev $uuid" "give-back"
is "$(host_state)" "$untouched" "the host is as it was"
cli give-back 0.0.1234
done_with 0 "device 0.0.1234 is the host's already" "give-back, again"

cli pass 1234 --transient
done_with 0 "create mdev" "pass --transient"
like "$(mdevs)" "*_0_0_0313 yes no no " "neither persistent nor starting with the host"
cli pass 1234 --no-autostart
done_with 0 "define mdev" "made persistent afterwards"
like "$(mdevs)" "*_0_0_0313 yes yes no " "without starting with the host"
cli give-back 1234
is "$(host_state)" "$untouched" "and given back"

cli pass 0.0.0001
done_with 3 "device 0.0.0001 is in use: /dev/vda1 is mounted on /" "a disk that is used"
unlike "$output" "*define mdev*" "nothing was begun"
is "$(host_state)" "$untouched" "and the host is as it was"
machine "fail create 16 1"
cli pass 1234
done_with 1 "could not start the mdev of device 0.0.1234" "a start that fails"
like "$output" "*undone: define mdev*" "what was done is undone"
is "$(host_state)" "$untouched" "and the host is as it was"
cli pass 0.0.0001 --dry-run
done_with 3 "define mdev*device 0.0.0001 is in use: /dev/vda1 is mounted on /" \
  "--dry-run tells that it would be refused"
cli pass 4711
done_with 4 "there is no device 0.0.4711 on the host" "no such device"
cli give-back 4711
done_with 4 "there is no device 0.0.4711 on the host" "nor one to give back"
cli pass
done_with 2 "give one device number" "no device"
cli pass 1234 2b09
done_with 2 "give one device number" "two devices"
cli pass 1234 --guest-devno fe.0.0001
done_with 2 "--guest-devno needs --domain" "a place in no guest"
cli pass 1234 --uuid x
done_with 2 "'x' is not a UUID" "not a UUID"
cli pass 1234 --domain guest
done_with 1 "could not find the domain guest" "a daemon without domains"
is "$(host_state)" "$untouched" "and nothing was begun"

# Somebody defines two on one subchannel: which is meant?
for number in 1 2; do
  mdev_xml "00000000-0000-4000-8000-00000000000$number"
  v nodedev-define "$work/mdev.xml" > /dev/null
done
cli pass 1234
done_with 1 "tell by --uuid which is meant" "several definitions"
cli pass 1234 --uuid 00000000-0000-4000-8000-000000000002
done_with 0 "start mdev 00000000-0000-4000-8000-000000000002" "the one that is meant"
cli give-back 1234
is "$(host_state)" "$untouched" "give-back undefines both"

# The reader leaves after the first step.
"$VIRT_CCW" pass --connect "$uri" 1234 --uuid "$uuid" | head -n 1 > /dev/null
is "$(mdevs)" "$mdev yes yes yes " "pass ends what it began, though nobody reads that"
cli give-back 1234

# Nobody ever reads it: what is printed must not get into what is open instead, libvirt's socket.
"$VIRT_CCW" pass --connect "$uri" 1234 --uuid "$uuid" 0<&- 1>&- 2>&-
is "$?" 0 "pass without standard files: exit code"
is "$(mdevs)" "$mdev yes yes yes " "does the same"
"$VIRT_CCW" give-back --connect "$uri" 1234 1>&-
is "$?" 0 "give-back, too: exit code"
"$VIRT_CCW" list --connect "$uri" 2> /dev/null 1>&-
is "$?" 1 "a list that goes nowhere has failed"
is "$(host_state)" "$untouched" "and the host is as it was"

# libvirt's own variable names the default.
output=$(LIBVIRT_DEFAULT_URI="$uri" "$VIRT_CCW" pass --dry-run --uuid "$uuid" 1234 2>&1)
status=$?
done_with 0 "define mdev $uuid on css_0_0_0313" "LIBVIRT_DEFAULT_URI"
output=$(LIBVIRT_DEFAULT_URI=test:///no/such/file "$VIRT_CCW" list 2>&1)
status=$?
done_with 1 "could not connect to libvirt at test:///no/such/file" "for list, too, which must answer"

# Ctrl-C while the mdev is being made: that ends first, and all of it is undone.
# What signals it has ignored is told, for a shell has what it runs in the background ignore SIGINT.
interrupted() { # SIGNAL default|ignore COMMAND [OPTION...]: sets output and status
  signal=$1
  action=$2
  shift 2
  # The background empties it later: what a former one has said must not count.
  : > "$work/output"
  env "--$action-signal=$signal" "$VIRT_CCW" "$@" --connect "$uri" 1234 > "$work/output" 2>&1 &
  wait_for "it is about to change something" grep -q "$step" "$work/output"
  kill -"$signal" $!
  machine hurry
  wait $!
  status=$?
  output=$(cat "$work/output")
}
# Until it is told to hurry: far longer than any test may take.
takes_long() { # ORDER
  machine "delay $1 3600000 1"
}
takes_long create
step="have it start with the host"
interrupted INT default pass --uuid "$uuid"
done_with 1 "undone: define mdev $uuid*interrupted by SIGINT" "pass, interrupted"
is "$(host_state)" "$untouched" "leaves the host as it was"
cli pass 1234 --uuid "$uuid"
passed=$(host_state)
cli give-back 1234
takes_long create
interrupted HUP default pass --uuid "$uuid"
done_with 1 "interrupted by SIGHUP" "pass, when its terminal goes"
takes_long create
interrupted HUP ignore pass --uuid "$uuid"
done_with 0 "start mdev $uuid" "goes on where nohup has SIGHUP ignored"
is "$(host_state)" "$passed" "to its end"
takes_long unbind
"$VIRT_CCW" give-back --connect "$uri" 1234 > "$work/output" 2>&1 &
wait_for "the mdev is going" test ! -e "/sys/bus/mdev/devices/$uuid"
kill -TERM $!
machine hurry
wait $!
status=$?
output=$(cat "$work/output")
done_with 1 "undone: stop mdev $uuid*interrupted by SIGTERM" "give-back, interrupted"
is "$(host_state)" "$passed" "leaves the device with the guest"
cli give-back 1234

# A person sees what is waited for, on a terminal only.
on_terminal() {
  TERM=xterm script -qec "'$VIRT_CCW' $1 --connect '$uri' 1234" /dev/null
}
takes_long create
on_terminal pass > "$work/terminal" 2>&1 &
wait_for "on a terminal: what is waited for" grep -q "waiting ([0-9]* s): start mdev " "$work/terminal" &&
  report 0 "on a terminal: what is waited for"
machine hurry
wait $!
machine "delay unbind 2500 1"
cli give-back 1234
unlike "$output" "*waiting*" "nowhere else"

machine "fail remove 16 1"
cli pass 1234 --uuid "$uuid"
passed=$(host_state)
cli give-back 1234
done_with 1 "could not stop mdev $uuid" "a step that fails"
is "$(host_state)" "$passed" "the device stays with the guest"
cli give-back 1234
is "$(host_state)" "$untouched" "until it is tried again"

done_testing
