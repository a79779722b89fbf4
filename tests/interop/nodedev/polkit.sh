#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Who may connect: stock polkitd decides about stock virsh of an ordinary user.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

bus=$work/bus
conf=$root/etc/virt-ccw/virtccwd.conf
manage=org.libvirt.unix.manage
monitor=org.libvirt.unix.monitor
services=

# --- polkit ------------------------------------------------------------------

# Its folders are fixed: they are ours in a mount namespace, with the actions that libvirt's
# daemons install, as far as they are asked for here.
write_actions() {
  {
    echo '<?xml version="1.0"?><policyconfig>'
    for action in "$manage auth_admin_keep" "$monitor yes" \
      "org.libvirt.api.node-device.start no" "org.libvirt.api.node-device.read yes" \
      "org.libvirt.api.node-device.getattr yes" "org.libvirt.api.node-device.write yes"; do
      echo "<action id='${action% *}'><description>d</description><message>m</message><defaults>"
      for who in any inactive active; do
        echo "<allow_$who>${action#* }</allow_$who>"
      done
      echo "</defaults></action>"
    done
    echo '</policyconfig>'
  } > "$work/actions/libvirt.policy"
}

# rule TEXT: the body of the function that polkit asks; empty: what the actions say holds.
rule() {
  echo "polkit.addRule(function(action, subject) { $1 });" > "$work/rules/50-test.rules"
}

# shellcheck disable=SC2016 # the inner shell's
in_polkit_folders() { # COMMAND...: instead of this shell
  exec env -u LD_PRELOAD -u UMOCKDEV_DIR unshare -m sh -c '
    mount --bind "$0/actions" /usr/share/polkit-1/actions &&
      mount --bind "$0/rules" /etc/polkit-1/rules.d && exec "$@"' "$work" "$@"
}

bus_has() { # NAME
  env -u LD_PRELOAD dbus-send --bus="unix:path=$bus" --print-reply --reply-timeout=5000 --dest=org.freedesktop.DBus \
    /org/freedesktop/DBus org.freedesktop.DBus.NameHasOwner "string:$1" | grep -q true
}

start_bus() {
  cat > "$work/bus.conf" << END
<busconfig>
  <type>system</type>
  <listen>unix:path=$bus</listen>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
  </policy>
</busconfig>
END
  env -u LD_PRELOAD -u UMOCKDEV_DIR dbus-daemon --nofork --config-file="$work/bus.conf" \
    2> "$work/bus.log" &
  services="$services $!"
  wait_for "the bus answers" bus_has org.freedesktop.DBus
}

start_polkit() {
  in_polkit_folders /usr/lib/polkit-1/polkitd --no-debug > "$work/polkit.log" 2>&1 &
  polkit=$!
  wait_for "polkit answers" bus_has org.freedesktop.PolicyKit1
}

stop_polkit() {
  [ -n "$polkit" ] || return 0
  kill "$polkit"
  wait "$polkit"
  polkit=
}

stop_services() {
  # shellcheck disable=SC2086 # several
  [ -z "$services" ] || kill $services
}
polkit=
at_end stop_services
at_end stop_polkit

# --- clients -----------------------------------------------------------------

# as USER VIRSH-ARGUMENT...: virsh of that user, who has no terminal to be asked at.
as() {
  user=$1
  shift
  env -u LD_PRELOAD -u UMOCKDEV_DIR HOME=/nonexistent setsid \
    setpriv --reuid "$user" --clear-groups virsh -q -c "$uri" "$@" < /dev/null
}

as_readonly() {
  user=$1
  shift
  env -u LD_PRELOAD -u UMOCKDEV_DIR HOME=/nonexistent setsid \
    setpriv --reuid "$user" --clear-groups virsh -q -r -c "$uri-ro" "$@" < /dev/null
}

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

chmod 755 "$work"
mkdir "$work/actions" "$work/rules"
if ! (in_polkit_folders true) 2> "$work/error"; then
  skip "polkit" "no mount namespaces here: $(cat "$work/error")"
  done_testing
fi
write_actions
rule ""
export DBUS_SYSTEM_BUS_ADDRESS="unix:path=$bus"
start_bus
start_polkit

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
mkfifo "$work/go" "$work/keys"
chmod 644 "$work/go"
# shellcheck disable=SC2016 # the inner shell's
env -u LD_PRELOAD -u UMOCKDEV_DIR setpriv --reuid nobody --clear-groups \
  sh -c 'read -r go < "$0"; exec virsh -q -c "$1" uri' "$work/go" "$uri" > "$work/out" 2>&1 &
client=$!
exec 4<> "$work/keys"
env -u LD_PRELOAD -u UMOCKDEV_DIR script -qefc \
  "exec setpriv --reuid nobody --clear-groups pkttyagent --process $client" /dev/null \
  < "$work/keys" > "$work/terminal" 2>&1 &
agent=$!
wait_for "the agent is known" grep -q "member=RegisterAuthenticationAgent" "$work/asked"
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
