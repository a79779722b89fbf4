#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# virt-ccw graph: Graphviz must understand it, and find the way from channel path to
# mdev in it.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

graph() {
  "$virt_ccw" graph --root "$root" "$@" 2>&1
}

# nodes, edges: as Graphviz understands them.
nodes() {
  graph "$@" | dot -Tplain | awk '$1 == "node" { print $2 }' | tr -d '"' | LC_ALL=C sort | tr '\n' ' '
}

edges() {
  graph "$@" | dot -Tplain | awk '$1 == "edge" { print $2 "->" $3 }' | tr -d '"' | LC_ALL=C sort | tr '\n' ' '
}

is "$(nodes)" "" "nothing is passed"
is "$(nodes --all | wc -w)" "13" "six devices on six subchannels, with one channel path"
define "$uuid" auto
is "$(edges)" "ccw_0_0_1234->$uuid chp0.10->css_0_0_0313 css_0_0_0313->ccw_0_0_1234 " \
  "the way of one that is"
like "$(graph --format svg)" "*<svg*0.0.1234*3270/00*stroke-dasharray*757fc8ed48c6*</svg>*" "as a picture"
is "$(graph --format png > /dev/null; echo $?)" "2" "another format: exit code"
like "$(graph --format png)" "*'png' is neither dot nor svg*" "another format: says why"
like "$(PATH=/nonexistent graph --format svg)" "*could not draw the picture by Graphviz*" \
  "no Graphviz: says so"

done_testing
