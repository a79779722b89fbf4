#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The main job, from the list of subchannels to a Linux guest with the device
# and back, as scripts/demo shows it: that checks each of its steps. README has it, too.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

ok "every step of the demo does what it should" bash /lab/system/show-main-job
diag "$output"

# README shows it cut, by "..." in a line and by lines that are left out.
readme=$(sed -n '/^What the first shows/,/^## /s/^    //p' /lab/README.md | grep -v '\.\.\.')
shown=$(echo "$output" | tr -d '\r')
untold=$(echo "$readme" | while IFS= read -r line; do
  echo "$shown" | grep -qxF -e "$line" || echo "$line"
done)
is "$untold" "" "README shows what it shows"
ok "which is more than some lines" test "$(echo "$readme" | wc -l)" -ge 20
done_testing
