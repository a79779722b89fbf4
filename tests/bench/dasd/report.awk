# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Makes of the rows a table (format=table), the table in docs/explanation/performance.md
# (markdown), JSON (json), or a check of each row against its bounds (tap), which
# fails if one is above, if a row is missing or if not all have read the same. Before
# each file on the command line, who= says whose rows it has: ours, in-tree, host, or
# bounds.

BEGIN {
  FS = "[\t]"
}

who == "bounds" {
  if ($1 !~ /^#/) {
    names[++n_names] = $1
    title[$1] = $2
    bound[$1] = $3
    bound_without[$1] = $4
  }
  next
}

!($1 in title) {
  print "dasd: " $1 " has no line in rows.tsv" > "/dev/stderr"
  exit failed = 1
}

{
  all[who, $1] = $2
  without[who, $1] = $4
  pinning[who, $1] = $2 - $4
  sum[who, $1] = $5
}

function or_dash(value) {
  return value == "" ? "-" : value
}

function ratio(a, b) {
  return a == "" || b == "" ? "-" : sprintf("%.3f", a / b)
}

function both_there(name) {
  return (("ours", name) in all) && (("in-tree", name) in all)
}

function check(good, words) {
  printf "%sok %d - %s\n", (good ? "" : "not "), ++n_checks, words
  failed = failed || !good
}

function check_ratio(what, ours, baseline, limit) {
  check(ours <= limit * baseline,
        sprintf("%s: %s instructions, in-tree %s; ratio %s, at most %s", what, ours, baseline,
                ratio(ours, baseline), limit))
}

# Pages are pinned by VFIO, for either driver: where that does not show, nothing was
# measured.
function check_pinning(name, a, b) {
  a = pinning["ours", name]
  b = pinning["in-tree", name]
  check(a > 0 && b > 0 && a < all["ours", name] && b < all["in-tree", name],
        sprintf("%s: of these, pinning: %s, in-tree %s", title[name], a, b))
}

function check_data(name) {
  check(sum["ours", name] == sum["in-tree", name] &&
        (!(("host", name) in sum) || sum["ours", name] == sum["host", name]),
        title[name] ": all have read the same")
}

function check_row(name) {
  if (!both_there(name)) {
    check(0, title[name] ": was measured")
    return
  }
  check_ratio(title[name], all["ours", name], all["in-tree", name], bound[name])
  check_pinning(name)
  if (bound_without[name] != "-")
    check_ratio(title[name] ", without pinning", without["ours", name], without["in-tree", name],
                bound_without[name])
  check_data(name)
}

function json_row(name) {
  printf "%s\n  {\"what\": \"%s\", \"ours\": %s, \"in_tree\": %s, \"ratio\": %s, \"bound\": %s, " \
         "\"ours_without_pinning\": %s, \"in_tree_without_pinning\": %s, " \
         "\"ratio_without_pinning\": %s, \"bound_without_pinning\": %s, \"host\": %s, " \
         "\"ratio_to_host\": %s}",
         (n_rows++ ? "," : ""), title[name], all["ours", name], all["in-tree", name],
         ratio(all["ours", name], all["in-tree", name]), bound[name], without["ours", name],
         without["in-tree", name], ratio(without["ours", name], without["in-tree", name]),
         or_null(bound_without[name]), or_null(all["host", name]),
         or_null(ratio(all["ours", name], all["host", name]))
}

function table_row(name) {
  print title[name], all["ours", name], all["in-tree", name],
        ratio(all["ours", name], all["in-tree", name]), bound[name], without["ours", name],
        without["in-tree", name], ratio(without["ours", name], without["in-tree", name]),
        bound_without[name], or_dash(all["host", name]), ratio(all["ours", name], all["host", name])
}

function markdown_row(name) {
  printf "| %s | %d | %d | %.2f | %d | %d | %.2f | %s |\n", title[name], all["ours", name],
         all["in-tree", name], all["ours", name] / all["in-tree", name], without["ours", name],
         without["in-tree", name], without["ours", name] / without["in-tree", name],
         or_dash(all["host", name])
}

function report_row(name) {
  if (format == "tap")
    check_row(name)
  else if (!both_there(name))
    failed = 1
  else if (format == "json")
    json_row(name)
  else if (format == "markdown")
    markdown_row(name)
  else
    table_row(name)
}

END {
  if (failed)
    exit 1
  OFS = "\t"
  begin_report("what\tours\tin-tree\tratio\tbound\tours without pinning\tin-tree\tratio\tbound\thost\t" \
               "ratio to it",
               "| what is read | ours | in-tree | ratio | ours without pinning | in-tree | ratio | " \
               "the host's driver |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
  for (i = 1; i <= n_names; i++)
    report_row(names[i])
  end_report(n_checks)
  exit failed
}
