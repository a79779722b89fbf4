#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Persistent mdevs and the devices they are meant for, when subchannels get other numbers.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

identities=$root/var/lib/virt-ccw/identities

# mdev_on SUBCHANNEL: the name of the tests' mdev there.
mdev_on() {
  echo "mdev_$(echo "$uuid" | tr - _)_$(echo "$1" | tr . _)"
}

# mdevs: all that are known, on one line.
mdevs() {
  v nodedev-list --cap mdev --inactive | tr '\n' ' ' | sed 's/ *$//'
}

mdevs_are() {
  [ "$(mdevs)" = "$*" ]
}

active() { # SUBCHANNEL
  v nodedev-info "$(mdev_on "$1")" | grep -q '^Active: *yes'
}

logged() { # TEXT
  grep -qF -- "$1" "$work/log"
}

define_on() { # SUBCHANNEL
  mdev_xml "$uuid" "css_$(echo "$1" | tr . _)"
  v nodedev-define "$work/mdev.xml"
}

# --- noted -------------------------------------------------------------------

start_daemon
ok "define on a disk" define_on 0.0.0314
noted=$(cat "$identities/0.0.0314/$uuid")
is "$noted" "[device]
number=0.0.2b09
cutype=3990/e9
devtype=3390/0c" "the disk it is meant for is noted"
ok "it starts" v nodedev-start "$(mdev_on 0.0.0314)"
ok "define it again while it is active" define_on 0.0.0314
is "$(cat "$identities/0.0.0314/$uuid")" "$noted" "of the same disk the kind stays noted"
ok "destroy" v nodedev-destroy "$(mdev_on 0.0.0314)"
file=$(cat "$store/0.0.0314/$uuid")

# --- another subchannel after a boot -----------------------------------------

stop_daemon
rm -rf "$root/run"
machine "unplug 0.0.0314"
machine "plug 0.0.0314 0.0.2b0a dasd"
machine "plug 0.0.0420 0.0.2b09 dasd"
start_daemon
is "$(mdevs)" "$(mdev_on 0.0.0420)" "it is where its disk is"
is "$(cat "$store/0.0.0420/$uuid")" "$file" "mdevctl's file has moved"
not_ok "and left nothing behind" test -e "$store/0.0.0314" -o -e "$identities/0.0.0314"
ok "which is logged" logged "follows device 0.0.2b09 from css_0_0_0314 to css_0_0_0420"
ok "it starts" v nodedev-start "$(mdev_on 0.0.0420)"
is "$(driver_of 0.0.0420) $(driver_of 0.0.0314)" "vfio_ccw io_subchannel" "on its disk, not another"
ok "destroy" v nodedev-destroy "$(mdev_on 0.0.0420)"

# --- replugged while the daemon runs -----------------------------------------

machine "unplug 0.0.0420"
machine "plug 0.0.0421 0.0.2b09 dasd"
ok "it follows when its disk is plugged in elsewhere" \
  wait_for "followed" mdevs_are "$(mdev_on 0.0.0421)"
machine "plug 0.0.0420 0.0.2b0b dasd"
machine "unplug 0.0.0421"
is "$(mdevs)" "$(mdev_on 0.0.0421)" "it stays while its disk is nowhere"

# --- the wrong device --------------------------------------------------------

machine "plug 0.0.0421 0.0.2b0c dasd"
refused "*meant for device 0.0.2b09, but subchannel 0.0.0421 has device 0.0.2b0c now*" \
  "another disk on its subchannel is not taken" v nodedev-start "$(mdev_on 0.0.0421)"
is "$(driver_of 0.0.0421)" io_subchannel "and left alone"
machine "plug 0.0.0422 0.0.2b09 3270"
ok "a terminal of its number is not followed" \
  wait_for "warned" logged "its control unit type is 3270/00 now and was 3990/e9"
is "$(mdevs)" "$(mdev_on 0.0.0421)" "it stays where it is"
machine "unplug 0.0.0422"
machine "unplug 0.0.0421"
machine "plug 0.0.0421 0.0.2b09 3270"
refused "*device 0.0.2b09 is not the one that was meant: its control unit type is 3270/00*" \
  "nor started on" v nodedev-start "$(mdev_on 0.0.0421)"
is "$(driver_of 0.0.0421)" io_subchannel "it is left alone"
ok "unless it is defined anew" define_on 0.0.0421
ok "then it starts" v nodedev-start "$(mdev_on 0.0.0421)"
ok "undefine while active" v nodedev-undefine "$(mdev_on 0.0.0421)"
ok "destroy" v nodedev-destroy "$(mdev_on 0.0.0421)"
not_ok "nothing is noted any more" test -e "$identities/0.0.0421"
machine "unplug 0.0.0421"

# --- a disk that was exchanged -----------------------------------------------

machine "plug 0.0.0421 0.0.2b09 dasd"
machine "uid 0.0.2b09 IBM.750000000DK731.2b00.09"
ok "define on a disk whose unique id is known" define_on 0.0.0421
machine "unplug 0.0.0421"
machine "plug 0.0.0423 0.0.2b09 dasd"
ok "it follows while the unique id is not known" \
  wait_for "followed" mdevs_are "$(mdev_on 0.0.0423)"
machine "uid 0.0.2b09 IBM.750000000XX999.2b00.09"
refused "*its unique id is IBM.750000000XX999.2b00.09 now and was IBM.750000000DK731.2b00.09*" \
  "another disk under the same number is not taken" v nodedev-start "$(mdev_on 0.0.0423)"
ok "undefine" v nodedev-undefine "$(mdev_on 0.0.0423)"
machine "unplug 0.0.0423"

# --- definitions by others ---------------------------------------------------

mkdir -p "$store/0.0.0430"
printf '%s' "$file" > "$store/0.0.0430/$uuid"
ok "one made by mdevctl for a subchannel that is not there" \
  wait_for "known" mdevs_are "$(mdev_on 0.0.0430)"
machine "plug 0.0.0430 0.0.2b09 dasd"
ok "is meant for what comes there" wait_for "noted" test -e "$identities/0.0.0430/$uuid"
stop_daemon

# --- cut short ---------------------------------------------------------------

machine "unplug 0.0.0430"
machine "plug 0.0.0431 0.0.2b09 dasd"
mkdir -p "$store/0.0.0431"
printf '%s' "$file" > "$store/0.0.0431/$uuid"
start_daemon
is "$(mdevs)" "$(mdev_on 0.0.0431)" "a move that was cut short is finished"
not_ok "the old file is gone" test -e "$store/0.0.0430"
stop_daemon
machine "unplug 0.0.0431"
machine "plug 0.0.0432 0.0.2b09 dasd"
mkdir -p "$store/0.0.0432"
echo "$file" | sed s/manual/auto/ > "$store/0.0.0432/$uuid"
rm -rf "$root/run"
mkdir -p "$root/run/virt-ccw"
: > "$root/run/virt-ccw/autostarted" # this boot's are started
start_daemon
is "$(mdevs)" "$(mdev_on 0.0.0431) $(mdev_on 0.0.0432)" "two different definitions both stay"
ok "which is logged" logged "another definition of it is there; undefine one of the two"
ok "undefine" v nodedev-undefine "$(mdev_on 0.0.0431)"
ok "undefine" v nodedev-undefine "$(mdev_on 0.0.0432)"

# --- started when it comes ---------------------------------------------------

ok "define" define_on 0.0.0432
ok "autostart" v nodedev-autostart "$(mdev_on 0.0.0432)"
machine "unplug 0.0.0432"
machine "plug 0.0.0433 0.0.2b09 dasd"
ok "what starts by itself starts when its disk comes, wherever" wait_for "started" active 0.0.0433
is "$(driver_of 0.0.0433)" vfio_ccw "bound there"
ok "destroy" v nodedev-destroy "$(mdev_on 0.0.0433)"

# --- a note that cannot be read ----------------------------------------------

ok "no autostart" v nodedev-autostart --disable "$(mdev_on 0.0.0433)"
echo "[device" > "$identities/0.0.0433/$uuid"
refused "*could not read $identities/0.0.0433/$uuid: *" \
  "without its note nothing is started" v nodedev-start "$(mdev_on 0.0.0433)"
ok "define anew" define_on 0.0.0433
ok "start" v nodedev-start "$(mdev_on 0.0.0433)"
ok "destroy" v nodedev-destroy "$(mdev_on 0.0.0433)"
ok "undefine" v nodedev-undefine "$(mdev_on 0.0.0433)"
is "$(driver_of 0.0.0433)" io_subchannel "given back"

# --- a definition that cannot be written -------------------------------------

: > "$store/0.0.0433" # in place of the folder
refused "*could not write $store/0.0.0433/$uuid: *" "define" define_on 0.0.0433
not_ok "nothing is noted then" test -e "$identities/0.0.0433"
rm "$store/0.0.0433"
machine "unplug 0.0.0433"
machine "plug 0.0.0434 0.0.2b09 dasd"
is "$(mdevs)" "" "nor does anything follow"
ok "define" define_on 0.0.0434
machine "unplug 0.0.0434"
machine "plug 0.0.0434 0.0.2b0c dasd"
value=$(head -c 70000 /dev/zero | tr '\0' 1)
mdev_xml "$uuid" css_0_0_0434
sed "/uuid/a <attr name='assign_domain' value='$value'/>" "$work/mdev.xml" > "$work/large.xml"
refused "*larger than*" "one that is too large" v nodedev-define "$work/large.xml"
refused "*meant for device 0.0.2b09*" "does not change what the old one is meant for" \
  v nodedev-start "$(mdev_on 0.0.0434)"

# --- a file that cannot be read for now --------------------------------------

file=$(cat "$store/0.0.0434/$uuid")
: > "$store/0.0.0434/$uuid"
ok "its mdev is not known" wait_for "gone" mdevs_are
printf '%s' "$file" > "$store/0.0.0434/$uuid"
ok "and known again when it can be read" wait_for "back" mdevs_are "$(mdev_on 0.0.0434)"
refused "*meant for device 0.0.2b09*" "still meant for the same device" \
  v nodedev-start "$(mdev_on 0.0.0434)"

# --- undefined while nobody looked -------------------------------------------

stop_daemon
rm -r "$store/0.0.0434"
start_daemon
not_ok "what is undefined is forgotten" test -e "$identities/0.0.0434"
mkdir "$store/0.0.0434"
printf '%s' "$file" > "$store/0.0.0434/$uuid"
ok "what has its name later is another" \
  wait_for "noted" grep -qx number=0.0.2b0c "$identities/0.0.0434/$uuid"

# --- where something is already ----------------------------------------------

mkdir "$store/0.0.0435"
echo "{" > "$store/0.0.0435/$uuid"
machine "unplug 0.0.0434"
machine "plug 0.0.0435 0.0.2b0c dasd"
ok "it does not move to where a file cannot be read" \
  wait_for "warned" logged "$(mdev_on 0.0.0434) does not follow its device: another definition"
is "$(cat "$store/0.0.0435/$uuid")" "{" "which is left alone"
machine "plug 0.0.0434 0.0.2b09 dasd"
printf '%s' "$file" > "$store/0.0.0435/$uuid"
ok "the same UUID on two subchannels" \
  wait_for "both" mdevs_are "$(mdev_on 0.0.0434) $(mdev_on 0.0.0435)"
stop_daemon
cat > "$identities/0.0.0434/$uuid" << END
[device]
number=0.0.2b09
END
start_daemon
machine "unplug 0.0.0434"
machine "unplug 0.0.0435"
machine "plug 0.0.0434 0.0.2b0c dasd"
machine "plug 0.0.0435 0.0.2b09 dasd"
ok "when their disks change places" \
  wait_for "warned" logged "$(mdev_on 0.0.0435) does not follow its device: another definition"
is "$(mdevs)" "$(mdev_on 0.0.0434) $(mdev_on 0.0.0435)" "none is lost"
refused "*meant for device 0.0.2b09*" "nor started on the other's" \
  v nodedev-start "$(mdev_on 0.0.0434)"

# A definition that cannot be started there is no reason to keep the subchannel from the host.
mdev_xml 22222222-3333-4444-8555-666666666666 css_0_0_0434
ok "create for the disk that is there" v nodedev-create "$work/mdev.xml"
ok "destroy" v nodedev-destroy mdev_22222222_3333_4444_8555_666666666666_0_0_0434
is "$(driver_of 0.0.0434)" io_subchannel "that disk is the host's again"

done_testing
