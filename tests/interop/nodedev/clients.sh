#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Several clients, read-only ones, a batch in one connection, and who may connect.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

start_daemon

# --- permissions -------------------------------------------------------------

is "$(stat -c %a "$socket")" 666 "anyone may ask to change things"
is "$(stat -c %a "$socket-ro")" 666 "anyone may look"

mdev_xml
before=$(host_state)
read_only="nodedev:///system?socket=$socket-ro"
ok "a read-only client looks" virsh -q -r -c "$read_only" nodedev-dumpxml css_0_0_0313
refused "*operation forbidden: read only access prevents virNodeDeviceCreateXML*" \
  "whoever comes by the read-only socket cannot create" \
  virsh -q -c "$read_only" nodedev-create "$work/mdev.xml"
refused "*read only access prevents virNodeDeviceDefineXML*" "nor define" \
  virsh -q -c "$read_only" nodedev-define "$work/mdev.xml"
refused "*read only access prevents*" "nor can a read-only client of the other socket" \
  virsh -q -r -c "$uri" nodedev-create "$work/mdev.xml"
is "$(host_state)" "$before" "and nothing has changed"

# --- a batch -----------------------------------------------------------------

cat > "$work/batch" << EOF
uri
nodedev-define $work/mdev.xml
nodedev-start $mdev
nodedev-list --cap mdev
nodedev-destroy $mdev
nodedev-undefine $mdev
EOF
ok "six commands on one connection" sh -c "virsh -q -c '$uri' < '$work/batch'"
is "$(echo "$output" | grep -c "error:")" 0 "all were done"
is "$(host_state)" "$before" "the host is as it was"

# --- at the same time --------------------------------------------------------

# Each of ten clients creates and destroys an mdev of its own on one of two subchannels.
worker() { # NUMBER PARENT
  worker_uuid=00000000-0000-4000-8000-00000000000$1
  worker_name=mdev_00000000_0000_4000_8000_00000000000$1_${2#css_}
  sed -e "s/$uuid/$worker_uuid/" -e "s/css_0_0_0313/$2/" "$work/mdev.xml" > "$work/worker-$1.xml"
  for _ in 1 2 3; do
    until v nodedev-create "$work/worker-$1.xml" > "$work/worker-$1.out" 2>&1; do
      grep -q "resource busy" "$work/worker-$1.out" || return 1
    done
    v nodedev-destroy "$worker_name" > "$work/worker-$1.out" 2>&1 || return 1
  done
}

workers=
for number in 0 1 2 3 4; do
  worker $number css_0_0_0313 &
  workers="$workers $!"
  worker $((number + 5)) css_0_0_0314 &
  workers="$workers $!"
done
done_workers=0
for pid in $workers; do
  wait "$pid" && done_workers=$((done_workers + 1))
done
[ $done_workers -eq 10 ] || diag "$(cat "$work"/worker-*.out)"
is "$done_workers" 10 "ten clients take turns on two subchannels"
is "$(host_state)" "$before" "the host is as it was"

# --- another daemon ----------------------------------------------------------

ok "a second daemon does not take the socket" sh -c \
  "! timeout 60 '$VIRTCCWD' --socket '$socket' --root '$root' 2> '$work/second'"
like "$(cat "$work/second")" "*another daemon answers there*" "and says why"
kill -KILL "$daemon"
wait "$daemon" 2> /dev/null
start_daemon
report 0 "what a dead daemon left is replaced"

done_testing
