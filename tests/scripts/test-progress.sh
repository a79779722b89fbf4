#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A long step hides its output, shows it when it fails, and passes its status on.

. "$(dirname "$0")/common.sh"

log=$VIRT_CCW_CACHE/log

noisy() {
  echo "some output"
}

failing() {
  echo "the reason"
  false
  echo "not reached"
}

shown=$(long "a step" "$log" noisy 2>&1)
is "$?" 0 "success is passed on"
unlike "$shown" "*some output*" "output is hidden"
is "$(cat "$log")" "some output" "but logged"
shown=$(long "a step" "$log" failing 2>&1)
is "$?" 1 "failure is passed on"
like "$shown" "*FAILED*the reason*" "and explained"
unlike "$(cat "$log")" "*not reached*" "a step ends at its first error"
is "$(say_elapsed x 29 2>&1)" "" "without a terminal, no line every second"
like "$(say_elapsed x 60 2>&1)" "*x: 60 s so far" "but one now and then"
done_testing
