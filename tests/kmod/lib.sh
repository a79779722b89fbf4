# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For tests of the kernel module that need no machine to run it: checks that
# print TAP, and builds in a scratch folder.

. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib/lab.sh"
# shellcheck source=../../scripts/lib/kmod.sh
. "$TREE/scripts/lib/kmod.sh"
# shellcheck source=../tap.sh
. "$TREE/tests/tap.sh"

# A failed check is counted and does not end the test.
set +e
scratch=$(mktemp -d)
at_end "rm -rf '$scratch'"
