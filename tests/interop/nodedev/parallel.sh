#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Clients that change many subchannels at the same time: each gets what it asked for, and the host
# is as it was. In a build with -Db_sanitize=thread this looks for races, too.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

n=20

# Names of the device INDEX: its mdev's UUID, its subchannel in names, its mdev in names.
uuid_of() {
  printf '%08x-2222-4333-8444-555555555555' "$1"
}

subchannel_of() {
  printf '0_0_%04x' $((0x1000 + $1))
}

mdev_of() {
  printf 'mdev_%s_%s' "$(uuid_of "$1" | tr - _)" "$(subchannel_of "$1")"
}

# live INDEX: the whole life of an mdev.
live() {
  cat > "$work/$1.xml" << EOF2
<device>
  <parent>css_$(subchannel_of "$1")</parent>
  <capability type='mdev'>
    <type id='vfio_ccw-io'/>
    <uuid>$(uuid_of "$1")</uuid>
  </capability>
</device>
EOF2
  v nodedev-create "$work/$1.xml" && v nodedev-define "$work/$1.xml" &&
    v nodedev-destroy "$(mdev_of "$1")" && v nodedev-undefine "$(mdev_of "$1")"
}

# compete INDEX: creates an mdev with the first one's UUID; leaves a file when that succeeds.
compete() {
  sed "s/$(uuid_of "$1")/$(uuid_of 0)/" "$work/$1.xml" > "$work/$1.same.xml"
  v nodedev-create "$work/$1.same.xml" && : > "$work/$1.won"
}

# each COMMAND: with all indexes at once; how many of them failed.
each() {
  pids=
  for i in $(seq 0 $((n - 1))); do
    "$1" "$i" > "$work/$i.out" 2>&1 &
    pids="$pids $!"
  done
  failed=0
  for pid in $pids; do
    wait "$pid" || failed=$((failed + 1))
  done
  echo "$failed"
}

machine "many $n 3270"
start_daemon
before=$(host_state)
is "$(each live)" 0 "$n lives at the same time"
is "$(host_state)" "$before" "and the host is as it was"
is "$(each compete)" $((n - 1)) "of all that want the same UUID one gets it"
winner=$(basename "$work"/*.won .won)
ok "and that is there" v nodedev-destroy \
  "mdev_$(uuid_of 0 | tr - _)_$(subchannel_of "$winner")"
is "$(host_state)" "$before" "and the host is as it was"

done_testing
