#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Stock libvirtd's node-device driver behind virtccwd: its devices are those of the machine that
# the tests run on, ours are the mock machine's.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck source=stock.sh
. "$here/stock.sh"

same() { # NAME COMMAND...: both answer the same
  name=$1
  shift
  is "$(v "$@" 2>&1)" "$(s "$@" 2>&1)" "$name"
}

mkfifo "$work/commands"

# --- merged ------------------------------------------------------------------

start_stock
start_daemon --upstream "$upstream"
ours=$(v nodedev-list --cap css; v nodedev-list --cap ccw)
theirs=$(s nodedev-list)
is "$(v nodedev-list | sort)" "$(printf '%s\n' "$theirs" "$ours" | sort)" \
  "the list has its devices, and ours"
like "$ours" "*css_0_0_0313*" "of which there are some"
other=$(echo "$theirs" | grep -m 1 '^\(net\|pci\|block\)_')
like "$other" "*_*" "it has devices that are not ours"
same "XML of one of its devices" nodedev-dumpxml "$other"
same "XML of the machine" nodedev-dumpxml computer
same "a list by capability" nodedev-list --cap pci,net,storage
like "$(v nodedev-list --tree)" "computer*css_0_0_0313*ccw_0_0_1234*" "one tree"
like "$(v nodedev-list --tree)" "computer*$other*" "of both"
names() { # URI: as a client that knows the old calls alone
  env -u LD_PRELOAD /usr/bin/python3 -c 'import libvirt, sys
connection = libvirt.openReadOnly(sys.argv[1])
names = connection.listDevices(None, 0)
print(connection.numOfDevices(None, 0) == len(names), *sorted(names), sep="\n")' "$1"
}
is "$(names "$uri")" "$(printf 'True\n'; v nodedev-list | sort)" "the same list for old clients"
refused "*no node device with matching name 'pci_0000_ff_1f_7'*" "what it does not know" \
  v nodedev-dumpxml pci_0000_ff_1f_7
refused "*'css_0_0_9999'*" "what we do not know" v nodedev-dumpxml css_0_0_9999
like "$(v nodedev-dumpxml css_0_0_0313)" "*<name>css_0_0_0313</name>*" "XML of ours"

# --- changes -----------------------------------------------------------------

mdev_xml
before=$(host_state)
ok "ours are made by us" v nodedev-create "$work/mdev.xml"
is "$(v nodedev-list --cap mdev)" "$mdev" "and listed"
ok "and undone" v nodedev-destroy "$mdev"
is "$(host_state)" "$before" "the host is as it was"
mdev_xml "$uuid" pci_0000_ff_1f_7 i915-GVTg_V5_4
is "$(v nodedev-create "$work/mdev.xml" 2>&1)" "$(s nodedev-create "$work/mdev.xml" 2>&1)" \
  "what is made on another bus is its"
sed 's/mdev/scsi_host/' "$work/mdev.xml" > "$work/vhba.xml"
is "$(v nodedev-create "$work/vhba.xml" 2>&1)" "$(s nodedev-create "$work/vhba.xml" 2>&1)" \
  "as is what is no mdev"
same "detaching one of its devices" nodedev-detach "$other"
same "destroying one of its devices" nodedev-destroy "$other"
refused "*PCI devices alone*" "detaching one of ours" v nodedev-detach css_0_0_0313
virsh -q -r -c "$uri-ro" nodedev-destroy "$other" > "$work/out" 2>&1
like "$(cat "$work/out")" "*read only access prevents*" "who may only look changes neither's"
like "$(virsh -q -r -c "$uri-ro" nodedev-list)" "*$other*" "but sees both's"

chmod 755 "$work"
like "$(env -u LD_PRELOAD -u UMOCKDEV_DIR HOME=/nonexistent setpriv --reuid nobody --clear-groups \
  virsh -q -r -c "$uri-ro" nodedev-list 2>&1)" "*$other*" "as does an ordinary user"

# --- gone and back -----------------------------------------------------------

stdbuf -oL virsh -q -c "$uri" nodedev-event --event lifecycle --loop > "$work/heard" 2>&1 &
listener=$!
stop_listener() {
  kill "$listener" 2> /dev/null
}
at_end stop_listener
wait_for "the listener is heard of" \
  sh -c "'$MOCK_MACHINE' --control 'plug 0.0.0400 0.0.0400 3270'
         '$MOCK_MACHINE' --control 'unplug 0.0.0400'; test -s '$work/heard'"
stop_stock
refused "*no node device with matching name '$other'*" "without it its devices do not exist" \
  v nodedev-dumpxml "$other"
is "$(v nodedev-list | sort)" "$(printf 'computer\n%s\n' "$ours" | sort)" "and ours are still there"
like "$(v nodedev-dumpxml computer)" "*<name>computer</name>*" "the machine too"
is "$(grep -c "cannot be asked: " "$work/log")" 1 "which is logged once for all clients"
start_stock
same "it is asked again when it is back" nodedev-dumpxml "$other"
machine "plug 0.0.0401 0.0.0401 3270"
ok "a client that was there before still hears" \
  wait_for "heard" grep -q "css_0_0_0401" "$work/heard"
machine "unplug 0.0.0401"
like "$(cat "$work/log")" "*answers again*" "that it is back is logged, too"

# --- hundreds ----------------------------------------------------------------

clients=
for i in 1 2 3 4 5 6 7 8 9 10; do
  v nodedev-list > "$work/list.$i" 2>&1 &
  clients="$clients $!"
done
# shellcheck disable=SC2086 # several
wait $clients
is "$(sort -u "$work"/list.* | grep -c .)" "$(v nodedev-list | wc -l)" \
  "clients at the same time are told the same"
stop_daemon
mkdir -p "$root/etc/virt-ccw"
printf 'keepalive_interval = 1\nkeepalive_count = 2\n' > "$root/etc/virt-ccw/virtccwd.conf"
start_daemon --upstream "$upstream"
pid=$(cat "$work/libvirtd.pid")
stdbuf -oL virsh -q -c "$uri" > "$work/shell" 2>&1 < "$work/commands" &
shell=$!
exec 3> "$work/commands"
# Its answer, not the prompt that comes before it: the handshake has limits of its own.
echo "nodedev-dumpxml $other" >&3
wait_for "a client asked it" grep -q "<name>$other</name>" "$work/shell"
kill -STOP "$pid"
echo "nodedev-list" >&3
ok "a list does not wait for one that hangs" wait_for "ours" grep -q css_0_0_0313 "$work/shell"
like "$(cat "$work/log")" "*it hangs*" "which is logged"
exec 3>&-
wait "$shell"
ok "one that hangs does not keep us from ours" v nodedev-dumpxml css_0_0_0313
kill -CONT "$pid"

done_testing
