#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# machine: system
# seconds: 1800
# The tutorial, on a Debian with systemd: each command does what it shows, from the installation of the
# packages on, and when it has removed them the host is as it was.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=system-lib.sh
. /lab/guest/system-lib.sh

cd /root || exit 1
state_of_host /tmp/before
follow tutorial/README.md
state_of_host /tmp/after
ok "files, units and bindings are as before" diff /tmp/before /tmp/after
done_testing
