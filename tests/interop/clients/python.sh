#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# libvirt-python: the whole object API, events, keepalive and how connections end.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

start_daemon
before=$(host_state)
python api.py "$uri" "$daemon"
is "$(host_state)" "$before" "the host is as it was"
done_testing
