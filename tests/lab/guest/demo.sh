#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The main job, from the list of subchannels to a Linux guest with the device
# and back, as scripts/demo shows it: that checks each of its steps.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

ok "every step of the demo does what it should" bash /lab/system/show-main-job
diag "$output"
done_testing
