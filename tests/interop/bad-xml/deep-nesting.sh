# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# A hundred thousand elements in each other.
awk 'BEGIN { for (i = 0; i < 100000; i++) printf "<device>"; for (i = 0; i < 100000; i++) printf "</device>" }'
