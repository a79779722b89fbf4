#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# valgrind.sh SOURCE BUILD MOCK-MACHINE ENDURANCE [CALLS [SEED]]
#
# A day of the daemon in valgrind. It must be one without sanitizers, which is
# built beside the others, in BUILD/plain.
set -eu

source=$1 plain=$2/plain machine=$3 endurance=$4
shift 4
if ! command -v valgrind > /dev/null; then
  echo "1..0 # SKIP no valgrind here"
  exit
fi
{
  [ -e "$plain/build.ninja" ] ||
    meson setup -Dtests=disabled -Dbuildtype=debugoptimized "$plain" "$source"
  ninja -C "$plain" -j 2 src/nodedev/virtccwd
} > "$plain.log" 2>&1 || {
  cat "$plain.log" >&2
  echo "Bail out! the daemon cannot be built without sanitizers"
  exit 1
}
exec "$machine" "$endurance" --valgrind "$plain/src/nodedev/virtccwd" "$@"
