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
set -uo pipefail

# shellcheck source=../tap.sh
. "$(dirname "$0")/../tap.sh"

virt_ccw=$(realpath "$1")
work=$(mktemp -d)
cases="$work/cases"

stop_libvirtd() {
  [ -z "${daemon_pid:-}" ] || kill "$daemon_pid" 2> /dev/null
  wait
}
at_end 'rm -rf "$work"'
at_end stop_libvirtd

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
  "$virt_ccw" qemu-args --format json --from-xml "$1" | grep -v '^-device$'
}

compare() { # XML NAME
  local theirs
  theirs=$(libvirt_arguments "$1") || theirs=$(cat "$work/error")
  is "$(our_arguments "$1")" "$theirs" "$2 is what libvirt runs"
}

# The domain as libvirt completes it when it is defined: every device has its address.
libvirt_completed() { # XML
  as_user virsh -q -c qemu:///session define "$1" > /dev/null &&
    as_user virsh -q -c qemu:///session dumpxml guest &&
    as_user virsh -q -c qemu:///session undefine guest > /dev/null
}

compare_addresses() { # XML NAME
  ok "$2 can be defined" libvirt_completed "$1"
  printf '%s\n' "$output" > "$work/completed.xml"
  is "$(our_arguments "$1")" "$(our_arguments "$work/completed.xml")" \
    "$2 gets the addresses that libvirt assigns"
}

both_refuse() { # XML NAME
  not_ok "$2 is refused by libvirt" libvirt_arguments "$1"
  not_ok "$2 is refused by virt-ccw" our_arguments "$1"
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
done_testing
