#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Clients of qemu:///system whose node devices are virtccwd's.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

same() { # NAME COMMAND...: both answer the same
  name=$1
  shift
  is "$(q "$@" 2>&1)" "$(v "$@" 2>&1)" "$name"
}

# lines_about DEVICE: what the listener heard of it, in order, on one line.
lines_about() {
  grep "for node device $1: " "$work/heard" | sed 's/.*: //' | tr '\n' ' ' | sed 's/ $//'
}

heard_of() {
  grep -q "$1" "$work/heard"
}

# A listener listens when it hears of a device that comes and goes for that.
listen() {
  stdbuf -oL virsh -q -c "$qemu_uri" nodedev-event --event lifecycle --loop > "$work/heard" 2>&1 &
  listener=$!
  at_end "kill $listener"
  wait_for "the listener listens" sh -c "'$MOCK_MACHINE' --control 'plug 0.0.0400 0.0.0400 3270'
    '$MOCK_MACHINE' --control 'unplug 0.0.0400'; test -s '$work/heard'"
}

start_daemon > "$work/debug"
start_virtqemud || bail "virtqemud does not start: $(cat "$work/virtqemud.log")"
before=$(host_state)

# --- asking ------------------------------------------------------------------

like "$(q uri)" "qemu:///system*" "a hypervisor's connection"
same "the list" nodedev-list
same "a list by capability" nodedev-list --cap css,ccw
same "the tree" nodedev-list --tree
same "XML of a subchannel" nodedev-dumpxml css_0_0_0313
same "a device that does not exist" nodedev-dumpxml css_0_0_ffff
same "what is no mdev" nodedev-destroy css_0_0_0313
like "$(cat "$work/debug")" "*calls for process * of user 0*" "virtqemud tells for whom it asks"

# --- changes, and events ------------------------------------------------------

listen
mdev_xml
ok "define" q nodedev-define "$work/mdev.xml"
ok "autostart" q nodedev-autostart "$mdev"
ok "start" q nodedev-start "$mdev"
same "both know it" nodedev-info "$mdev"
same "and its XML" nodedev-dumpxml "$mdev"
ok "destroy" q nodedev-destroy "$mdev"
ok "undefine" q nodedev-undefine "$mdev"
wait_for "the last of its life" heard_of "$mdev: Undefined"
is "$(lines_about "$mdev")" "Defined Created Deleted Undefined" "its whole life is heard of, in order"

ok "create" q nodedev-create "$work/mdev.xml"
guest_address=address.type=ccw,address.cssid=0xfe,address.ssid=0,address.devno=0x1234
ok "virt-xml makes a guest's device of it" \
  virt-xml --connect "$qemu_uri" --build-xml --hostdev "$mdev,$guest_address"
like "$output" "*type=\"mdev\"*model=\"vfio-ccw\"*devno=\"0x1234\"*uuid=\"$uuid\"*" \
  "as libvirt wants it"
ok "destroy" q nodedev-destroy "$mdev"
refused "*read only*" "who may only look changes nothing" \
  virsh -q -r -c "qemu:///system?socket=$work/qemu/virtqemud-sock-ro" nodedev-create "$work/mdev.xml"
is "$(host_state)" "$before" "the host is as it was"

# --- the whole job, with a virtual machine -------------------------------------

# shellcheck source=../cli/words.sh
. "$(dirname "$0")/../cli/words.sh"
# shellcheck source=../cli/domain.sh
. "$(dirname "$0")/../cli/domain.sh"
pass_with_domain "$qemu_uri"
is "$(host_state)" "$before" "the host is as it was"

# --- gone and back -----------------------------------------------------------

stop_daemon
not_ok "without virtccwd there are no node devices" q nodedev-list
start_daemon > "$work/debug"
same "they are there again when it is" nodedev-list

done_testing
