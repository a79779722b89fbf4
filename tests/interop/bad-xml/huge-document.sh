# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# Three million bytes of comments before a mistake.
echo '<device>'
head -c 3000000 /dev/zero | tr '\0' x | fold -w 100 | sed 's/.*/<!-- & -->/' | head -n 27000
echo '</device>'
