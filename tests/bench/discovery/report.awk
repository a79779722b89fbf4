# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Makes of the results a table (format=table), the table in docs/explanation/performance.md
# (markdown), JSON (json), or a check of each ratio against its bound (tap).
# Before each file on the command line, kind= says what is in it.

BEGIN {
  FS = OFS = "\t"
}

kind == "rows" && !/^#/ {
  n_rows++
  scenario[n_rows] = $1
  key[n_rows] = $2
  title[n_rows] = $3
  unit[n_rows] = $4
  goal[n_rows] = $5
  bound[n_rows] = $6
}

# SCENARIO SIZE DAEMON KEY NUMBER
kind == "results" {
  split($0, word, " ")
  value[word[1], word[2], word[3], word[4]] = word[5]
  if (!seen[word[1], word[2]]++) {
    n_sizes[word[1]]++
    size[word[1], n_sizes[word[1]]] = word[2]
  }
}

function with_commas(number) {
  while (number ~ /[0-9][0-9][0-9][0-9]/)
    number = gensub_thousands(number)
  return number
}

# The last four digits in a row, one and three.
function gensub_thousands(number, at) {
  at = match(number, /[0-9][0-9][0-9][0-9](,|$)/)
  return substr(number, 1, at) "," substr(number, at + 1)
}

function rounded(number) {
  if (number == "")
    return "-"
  if (number >= 100)
    return sprintf("%.0f", number)
  return sprintf("%.3g", number)
}

# The goal for this size, as a number of the row's unit or a ratio, "x0.1"; "" for none.
function goal_of(r, n, i, parts, count, pair) {
  count = split(goal[r], parts, " ")
  for (i = 1; i <= count; i++) {
    if (split(parts[i], pair, ":") == 2 && pair[1] == n)
      return pair[2]
  }
  return ""
}

function shown_goal(text) {
  if (text == "")
    return "-"
  return (text ~ /^x/) ? "ratio " substr(text, 2) : text
}

function ratio_of(ours, stock) {
  return (ours == "" || stock == "" || stock == 0) ? "" : ours / stock
}

function row(r, n, ours, stock, ratio, name) {
  ours = value[scenario[r], n, "ours", key[r]]
  stock = value[scenario[r], n, "stock", key[r]]
  if (ours == "" && stock == "")
    return
  ratio = ratio_of(ours, stock)
  name = title[r] ", " with_commas(n)
  n_printed++
  if (format == "json")
    printf "%s\n  {\"what\": \"%s\", \"unit\": \"%s\", \"ours\": %s, \"baseline\": %s, \"ratio\": %s}",
           (n_printed == 1 ? "" : ","), name, unit[r], ours, or_null(stock),
           (ratio == "" ? "null" : sprintf("%.4f", ratio))
  else if (format == "markdown")
    printf "| %s | %s | %s | %s | %s | %s |\n", name, unit[r], rounded(ours), rounded(stock),
           rounded(ratio), shown_goal(goal_of(r, n))
  else
    print name, unit[r], rounded(ours), rounded(stock), rounded(ratio), shown_goal(goal_of(r, n))
}

# What has no bound is not checked; what was not measured has failed.
function check(r, n, ratio, good) {
  if (bound[r] == "-")
    return
  ratio = ratio_of(value[scenario[r], n, "ours", key[r]], value[scenario[r], n, "stock", key[r]])
  good = ratio != "" && ratio <= bound[r]
  failed = failed || !good
  printf "%sok %d - %s, %s subchannels: %s of stock's, at most %s\n", (good ? "" : "not "),
         ++n_printed, title[r], n, rounded(ratio), bound[r]
}

END {
  begin_report("what\tunit\tours\tbaseline\tratio\tgoal",
               "| what, number of subchannels | unit | ours | stock | ratio | goal |\n" \
               "| --- | --- | ---: | ---: | ---: | ---: |")
  for (r = 1; r <= n_rows; r++)
    for (i = 1; i <= n_sizes[scenario[r]]; i++)
      if (format == "tap")
        check(r, size[scenario[r], i])
      else
        row(r, size[scenario[r], i])
  end_report(n_printed)
  exit failed
}
