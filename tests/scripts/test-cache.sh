#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Artefacts appear whole or not at all, once, whoever asks at the same time.

. "$(dirname "$0")/common.sh"

build_thing() {
  echo built >> "$VIRT_CCW_CACHE/log"
  echo "$2" > "$1/place"
}

build_slowly() {
  build_thing "$@"
  sleep 0.5
}

build_badly() {
  echo half > "$1/half"
  false
  echo whole > "$1/whole"
}

times_built() {
  wc -l < "$VIRT_CCW_CACHE/log"
}

thing=$(in_script cache_artefact thing key1 build_thing)
is "$thing" "$VIRT_CCW_CACHE/thing-key1" "the artefact's name tells its key"
is "$(cat "$thing/place")" "$thing" "the builder knows the final place"
in_script cache_artefact thing key1 build_thing > /dev/null
is "$(times_built)" 1 "what is there is not built again"
in_script cache_artefact thing key2 build_thing > /dev/null
is "$(times_built)" 2 "another key is another artefact"

: > "$VIRT_CCW_CACHE/log"
for _ in 1 2 3; do
  in_script cache_artefact slow key build_slowly > /dev/null 2>&1 &
done
wait
is "$(times_built)" 1 "three at the same time build once"

in_script cache_artefact bad key build_badly > "$VIRT_CCW_CACHE/out" 2>&1
is "$?" 1 "a builder's failure is reported"
is "$(cat "$VIRT_CCW_CACHE/out")" "" "and no path is printed"
is "$(find "$VIRT_CCW_CACHE" -name 'bad-*' -o -name 'building-*')" "" "and nothing half-built stays"

mkdir "$VIRT_CCW_CACHE/thing-old"
touch -d '40 days ago' "$VIRT_CCW_CACHE/thing-old"
in_script cache_artefact thing key3 build_thing > /dev/null
not_ok "an artefact unused for long is deleted" test -e "$VIRT_CCW_CACHE/thing-old"
ok "others stay" test -e "$VIRT_CCW_CACHE/thing-key1"
done_testing
