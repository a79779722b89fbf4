#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The benchmarks' reports judge each row, the driver's by the round that repeats.

. "$(dirname "$0")/common.sh"

bench=$TREE/tests/bench/driver
results=$VIRT_CCW_CACHE

# One program, which may take half of what the in-tree driver does.
printf 'nop\tNOP\t600\t0.50\n' > "$results/goals"

# rounds DRIVER INSTRUCTIONS...: what a driver took, a round each.
rounds() {
  local driver=$1

  shift
  printf 'nop\t%s\t1\t1\n' "$@" > "$results/$driver.instructions"
}

# allocations DRIVER OWN VFIO OTHERS: in a thousand requests.
allocations() {
  printf 'nop 1000 %s %s %s\n' "$2" "$3" "$4" > "$results/$1.allocations"
}

usual() {
  rounds ours 500
  rounds in-tree 1000
  allocations ours 0 1000 90
  allocations in-tree 6000 1000 90
}

# make_report FOLDER FORMAT INPUT...: of a benchmark, measured on a machine m.
make_report() {
  awk -f "$TREE/tests/bench/report-lib.awk" -f "$1/report.awk" -v format="$2" -v machine=m "${@:3}"
}

# judged FORMAT: the report of these results; fails as it does.
judged() {
  local driver inputs=()

  for driver in ours in-tree; do
    inputs+=(driver="$driver" kind=instructions "$results/$driver.instructions")
    inputs+=(kind=allocations "$results/$driver.allocations")
  done
  make_report "$bench" "$1" kind=goals "$results/goals" "${inputs[@]}"
}

usual
ok "a row at its bound passes" judged tap
like "$output" "*ok 1 - NOP: 500 instructions, in-tree 1000; ratio 0.500, at most 0.50*" "and is told"
ok "JSON" judged json
is "$(printf '%s' "$output" | python3 -c 'import json, sys; print(json.load(sys.stdin)["rows"][0]["ours"])')" \
  500 "it can be parsed"
ok "a table" judged table
is "$(head -n 3 <<< "$output" | tr '\t' ,)" "# m
# what,unit,ours,in-tree,ratio,goal,bound,spread
NOP,instructions,500,1000,0.500,600,0.50,0.00" "names its columns"
ok "Markdown" judged markdown
is "$output" "m.

| program | ours | in-tree | ratio | goal | allocations, ours | in-tree |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
| NOP | 500 | 1000 | 0.50 | 600 | 0 | 6 |" "has each program on a line"
rounds ours 501
not_ok "a row above its bound fails" judged tap
ok "but not where nobody wants a judgement" judged table
rounds ours 700 500 900
ok "the lowest of our rounds counts" judged tap
rounds in-tree 1000 990
not_ok "and the lowest of the in-tree driver's" judged tap
usual
allocations ours 1 1000 90
not_ok "an allocation fails" judged tap
allocations ours 0 1000 1090
not_ok "so does one elsewhere in the kernel" judged tap
usual
allocations in-tree 0 1000 90
not_ok "so does a count that sees nothing" judged tap
usual
echo 'other	1	1	1' >> "$results/ours.instructions"
not_ok "so does a program without a bound" judged tap

# Counts of a plugin: two functions of a module, the kernel, user space.
profile=$(printf '%s\n' '0000000000000100 ~ 20' '0000000000001000 T kernel_function' \
  '0000000000001000 ~ 10' '0000000000001002 ~ 10' '0000000000002000 t ours	[vfio_ccw]' \
  '0000000000002000 ~ 30' '0000000000002010 ~ 30' '0000000000003000 t theirs	[vfio_ccw]' \
  '0000000000003004 ~ 10' | LC_ALL=C sort | awk -f "$bench/profile/profile.awk" -v trips=10)
like "$profile" "11.0		all*" "all instructions of a round trip"
like "$profile" "*
7.0		all of [[]vfio_ccw]*" "those of a module"
like "$profile" "*
2.0		all of user space*" "those before the first symbol"
like "$profile" "*
6.0	3.0	ours [[]vfio_ccw]*" "a function: instructions, and how often it is entered"
like "$profile" "*
1.0	0.0	theirs [[]vfio_ccw]*" "a function that was entered before"

# Reading of a disk: a row that may take all of what the in-tree driver does, and half
# of that without pinning.
dasd=$TREE/tests/bench/dasd
printf '4k\t4 KiB\t1\t0.5\n' > "$results/dasd.bounds"

# readings WHO INSTRUCTIONS WITHOUT-PINNING SUM
readings() {
  printf '4k\t%s\t%s\t%s\t%s\n' "$2" "$2" "$3" "$4" > "$results/$1.rows"
}

usual_readings() {
  readings host 200 200 abc
  readings ours 100 40 abc
  readings in-tree 140 80 abc
}

# dasd_judged FORMAT: the report of these readings; fails as it does.
dasd_judged() {
  local who inputs=()

  for who in host ours in-tree; do
    inputs+=(who="$who" "$results/$who.rows")
  done
  make_report "$dasd" "$1" who=bounds "$results/dasd.bounds" \
    "${inputs[@]}"
}

usual_readings
ok "readings at their bounds pass" dasd_judged tap
like "$output" "*ok 1 - 4 KiB: 100 instructions, in-tree 140; ratio 0.714, at most 1*" "the whole is told"
like "$output" "*4 KiB, without pinning: 40 instructions, in-tree 80; ratio 0.500, at most 0.5*" \
  "and what remains without pinning"
ok "JSON of readings" dasd_judged json
is "$(printf '%s' "$output" | python3 -c 'import json, sys; print(json.load(sys.stdin)["rows"][0]["ratio_to_host"])')" \
  0.5 "has the host's own driver"
readings ours 100 41 abc
not_ok "one above the bound without pinning fails" dasd_judged tap
readings ours 141 40 abc
not_ok "so does one above the bound of the whole" dasd_judged tap
readings ours 30 30 abc
not_ok "so does one without pinning" dasd_judged tap
usual_readings
readings in-tree 140 80 abd
not_ok "so do other data" dasd_judged tap
usual_readings
readings host 200 200 abd
not_ok "also where the host alone read others" dasd_judged tap
usual_readings
: > "$results/ours.rows"
not_ok "so does a row that was not measured" dasd_judged tap
not_ok "in a table as well" dasd_judged table
# The picture is drawn anew when the table is.
page=$TREE/docs/explanation
"$TREE/tests/bench/dasd/draw" < "$page/performance.md" > "$results/dasd.svg"
ok "the curves of performance.md are those of its table" cmp "$results/dasd.svg" "$page/dasd.svg"

done_testing
