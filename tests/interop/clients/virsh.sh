#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# virsh of libvirt 11.3, which can do more than the installed one: update, and see what is persistent.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

libvirt=$(env -u LD_PRELOAD "$here/trixie") || bail "libvirt 11.3 cannot be had"

n() { # the newer virsh, connected
  "$libvirt/bin/virsh" -q -c "$uri" "$@"
}

# names OPTION...: what it lists, on one line.
names() {
  n nodedev-list "$@" | grep -v '^$' | sort | tr '\n' ' ' | sed 's/ $//'
}

attribute() { # VALUE: the XML of the mdev, with that in its attribute, in $work/mdev.xml
  mdev_xml
  sed -i "s|<parent>|<name>$mdev</name>&|" "$work/mdev.xml"
  sed -i "s|</capability>|<attr name='assign' value='$1'/></capability>|" "$work/mdev.xml"
}

start_daemon
before=$(host_state)
is "$("$libvirt/bin/virsh" --version)" "11.3.0" "the version"
like "$(n version --daemon 2>&1)" "*Using API: nodedev 11.3.0*Running against daemon: 11.3.0*" \
  "the daemon is as new"
is "$(names --all)" "$(v nodedev-list --all | grep -v '^$' | sort | tr '\n' ' ' | sed 's/ $//')" \
  "both list the same"
is "$(names --persistent)" computer "the machine alone is persistent"
is "$(names --cap ccwgroup)$(names --cap ap_matrix)" "" "there is nothing of other kinds"

attribute 1
ok "define, validated" n nodedev-define --validate "$work/mdev.xml"
is "$(names --persistent --all)" "computer $mdev" "a definition is persistent"
is "$(names --inactive)" "$mdev" "and inactive"
attribute 2
ok "update" n nodedev-update "$mdev" "$work/mdev.xml" --config
like "$(n nodedev-dumpxml "$mdev" --inactive)" "*name='assign' value='2'*" "the new value is kept"
is "$(n nodedev-dumpxml "$mdev" --xpath "//attr/@value")" ' value="2"' "and found by XPath"
refused "*Requested operation is not valid*" "there is nothing live to update" \
  n nodedev-update "$mdev" "$work/mdev.xml" --live
ok "autostart" n nodedev-autostart "$mdev"
like "$(n nodedev-info "$mdev")" "*Active:*no*Persistent:*yes*Autostart:*yes*" "it is as told"
ok "undefine" n nodedev-undefine "$mdev"

mdev_xml
ok "create" n nodedev-create "$work/mdev.xml"
is "$(names --transient --cap mdev)" "$mdev" "what is not defined is transient"
refused "*'$mdev' is not persistent*" "nothing of it is kept" n nodedev-dumpxml "$mdev" --inactive
ok "destroy" n nodedev-destroy "$mdev"
refused "*PCI devices alone*" "a subchannel cannot be detached" n nodedev-detach css_0_0_0313
refused "*read only*" "who may only look changes nothing" \
  "$libvirt/bin/virsh" -q -r -c "$uri" nodedev-create "$work/mdev.xml"
is "$(host_state)" "$before" "the host is as it was"

done_testing
