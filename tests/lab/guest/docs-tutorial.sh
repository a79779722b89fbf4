#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# seconds: 1200
# The tutorial: each command does what it shows.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=libvirt-lib.sh
. /lab/guest/libvirt-lib.sh

cd /root || exit 1
ok "virtccwd and libvirtd run" start_host
follow tutorial/README.md
done_testing
