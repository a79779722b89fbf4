#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# machine: hercules
# seconds: 7200
# The main job with a 3390, as scripts/demo dasd shows it: a Linux guest finds its
# label and partition, reads the host's file and writes one, which the host finds.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

ok "every step of the demo does what it should" bash /lab/system/show-disk-job
diag "$output"
done_testing
