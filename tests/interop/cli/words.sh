# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154 # what the test that reads it has
#
# How tests ask virt-ccw, at the libvirt $cli_uri. VIRT_CCW is in the environment.

# cli COMMAND [ARGUMENT...]: sets output and status.
cli() {
  command=$1
  shift
  output=$("$VIRT_CCW" "$command" --connect "$cli_uri" "$@" 2>&1)
  status=$?
}

# done_with EXIT TEXT NAME: what the last cli() gave.
done_with() {
  is "$status" "$1" "$3: exit code"
  like "$output" "*$2*" "$3: says so"
}
