# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# Reads TAP, the Test Anything Protocol.

# tap_count FILE STATUS
#
# Prints "PASSED FAILED SKIPPED" for the output of a test program that ended
# with STATUS. A missing or wrong plan, no checks at all, or a bad status
# without a failed check count as one more failure: what did not finish has not
# passed.
tap_count() {
  awk -v status="$2" '
    /^ok .*# SKIP/     { skipped++; next }
    /^ok( |$)/         { passed++; next }
    /^not ok .*# TODO/ { skipped++; next }
    /^not ok/          { failed++; next }
    /^1\.\.[0-9]+/     { plans++; planned = substr($1, 4) + 0 }
    END {
      seen = passed + failed + skipped
      if (plans != 1 || planned != seen || seen == 0 || (status != 0 && !failed))
        failed++
      print passed + 0, failed + 0, skipped + 0
    }' "$1"
}
