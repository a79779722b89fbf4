#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What bash offers to complete virt-ccw's arguments with, on a machine with one device passed.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

PATH=$(dirname "$virt_ccw"):$PATH
export LC_ALL=C
# shellcheck source=../../../data/virt-ccw.bash-completion
. "$COMPLETION"

cat > "$root/domains.xml" << END
<node>
  <domain type='test'>
    <name>web server</name><memory>1024</memory><os><type>hvm</type></os>
  </domain>
  <domain type='test'>
    <name>database</name><memory>1024</memory><os><type>hvm</type></os>
  </domain>
</node>
END

# offers LINE: what the tabulator key gives at its end, words split as readline does.
offers() {
  COMP_LINE=$1
  COMP_POINT=${#1}
  read -r -a COMP_WORDS <<< "$(sed 's/[=:]/ & /g' <<< "$1")"
  [[ $1 != *[[:space:]] ]] || COMP_WORDS+=("")
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  COMPREPLY=()
  _virt_ccw
  echo "${COMPREPLY[*]-}"
}

is "$(complete -p virt-ccw)" "complete -F _virt_ccw virt-ccw" "bash asks for virt-ccw"
is "$(offers "virt-ccw ")" "list pass give-back graph doctor hostdev-xml qemu-args --help --version" \
  "commands"
is "$(offers "virt-ccw g")" "give-back graph" "those that begin so"
is "$(offers "virt-ccw --v")" "--version" "options of virt-ccw itself"
is "$(offers "virt-ccw give-back --")" "--help --live --dry-run --connect=" "options of a command"
is "$(offers "virt-ccw pass --n")" "--no-autostart" "those that begin so"
is "$(offers "virt-ccw doctor --")" "--help --json --quiet --connect= --root=" "of another"
is "$(offers "virt-ccw list --t")" "--tree" "and how it lists"
is "$(offers "virt-ccw list --output=name,ki")" "name,kind" "columns, behind others"
is "$(offers "virt-ccw frobnicate ")" "" "nothing for what is no command"

is "$(offers "virt-ccw pass ")" "0.0.0001 0.0.0002 0.0.0003 0.0.0004 0.0.1234 0.0.2b09" "devices"
is "$(offers "virt-ccw pass 0.0.2")" "0.0.2b09" "that begin so"
is "$(offers "virt-ccw list --json 2b")" "2b09" "without the zeros"
is "$(offers "virt-ccw give-back ")" "" "none is passed"
bind_terminal
create_mdev "$uuid"
is "$(offers "virt-ccw give-back ")" "0.0.1234" "one is"
is "$(offers "virt-ccw hostdev-xml --devno=")" "0.0.1234" "as an option's value"
is "$(offers "virt-ccw qemu-args -d 0")" "0.0.1234" "of its short form"
is "$(offers "virt-ccw qemu-args --uuid ")" "$uuid" "mdevs"
is "$(offers "virt-ccw pass --connect qemu+ssh://far/system ")" "" \
  "this host's devices are not another's"
is "$(LIBVIRT_DEFAULT_URI=qemu+ssh://far/system offers "virt-ccw pass ")" "" \
  "nor where the environment means another"
is "$(offers "virt-ccw pass --connect nodedev:///system 2b")" "2b09" "but its own libvirt's"

is "$(offers "virt-ccw pass 2b09 -c test://$root/domains.xml -d ")" 'database web\ server' "domains"
is "$(offers "virt-ccw pass 2b09 --connect=test://$root/domains.xml --domain=w")" 'web\ server' \
  "that begin so, of the libvirt that was asked for"
is "$(offers "virt-ccw list --connect n")" "nodedev:///system" "URIs"
is "$(offers "virt-ccw list --connect qemu:")" "///system" "a colon ends a word"
is "$(offers "virt-ccw list --output pi")" "pim" "columns"
is "$(offers "virt-ccw list -o +pim,ch")" "+pim,chpids" "behind others"
is "$(offers "virt-ccw graph --format=")" "dot svg" "formats of graph"
is "$(offers "virt-ccw qemu-args -f ")" "classic json" "and of qemu-args"
is "$(offers "virt-ccw qemu-args --from-xml=$root/do")" "$root/domains.xml" "files"
is "$(offers "virt-ccw pass --guest-devno ")" "" "nothing where nobody can know"

done_testing
