#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Two hundred changes by chance: mediated devices on four devices are created, defined, started,
# stopped and undefined, while devices are unplugged and come back on other subchannels, and
# virtccwd is killed, at rest and at work. A model says what must come of each; the word
# lab.random=SEED says which they are.
# seconds: 1800
# shellcheck source=lib.sh
. /lab/guest/lib.sh

transitions=200
requests_a_round=10
devices="0 1 2 3"
verbs="create define start start destroy undefine autostart no_autostart"
xml=/tmp/nodedev-random
batch=/tmp/nodedev-batch
said=/tmp/nodedev-out
seed=$(sed -n 's/.*lab\.random=\([0-9]*\).*/\1/p' /proc/cmdline)
seed=${seed:-1}
diag "seed $seed"

# random N: a number below N, in $chance.
random() {
  seed=$(((seed * 1103515245 + 12345) & 0x7fffffff))
  chance=$(((seed >> 16) % $1))
}

# random_of WORD...: one of them, in $word.
random_of() {
  random $#
  shift "$chance"
  word=$1
}

# --- names --------------------------------------------------------------------

# name DEVICE: sets what it is called by: $bus_id, $uuid, $subchannel (empty while it is not
# plugged in). Starts no program, for each takes its time here.
name() {
  bus_id=0.0.031$1
  uuid=5eed000$1-0000-4000-8000-000000000000
  for folder in /sys/bus/css/devices/0.*; do
    subchannel=${folder##*/}
    read -r number 2> /dev/null < "$folder/dev_busid" || continue
    [ "$number" != "$bus_id" ] || return 0
  done
  subchannel=
}

# home: where the definition of $uuid is, in $home; fails when there is none, or more than one.
home() {
  set -- /etc/mdevctl.d/*/"$uuid"
  home=${1%/*}
  home=${home##*/}
  [ -e "$1" ] && [ $# -eq 1 ]
}

# mdev_name DEVICE: what virsh calls its mediated device, if there is one.
mdev_name() {
  name "$1"
  home || home=0.0.ffff
  echo "mdev_${uuid}_${subchannel:-$home}" | tr .- __
}

write_xml() {
  for device in $devices; do
    name "$device"
    cat > "$xml-$device" << EOF
<device>
  <parent>ccw_$(echo "$bus_id" | tr . _)</parent>
  <capability type='mdev'><type id='vfio_ccw-io'/><uuid>$uuid</uuid></capability>
</device>
EOF
  done
}

# --- the model ------------------------------------------------------------------

# 0 or 1 for each device: plugged_N, active_N, defined_N, auto_N (starts by itself), and taken_N:
# vfio_ccw has its subchannel.

# has DEVICE PROPERTY
has() {
  eval "[ \"\${$2_$1}\" -eq 1 ]"
}

# put DEVICE VALUE PROPERTY...
put() {
  which=$1
  value=$2
  shift 2
  for property in "$@"; do
    eval "${property}_$which=$value"
  done
}

# Each foresee_VERB DEVICE makes the change to the model, if it is to succeed; else it fails.
foresee_create() {
  has "$1" plugged && ! has "$1" active && ! has "$1" defined && put "$1" 1 active taken
}

foresee_define() {
  has "$1" plugged && put "$1" 1 defined
}

foresee_start() {
  has "$1" plugged && has "$1" defined && ! has "$1" active && put "$1" 1 active taken
}

# A definition keeps the subchannel for the next start.
foresee_destroy() {
  has "$1" active || return 1
  put "$1" 0 active
  has "$1" defined || put "$1" 0 taken
}

foresee_undefine() {
  has "$1" defined || return 1
  put "$1" 0 defined auto
  has "$1" active || put "$1" 0 taken
}

foresee_autostart() {
  has "$1" defined && put "$1" 1 auto
}

foresee_no_autostart() {
  has "$1" defined && put "$1" 0 auto
}

foresee_unplug() {
  put "$1" 0 plugged active taken
}

foresee_plug() {
  put "$1" 1 plugged
  ! has "$1" auto || put "$1" 1 active taken
}

# --- what there is ----------------------------------------------------------------

# value COMMAND...: 1 when it succeeds, 0 when not, in $value.
value() {
  value=0
  ! "$@" || value=1
}

# holds FILE TEXT
holds() {
  while read -r line; do
    case $line in *"$2"*) return 0 ;; esac
  done < "$1"
  return 1
} 2> /dev/null

is_defined() {
  home && { [ -z "$subchannel" ] || [ "$home" = "$subchannel" ]; }
}

# look DEVICE: what there is of it becomes the model.
look() {
  name "$1"
  value test -n "$subchannel"
  put "$1" "$value" plugged
  value test -n "$subchannel" -a -e "/sys/bus/css/devices/$subchannel/$uuid"
  put "$1" "$value" active
  value is_defined
  put "$1" "$value" defined
  value holds "/etc/mdevctl.d/$home/$uuid" '"auto"'
  put "$1" "$value" auto
  value test -n "$subchannel" -a -e "/sys/bus/css/drivers/vfio_ccw/$subchannel"
  put "$1" "$value" taken
}

# tell: the model in a line.
tell() {
  told=
  for device in $devices; do
    eval "told=\"\$told \$plugged_$device\$active_$device\$defined_$device\$auto_$device\$taken_$device\""
  done
}

look_at_all() {
  for device in $devices; do
    look "$device"
  done
}

# is_kept DEVICE: it is noted for which device a definition is, how the host had what was taken,
# and what was not taken the host has; nothing is half done.
is_kept() {
  name "$1"
  value test -e "/var/lib/virt-ccw/identities/${subchannel:-$home}/$uuid"
  has "$1" plugged || return 0
  eval "[ $value -eq \$defined_$1 ]" || return 1
  record=/run/virt-ccw/subchannels/$subchannel
  if has "$1" taken; then
    { has "$1" active || has "$1" defined; } && [ -e "$record" ] && ! holds "$record" '[transition]'
  else
    [ ! -e "$record" ] && holds "/sys/bus/ccw/devices/$bus_id/online" 1
  fi
}

all_are_kept() {
  for device in $devices; do
    is_kept "$device" || return 1
  done
}

# agrees: sysfs and the files are as the model in $wanted says.
agrees() {
  look_at_all
  tell
  [ "$told" = "$wanted" ] && all_are_kept
}

# is_settled: nothing is between two states, whichever they are.
is_settled() {
  look_at_all
  all_are_kept
}

# names_with PROPERTY...: of the mediated devices that have one of them.
names_with() {
  for device in $devices; do
    for property in "$@"; do
      ! has "$device" "$property" || mdev_name "$device"
    done
  done | sort -u
}

# is_listed: so virtccwd says.
is_listed() {
  { echo "nodedev-list --cap mdev"; echo "nodedev-list --cap mdev --all"; } > "$batch"
  virsh -q -c "$NODEDEV_URI" < "$batch" | grep -o 'mdev_[0-9a-f_]*$' | sort > "$said"
  { names_with active; names_with active defined; } | sort | cmp -s - "$said"
}

# --- changes ------------------------------------------------------------------------

# ask VERB DEVICE: the line for virsh.
ask() {
  case $1 in
    create | define) echo "nodedev-$1 $xml-$2" ;;
    no_autostart) echo "nodedev-autostart --disable $(mdev_name "$2")" ;;
    *) echo "nodedev-$1 $(mdev_name "$2")" ;;
  esac
}

# choose_requests: they are in $batch, and $granted says how many must succeed.
choose_requests() {
  granted=0
  : > "$batch"
  for _ in $(seq "$requests_a_round"); do
    # shellcheck disable=SC2086 # words
    random_of $verbs
    random 4
    ask "$word" "$chance" >> "$batch"
    ! "foresee_$word" "$chance" || granted=$((granted + 1))
  done
  n=$((n + requests_a_round))
}

send_requests() {
  timeout 120 virsh -c "$NODEDEV_URI" < "$batch" > "$said" 2>&1
}

count_granted() {
  grep -cE "created from|defined from|Device .* started|Destroyed node|Undefined node|marked as auto" \
    "$said"
}

# toggle DEVICE: unplugs it, or plugs it in.
toggle() {
  if has "$1" plugged; then
    unplug "random$1" "0.0.031$1" && foresee_unplug "$1"
  else
    plug "random$1" "0.0.031$1" && foresee_plug "$1"
  fi
}

kill_virtccwd() {
  kill -KILL "$virtccwd"
  wait "$virtccwd" 2> /dev/null
  virtccwd=
}

# --- rounds ---------------------------------------------------------------------------

# expect NAME: what there is becomes what the model says.
expect() {
  tell
  wanted=$told
  if wait_for 30 agrees && wait_for 30 is_listed; then
    report 0 "$1"
    return
  fi
  report 1 "$1"
  diag "of each device plugged, active, defined, starts by itself, taken
wanted:$wanted
got:   $told"
  diag "$(cat "$batch" "$said"; tail -n 20 "$NODEDEV_LOG")"
}

# settle NAME: whatever has become of changes that were cut short, it is something whole.
settle() {
  wait_for 30 is_settled
  report $? "$1 leaves nothing half done"
  expect "and the model goes on from there"
}

round_of_requests() {
  choose_requests
  send_requests
  is "$(count_granted)" "$granted" "of $requests_a_round requests so many are granted"
  expect "and do what they are to do"
}

round_of_plugs() {
  n=$((n + 1))
  random 4
  ok "device $chance comes or goes" toggle "$chance"
  expect "and what was on it with it"
}

round_of_kill() {
  n=$((n + 1))
  kill_virtccwd
  ok "killed at rest, virtccwd starts again" start_virtccwd
  expect "and nothing has changed"
}

# cut_short COMMAND...: some way into a round of requests.
cut_short() {
  choose_requests
  look_at_all
  send_requests &
  requests=$!
  random 20
  sleep "$((chance / 10)).$((chance % 10))"
  "$@"
  wait "$requests"
}

round_of_kill_at_work() {
  cut_short kill_virtccwd
  ok "killed at work, virtccwd starts again" start_virtccwd
  settle "it"
}

round_of_plugs_at_work() {
  random 4
  cut_short toggle "$chance"
  settle "a device that comes or goes at work"
}

# --- all ------------------------------------------------------------------------------

clear_away() {
  for device in $devices; do
    look "$device"
    ! has "$device" active || ask destroy "$device"
    ! has "$device" defined || ask undefine "$device"
  done > "$batch"
  send_requests
  for device in $devices; do
    look "$device"
    ! has "$device" plugged || unplug "random$device" "0.0.031$device"
  done
}

start_virtccwd
at_end "rm -f $xml-* $batch $said"
at_end clear_away
write_xml
look_at_all
for device in $devices; do
  ok "device $device is plugged in" toggle "$device"
done

n=0
while [ "$n" -lt "$transitions" ] && [ "$failures" -eq 0 ]; do
  random_of requests requests plugs plugs kill kill_at_work plugs_at_work
  "round_of_$word"
done
diag "$n changes"

clear_away
look_at_all
expect "at last nothing is there"
is "$(find /etc/mdevctl.d /var/lib/virt-ccw/identities /run/virt-ccw/subchannels -type f)" "" \
  "and nothing is left over"

done_testing
