#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# machine: hercules
# seconds: 7200
# The main job with a 3390, as scripts/demo dasd shows it: a Linux guest finds its
# label and partition, reads the host's file and writes one, which the host finds. A demo that
# fails with the disk passed leaves the machine as it was.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

disk=0.0.0124
subchannel=$(subchannel_of $disk)
before="$(driver_of "$subchannel") $(cat /sys/bus/ccw/devices/$disk/online)"

sed 's/^  run_guest$/  stop "there is no guest"/' /lab/system/show-disk-job > /tmp/failing-job
not_ok "a demo that fails" bash /tmp/failing-job
like "$output" "*vfio_ccw*FAILED: there is no guest*" "has passed the disk"
is "$(driver_of "$subchannel") $(cat /sys/bus/ccw/devices/$disk/online)" "$before" "and gives it back"
ok "every step of the demo does what it should" bash /lab/system/show-disk-job
diag "$output"
done_testing
