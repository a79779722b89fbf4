# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# A parent of a million letters.
printf '<device><parent>css_'
head -c 1000000 /dev/zero | tr '\0' 0
printf "</parent><capability type='mdev'><type id='vfio_ccw-io'/></capability></device>"
