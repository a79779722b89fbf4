# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# A hundred thousand attributes, the last without a name.
echo "<device><parent>css_0_0_0313</parent><capability type='mdev'><type id='vfio_ccw-io'/>"
seq 100000 | sed "s/.*/<attr name='a&' value='1'\\/>/"
echo "<attr value='1'/></capability></device>"
