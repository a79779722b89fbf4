# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# shellcheck disable=SC2034 # some of its variables are for the tests
#
# For tests of the programs that libvirt, mdevctl and udev call, in the mock machine (see enter). As
# tests/interop/nodedev/lib.sh, which it builds on, and words for domains.
#
# In the environment: HOOK, CALLOUT and EARLY, the programs.

# shellcheck source=../nodedev/lib.sh
. "$(dirname "$0")/../nodedev/lib.sh"
root=$GUEST_ROOT
store=$root/etc/mdevctl.d

# Devices of the mock machine that nobody uses, and their mdevs.
terminal=0.0.0313
terminal_uuid=$uuid
disk=0.0.0314
disk_uuid=d3b07384-d9a0-4c9b-8f3e-5a1c0de0d15c
domain_uuid=11111111-2222-3333-4444-555555555555
other_uuid=99999999-2222-3333-4444-555555555555

# fails_with STATUS PATTERN NAME COMMAND...
fails_with() {
  wanted_status=$1
  pattern=$2
  name=$3
  shift 3
  output=$("$@" 2>&1)
  is "$?" "$wanted_status" "$name: status"
  like "$output" "$pattern" "$name: says why"
}

# define PARENT UUID: as mdevctl writes it.
define() {
  mkdir -p "$store/$1"
  printf '{\n  "mdev_type": "vfio_ccw-io",\n  "start": "manual",\n  "attrs": []\n}' > "$store/$1/$2"
}

# domain DOMAIN-UUID MDEV...: its XML.
domain() {
  echo "<domain type='kvm' id='1'><name>guest-$1</name><uuid>$1</uuid><devices>"
  shift
  for mdev; do
    echo "<hostdev mode='subsystem' type='mdev' managed='no' model='vfio-ccw' display='off'>"
    echo "<source><address uuid='$mdev'/></source></hostdev>"
  done
  echo "</devices></domain>"
}

# hook OPERATION SUBOPERATION DOMAIN-UUID [MDEV...]: as libvirt calls it.
hook() {
  operation=$1
  suboperation=$2
  shift 2
  domain "$@" > "$work/domain.xml"
  MOCK_STEPS_BELOW=/run/virt-ccw/guests "$HOOK" "guest-$1" "$operation" "$suboperation" - \
    < "$work/domain.xml"
}

prepare() { # [MDEV...]
  hook prepare begin "$domain_uuid" "$@"
}

release() {
  hook release end "$domain_uuid" "$terminal_uuid" "$disk_uuid"
}

# callout EVENT ACTION STATE PARENT UUID [TYPE]: as mdevctl calls it.
callout() {
  printf '{"mdev_type":"%s","start":"manual","attrs":[]}' "${6-vfio_ccw-io}" \
    | MOCK_STEPS_BELOW=/var/lib/virt-ccw "$CALLOUT" -t "${6-vfio_ccw-io}" -e "$1" -a "$2" -s "$3" \
      -u "$5" -p "$4"
}

# mdev_name UUID PARENT: as libvirt names it.
mdev_name() {
  echo "mdev_$1_$2" | tr -- -. __
}

# is_active UUID
is_active() {
  [ -e "/sys/bus/mdev/devices/$1" ]
}

# Somebody starts or stops an mdev without us, on a subchannel that has vfio_ccw.
others_start() { # PARENT UUID
  echo "$2" > "/sys/bus/css/devices/$1/mdev_supported_types/vfio_ccw-io/create"
}
others_stop() { # UUID
  echo 1 > "/sys/bus/mdev/devices/$1/remove"
}

# whole_state: of the host, and what is remembered of it. What a killed program was just writing,
# under a name of its own, lies about until the next boot.
whole_state() {
  host_state
  find "$root/run/virt-ccw/guests" "$root/run/virt-ccw/subchannels" -type f \
    ! -name '*.??????' 2> /dev/null
}
