#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# virt-manager, whose node devices are virtccwd's.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=../../lab/guest/libvirt-lib.sh
. "$here/../../lab/guest/libvirt-lib.sh"

idle_uuid=2f6b3c0e-51a4-4c7a-9d0e-3a8f0f5b9c11

start_daemon
start_virtqemud || bail "virtqemud does not start: $(cat "$work/virtqemud.log")"
mdev_xml 0.0.0313 "$uuid" > "$work/mdev.xml"
ok "a mediated device runs" q nodedev-create "$work/mdev.xml"
mdev_xml 0.0.0314 "$idle_uuid" > "$work/mdev.xml"
ok "another one does not" q nodedev-define "$work/mdev.xml"
domain_xml linux1 identify > "$work/domain.xml"
ok "there is a domain" q define "$work/domain.xml"
adopt "virt-manager is used to the end" env -u LD_PRELOAD -u UMOCKDEV_DIR \
  "$here/../../virt-manager/use" "$qemu_uri" linux1 "$mdev" "$(mdev_name 0.0.0314 "$idle_uuid")"
ok "the device is given back" q nodedev-destroy "$mdev"
done_testing
