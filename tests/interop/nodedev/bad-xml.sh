#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# XML that must be refused, by create and by define: the right error, and nothing changed.
# In the environment also API_ERROR and BAD_XML, a program and a folder; see ../bad-xml/README.md.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# case_text NAME: its XML, in $work/NAME.xml.
case_text() {
  if [ -e "$BAD_XML/$1.sh" ]; then
    sh "$BAD_XML/$1.sh" > "$work/$1.xml"
  else
    cp "$BAD_XML/$1.xml" "$work/$1.xml"
  fi
}

# refuses HOW NAME: virsh fails with the expected text, the library with the expected number.
refuses() {
  code=$(sed -n 1p "$BAD_XML/$2.expected")
  pattern=$(sed -n 2p "$BAD_XML/$2.expected")
  refused "error: Failed to $1 node device from *error: $pattern" "$1: $2" \
    v "nodedev-$1" "$work/$2.xml"
  is "$("$API_ERROR" "$uri" "$1" "$work/$2.xml")" "$code 22" "$1: $2: number"
}

check_case() {
  case_text "$1"
  refuses create "$1"
  refuses define "$1"
  is "$(host_state)" "$before" "$1: nothing changed"
  rm "$work/$1.xml"
}

start_daemon
mdev_xml 11111111-2222-3333-4444-555555555555 css_0_0_0314
v nodedev-define "$work/mdev.xml"
before=$(host_state)
for expected in "$BAD_XML"/*.expected; do
  check_case "$(basename "$expected" .expected)"
done

# What is wrong only because of what is there.
cp "$work/mdev.xml" "$work/persistent.xml"
refused "*is defined already; start it*" "create: a UUID that is defined here" \
  v nodedev-create "$work/persistent.xml"
mdev_xml 11111111-2222-3333-4444-555555555555 css_0_0_0313
for how in create define; do
  refused "*UUID 11111111-2222-3333-4444-555555555555 is defined already, as mdev_*_0_0_0314*" \
    "$how: a UUID that is defined elsewhere" v "nodedev-$how" "$work/mdev.xml"
  is "$("$API_ERROR" "$uri" "$how" "$work/mdev.xml")" "55 22" "$how: its number"
done
is "$(host_state)" "$before" "nothing changed"

# The schema is asked for by the client.
mdev_xml
sed -i 's|<capability|<surprise/><capability|' "$work/mdev.xml"
for how in create define; do
  refused "*XML document failed to validate against schema: line 2: *" \
    "$how --validate: an unknown element" v "nodedev-$how" --validate "$work/mdev.xml"
done
is "$(host_state)" "$before" "nothing changed"

done_testing
