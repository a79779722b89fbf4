#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# virt-manager's library, virtinst.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

start_daemon
mdev_xml
ok "create" v nodedev-create "$work/mdev.xml"
python manager.py "$uri" "$mdev"
ok "destroy" v nodedev-destroy "$mdev"
done_testing
