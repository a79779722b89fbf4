# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154 # what the test that reads it has
#
# Stock polkitd on a bus of its own, for tests in the mock machine: use_polkit. Needs lib.sh.

bus=$work/bus
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

# use_polkit: ends the test where it cannot run.
use_polkit() {
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
}
