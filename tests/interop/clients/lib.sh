# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh disable=SC2034,SC2154
#
# For tests of single clients: what lib.sh of the node-device tests has, and clients that are not
# stock virsh of this machine.

# shellcheck source=../nodedev/lib.sh
. "$(dirname "$0")/../nodedev/lib.sh"

# python PROGRAM ARGUMENT...: counts what it checks; it must come to its end.
python() {
  program=$1
  shift
  adopt "$program comes to its end" env -u LD_PRELOAD PYTHONPATH="$here" \
    PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/$program" "$@"
}
