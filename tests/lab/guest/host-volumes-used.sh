#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# machine: hercules
# order: first
# The host puts disks of its own to use, as they are while all other tests run: a file
# system, a volume group, swap space. host-volumes-kept.sh looks at them in the end.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=dasd-lib.sh
. /lab/guest/dasd-lib.sh

ok "a disk has a mounted file system" use_as_file_system
ok "a disk is in a volume group" use_in_group
ok "a disk is swap space" use_as_swap
random_blocks 256 > "$OWN_MOUNT/file"
random_blocks 256 | dd "of=$OWN_VOLUME" "bs=$BLOCK_SIZE" oflag=direct status=none
sync
own_sums > /var/lib/own-sums
ok "their checksums are carried to the next IPL" \
  busybox tar -cf /lab/results/host-volumes-used.state -C / var/lib/own-sums
rm -f /var/lib/own-sums
done_testing
