#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# virt-ccw doctor: a host where all is well, and one thing after the other that is
# not; each is named, with what to do, and nothing is changed by looking.

# shellcheck source=../nodedev/lib.sh
. "$(dirname "$0")/../nodedev/lib.sh"

socket=$root/run/libvirt/virtnodedevd-sock
uri="nodedev:///system?socket=$socket"
file=$store/0.0.0313/$uuid

# --- a host with all that it takes -------------------------------------------

# program PATH LINE: a program below the root that runs this.
program() {
  mkdir -p "$root/$(dirname "$1")"
  printf '#!/bin/sh\n%s\n' "$2" > "$root/$1"
  chmod 755 "$root/$1"
}

link() { # TARGET PATH
  mkdir -p "$root/$(dirname "$2")"
  ln -s "$1" "$root/$2"
}

install_all() {
  mkdir -p "$root/run/libvirt" "$root/usr/lib/udev/rules.d" "$root/usr/share/polkit-1/actions"
  : > "$root/usr/lib/udev/rules.d/40-virt-ccw.rules"
  : > "$root/usr/share/polkit-1/actions/org.libvirt.unix.policy"
  program "$SBINDIR/virtccwd" "exec '$VIRTCCWD' \"\$@\""
  program /usr/lib/udev/virt-ccw-early "exit 0"
  program /usr/sbin/virt-ccw-qemu-hook "exit 0"
  program /usr/sbin/virt-ccw-mdevctl-callout "exit 2"
  program /usr/bin/mdevctl "echo mdevctl 1.4.0"
  program /usr/bin/qemu-system-s390x "exec /usr/bin/qemu-system-s390x \"\$@\""
  link /usr/sbin/virt-ccw-qemu-hook /etc/libvirt/hooks/qemu.d/virt-ccw
  link ../../../../sbin/virt-ccw-mdevctl-callout /usr/lib/mdevctl/scripts.d/callouts/virt-ccw
}

# --- asking ------------------------------------------------------------------

# doctor [OPTION...]: sets output and status.
doctor() {
  output=$("$VIRT_CCW" doctor --root "$root" "$@" 2>&1)
  status=$?
}

# finds LEVEL TEXT ADVICE NAME: one of what the doctor finds now.
finds() {
  doctor --quiet
  like "$output" "*$1 *: *$2*
         $3*" "$4"
  if [ "$1" = problem ]; then
    is "$status" 1 "$4: exit code"
  fi
}

healthy() { # NAME
  doctor --quiet
  is "$output" "0 problems, 0 warnings" "$1"
  is "$status" 0 "$1: exit code"
}

# Everything below the root, by content and time of last change.
state_of_root() {
  find "$root" -printf '%p %s %C@ %m\n' | sort
  host_state
}

install_all
start_daemon
healthy "a healthy host"
doctor
like "$output" "ok *kernel: the driver vfio_ccw is loaded*
ok *libvirt: virtccwd * serves node devices*
ok *libvirt: it shows 7 subchannels*
ok *programs: /usr/bin/qemu-system-s390x has vfio-ccw*" "what is well is told"

# --- nobody is told what he cannot use ---------------------------------------

unlike "$output" "*$(printf '\033')*" "no colours but on a terminal"
on_terminal() { # ENVIRONMENT...
  env "$@" script -qec "'$VIRT_CCW' doctor --root '$root'" /dev/null
}
like "$(on_terminal TERM=xterm)" "*$(printf '\033[32m')ok*" "colours on a terminal"
unlike "$(on_terminal TERM=xterm NO_COLOR=1)" "*$(printf '\033')*" "unless somebody wants none"
doctor --json
is "$(printf '%s' "$output" | python3 -c '
import json, sys
findings = json.load(sys.stdin)["findings"]
print({finding["level"] for finding in findings}, *findings[0].keys())')" \
  "{'ok'} level subject text advice" "as JSON"

# --- the kernel --------------------------------------------------------------

machine "driver vfio_ccw 0"
finds problem "there is no module vfio_ccw" "install the kernel's package" "no module"
mkdir -p "$root/lib/modules/$(uname -r)"
echo "updates/dkms/vfio_ccw.ko: kernel/drivers/vfio/vfio.ko" \
  > "$root/lib/modules/$(uname -r)/modules.dep"
finds problem "not loaded (there is updates/dkms/vfio_ccw.ko)" "modprobe vfio_ccw" "not loaded"
machine "driver vfio_ccw 1"
doctor
like "$output" "*vfio_ccw is loaded (added to it: updates/dkms/vfio_ccw.ko)*" "loaded, and which"

# without PATH PATTERN ADVICE NAME: what the doctor finds while that is not in the machine.
without() {
  mv "$UMOCKDEV_DIR$1" "$work/aside"
  finds problem "$2" "$3" "$4"
  mv "$work/aside" "$UMOCKDEV_DIR$1"
}
without /dev/vfio/vfio "there is neither /dev/vfio/vfio nor /dev/iommu" "modprobe -a vfio " "no VFIO"
without /sys/bus/mdev "the kernel has no core for mediated devices" "modprobe mdev" "no core for mdevs"

# --- programs ----------------------------------------------------------------

mv "$root/usr/sbin/virt-ccw-qemu-hook" "$work/hook"
finds problem "virt-ccw, libvirt's hook, is no program" "install virt-ccw anew" "a link to nothing"
mv "$work/hook" "$root/usr/sbin/virt-ccw-qemu-hook"
program /usr/bin/mdevctl "echo mdevctl 1.2.0"
finds warning "no /etc/mdevctl.d/scripts.d/callouts/virt-ccw" "install virt-ccw" \
  "mdevctl 1.2 looks elsewhere for its callout"
printf '#!/no/such/shell\n' > "$root/usr/bin/mdevctl"
finds warning "/usr/bin/mdevctl does not tell its version" "look whether" "one that cannot be started"
program /usr/bin/mdevctl "exit 1"
finds warning "/usr/bin/mdevctl does not tell its version" "look whether" "a broken mdevctl"
program /usr/bin/mdevctl "echo mdevctl 1.4.0"
program /usr/bin/qemu-system-s390x "echo none"
finds problem "qemu-system-s390x has no device vfio-ccw" "install a QEMU" "a QEMU without it"
program /usr/bin/qemu-system-s390x "exec /usr/bin/qemu-system-s390x \"\$@\""
healthy "all put right"

# --- definitions -------------------------------------------------------------

mkdir -p "$store/0.0.0313"
: > "$file"
finds problem "$file" "put the file right" "an empty file"
rm "$file"

mdev_file() { # SUBCHANNEL auto|manual
  mkdir -p "$store/$1"
  printf '{\n  "mdev_type": "vfio_ccw-io",\n  "start": "%s",\n  "attrs": []\n}' "$2" \
    > "$store/$1/$uuid"
}
mkdir -p "$store/0.0.0313"
echo '{ "mdev_type": "i915-GVTg_V5_4", "start": "manual", "attrs": [] }' > "$file"
finds problem "is of type i915-GVTg_V5_4, which no subchannel offers" "define it anew, with type" \
  "a type of others"
rm "$file"
mdev_file 0.0.4711 auto
finds problem "mdev $uuid on 0.0.4711 starts by itself, but there is no device" "undefine it" \
  "a device that is not there"
mdev_file 0.0.4711 manual
finds warning "mdev $uuid on 0.0.4711: there is no device" "undefine it" "which may wait"
rm -r "$store/0.0.4711"
mdev_file 0.0.0000 auto
finds problem "the host uses its device 0.0.0001: /dev/vda1 is mounted on /" "end that use" \
  "a device that the host uses"
rm -r "$store/0.0.0000"
mdev_xml
v nodedev-define "$work/mdev.xml" > /dev/null
healthy "one that waits to be started"
v nodedev-autostart "$mdev" > /dev/null
finds warning "starts by itself, but is not active (io_subchannel has it)" "virt-ccw pass 0.0.1234" \
  "one that should have been started"
v nodedev-start "$mdev" > /dev/null
healthy "and was"
home=/sys/devices/css0/0.0.0313
without "$home/$uuid/iommu_group" "mdev $uuid has no IOMMU group" "stop it and start it again" "no group"
without /dev/vfio/0 "mdev $uuid is active, but there is no /dev/vfio/0" "udevadm trigger" "no node"
without "$home/mdev_supported_types" "1 of 1 subchannels that vfio_ccw has do not offer" \
  "look why in the kernel's log" "a driver that offers nothing"
v nodedev-destroy "$mdev" > /dev/null

stop_daemon
finds warning "no daemon of libvirt listens" "install and start libvirt" "no daemon"
machine "unplug 0.0.0313"
finds problem "its device 0.0.1234 is not there" "undefine it, or attach" "a device that went"
machine "ignore 0.0.1234"
finds problem "its device 0.0.1234 is not there" "*cio_ignore -r 0.0.1234" "and is ignored"
machine "plug 0.0.0313 0.0.4321 3270"
finds problem "mdev $uuid on 0.0.0313 starts by itself, but*0.0.1234" "define it anew" \
  "another device in its place"
machine "plug 0.0.0316 0.0.1234 3270"
finds problem "its device 0.0.1234 is on subchannel 0.0.0316 now" "start virtccwd" "a device that moved"
start_daemon
stop_daemon
is "$(ls "$store/0.0.0316")" "$uuid" "the advice is good"
rm -r "$store/0.0.0316"

# --- what was left over ------------------------------------------------------

mkdir -p "$root/etc/driverctl.d"
echo vfio_ccw > "$root/etc/driverctl.d/css-0.0.0314"
finds warning "driverctl gives subchannel 0.0.0314 to vfio_ccw at each start" \
  "driverctl -b css unset-override 0.0.0314" "an override of driverctl's"
machine "override 0.0.0314 vfio_ccw"
doctor --quiet
like "$output" "*driverctl gives*0 problems, 2 warnings" "in force, it is told only once"
rm "$root/etc/driverctl.d/css-0.0.0314"
finds warning "the driver override vfio_ccw is left over on subchannel 0.0.0314" \
  "echo > /sys/bus/css/devices/0.0.0314/driver_override" "an override"
echo 0.0.0314 > /sys/bus/css/devices/0.0.0314/driver/unbind
echo 0.0.0314 > /sys/bus/css/drivers/vfio_ccw/bind
finds warning "vfio_ccw has subchannel 0.0.0314 (device 0.0.2b09), on which no mdev" \
  "to have the host's driver back: *" "a driver that has nothing to do"
(
  # The advice, as it is, below the folder that it begins with.
  advice=$(printf '%s\n' "$output" | sed -n "s/^ *to have the host's driver back: //p")
  eval "$advice"
)
is "$(driver_of 0.0.0314)" io_subchannel "the advice is good"
rm -f "$socket" "$socket-ro"

start_daemon
mdev_xml "$uuid" css_0_0_0316
machine "at 3 kill"
v nodedev-create "$work/mdev.xml" > /dev/null 2>&1
wait "$daemon"
daemon=
machine spare
finds problem "the start of mdev $uuid on subchannel 0.0.0316 was cut short" "virtccwd puts it" \
  "a start that was cut short"
finds problem "nobody answers at $socket" "look at its service" "a daemon that died"
untouched=$(state_of_root)
doctor
is "$(state_of_root)" "$untouched" "nothing is changed by looking"
rm -f "$socket" "$socket-ro"
start_daemon
healthy "the advice is good"

# --- folders ------------------------------------------------------------------

mv "$root/var/lib/virt-ccw" "$work/aside"
: > "$root/var/lib/virt-ccw"
finds problem "$root/var/lib/virt-ccw is no folder" "remove it" "a file in its place"
rm "$root/var/lib/virt-ccw"
mkdir "$root/var/lib/virt-ccw"
if mount -t tmpfs -o ro,mode=755 none "$root/var/lib/virt-ccw" 2> "$work/mount"; then
  finds problem "nothing can be written to $root/var/lib/virt-ccw: Read-only" "mount it for writing" \
    "one that is read-only"
  umount "$root/var/lib/virt-ccw"
else
  skip "a folder that is read-only" "no file systems to be had here: $(cat "$work/mount")"
fi
rmdir "$root/var/lib/virt-ccw"
mv "$work/aside" "$root/var/lib/virt-ccw"
healthy "folders put right"

# --- who may write -----------------------------------------------------------

chmod 777 "$store"
finds problem "others than root may write to $store" "chown root $store && chmod go-w $store" \
  "a folder that is open to all"
chmod 755 "$store"
rm "$root/usr/share/polkit-1/actions/org.libvirt.unix.policy"
chmod 666 "$socket"
finds warning "$socket is open to all, and polkit does not know" "install libvirt's client" \
  "no polkit"

# nobody runs it, where he can reach it at all.
as_nobody() {
  setpriv --reuid=65534 --regid=65534 --clear-groups env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" "$@"
}
chmod 755 "$work" "$UMOCKDEV_DIR"
mdev_file 0.0.0316 manual
chmod 700 "$root/run/virt-ccw" "$root/var/lib/virt-ccw"
if as_nobody test -x "$VIRT_CCW"; then
  output=$(as_nobody "$VIRT_CCW" doctor --root "$root" 2>&1)
  like "$output" "*ok *kernel: the driver*warning *files: not known: what is in $root/var/lib/virt-ccw: *
         ask as root to see it*warning *definitions: not known: for which device mdev $uuid *" \
    "an ordinary user is told what he cannot see"
else
  skip "an ordinary user" "nobody cannot reach the program"
fi

# --- of what was asked for ---------------------------------------------------

doctor --connect "$uri"
like "$output" "ok *libvirt: $uri shows 8 subchannels*kernel: *" "a libvirt of this host"
doctor --connect "test:///no/such/file"
like "$output" "*problem *could not connect to libvirt at test:///no/such/file*1 problem, *" \
  "one that is not there"
is "$status" 1 "which is a problem"
"$VIRT_CCW" doctor --root "$root" > /dev/full 2> /dev/null
is "$?" 1 "a full disk fails it"
doctor 1234
is "$status" 2 "no arguments"

done_testing
