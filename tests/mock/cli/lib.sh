# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # some of its variables are for the tests
#
# For tests of virt-ccw, run within the mock machine: checks that print TAP, a root with no
# configuration, and the terminal that is passed in most of them.
#
# In the environment: VIRT_CCW, the program.

set -uo pipefail

# shellcheck source=../../tap.sh
. "$(dirname "$0")/../../tap.sh"

virt_ccw=$VIRT_CCW
root=$(mktemp -d)
at_end 'rm -rf "$root"'
uuid=7e270a25-e163-4922-af60-757fc8ed48c6
folder=$root/etc/mdevctl.d/0.0.0313

define() { # UUID auto|manual
  mkdir -p "$folder"
  printf '{\n  "mdev_type": "vfio_ccw-io",\n  "start": "%s",\n  "attrs": []\n}' "$2" > "$folder/$1"
}

# The mock machine's kernel sees what dash writes.
kernel() {
  dash -c "$1"
}

bind_terminal() {
  kernel "echo 0.0.0313 > /sys/bus/css/devices/0.0.0313/driver/unbind"
  kernel "echo 0.0.0313 > /sys/bus/css/drivers/vfio_ccw/bind"
}

create_mdev() { # UUID
  kernel "echo $1 > /sys/bus/css/devices/0.0.0313/mdev_supported_types/vfio_ccw-io/create"
}
