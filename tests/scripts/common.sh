# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For tests of the shell libraries: the libraries, a cache of their own, and
# checks (ok, is, like, ..., done_testing).

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
export VIRT_CCW_CACHE
VIRT_CCW_CACHE=$(mktemp -d)

# shellcheck source=../../scripts/lib/lab.sh
. "$HERE/../../scripts/lib/lab.sh" 2> /dev/null
# shellcheck source=../tap.sh
. "$HERE/../tap.sh"
# Checks look at statuses themselves.
set +e
at_end "rm -rf '$VIRT_CCW_CACHE'"

# in_script COMMAND...: as in a script, where an error ends everything.
in_script() {
  (set -e; "$@")
}
