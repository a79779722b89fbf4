# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Makes of the results a table (format=table), the table in docs/explanation/performance.md
# (markdown), JSON (json), or a check of each row against its bound (tap), which
# fails if one is above. Before each file on the command line, kind= says what is
# in it and driver= whose it is.

BEGIN {
  FS = "[\t]"
}

kind == "goals" {
  if ($1 !~ /^#/) {
    programs[++n_programs] = $1
    title[$1] = $2
    goal[$1] = $3
    bound[$1] = $4
  }
}

kind == "instructions" && !($1 in title) {
  print "driver: " $1 " has no line in goals.tsv" > "/dev/stderr"
  exit failed = 1
}

# VFIO's and the in-tree driver's allocations are dearer in some rounds, for
# reasons of the slab's: the lowest round is the one that repeats.
kind == "instructions" {
  if (!rounds[driver, $1]++)
    lowest[driver, $1] = highest[driver, $1] = $2
  if ($2 < lowest[driver, $1])
    lowest[driver, $1] = $2
  if ($2 > highest[driver, $1])
    highest[driver, $1] = $2
}

kind == "allocations" {
  split($0, word, " ")
  own[driver, word[1]] = word[3] / word[2]
  others[driver, word[1]] = word[5] / word[2]
}

# By how many per cent the highest round is above the lowest.
function spread(d, p) {
  return 100 * (highest[d, p] - lowest[d, p]) / lowest[d, p]
}

function json_row(what, unit, ours, baseline, ratio, wanted, limit, differ) {
  printf "%s\n  {\"what\": \"%s\", \"unit\": \"%s\", \"ours\": %s, \"in_tree\": %s, " \
         "\"ratio\": %s, \"goal\": %s, \"bound\": %s, \"spread\": %s}",
         (n_rows == 1 ? "" : ","), what, unit, ours, baseline, or_null(ratio), or_null(wanted),
         or_null(limit), or_null(differ)
}

function tap_row(good, what, unit, ours, baseline, ratio, limit) {
  printf "%sok %d - %s: %s %s, in-tree %s", (good ? "" : "not "), n_rows, what, ours, unit, baseline
  print ratio == "-" ? "" : "; ratio " ratio ", at most " limit
}

function row(good, what, unit, ours, baseline, ratio, wanted, limit, differ) {
  n_rows++
  if (format == "json")
    json_row(what, unit, ours, baseline, ratio, wanted, limit, differ)
  else if (format == "tap")
    tap_row(good, what, unit, ours, baseline, ratio, limit)
  else
    print what, unit, ours, baseline, ratio, wanted, limit, differ
  failed = failed || (format == "tap" && !good)
}

function instruction_row(p, ours, baseline, differ) {
  ours = lowest["ours", p]
  baseline = lowest["in-tree", p]
  differ = spread("ours", p)
  row(ours <= bound[p] * baseline, title[p], "instructions", ours, baseline,
      sprintf("%.3f", ours / baseline), goal[p], bound[p], sprintf("%.2f", differ))
}

# The in-tree driver allocates for each request: where none is seen, the count
# is wrong. "Others" are all of the machine but VFIO's own list of pinned pages;
# switching the count on and off costs a tenth of one for each request.
function allocation_row(p, good) {
  good = own["ours", p] == 0 && others["ours", p] < 0.5 && own["in-tree", p] >= 1
  row(good, title[p], "allocations", own["ours", p], own["in-tree", p], "-", 0, 0, "-")
}

# Both kinds of rows in one, for readers.
function markdown_row(p, ours, baseline) {
  ours = lowest["ours", p]
  baseline = lowest["in-tree", p]
  printf "| %s | %d | %d | %.2f | %s | %s | %s |\n", title[p], ours, baseline,
         ours / baseline, goal[p], own["ours", p], own["in-tree", p]
}

function markdown_rows(i) {
  for (i = 1; i <= n_programs; i++)
    if (rounds["ours", programs[i]])
      markdown_row(programs[i])
}

function rows(i) {
  for (i = 1; i <= n_programs; i++)
    if (rounds["ours", programs[i]])
      instruction_row(programs[i])
  for (i = 1; i <= n_programs; i++)
    if (("ours", programs[i]) in own)
      allocation_row(programs[i])
}

END {
  if (failed)
    exit 1
  OFS = "\t"
  begin_report("what\tunit\tours\tin-tree\tratio\tgoal\tbound\tspread",
               "| program | ours | in-tree | ratio | goal | allocations, ours | in-tree |\n" \
               "| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
  if (format == "markdown")
    markdown_rows()
  else
    rows()
  end_report(n_rows)
  exit failed
}
