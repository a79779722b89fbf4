#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every call of libvirt's protocol: what docs/reference/protocol.md says of it is so, and errors have
# the codes of stock libvirt 11.3.
# shellcheck source=../nodedev/lib.sh
. "$(dirname "$0")/../nodedev/lib.sh"

cases=$here/../clients/calls.cases
libvirt=$(env -u LD_PRELOAD "$here/../clients/trixie") || bail "libvirt 11.3 cannot be had"
# shellcheck disable=SC2034 # for stock.sh
stock_program=$libvirt/bin/libvirtd stock_drivers=$libvirt/drivers
# shellcheck source=../nodedev/stock.sh
. "$here/../nodedev/stock.sh"

# --- the table ---------------------------------------------------------------

# Its rows: number, procedure, answered.
awk -F' *[|] *' -v OFS='\t' '$2 ~ /^[0-9]+$/ { print $2, $3, $4 }' "$PROTOCOL" > "$work/table"

# rows COLUMN KIND...: of the procedures that are answered so, sorted.
rows() {
  column=$1
  shift
  for kind in "$@"; do
    awk -F'\t' -v kind="$kind" -v column="$column" '$3 == kind { print $column }' "$work/table"
  done | sort
}

# by_number: the calls of a case file, with numbers in place of names; marks are gone.
by_number() {
  awk 'NR == FNR { number[$2] = $1; next }
       /^#/ || NF == 0 { next }
       {
         sub(/^! /, ""); gsub(/; /, " ; ")
         for (i = 1; i <= NF; i++) if ($i in number) $i = number[$i]
         gsub(/ ; /, "; "); print
       }' "$work/table" -
}

# --- asking ------------------------------------------------------------------

# ours [OPTION...]: calls are put to virtccwd, answers are printed.
ours() {
  sed "s/@DEVICE@/$our_device/g" | "$RPC_CALLS" "$@" "$socket" | sed "s/$our_device/@DEVICE@/g"
}

theirs() {
  sed "s/@DEVICE@/$their_device/g" | "$RPC_CALLS" "$@" "$upstream" | sed "s/$their_device/@DEVICE@/g"
}

# codes: answers without the texts of errors; several are divided by semicolons.
codes() {
  awk -F '\t' -v OFS='; ' '{
    for (i = 1; i <= NF; i++) sub(/^error -?[0-9]+/, "&\t", $i)
    for (i = 1; i <= NF; i++) sub(/\t.*/, "", $i)
    $1 = $1
    print
  }'
}

# which_answer CODE: the numbers of the lines that have it, 0 for a success.
which_answer() {
  awk -v wanted="$1" '{ code = $1 == "error" ? $2 : 0 } code == wanted { print NR }'
}

start_stock
start_daemon
our_device=css_0_0_0313
their_device=$(s nodedev-list | grep -m 1 '^\(net\|block\)_')
like "$their_device" "*_*" "the stock daemon has a device"

# --- every number ------------------------------------------------------------

seq 1 453 | ours > "$work/empty"
is "$(wc -l < "$work/empty")" 453 "each call is answered"
which_answer 3 < "$work/empty" | sort > "$work/refused"
rows 1 ours device XML merged > "$work/served"
is "$(comm -12 "$work/served" "$work/refused")" "" "what the table has as served is not refused"
rows 1 ours device XML merged "passed on" > "$work/known"
seq 1 453 | sort | comm -23 - "$work/known" > "$work/others"
is "$(comm -23 "$work/others" "$work/refused")" "" "and all else is refused as not supported"
is "$(rows 1 refused | comm -12 - "$work/others" | wc -l)" "$(rows 1 refused | wc -l)" \
  "which the table says, too"
is "$(printf '%s\n' 0 454 -1 2147483647 | ours | codes | sort -u)" "error 3" \
  "as are numbers that are no procedure's"
grep -v '^#' "$cases" | grep -o '[A-Z][A-Z0-9]*_[A-Z0-9_]*' | sort -u > "$work/called"
rows 2 ours device XML merged "passed on" | comm -3 - "$work/called" > "$work/uncalled"
is "$(cat "$work/uncalled")" "" "each procedure that is served is called below, and no other"

# --- before opening, and read-only -------------------------------------------

is "$(printf '%s\n' 3 4 59 110 111 113 124 285 428 | ours --unopened | codes | sort -u)" "error 1" \
  "before it has opened a client gets an internal error"
# Libvirt knows of each procedure whether it changes anything; so must the table of ours. It decodes
# arguments (39) before it denies.
by_number < "$cases" > "$work/calls"
grep -v '^\(#\|$\)' "$cases" > "$work/named"
ours --readonly < "$work/calls" | codes > "$work/ours"
theirs --readonly < "$work/calls" | codes > "$work/theirs"
paste "$work/named" "$work/ours" "$work/theirs" > "$work/answers"
ok "who may only look is denied changes by libvirt" grep -qx "error 29" "$work/theirs"
is "$(awk -F '\t' '$3 != "error 39" && ($2 ~ /error 29/) != ($3 ~ /error 29/) {
  print $1 ": " $2 ", not " $3 }' "$work/answers")" "" "and the same by virtccwd"

# --- good, bad and boundary arguments ----------------------------------------

ours < "$work/calls" | codes > "$work/ours"
theirs < "$work/calls" | codes > "$work/theirs"
is "$(wc -l < "$work/ours")" "$(wc -l < "$work/named")" "each case is answered"
paste "$work/named" "$work/ours" "$work/theirs" > "$work/answers"
is "$(awk -F '\t' '!/^! / && $2 != $3 { print $1 ": " $2 ", not " $3 }' "$work/answers")" "" \
  "virtccwd answers as libvirt 11.3 does"
is "$(awk -F '\t' '/^! / && $2 == $3 { print $1 ": " $2 }' "$work/answers")" "" \
  "but for what is marked as different"

done_testing
