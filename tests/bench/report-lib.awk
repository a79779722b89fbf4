# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the benchmarks' reports have in common: how each format begins and ends. With format= and
# machine= on the command line, before a report.awk: awk -f report-lib.awk -f report.awk.

# Headings: of a table, its columns parted by tabs; of one for documents, two lines of Markdown.
function begin_report(table_heading, markdown_heading) {
  if (format == "json")
    printf "{\"machine\": \"%s\", \"rows\": [", machine
  else if (format == "markdown")
    print machine ".\n\n" markdown_heading
  else
    print "# " machine
  if (format == "table")
    print "# " table_heading
}

# @n_checks: of TAP's plan.
function end_report(n_checks) {
  if (format == "json")
    print "\n]}"
  if (format == "tap")
    print "1.." n_checks
}

# In JSON, what is not there, or is "-" in a table.
function or_null(value) {
  return value == "" || value == "-" ? "null" : value
}
