#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# kernels: debug
# seconds: 3600
# Programs against all that may happen to them meanwhile, in a kernel that looks
# for its own mistakes. lab.stress=N on the kernel's command line: N times as long.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

uuid=7e270a25-e163-4922-af60-757fc8ed48c6
random=$(subchannel_of 0.0.0303)
terminal=$(subchannel_of 0.0.000a)
times=$(sed -n 's/.*lab\.stress=\([0-9]*\).*/\1/p' /proc/cmdline)
leaks=/sys/kernel/debug/kmemleak

# pit OPPONENTS ROUNDS: against programs that end, and that do not.
pit() {
  for programs in ending endless; do
    seed=0
    while [ "$seed" -lt "${times:-1}" ]; do
      seed=$((seed + 1))
      ok "$1, $programs programs, seed $seed" stress "$uuid" "$1" "$programs" "$2" "$seed"
      printf '# %s\n' "$output"
    done
  done
}

# use SUBCHANNEL: an mdev for the mixes that follow.
use() {
  bind_vfio "$1" && create_mdev "$1" "$uuid"
}

put_away() {
  remove_mdev "$uuid" && give_back "$1"
}

# pins_left: pages pinned and not given back, in the whole machine.
pins_left() {
  awk '/^nr_foll_pin_acquired / { left += $2 } /^nr_foll_pin_released / { left -= $2 }
    END { print left + 0 }' /proc/vmstat
}

# no_pin_stays: each processor counts for itself and adds to the sums once a second.
no_pin_stays() {
  tries=0
  until [ "$(pins_left)" = 0 ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || { pins_left; return 1; }
    sleep 1
  done
}

# found_leaks: what kmemleak has found, after two looks: it tells of nothing that is
# younger than five seconds, or has changed since it looked last.
found_leaks() {
  echo scan > "$leaks"
  sleep 6
  echo scan > "$leaks"
  cat "$leaks"
}

lockdep_is_on() {
  grep -q 'debug_locks: *1' /proc/lockdep_stats
}

# Of tasks that wait for each other the kernel tells all the same before the test's time is over;
# not of those that a host with much else to do keeps waiting.
echo 900 > /proc/sys/kernel/hung_task_timeout_secs

ok "the kernel checks its locks" lockdep_is_on
ok "and its memory" test -e "$leaks"
modprobe vfio_ccw
at_end "give_back $terminal > /dev/null 2>&1"
# Nobody else needs to look at so many events: udev pauses.
udevadm control --exit
at_end "/usr/lib/systemd/systemd-udevd --daemon && udevadm settle"
echo clear > "$leaks"

ok "a virtio device" use "$random"
for opponent in look halt clear eventfds scribble reset unmap; do
  pit "$opponent" 60
done
pit look,halt,clear,eventfds,scribble,reset,unmap 60
pit reopen 100
for loss in remove unbind kill; do
  pit "$loss" 5
done
# For each, the common I/O layer looks at all subchannels there could be.
pit unplug 1
random=$(subchannel_of 0.0.0303)
ok "the virtio device goes back" put_away "$random"

ok "the 3270, which has a path of its own" use "$terminal"
pit path 80
ok "the 3270 goes back" put_away "$terminal"

ok "the module can be unloaded" rmmod vfio_ccw
ok "as many pages were given back as were pinned" no_pin_stays
is "$(found_leaks)" "" "no memory is lost"
ok "the kernel still checks its locks" lockdep_is_on
done_testing
