# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# For tests with stock libvirtd, monolithic as Debian's is. Needs lib.sh.

LIBVIRTD_FOLDER=/tmp/libvirtd
LIBVIRTD_SOCKET=$LIBVIRTD_FOLDER/libvirt-sock
LIBVIRTD_LOG=$LIBVIRTD_FOLDER/log
libvirtd=""

# prepare_libvirtd DRIVER...: what it reads. There are no maintainer scripts in the lab: its user is
# made here. It starts helpers only where it has to: emulators run as root, write to files
# themselves, and are in no cgroup.
prepare_libvirtd() {
  mkdir -p $LIBVIRTD_FOLDER/drivers /etc/libvirt
  grep -q '^libvirt-qemu:' /etc/passwd || {
    echo 'libvirt-qemu:x:64055:64055::/:/usr/sbin/nologin' >> /etc/passwd
    echo 'libvirt-qemu:x:64055:' >> /etc/group
  }
  for driver in "$@"; do
    ln -sf "/usr/lib/s390x-linux-gnu/libvirt/connection-driver/libvirt_driver_$driver.so" \
      $LIBVIRTD_FOLDER/drivers/
  done
  printf '%s\n' "unix_sock_dir = \"$LIBVIRTD_FOLDER\"" 'auth_unix_rw = "none"' \
    'auth_unix_ro = "none"' > $LIBVIRTD_FOLDER/libvirtd.conf
  printf '%s\n' 'user = "root"' 'group = "root"' 'security_driver = "none"' 'namespaces = []' \
    'cgroup_controllers = []' 'stdio_handler = "file"' > /etc/libvirt/qemu.conf
}

# start_libvirtd [OPTION...]: until it takes connections.
start_libvirtd() {
  LIBVIRT_DRIVER_DIR=$LIBVIRTD_FOLDER/drivers libvirtd -f $LIBVIRTD_FOLDER/libvirtd.conf \
    --pid-file $LIBVIRTD_FOLDER/pid "$@" >> $LIBVIRTD_LOG 2>&1 &
  libvirtd=$!
  wait_for 120 virsh -q -c "nodedev:///system?socket=$LIBVIRTD_SOCKET" nodedev-list
}

# stop_libvirtd [SIGNAL]: domains run on.
stop_libvirtd() {
  [ -n "$libvirtd" ] || return 0
  kill "-${1:-TERM}" "$libvirtd"
  wait "$libvirtd" 2> /dev/null
  libvirtd=""
}

forget_libvirtd() {
  stop_libvirtd
  rm -rf $LIBVIRTD_FOLDER
}

# run_libvirtd DRIVER...: as a test's check, until the test ends.
run_libvirtd() {
  prepare_libvirtd "$@"
  at_end forget_libvirtd
  if ! start_libvirtd; then
    diag "$(tail -n 20 $LIBVIRTD_LOG)"
    bail "stock libvirtd runs"
  fi
  report 0 "stock libvirtd runs"
}

# stock COMMAND...: virsh, connected to it.
stock() {
  virsh -q -c "qemu:///system?socket=$LIBVIRTD_SOCKET" "$@"
}

# stock_active NAME: it has seen that a mediated device is active, which takes udev's event.
stock_active() {
  stock nodedev-info "$1" | grep -q '^Active: *yes'
}

# --- a host -----------------------------------------------------------------

HOST_SOCKETS=/run/libvirt

# forget_host: what start_host has made.
forget_host() {
  rm -f $HOST_SOCKETS/libvirt-sock $HOST_SOCKETS/libvirt-sock-ro
  forget_libvirtd
}

# start_host: virtccwd and stock libvirtd are where clients look for them, as on a host that was
# booted.
start_host() {
  start_virtccwd || return 1
  prepare_libvirtd qemu nodedev
  at_end forget_host
  ln -s $LIBVIRTD_SOCKET $LIBVIRTD_SOCKET-ro $HOST_SOCKETS/ && start_libvirtd
}

# --- domains --------------------------------------------------------------

GUEST_CONSOLE=$LIBVIRTD_FOLDER/console

# hostdev_xml UUID DEVNO: how a domain has a mediated device.
hostdev_xml() {
  cat << XML
<hostdev mode='subsystem' type='mdev' model='vfio-ccw'>
  <source><address uuid='$1'/></source>
  <address type='ccw' cssid='0xfe' ssid='0x0' devno='$2'/>
</hostdev>
XML
}

# mdev_xml SUBCHANNEL UUID: for nodedev-define and nodedev-create.
mdev_xml() {
  cat << XML
<device>
  <parent>css_$(echo "$1" | tr . _)</parent>
  <capability type='mdev'><type id='vfio_ccw-io'/><uuid>$2</uuid></capability>
</device>
XML
}

# mdev_name SUBCHANNEL UUID: what libvirt calls it.
mdev_name() {
  echo "mdev_$2_$1" | tr -- -. __
}

# uuid_of NAME: the same each time, so that a definition replaces an earlier one of the name.
uuid_of() {
  echo "$1" | md5sum | sed 's/^\(.\{8\}\)\(.\{4\}\)\(.\{4\}\)\(.\{4\}\)\(.\{12\}\).*/\1-\2-\3-\4-\5/'
}

# bare_os WORDS: the guest of bare-guest/ does what they say.
bare_os() {
  echo "<kernel>/lab/guests/bare-guest</kernel><cmdline>$1</cmdline>"
}

# linux_os BUS_ID: the guest of guest-linux/ sets the device online and powers off.
linux_os() {
  echo "<kernel>/lab/guests/kernel</kernel><initrd>/lab/guests/initrd</initrd>"
  echo "<cmdline>conmode=sclp console=ttysclp0 quiet ccw=$1</cmdline>"
}

# os_domain_xml NAME OS [DEVICE...]: of a domain that starts OS.
os_domain_xml() {
  domain=$1
  os=$2
  shift 2
  cat << XML
<domain type='qemu'>
  <name>$domain</name>
  <uuid>$(uuid_of "$domain")</uuid>
  <memory unit='MiB'>128</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='s390x' machine='s390-ccw-virtio'>hvm</type>
    $os
  </os>
  <features><tcg><tb-cache unit='MiB'>64</tb-cache></tcg></features>
  <cpu mode='maximum'/>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-s390x</emulator>
    <console type='file'><source path='$GUEST_CONSOLE'/><target type='sclp'/></console>
    <memballoon model='none'/>
    $*
  </devices>
</domain>
XML
}

# domain_xml NAME WORDS [DEVICE...]: of a domain that has the guest of bare-guest/ do what WORDS say.
domain_xml() {
  domain=$1
  words=$2
  shift 2
  os_domain_xml "$domain" "$(bare_os "$words")" "$@"
}

# define_domain NAME WORDS [DEVICE...]: as domain_xml has it.
define_domain() {
  domain_xml "$@" > $LIBVIRTD_FOLDER/domain.xml && stock define $LIBVIRTD_FOLDER/domain.xml
}

# define_linux NAME BUS_ID [DEVICE...]: a domain with the smallest Linux, which sets BUS_ID online.
define_linux() {
  domain=$1
  os=$(linux_os "$2")
  shift 2
  os_domain_xml "$domain" "$os" "$@" > $LIBVIRTD_FOLDER/domain.xml &&
    stock define $LIBVIRTD_FOLDER/domain.xml
}

# guest_says PATTERN: once it has said it.
guest_says() {
  wait_for 120 grep -q "$1" $GUEST_CONSOLE
}

# is_off NAME: the domain.
is_off() {
  [ "$(stock domstate "$1")" = "shut off" ]
}
