#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The XML of docs/reference/device-xml.md is valid by the schemas that it names, and its table has all
# elements of these.

TREE=$(cd "$(dirname "$0")/../.." && pwd -P)
# shellcheck source=../tap.sh
. "$TREE/tests/tap.sh"
page=$TREE/docs/reference/device-xml.md
work=$(mktemp -d)
at_end "rm -rf '$work'"

# Each block of the page is a file, in their order.
awk -v work="$work" '
  /^```xml$/ { file = sprintf("%s/%02d.xml", work, ++n); next }
  /^```$/    { file = ""; next }
  file != "" { print > file }' "$page"

# The first is to be made, the host device is libvirt's domain's, all others are given.
schema_of() { # FILE
  case $(head -n 1 "$1") in
    "<hostdev "*) echo hostdev.rng ;;
    *) [ "${1##*/}" = 01.xml ] && echo mdev.rng || echo nodedev.rng ;;
  esac
}

for file in "$work"/*.xml; do
  schema=$(schema_of "$file")
  ok "example ${file##*/} is valid by $schema" \
    xmllint --noout --relaxng "$TREE/xml/schemas/$schema" "$file"
done
is "$(find "$work" -name '*.xml' | wc -l)" 5 "examples are found"

# shellcheck disable=SC2016 # the page quotes by them
told=$(sed -n '/^## Elements$/,/^## What/p' "$page" | awk -F'|' '/^\| `/ { print $2 }' |
  grep -o '`[^`]*`' | tr -d '`'; echo device)
elements=$(sed -n 's/.*<element name="\([^"]*\)".*/\1/p' "$TREE"/xml/schemas/{mdev,nodedev}.rng | sort -u)
is "$(sort -u <<< "$told")" "$elements" "the table has all elements"
done_testing
