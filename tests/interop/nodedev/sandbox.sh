#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The units: they are well formed, as closed as docs/explanation/security.md says, and the daemon gets
# on with what they leave it.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# Tenths of systemd's points of exposure: docs/explanation/security.md tells why not less.
EXPOSURE_MAX=37

unit=$work/virtccwd.service

# setting NAME: its values in the unit, all of its lines.
setting() {
  sed -n "s/^$1=//p" "$unit"
}

# calls_of SET...: the system calls of systemd's sets, and of the sets in them.
calls_of() {
  for set in "$@"; do
    case $set in
      @*)
        # shellcheck disable=SC2046 # a word each
        calls_of $(systemd-analyze syscall-filter "$set" | grep -v '^ *#' | tail -n +2)
        ;;
      *) echo "$set" ;;
    esac
  done
}

# allowed_calls: what the unit's filters leave, in their order.
allowed_calls() {
  : > "$work/allowed"
  setting SystemCallFilter > "$work/filters"
  while read -r filter; do
    case $filter in
      "~"*)
        # shellcheck disable=SC2086 # several sets
        calls_of ${filter#"~"} | sort -u > "$work/denied"
        comm -23 "$work/allowed" "$work/denied" > "$work/left"
        ;;
      *)
        # shellcheck disable=SC2086 # the same
        { cat "$work/allowed"; calls_of $filter; } | sort -u > "$work/left"
        ;;
    esac
    mv "$work/left" "$work/allowed"
  done < "$work/filters"
  cat "$work/allowed"
}

# all_that_it_does: one of each change and question.
all_that_it_does() {
  mdev_xml
  ok "list" v nodedev-list
  ok "create" v nodedev-create "$work/mdev.xml"
  ok "dumpxml" v nodedev-dumpxml "$mdev"
  ok "destroy" v nodedev-destroy "$mdev"
  ok "define" v nodedev-define "$work/mdev.xml"
  ok "autostart" v nodedev-autostart "$mdev"
  ok "start" v nodedev-start "$mdev"
  machine "plug 0.0.0400 0.0.0400 3270"
  machine "unplug 0.0.0400"
  ok "destroy what is defined" v nodedev-destroy "$mdev"
  ok "undefine" v nodedev-undefine "$mdev"
  refused "*read only access prevents*" "a read-only client is refused" \
    virsh -q -r -c "$uri-ro" nodedev-create "$work/mdev.xml"
}

# --- the units ---------------------------------------------------------------

for name in virtccwd.service virtccwd.socket virtccwd-ro.socket; do
  sed "s|^ExecStart=.*|ExecStart=$VIRTCCWD|" "$UNITS/$name" > "$work/$name" 2> /dev/null ||
    cp "$UNIT_SOURCES/$name" "$work/$name"
done
ok "the units are well formed" systemd-analyze verify --man=no --recursive-errors=no \
  "$unit" "$work/virtccwd.socket" "$work/virtccwd-ro.socket"
is "$output" "" "without a warning"
ok "exposure is at most $EXPOSURE_MAX tenths" \
  systemd-analyze security --no-pager --offline=true --threshold="$EXPOSURE_MAX" "$unit"

# --- with the stock daemon behind --------------------------------------------

# As it is installed and linked to, but for the programs.
behind=$work/behind
mkdir -p "$behind/virtccwd.service.d"
cp "$unit" "$work/virtccwd.socket" "$work/virtccwd-ro.socket" "$behind/"
sed "s|^ExecStart=[^ ]*/virtccwd|ExecStart=$VIRTCCWD|" "$UNITS/behind.conf" \
  > "$behind/virtccwd.service.d/behind.conf"
sed "s|^ExecStart=[^ ]*|ExecStart=$VIRTCCWD|" "$UNITS/virtccwd-behind.service" \
  > "$behind/virtccwd-behind.service"
ok "the units with the stock daemon behind are well formed" \
  systemd-analyze verify --man=no --recursive-errors=yes \
  "$behind/virtccwd.service" "$behind/virtccwd-behind.service"
is "$output" "" "without a warning"
sed -i 's/^ExecStart=$/# none/' "$behind/virtccwd.service.d/behind.conf"
not_ok "and that is looked at together: two programs to start are refused" \
  systemd-analyze verify --man=no "$behind/virtccwd.service"
folder=/run/$(sed -n 's/^RuntimeDirectory=//p' "$behind/virtccwd-behind.service")
is "$(sed -n 's/^unix_sock_dir = "\(.*\)"/\1/p' "$UNIT_SOURCES/virtnodedevd.conf")" "$folder" \
  "the stock daemon's sockets are in its folder"
like "$(cat "$UNITS/behind.conf")" "*--upstream $folder/virtnodedevd-sock*" \
  "where virtccwd looks for them"

# --- capabilities ------------------------------------------------------------

capabilities=$(setting CapabilityBoundingSet | tr 'A-Z ' 'a-z,' | sed 's/cap_/+/g')
real=$VIRTCCWD
cat > "$work/confined" << END
#!/bin/sh
exec setpriv --no-new-privs --bounding-set="-all,$capabilities" --inh-caps=-all "$real" "\$@"
END
cat > "$work/traced" << END
#!/bin/sh
export ASAN_OPTIONS="\$ASAN_OPTIONS:detect_leaks=0"
exec strace -D -f -qq -e signal=none -o "$work/trace" "$real" "\$@"
END
chmod 755 "$work/confined" "$work/traced"
before=$(host_state)
VIRTCCWD=$work/confined
start_daemon
is "$(sed -n 's/^CapBnd:\t0*//p' "/proc/$daemon/status")" \
  "$(setpriv --bounding-set="-all,$capabilities" sed -n 's/^CapBnd:\t0*//p' /proc/self/status)" \
  "it has the capabilities of the unit"
all_that_it_does
is "$(host_state)" "$before" "with them it does all that it does"
stop_daemon

# --- system calls ------------------------------------------------------------

VIRTCCWD=$work/traced
start_daemon
all_that_it_does
stop_daemon
allowed_calls > "$work/filter"
sed -n 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p' "$work/trace" | sort -u > "$work/made"
like "$(cat "$work/made")" "*accept*sendto*" "its calls were seen"
is "$(comm -23 "$work/made" "$work/filter")" "" "the unit's filter lets all of them through"
# The kernel's events come by AF_NETLINK; those of the mock machine by AF_UNIX.
setting RestrictAddressFamilies | tr ' ' '\n' > "$work/families"
is "$(sed -n 's/.* socket(\(AF_[A-Z]*\).*/\1/p' "$work/trace" | grep -vxFf "$work/families")" "" \
  "and its families of addresses"
is "$(grep -cE 'mmap\(.*PROT_WRITE\|PROT_EXEC|mprotect\(.*PROT_WRITE\|PROT_EXEC' "$work/trace")" 0 \
  "no memory is written and executed"
done_testing
