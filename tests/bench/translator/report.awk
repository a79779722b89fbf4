# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Makes of the counts a table (format=table), the table in docs/explanation/performance.md
# (markdown), JSON (json), programs.tsv with bounds anew (record), or a check of
# each program against its bounds (tap), which fails if one is exceeded. Before
# each file on the command line, kind= says what is in it.

BEGIN {
  FS = OFS = "\t"
  MARGIN = 1.05
}

kind == "programs" && /^#/ {
  heading = $0
}

kind == "programs" && !/^#/ {
  programs[++n_programs] = $1
  title[$1] = $2
  bound[$1] = $3
  most_reads[$1] = $4
  most_pins[$1] = $5
}

kind == "counts" {
  counted[++n_counted] = $1
  ccws[$1] = $2
  bytes[$1] = $3
  pages[$1] = $4
  reads[$1] = $5
  pins[$1] = $6
}

# Callgrind's files come in the order of the programs.
kind == "callgrind" && FNR == 1 {
  current = counted[++part]
  instructions[current] = allocations[current] = 0
}

kind == "callgrind" && /^totals: / {
  instructions[current] = substr($0, 9) + 0
}

# "cfn=" names who is called, the line behind says how often.
kind == "callgrind" && /^cfn=(malloc|calloc|realloc|posix_memalign|aligned_alloc)/ {
  allocates = 1
  next
}

kind == "callgrind" && allocates && /^calls=/ {
  split(substr($0, 7), word, " ")
  allocations[current] += word[1]
  allocates = 0
}

function table_row(p) {
  print title[p], instructions[p], bound[p], allocations[p], ccws[p], bytes[p], pages[p],
        reads[p], pins[p]
}

function markdown_row(p) {
  printf "| %s | %d | %d | %d | %d | %d | %d |\n", title[p], instructions[p], allocations[p],
         ccws[p], pages[p], reads[p], pins[p]
}

function json_row(p) {
  printf "%s\n  {\"what\": \"%s\", \"instructions\": %d, \"bound\": %d, \"allocations\": %d, " \
         "\"ccws\": %d, \"bytes\": %d, \"pages\": %d, \"reads\": %d, \"pins\": %d}",
         (n_rows == 1 ? "" : ","), title[p], instructions[p], bound[p], allocations[p], ccws[p],
         bytes[p], pages[p], reads[p], pins[p]
}

function record_row(p) {
  if (p in instructions)
    print p, title[p], int(instructions[p] * MARGIN), reads[p], pins[p]
  else
    print p, title[p], bound[p], most_reads[p], most_pins[p]
}

# A program of which callgrind has counted nothing was not measured.
function is_good(p) {
  return instructions[p] > 0 && instructions[p] <= bound[p] && allocations[p] == 0 &&
         reads[p] <= most_reads[p] && pins[p] <= most_pins[p]
}

function tap_row(p, good) {
  good = is_good(p)
  failed = failed || !good
  printf "%sok %d - %s: %d instructions, at most %d; %d allocations; %d reads, at most %d; " \
         "%d pins, at most %d\n", (good ? "" : "not "), n_rows, title[p], instructions[p],
         bound[p], allocations[p], reads[p], most_reads[p], pins[p], most_pins[p]
}

function row(p) {
  n_rows++
  if (format == "json")
    json_row(p)
  else if (format == "tap")
    tap_row(p)
  else if (format == "markdown")
    markdown_row(p)
  else
    table_row(p)
}

function record(i) {
  print heading
  for (i = 1; i <= n_programs; i++)
    record_row(programs[i])
}

function report(i) {
  begin_report("what\tinstructions\tbound\tallocations\tCCWs\tbytes\tpages\treads\tpins",
               "| program | instructions | allocations | CCWs | pages | reads | pins |\n" \
               "| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
  for (i = 1; i <= n_programs; i++)
    if (programs[i] in instructions)
      row(programs[i])
  end_report(n_rows)
}

END {
  if (format == "record")
    record()
  else
    report()
  exit failed
}
