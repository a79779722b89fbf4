#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# seconds: 1200
# The how-tos: each command does what it shows. Their guest is linux1, which runs.
# shellcheck source=lib.sh
. /lab/guest/lib.sh
# shellcheck source=libvirt-lib.sh
. /lab/guest/libvirt-lib.sh

cd /root || exit 1
ok "virtccwd and libvirtd run" start_host
at_end "stock destroy linux1; stock undefine linux1"
ok "so does a guest" define_domain linux1 watch
ok "which starts" stock start linux1
ok "and is there" guest_says "bare guest: waiting"
follow how-to/install.md how-to/hot-plug.md how-to/boot.md how-to/renumbering.md \
  how-to/from-driverctl.md how-to/virt-manager.md how-to/troubleshooting.md
done_testing
