#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# virt-ccw for another host: libvirt's client goes there by ssh, for which a
# script stands that runs on this machine what it is told. What libvirt tells of
# its devices is shown, what it does not is named, and the whole job is done.

# shellcheck source=../nodedev/lib.sh
. "$(dirname "$0")/../nodedev/lib.sh"

# ssh OPTION... -- HOST COMMAND: in a machine that has no other hosts. Refuses once when it is told to.
cat > "$work/ssh" << 'SSH'
#!/bin/sh
while [ "$1" != -- ]; do shift; done
echo "$2" >> "${0%/*}/hosts"
shift 2
! rm "${0%/*}/refuse" 2> /dev/null || exit 1
exec sh -c "$*"
SSH

# nc -U SOCKET: what libvirt's client has run there, in a machine without one.
cat > "$work/nc" << 'NC'
#!/usr/bin/env python3
import os, select, socket, sys

if sys.argv[1] != "-U":
    sys.exit("this nc knows -U only")
there = socket.socket(socket.AF_UNIX)
there.connect(sys.argv[-1])
ways = {0: there.sendall, there.fileno(): lambda data: os.write(1, data)}
while True:
    for end in select.select(list(ways), [], [])[0]:
        data = os.read(end, 65536)
        if not data:
            sys.exit()
        ways[end](data)
NC
chmod 755 "$work/ssh" "$work/nc"
afar="nodedev+ssh://far.example/system?command=$work/ssh&proxy=netcat&netcat=$work/nc&socket=$socket"

# cli COMMAND [ARGUMENT...]: sets output, what it said on standard error, and status.
cli() {
  command=$1
  shift
  output=$("$VIRT_CCW" "$command" --connect "$afar" "$@" 2> "$work/errors")
  status=$?
  errors=$(cat "$work/errors")
}

columns() { # COLUMNS [DEVNO...]
  cli list --raw --noheadings --output "$@"
}

# Its own schema: that of the libvirt here may be older than the state of ccw devices.
start_daemon --schema none
untouched=$(host_state)
columns device,subchannel,driver
is "$output" "0.0.0001 0.0.0000 io_subchannel
0.0.0002 0.0.0001 io_subchannel
0.0.0003 0.0.0002 io_subchannel
0.0.0004 0.0.0003 io_subchannel
0.0.1234 0.0.0313 io_subchannel
0.0.2b09 0.0.0314 io_subchannel" "devices of the other host"
is "$errors" "" "of which all is known"
is "$(sort -u "$work/hosts")" far.example "which libvirt's client has asked by its name"

cli list 1234
like "$output" "*0.0.1234 0.0.0313*unknown*unknown*" "what is not known is told as such"
is "$errors" "virt-ccw list: types, paths and users of devices cannot be known from afar" \
  "and once why"
columns online,type 1234
is "$output" "no unknown" "a new libvirt tells the state"
cli list --json --output device,user,chpids 1234
is "$(printf '%s' "$output" | tr -d ' \n')" \
  '{"devices":[{"device":"0.0.1234","user":null,"chpids":null}]}' "in JSON it is null"

cli pass 1234 --uuid "$uuid"
is "$status" 0 "pass: exit code"
is "$(driver_of 0.0.0313)" vfio_ccw "the device there is passed"
columns mdev,active,autostart,driver,online 1234
is "$output" "$uuid yes yes vfio_ccw " "which shows"
output=$(LC_ALL=C.UTF-8 "$VIRT_CCW" list --connect "$afar" --tree -n -o name 1234)
is "$output" "0.0.0313
└─0.0.1234
  └─$uuid" "as a tree, too"
cli graph
like "$output" "*\"ccw_0_0_1234\" -> \"$uuid\"*" "and in the picture"
is "$errors" "virt-ccw graph: channel paths and types of devices cannot be known from afar" \
  "without channel paths"

cli doctor
is "$status" 0 "doctor: exit code"
like "$output" "ok *libvirt: nodedev+ssh://far.example/* shows 7 subchannels and 1 mediated devices
warning *libvirt: kernel, programs, *cannot be known from afar*
0 problems, 1 warning" "and what can be told"

# Who may only look is not told by libvirt what starts by itself.
: > "$work/refuse"
columns autostart 1234
is "$output" unknown "autostart, for those who may only look"

cli give-back 1234
is "$status" 0 "give-back: exit code"
is "$(host_state)" "$untouched" "the host there is as it was"

cli list 4711
is "$status" 4 "no such device: exit code"
stop_daemon
cli list
is "$status" 1 "no daemon there: exit code"
like "$errors" "virt-ccw list: could not connect to libvirt at nodedev+ssh://far.example/*" "says so"
is "$output" "" "and nothing of this host"
cli doctor
is "$status" 1 "nor is that healthy"

done_testing
