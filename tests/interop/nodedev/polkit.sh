#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Who may connect: stock polkitd decides about stock virsh of an ordinary user.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck source=polkit-lib.sh
. "$(dirname "$0")/polkit-lib.sh"

conf=$root/etc/virt-ccw/virtccwd.conf

# restart SETTING...: with these, a line each.
restart() {
  [ -z "$daemon" ] || stop_daemon
  mkdir -p "$(dirname "$conf")"
  printf '%s\n' "$@" > "$conf"
  start_daemon
}

mode_of() {
  stat -c %a "$1"
}

use_polkit

# --- the sockets -------------------------------------------------------------

restart
is "$(mode_of "$socket") $(mode_of "$socket-ro")" "666 666" "where polkit decides all may connect"
ok "root needs no polkit" v nodedev-dumpxml css_0_0_0313
refused "*no polkit agent available to authenticate action '$manage'*" \
  "without a rule a password would be asked for" as nobody nodedev-list
like "$(as_readonly nobody nodedev-list 2>&1)" "*css_0_0_0313*" "looking needs nothing"
rule "if (action.id == '$manage' && subject.user == 'nobody') return polkit.Result.YES;"
mdev_xml
before=$(host_state)
chmod 644 "$work/mdev.xml"
wait_for "the rule is read" as nobody uri
ok "who is allowed to may change things" as nobody nodedev-create "$work/mdev.xml"
ok "and undo them" as nobody nodedev-destroy "$mdev"
is "$(host_state)" "$before" "the host is as it was"
refused "*no polkit agent*" "another user may not" as daemon uri
rule "if (action.id == '$manage' && subject.user == 'nobody') return polkit.Result.NO;"
denied() {
  as nobody uri > "$work/out" 2>&1
  grep -q "authentication failed: access denied by policy" "$work/out"
}
wait_for "who is refused may not" denied && report 0 "who is refused may not"
ok "root may, whatever the rules say" v uri

# --- a password --------------------------------------------------------------

# An agent waits for a password when the client leaves: nobody is to be asked any further. (virsh
# would start the agent itself, but as a second choice, which needs logind.)
rule ""
undecided() {
  as nobody uri > "$work/out" 2>&1
  grep -q "no polkit agent" "$work/out"
}
wait_for "the rule is gone" undecided
stdbuf -oL dbus-monitor --address "unix:path=$bus" "interface='org.freedesktop.PolicyKit1.Authority'" \
  > "$work/asked" 2>&1 &
services="$services $!"
mkfifo "$work/go" "$work/keys" "$work/registered"
chmod 644 "$work/go"
# shellcheck disable=SC2016 # the inner shell's
env -u LD_PRELOAD -u UMOCKDEV_DIR setpriv --reuid nobody --clear-groups \
  sh -c 'read -r go < "$0"; exec virsh -q -c "$1" uri' "$work/go" "$uri" > "$work/out" 2>&1 &
client=$!
# An agent is refused for a process of somebody else, which this one is until it runs setpriv.
belongs_to_nobody() {
  [ "$(stat -c %U "/proc/$client")" = nobody ]
}
wait_for "the client is an ordinary user's" belongs_to_nobody
exec 4<> "$work/keys"
env -u LD_PRELOAD -u UMOCKDEV_DIR script -qefc \
  "exec setpriv --reuid nobody --clear-groups pkttyagent --process $client \
    --notify-fd 9 9> '$work/registered'" /dev/null < "$work/keys" > "$work/terminal" 2>&1 &
agent=$!
# Which is closed when polkit knows the agent.
ok "the agent is known" timeout 60 cat "$work/registered"
echo > "$work/go"
wait_for "a password is asked for" grep -q "AUTHENTICATING FOR $manage" "$work/terminal" &&
  report 0 "a user who has an agent is asked for a password"
ok "others are served meanwhile" v uri
is "$(grep -c "member=CancelCheck" "$work/asked")" 0 "the question waits"
kill "$client"
wait_for "polkit is told" grep -q "member=CancelCheck" "$work/asked" &&
  report 0 "but no longer than the client"
kill "$agent"
exec 4>&-

# --- what is asked -----------------------------------------------------------

restart 'auth_unix_ro = "polkit"'
like "$(as_readonly nobody nodedev-list 2>&1)" "*css_0_0_0313*" "reading is allowed by libvirt's action"
rule "if (action.id == '$monitor') return polkit.Result.NO;"
readonly_denied() {
  as_readonly nobody uri > "$work/out" 2>&1
  grep -q "access denied by policy" "$work/out"
}
wait_for "reading can be refused" readonly_denied && report 0 "reading can be refused"

# --- without it --------------------------------------------------------------

restart 'auth_unix_rw = "none"'
is "$(mode_of "$socket")" 600 "without polkit only root may connect"
refused "*Permission denied*" "and nobody else" as nobody uri
restart 'auth_unix_rw = "none"' 'unix_sock_group = "nogroup"'
is "$(stat -c '%a %G' "$socket")" "660 nogroup" "or a group"
restart 'unix_sock_rw_perms = "0640"' 'unix_sock_ro_perms = "0600"'
is "$(mode_of "$socket") $(mode_of "$socket-ro")" "640 600" "permissions can be given"
restart 'trusted_users = [ "nobody" ]'
ok "a trusted user is not asked about" as nobody uri
not_ok "others are" as daemon uri
stop_polkit
restart
refused "*could not ask polkit*" "without polkit ordinary users are refused" as nobody uri
ok "and root is not" v uri

# --- the file that is installed ----------------------------------------------

restart "$(sed 's/^#\([a-z_]* = \)/\1/' "$UNIT_SOURCES/virtccwd.conf")"
is "$(grep -c "no setting" "$work/log")" 0 "all settings of the installed file are known"
is "$(mode_of "$socket") $(mode_of "$socket-ro")" "660 660" "and hold"
stop_daemon
echo 'auth_unix_rw = "sasl"' > "$conf"
not_ok "a setting that makes no sense keeps it from starting" \
  timeout 60 "$VIRTCCWD" --socket "$socket" --root "$root"
like "$output" "*auth_unix_rw takes*" "and is named"

# --- each call ---------------------------------------------------------------

rule "if (action.id == '$manage') return polkit.Result.YES;
  if (action.id == 'org.libvirt.api.node-device.start')
    return action.lookup('node_device_name') == 'computer' ? polkit.Result.YES : polkit.Result.NO;"
start_polkit
restart 'access_drivers = [ "polkit" ]'
ok "a call that is allowed" as nobody nodedev-dumpxml css_0_0_0313
refused "*access denied: 'nodedev' denied access: org.libvirt.api.node-device.start*" \
  "a call that is not" as nobody nodedev-create "$work/mdev.xml"
refused "*access denied*" "nor on that device" as nobody nodedev-start css_0_0_0313
refused "*access denied*" "what no action is known for is not" as nobody nodedev-destroy css_0_0_0313
is "$(as nobody nodedev-start computer 2>&1 | grep -c denied)" 0 "details tell the device"
is "$(host_state)" "$before" "nothing changed"
ok "root is asked about nothing" v nodedev-list
is "$(env -u LD_PRELOAD -u UMOCKDEV_DIR python3 "$here/closing.py" "$socket" nobody)" "4 of 4" \
  "who closes before polkit has answered is answered"
done_testing
