#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The generator against stock libvirt: for each domain of the unit tests, what
# virt-ccw prints must be, byte for byte, what libvirt itself would run, and
# what libvirt refuses, virt-ccw refuses. Where the two differ,
# hostdev-differences.tsv says so and why.
#
# libvirtd runs unprivileged, in a user and network namespace of its own (there
# it may make the tap devices of interfaces), below a temporary folder.
#
# Usage: hostdev-libvirt.sh VERSION VIRT_CCW READ_DOMAIN FOLDER...
#   VERSION  9.0: this machine's libvirt and QEMU; 11.3: those of Debian 13
set -uo pipefail

here=$(realpath "$(dirname "$0")")
# shellcheck source=../tap.sh
. "$here/../tap.sh"

version=$1
virt_ccw=$(realpath "$2")
read_domain=$(realpath "$3")
shift 3
folders=("$@")
work=$(mktemp -d)
# Any name but root's: libvirtd is to be a user's own.
readonly USER_ID=65534

stop_libvirtd() {
  [ -z "${daemon_pid:-}" ] || kill "$daemon_pid" 2> /dev/null
  wait
}
at_end 'rm -rf "$work"'
at_end stop_libvirtd

# choose_libvirt: sets $libvirtd and the environment in which it finds its driver and QEMU.
choose_libvirt() {
  local libvirt

  case $version in
    9.0) libvirtd=/usr/sbin/libvirtd ;;
    11.3)
      libvirt=$("$here/clients/trixie") || { echo "Bail out! libvirt 11.3 cannot be had"; exit 1; }
      libvirtd=$libvirt/bin/libvirtd
      export PATH="$libvirt/bin:$PATH" LIBVIRT_DRIVER_DIR="$work/drivers"
      mkdir "$work/drivers"
      ln -s "$libvirt/drivers/libvirt_driver_qemu.so" "$work/drivers/"
      ;;
  esac
}

start_libvirtd() {
  mkdir "$work/run" "$work/home"
  export XDG_RUNTIME_DIR="$work/run" HOME="$work/home"
  unshare --user --net --keep-caps --map-user=$USER_ID --map-group=$USER_ID \
    env -C / "$libvirtd" --timeout 300 > "$work/libvirtd.log" 2>&1 &
  daemon_pid=$!
  for _ in $(seq 300); do
    [ -S "$work/run/libvirt/libvirt-sock" ] && return 0
    sleep 0.1
  done
  echo "Bail out! libvirtd did not start: $(tail -n 3 "$work/libvirtd.log")"
  exit 1
}

# as_domain FILE: a domain of it, with the QEMU that libvirt finds by itself.
as_domain() {
  if head -n 1 "$1" | grep -q '^<hostdev'; then
    echo "<domain type='qemu'><name>guest</name><memory unit='MiB'>96</memory>"
    echo "<os><type arch='s390x' machine='s390-ccw-virtio'>hvm</type></os><devices>"
    cat "$1"
    echo "</devices></domain>"
  else
    grep -v '<emulator>' "$1"
  fi
}

# collect_domains: all of them into $work/domains.
collect_domains() {
  local folder xml

  mkdir "$work/domains"
  for folder in "${folders[@]}"; do
    for xml in "$folder"/*.xml; do
      as_domain "$xml" > "$work/domains/$(basename "$xml")"
    done
  done
}

ask_libvirt() {
  mkdir "$work/answers"
  if ! unshare --user --map-user=$USER_ID --map-group=$USER_ID \
    /usr/bin/python3 "$here/ask-libvirt.py" "$work/domains" "$work/answers"; then
    echo "Bail out! libvirt $version gave no answers"
    exit 1
  fi
}

# The -device arguments for vfio-ccw that libvirt would start the domain with; "refused".
libvirt_outcome() { # NAME
  if grep -q '^error:' "$work/answers/$1.native"; then
    echo refused
  else
    grep -o "{\"driver\":\"vfio-ccw\"[^']*" "$work/answers/$1.native"
  fi
}

our_outcome() { # XML
  local status=0

  "$virt_ccw" qemu-args --format json --from-xml "$1" > "$work/ours" 2> "$work/our-error" ||
    status=$?
  case $status in
    0) grep -v '^-device$' "$work/ours" ;;
    2) echo refused ;;
    4) ;; # no vfio-ccw hostdev
    *) echo "exit status $status: $(cat "$work/our-error")" ;;
  esac
}

# why_different NAME: of this version, if that is known.
why_different() {
  awk -F '\t' -v name="$1" -v version="$version" \
    '$1 == name && index (" " $2 " ", " " version " ") { print $3 }' "$here/hostdev-differences.tsv"
}

compare() { # NAME
  local ours theirs why

  ours=$(our_outcome "$work/domains/$1.xml")
  theirs=$(libvirt_outcome "$1")
  why=$(why_different "$1")
  if [ -z "$why" ]; then
    is "$ours" "$theirs" "$1: as libvirt $version"
    [ "$ours" = "$theirs" ] || diag "$(grep '^error:' "$work/answers/$1.native")"
  else
    [ "$ours" != "$theirs" ]
    report $? "$1: not as libvirt $version: $why"
  fi
  [ "$theirs" = refused ] || [ -z "$theirs" ] || [ -n "$why" ] || compare_completed "$1" "$ours"
}

# A defined domain gets its addresses for good: with them it is the same. And the hook, which
# is given such XML, finds the mdevs that libvirt has in it.
compare_completed() { # NAME WANTED
  local completed=$work/answers/$1.xml

  is "$(our_outcome "$completed")" "$2" "$1: the same when it is defined"
  is "$("$read_domain" "$completed")" \
    "$(xmllint --xpath "//hostdev[@model='vfio-ccw']/source/address/@uuid" "$completed" |
      sed 's/^ *uuid="\(.*\)"$/\1/')" "$1: the hook finds its mdevs"
}

choose_libvirt
start_libvirtd
collect_domains
ask_libvirt
for xml in "$work"/domains/*.xml; do
  compare "$(basename "$xml" .xml)"
done
done_testing
