# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Adds up the plugin's counts by function. Reads the kernel's symbols (as in
# /proc/kallsyms) and the counts ("~" for a type), sorted together by address:
# what follows a symbol is in it, what precedes all of them is user space.
# Prints modules, and functions that take one instruction or more in a round trip:
# how many, how often the function is entered, the name.

$2 != "~" {
  name = $4 == "" ? $3 : $3 " " $4
  address = $1
  next
}

function module_of(name) {
  if (match(name, /\[.*\]/))
    return "all of " substr(name, RSTART, RLENGTH)
  return name == "" ? "all of user space" : "all of the kernel itself"
}

{
  instructions[name] += $3
  if ($1 == address)
    entered[name] += $3
  modules[module_of(name)] += $3
  total += $3
}

END {
  printf "%.1f\t\tall\n", total / trips
  for (m in modules)
    printf "%.1f\t\t%s\n", modules[m] / trips, m | "sort -k1,1nr"
  close("sort -k1,1nr")
  for (f in instructions)
    if (f != "" && instructions[f] >= trips)
      printf "%.1f\t%.1f\t%s\n", instructions[f] / trips, entered[f] / trips, f | "sort -k1,1nr"
}
