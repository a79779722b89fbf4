# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Makes the table, or JSON, of results; with check=1, fails if a row is above its
# bound. Before each file on the command line, kind= says what is in it and
# driver= whose it is.

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

kind == "instructions" {
  rounds[driver, $1]++
  took[driver, $1, rounds[driver, $1]] = $2
}

kind == "allocations" {
  split($0, word, " ")
  own[driver, word[1]] = word[3] / word[2]
  others[driver, word[1]] = word[5] / word[2]
}

# Insertion sort; there are few rounds.
function sort_rounds(d, p, i, j, value) {
  for (i = 2; i <= rounds[d, p]; i++) {
    value = took[d, p, i]
    for (j = i - 1; j >= 1 && took[d, p, j] > value; j--)
      took[d, p, j + 1] = took[d, p, j]
    took[d, p, j + 1] = value
  }
}

function median(d, p) {
  sort_rounds(d, p)
  return took[d, p, int((rounds[d, p] + 1) / 2)]
}

# By how many per cent the highest of the sorted rounds is above the lowest.
function spread(d, p) {
  return 100 * (took[d, p, rounds[d, p]] - took[d, p, 1]) / took[d, p, 1]
}

function json_row(what, unit, ours, baseline, ratio, wanted, limit, differ) {
  printf "%s\n  {\"what\": \"%s\", \"unit\": \"%s\", \"ours\": %s, \"in_tree\": %s, " \
         "\"ratio\": %s, \"goal\": %s, \"bound\": %s, \"spread\": [%s]}",
         n_rows++ ? "," : "", what, unit, ours, baseline, or_null(ratio), or_null(wanted),
         or_null(limit), or_null(differ)
}

function or_null(value) {
  return value == "-" ? "null" : value
}

function table_row(what, unit, ours, baseline, ratio, wanted, limit, differ) {
  sub(", ", " ", differ)
  print what, unit, ours, baseline, ratio, wanted, limit, differ
}

function row(what, unit, ours, baseline, ratio, wanted, limit, differ) {
  if (format == "json")
    json_row(what, unit, ours, baseline, ratio, wanted, limit, differ)
  else
    table_row(what, unit, ours, baseline, ratio, wanted, limit, differ)
}

function fail(what) {
  complaints = complaints "driver: " what "\n"
}

function instruction_row(p, ours, baseline, ratio) {
  ours = median("ours", p)
  baseline = median("in-tree", p)
  ratio = ours / baseline
  row(title[p], "instructions", ours, baseline, sprintf("%.3f", ratio), goal[p], bound[p],
      sprintf("%.2f, %.2f", spread("ours", p), spread("in-tree", p)))
  if (ratio > bound[p])
    fail(sprintf("%s takes %.3f of the in-tree driver's instructions; the bound is %s",
                 title[p], ratio, bound[p]))
}

# The in-tree driver allocates for each request: where none is seen, the count
# is wrong. "Others" are all of the machine but VFIO's own list of pinned pages;
# switching the count on and off costs a tenth of one for each request.
function allocation_row(p) {
  row(title[p], "allocations", own["ours", p], own["in-tree", p], "-", 0, 0, "-")
  if (own["in-tree", p] < 1)
    fail(title[p] ": the in-tree driver's allocations were not seen")
  if (own["ours", p] > 0 || others["ours", p] > 0.5)
    fail(sprintf("%s allocates %s times by the driver, %s times elsewhere", title[p],
                 own["ours", p], others["ours", p]))
}

END {
  OFS = "\t"
  if (format == "json")
    printf "{\"machine\": \"%s\", \"rows\": [", machine
  else {
    print "# " machine
    print "# what", "unit", "ours", "in-tree", "ratio", "goal", "bound", "spread %"
  }
  for (i = 1; i <= n_programs; i++)
    if (rounds["ours", programs[i]])
      instruction_row(programs[i])
  for (i = 1; i <= n_programs; i++)
    if (("ours", programs[i]) in own)
      allocation_row(programs[i])
  if (format == "json")
    print "\n]}"
  if (check) {
    printf "%s", complaints > "/dev/stderr"
    exit complaints != ""
  }
}
