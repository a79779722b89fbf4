#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# machine: hercules
# The how-tos for disks and tapes: each command does what it shows.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

cd /root || exit 1
export LIBVIRT_DEFAULT_URI=$NODEDEV_URI
ok "virtccwd runs" start_virtccwd
follow how-to/dasd.md how-to/tape.md
done_testing
