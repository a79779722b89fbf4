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
  env -u LD_PRELOAD PYTHONPATH="$here" PYTHONDONTWRITEBYTECODE=1 \
    /usr/bin/python3 "$here/$program" "$@" > "$work/python" 2>&1
  status=$?
  while read -r line; do
    case $line in
      "ok "*) report 0 "${line#ok }" ;;
      "not ok "*) report 1 "${line#not ok }" ;;
      *) echo "# $line" ;;
    esac
  done < "$work/python"
  [ $status -eq 0 ] && grep -qx "done" "$work/python"
  report $? "$program comes to its end"
}
