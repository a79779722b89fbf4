#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The generator against stock libvirt: for each domain of the unit tests, what
# virt-ccw prints must be, byte for byte, what libvirt itself would run. And
# what libvirt refuses, virt-ccw refuses.
#
# libvirtd runs unprivileged, for a user of its own, below a temporary folder.
#
# Usage: hostdev-libvirt.sh VIRT_CCW CASES
set -euo pipefail

virt_ccw=$(realpath "$1")
work=$(mktemp -d)
cases="$work/cases"
number=0
failed=0

# shellcheck disable=SC2317 # reached by the trap
cleanup() {
  [ -z "${daemon_pid:-}" ] || kill "$daemon_pid" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

report() { # RESULT NAME
  number=$((number + 1))
  if [ "$1" = 0 ]; then
    echo "ok $number - $2"
  else
    echo "not ok $number - $2"
    failed=1
  fi
}

as_user() {
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
  else
    "$@"
  fi
}

start_libvirtd() {
  mkdir "$work/run" "$work/home"
  chmod 755 "$work"
  [ "$(id -u)" != 0 ] || chown -R nobody:nogroup "$work/run" "$work/home"
  export XDG_RUNTIME_DIR="$work/run" HOME="$work/home"
  # Leak checks of sanitised programs are not meant for stock ones.
  as_user env -C / /usr/sbin/libvirtd --timeout 300 > "$work/libvirtd.log" 2>&1 &
  daemon_pid=$!
  for _ in $(seq 100); do
    [ -S "$work/run/libvirt/libvirt-sock" ] && return 0
    sleep 0.1
  done
  echo "Bail out! libvirtd did not start: $(tail -n 3 "$work/libvirtd.log")"
  exit 1
}

# The -device arguments for vfio-ccw that libvirt would start the domain with.
libvirt_arguments() { # XML
  as_user virsh -q -c qemu:///session domxml-to-native qemu-argv --xml "$1" 2> "$work/error" \
    | grep -o "{\"driver\":\"vfio-ccw\"[^']*"
}

our_arguments() { # XML
  "$virt_ccw" qemu-args --format json --from-xml "$1" 2> "$work/our-error" | grep -v '^-device$'
}

compare() { # XML NAME
  local theirs ours
  theirs=$(libvirt_arguments "$1") || { sed 's/^/# libvirt: /' "$work/error"; theirs=none; }
  ours=$(our_arguments "$1") || { sed 's/^/# /' "$work/our-error"; ours=refused; }
  if [ "$theirs" = "$ours" ]; then
    report 0 "$2 is what libvirt runs"
  else
    report 1 "$2 is what libvirt runs"
    printf '%s\n' "libvirt: $theirs" "ours:    $ours" | sed 's/^/# /'
  fi
}

# The domain as libvirt completes it when it is defined: every device has its address.
libvirt_completed() { # XML
  as_user virsh -q -c qemu:///session define "$1" > /dev/null
  as_user virsh -q -c qemu:///session dumpxml guest
  as_user virsh -q -c qemu:///session undefine guest > /dev/null
}

compare_addresses() { # XML NAME
  local result=0
  libvirt_completed "$1" > "$work/completed.xml"
  our_arguments "$1" > "$work/ours" || result=1
  our_arguments "$work/completed.xml" > "$work/theirs" || result=1
  diff "$work/theirs" "$work/ours" | sed 's/^/# /' || result=1
  report "$result" "$2 gets the addresses that libvirt assigns"
}

both_refuse() { # XML NAME
  local result=0
  ! libvirt_arguments "$1" > "$work/theirs" || result=1
  ! our_arguments "$1" > "$work/ours" || result=1
  report "$result" "$2 is refused by both"
}

# loadparm of a hostdev is younger than Debian 12's libvirt, which leaves it out.
cp -r "$2" "$cases" # where libvirtd's user can read them
start_libvirtd
for xml in "$cases"/domain-*.xml; do
  compare_addresses "$xml" "$(basename "$xml" .xml)"
  # An unprivileged libvirtd wants a tap device before it shows an interface's argument.
  grep -q '<interface' "$xml" || compare "$xml" "$(basename "$xml" .xml)"
done
for name in bad-duplicate-address bad-duplicate-address-with-interface; do
  both_refuse "$cases/$name.xml" "$name"
done
echo "1..$number"
exit "$failed"
