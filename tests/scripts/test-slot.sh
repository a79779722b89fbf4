#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# virt-ccw-slot, by the real systemctl on units that no systemd runs: what it takes it gives back,
# and when it is killed at any of its steps, the next time does the rest. And when the
# packages' scripts call it, of Debian and RPM.

# --- a host of its own, with modular daemons ------------------------------------

if [ "${1:-}" != --inside ]; then
  if ! unshare --mount true 2> /dev/null || ! command -v systemctl > /dev/null; then
    echo "1..0 # SKIP needs mount namespaces and systemctl"
    exit 0
  fi
  exec unshare --mount "$0" --inside
fi
# While /run is still there: the libraries look around.
. "$(dirname "$0")/common.sh"
export SYSTEMD_OFFLINE=1
# shellcheck disable=SC2086 # units are words
readonly STOCK="virtnodedevd.socket virtnodedevd-ro.socket virtnodedevd-admin.socket virtnodedevd.service"
readonly OURS="virtccwd.socket virtccwd-ro.socket virtccwd.service"
readonly UNITS=/usr/lib/systemd/system
readonly SLOT=$VIRT_CCW_CACHE/virt-ccw-slot

for folder in $UNITS /etc/systemd /var/lib /run; do
  mount -t tmpfs tmpfs "$folder" || exit 1
done
mkdir "$VIRT_CCW_CACHE/virt-ccw"
cp "$TREE/data/behind.conf.in" "$VIRT_CCW_CACHE/virt-ccw/behind.conf"
sed "s,@sysconfdir@,/etc,; s,@datadir@,$VIRT_CCW_CACHE," "$TREE/data/virt-ccw-slot.in" > "$SLOT"
chmod +x "$SLOT"
cp "$TREE"/data/virtccwd*.socket "$UNITS"
# unit NAME LINE...: one of those that are not ours to install, or that meson makes.
unit() {
  printf '%s\n' "${@:2}" > "$UNITS/$1"
}

sockets() {
  unit "$1" '[Socket]' "ListenStream=/run/$1" Service=virtnodedevd.service '[Install]' \
    WantedBy=sockets.target "${@:2}"
}

# As libvirt's are.
also="Also=virtnodedevd-ro.socket virtnodedevd-admin.socket"
unit virtccwd.service '[Service]' ExecStart=/bin/true '[Install]' WantedBy=multi-user.target \
  "Also=virtccwd.socket virtccwd-ro.socket"
unit virtnodedevd.service '[Service]' ExecStart=/bin/true '[Install]' WantedBy=multi-user.target \
  Also=virtnodedevd.socket "$also"
sockets virtnodedevd.socket "$also"
sockets virtnodedevd-ro.socket
sockets virtnodedevd-admin.socket

unit libvirtd.service '[Service]' ExecStart=/bin/true '[Install]' WantedBy=multi-user.target
unit virtqemud.service '[Service]' ExecStart=/bin/true '[Install]' WantedBy=multi-user.target

# Kills all that its caller started, instead of the call whose number is in the file "cut". Of what
# runs it tells what is in the file "active", and notes in "story" what is started and stopped.
mkdir "$VIRT_CCW_CACHE/bin"
: > "$VIRT_CCW_CACHE/active"
cat > "$VIRT_CCW_CACHE/bin/systemctl" << SCRIPT
#!/bin/sh
echo >> "$VIRT_CCW_CACHE/calls"
[ "\$(wc -l < "$VIRT_CCW_CACHE/calls")" != "\$(cat "$VIRT_CCW_CACHE/cut")" ] || kill -KILL 0
case \$1 in
  is-active) ! grep -x "\$2" "$VIRT_CCW_CACHE/active" > /dev/null || { echo active; exit; } ;;
  list-units) exec sed 's/$/ loaded active running/' "$VIRT_CCW_CACHE/active" ;;
  start | stop) echo "\$@" >> "$VIRT_CCW_CACHE/story"; exit ;;
esac
exec $(command -v systemctl) "\$@"
SCRIPT
chmod +x "$VIRT_CCW_CACHE/bin/systemctl"

# A host whose administrator has no use for libvirt's third socket.
fresh_host() {
  rm -rf /etc/systemd/* /var/lib/*
  systemctl --quiet enable virtnodedevd.socket 2> /dev/null
  systemctl --quiet disable virtnodedevd-admin.socket
}

# slot VERB [CUT]: killed at its call CUT of systemctl.
slot() {
  : > "$VIRT_CCW_CACHE/calls"
  echo "${2:-none}" > "$VIRT_CCW_CACHE/cut"
  PATH=$VIRT_CCW_CACHE/bin:$PATH setsid --wait "$SLOT" "$1"
}

calls() {
  wc -l < "$VIRT_CCW_CACHE/calls"
}

state() {
  find /etc/systemd /var/lib ! -type d ! -name '*.new' -printf '%p %l\n' | sort
  cat /var/lib/virt-ccw/slot 2> /dev/null
}

# are WORD UNIT...
are() {
  local word=$1

  shift
  [ "$(systemctl is-enabled "$@" | sort -u)" = "$word" ]
}

# comes_to WANTED [VERB CUT] VERB: done on a host as it is, after having been cut short.
comes_to() {
  local wanted=$1

  [ $# -lt 4 ] || slot "$2" "$3" 2> /dev/null
  slot "${!#}" && [ "$(state)" = "$wanted" ]
}

# --- undisturbed -------------------------------------------------------------------

fresh_host
before=$(state)
ok "it takes the slot" slot take
calls_of_take=$(calls)
ok "libvirt's units are disabled" are disabled $STOCK
ok "ours are enabled, for the next boot" are enabled $OURS
taken=$(state)
like "$("$SLOT" status)" "*behind it" "as it says"
ok "again" slot take
is "$(state)" "$taken" "changes nothing"
systemctl --quiet enable $STOCK
ok "and again, when somebody has enabled libvirt's" slot take
is "$(state)" "$taken" "undoes that"
ok "it gives the slot back" slot leave
calls_of_leave=$(calls)
ok "ours are disabled: they would take it at the next boot" are disabled $OURS
is "$(state)" "$before" "all is as before"
ok "again" slot leave
is "$(state)" "$before" "changes nothing"

# --- which flavour of libvirt is used -------------------------------------------------

# Of the units of both that Debian installs: libvirtd's are enabled.
monolithic_host() {
  rm -rf /etc/systemd/* /var/lib/*
  systemctl --quiet enable libvirtd.service
}

monolithic_host
before_monolithic=$(state)
ok "where libvirtd is used it takes nothing" slot take
is "$(state)" "$before_monolithic" "and changes nothing"
like "$("$SLOT" status)" "*not modular*libvirtd serves*" "as it says"
systemctl --quiet enable virtnodedevd.socket
before_monolithic=$(state)
ok "nor where both are enabled, which conflict" slot take
is "$(state)" "$before_monolithic" "and changes nothing"
rm -rf /etc/systemd/*
ok "nor where none is" slot take
is "$(state)" "" "and changes nothing"
like "$("$SLOT" status)" "no daemon of libvirt's*" "as it says"
systemctl --quiet enable virtqemud.service
like "$("$SLOT" status)" "libvirt's virtnodedevd serves*" "virtqemud alone is modular"
ok "where nobody serves it node devices" slot take
ok "it takes the slot" are enabled $OURS
systemctl --quiet disable virtqemud.service
systemctl --quiet enable libvirtd.service
like "$("$SLOT" status)" "*libvirtd is used*virt-ccw-slot leave" "it is told when libvirtd is used after all"
ok "and gives the slot back" slot leave
is "$(state)" "$(monolithic_host; state)" "all is as before"

# What is active now comes before what is enabled for the next boot.
monolithic_host
echo virtqemud.socket > "$VIRT_CCW_CACHE/active"
like "$(PATH=$VIRT_CCW_CACHE/bin:$PATH "$SLOT" status)" "libvirt's virtnodedevd serves*" \
  "virtqemud that is active is what is used"
ok "there, too" slot take
ok "it takes the slot" are enabled $OURS
fresh_host
before_monolithic=$(state)
echo libvirtd.service > "$VIRT_CCW_CACHE/active"
ok "and libvirtd that is active, where modular ones are enabled" slot take
is "$(state)" "$before_monolithic" "keeps it from taking any"
: > "$VIRT_CCW_CACHE/active"

# --- killed ------------------------------------------------------------------------

# Looking how it is changes nothing until all is known: the first step stands for the others.
for cut in 1 $(seq $((calls_of_take - 2)) $calls_of_take); do
  fresh_host
  ok "killed at step $cut of taking, it takes the rest" comes_to "$taken" take $cut take
  ok "and gives all back" comes_to "$before" leave
  ok "killed at step $cut of taking, it gives all back" comes_to "$before" take $cut leave
done
for ((cut = 1; cut <= calls_of_leave; cut++)); do
  fresh_host
  slot take
  ok "killed at step $cut of giving back, it gives the rest back" comes_to "$before" leave $cut leave
  slot take
  ok "killed at step $cut of giving back, it takes all again" comes_to "$taken" leave $cut take
  ok "and gives all back" comes_to "$before" leave
done

# --- the Debian package's scripts -----------------------------------------------------

# Without what debhelper puts into them but a note when, and without the driver. Devices go back, or
# do not, as leave_devices has it.
ln -s "$SLOT" "$VIRT_CCW_CACHE/bin/virt-ccw-slot"
ln -s /bin/true "$VIRT_CCW_CACHE/bin/modprobe"
for script in postinst prerm; do
  sed "s,^#DEBHELPER#,echo units >> '$VIRT_CCW_CACHE/story',
    s,/usr/lib/virt-ccw/virt-ccw-leave,$VIRT_CCW_CACHE/leave," \
    "$TREE/debian/virt-ccw.$script" > "$VIRT_CCW_CACHE/$script"
done

# leave_devices STATUS...: of each call, the last one's also of those that follow.
leave_devices() {
  : > "$VIRT_CCW_CACHE/story"
  printf '%s\n' "$@" > "$VIRT_CCW_CACHE/statuses"
}

cat > "$VIRT_CCW_CACHE/leave" << SCRIPT
#!/bin/sh
echo devices >> "$VIRT_CCW_CACHE/story"
status=\$(head -n 1 "$VIRT_CCW_CACHE/statuses")
[ "\$(wc -l < "$VIRT_CCW_CACHE/statuses")" = 1 ] || sed -i 1d "$VIRT_CCW_CACHE/statuses"
exit "\$status"
SCRIPT
chmod +x "$VIRT_CCW_CACHE/leave"

# package SCRIPT ARGUMENT...: as dpkg runs it.
package() {
  echo none > "$VIRT_CCW_CACHE/cut"
  PATH=$VIRT_CCW_CACHE/bin:$PATH sh "$VIRT_CCW_CACHE/$1" "${@:2}"
}

fresh_host
ok "the package is installed" package postinst configure ""
is "$(state)" "$taken" "and takes the slot"
leave_devices 3
not_ok "it is not removed while a guest has a device" package prerm remove
ok "which dpkg tells it" package postinst abort-remove
is "$(state)" "$taken" "and keeps the slot"
leave_devices 0 3
not_ok "nor when a guest gets one until the daemon has ended" package prerm remove
is "$(paste -sd ' ' "$VIRT_CCW_CACHE/story")" "devices units devices" "which is looked at when it has"
ok "which dpkg tells it" package postinst abort-remove
is "$(state)" "$taken" "and keeps the slot"
leave_devices 0
ok "it is removed" package prerm remove
is "$(state)" "$before
/var/lib/virt-ccw/removed " "and gives the slot back"
ok "it is installed again" package postinst configure 0.1.0
is "$(state)" "$taken" "and takes the slot again"
leave_devices 3
ok "an upgrade begins" package prerm upgrade 0.2.0
is "$(cat "$VIRT_CCW_CACHE/story") $(state)" "units $taken" "with no look at devices, nor at the slot"
slot leave
ok "it is upgraded after the slot was given back by hand" package postinst configure 0.1.0
is "$(state)" "$before" "and leaves it at that"
slot take
: > /var/lib/virt-ccw/removed
slot leave 3 2> /dev/null
ok "its removal is broken off, with half of the slot given back" package postinst abort-remove
is "$(state)" "$taken" "and it takes the slot again"

# --- the RPM's ------------------------------------------------------------------------

# Where macros are, a note when, as above.
sed -n '/^%preun$/,/^%postun$/ { /^%\(preun\|postun\)$/d; p }' "$TREE/packaging/virt-ccw.spec" |
  sed "s,^%systemd_preun.*,echo units >> '$VIRT_CCW_CACHE/story',
    s,%{_prefix}/lib/virt-ccw/virt-ccw-leave,$VIRT_CCW_CACHE/leave,
    s,%{_sbindir}/,,g" > "$VIRT_CCW_CACHE/preun"
not_ok "no macro is left in it" grep -q '%{' "$VIRT_CCW_CACHE/preun"

story() {
  paste -sd ' ' "$VIRT_CCW_CACHE/story"
}

fresh_host
slot take
echo virtccwd.service > "$VIRT_CCW_CACHE/active"
leave_devices 3
ok "an upgrade begins" package preun 1
is "$(story) $(state)" "units $taken" "with no look at devices, nor at the slot"
leave_devices 3
not_ok "it is not removed while a guest has a device" package preun 0
is "$(story) $(state)" "devices $taken" "and the daemon runs on"
leave_devices 0 3
not_ok "nor when a guest gets one until the daemon has ended" package preun 0
is "$(story) $(state)" "devices stop virtccwd.service devices start virtccwd.service $taken" \
  "which runs again"
leave_devices 0
ok "it is removed" package preun 0
is "$(story) $(state)" "devices stop virtccwd.service devices units $before" "and gives the slot back"
done_testing
