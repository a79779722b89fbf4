#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What we take and refuse, beside what the stock node-device driver does: each file of bad-xml and
# good-xml is defined with and without validation, and what comes of it is in ../verdicts.tsv.
# Where verdicts differ, the last column names the reason, which docs/reference/device-xml.md gives. UPDATE=1
# writes the table anew; reasons stay.
# In the environment also VERDICTS, a program, BAD_XML, GOOD_XML and SCHEMAS, folders.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

table=$here/../verdicts.tsv
reasons=$here/../../../docs/reference/device-xml.md
stock_socket=$work/up/libvirt-sock
stock=

beside_machine() {
  env -u LD_PRELOAD -u UMOCKDEV_DIR "$@"
}

# copy_machine: the mock machine's /sys, with the drivers' names in the events, where stock libvirtd
# looks for them.
copy_machine() {
  beside_machine cp -a "$UMOCKDEV_DIR/sys" "$work/sys"
  for device in "$work"/sys/bus/css/devices/* "$work"/sys/bus/ccw/devices/*; do
    driver=$(readlink "$device/driver") || continue
    echo "DRIVER=$(basename "$driver")" > "$device/uevent"
  done
}

# with_machine COMMAND...: that copy as the real /sys, since stock libvirtd does not work behind a
# preloaded library; and a /run, a /var and an /etc/mdevctl.d of its own.
with_machine() {
  beside_machine LIBVIRT_DRIVER_DIR="$work/drivers" SYSTEMD_DEVICE_VERIFY_SYSFS=0 SYS="$work/sys" \
    unshare -m sh -c '
      for folder in /run/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt \
        /etc/mdevctl.d; do
        mkdir -p $folder && mount -t tmpfs none $folder || exit 1
      done
      mkdir -p /etc/mdevctl.d/scripts.d/callouts /etc/mdevctl.d/scripts.d/notifiers
      mount --bind "$SYS" /sys && exec "$@"' sh "$@"
}

stock_knows_it() {
  virsh -q -c "nodedev:///system?socket=$stock_socket" nodedev-info css_0_0_0313
}

start_stock() {
  mkdir "$work/up" "$work/drivers"
  ln -s "/usr/lib/$(gcc -print-multiarch)/libvirt/connection-driver/libvirt_driver_nodedev.so" \
    "$work/drivers/"
  cat > "$work/libvirtd.conf" << EOF
unix_sock_dir = "$work/up"
auth_unix_rw = "none"
EOF
  with_machine /usr/sbin/libvirtd -f "$work/libvirtd.conf" --pid-file "$work/libvirtd.pid" \
    --timeout 600 > "$work/libvirtd.log" 2>&1 &
  stock=$!
  wait_for "stock libvirtd knows the subchannel" stock_knows_it || bail_out
}

stop_stock() {
  [ -n "$stock" ] || return 0
  kill "$(cat "$work/libvirtd.pid")"
  wait "$stock"
  stock=
}
at_end stop_stock

# collect_cases: all in one folder.
collect_cases() {
  mkdir "$work/cases"
  cp "$BAD_XML"/*.xml "$GOOD_XML"/*.xml "$work/cases/"
  for script in "$BAD_XML"/*.sh; do
    sh "$script" > "$work/cases/$(basename "$script" .sh).xml"
  done
}

# verdicts SOCKET: name, number, number when validated.
verdicts() {
  "$VERDICTS" "nodedev:///system?socket=$1" "$work"/cases/*.xml
}

# taken_by SCHEMA: of each case, its name and whether it is valid.
taken_by() {
  for case in "$work"/cases/*.xml; do
    taken=invalid
    ! xmllint --noout --relaxng "$1" "$case" 2> "$work/error" || taken=valid
    printf '%s\t%s\n' "$(basename "$case" .xml)" $taken
  done
}

# beside FILE COLUMNS FILE: FILE with COLUMNS of the other behind each line, by name.
beside() {
  cut -f "$2" "$3" | join -t "$tab" "$1" -
}

# reasons_of FILE: of each case, its name and its reason in the table FILE, "-" where it has none.
reasons_of() {
  awk -F '\t' 'FNR == NR { reason[$1] = $8; next }
    { print $1 "\t" (reason[$1] == "" ? "-" : reason[$1]) }' "$1" "$work/ours"
}

# unreasoned FILE: lines of the table in which verdicts differ without a reason, or agree with one.
unreasoned() {
  awk -F '\t' '{
      same = $2 == $4 && $3 == $5 && $3 == $6 && ($2 == 0) == ($7 == "valid")
      if (same != ($8 == "-")) print
    }' "$1"
}

copy_machine
if ! with_machine true 2> "$work/error"; then
  skip 1 "no mount namespaces here: $(cat "$work/error")"
  done_testing
  exit
fi
export LC_ALL=C
tab=$(printf '\t')
collect_cases
start_daemon
before=$(host_state)
verdicts "$socket" | sort > "$work/ours"
is "$(host_state)" "$before" "nothing stays of what was defined and undefined"
stop_daemon
start_daemon --schema none
verdicts "$socket" | sort > "$work/own-schema"
start_stock
verdicts "$stock_socket" | sort > "$work/stock"
taken_by "$SCHEMAS/mdev.rng" | sort > "$work/mdev-schema"

cp "$work/ours" "$work/verdicts"
beside "$work/verdicts" 1-3 "$work/stock" > "$work/1"
beside "$work/1" 1,3 "$work/own-schema" > "$work/2"
beside "$work/2" 1,2 "$work/mdev-schema" > "$work/3"
reasons_of "$table" > "$work/reasons"
beside "$work/3" 1,2 "$work/reasons" > "$work/table"
is "$(wc -l < "$work/table")" "$(find "$work/cases" -type f | wc -l)" "all judged each case"

if [ -n "${UPDATE-}" ]; then
  grep '^#' "$table" > "$work/head"
  cat "$work/head" "$work/table" > "$table"
fi
grep -v '^#' "$table" > "$work/expected"
diff "$work/expected" "$work/table" > "$work/diff"
report $? "verdicts are those of the table"
[ ! -s "$work/diff" ] || diag "$(cat "$work/diff")"
is "$(unreasoned "$work/table")" "" "where they differ there is a reason, and nowhere else"
for reason in $(cut -f 8 "$work/table" | tr ',' '\n' | grep -v '^-$' | sort -u); do
  ok "the documentation gives the reason '$reason'" grep -q "^- \*\*$reason\*\*" "$reasons"
done

done_testing
