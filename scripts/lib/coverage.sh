# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# Runs the tests that count, and holds what they reach, as gcovr's CSV tells it, against what they
# must. Needs tap.sh and meson.sh.

# Percent: of the lines of each folder of src/, and of the translator's branches.
readonly LINES_MIN=85
readonly BRANCHES_MIN=95

# These reach nothing that others do not, and take long: they measure, make builds of their own,
# kill what they run at each step, or put the same to stock libvirt that others put to us.
readonly LEFT_OUT='nodedev-(scale|endurance|valgrind|agreement)|guest-hook-cut-short|hostdev-libvirt-.*'

# run_tests_that_count FOLDER: not all there are when they cannot be listed, as meson does without
# the name of any.
run_tests_that_count() {
  local list tests

  list=$(meson test -C "$1" --no-rebuild --list --suite unit --suite mock --suite interop) || return
  mapfile -t tests < <(sed -n 's,.* / ,,p' <<< "$list" | grep -vxE "$LEFT_OUT")
  if [ "${#tests[@]}" -eq 0 ]; then
    echo "no test of $1 counts"
    return 1
  fi
  meson_test "$1" "${tests[@]}"
}

# by_folder < CSV: "FOLDER LINES REACHED BRANCHES REACHED" of each, src/ as a whole and the
# translator as folders, too.
by_folder() {
  awk -F, '
    function add(folder) {
      lines[folder] += $2
      lines_reached[folder] += $3
      branches[folder] += $5
      branches_reached[folder] += $6
    }
    NR == 1 { next }
    /^kmod\// { add("translator"); next }
    { split($1, parts, "/"); add("src"); add("src/" parts[2]) }
    END {
      for (folder in lines)
        print folder, lines[folder], lines_reached[folder], branches[folder], branches_reached[folder]
    }' | LC_ALL=C sort
}

# at_least WHAT OF REACHED MINIMUM: a check. Where there is nothing to reach, nothing was counted.
at_least() {
  local percent

  if [ "$2" -eq 0 ]; then
    report 1 "$1: none is counted"
    return
  fi
  percent=$(echo "scale=1; 100 * $3 / $2" | bc)
  [ $((100 * $3)) -ge $(($4 * $2)) ]
  report $? "$1: $percent % of $2, at least $4 %"
}

judge() {
  local folder lines lines_reached branches branches_reached

  while read -r folder lines lines_reached branches branches_reached; do
    diag "$(printf '%-14s %5d lines, %5d reached; %5d branches, %5d reached' \
      "$folder" "$lines" "$lines_reached" "$branches" "$branches_reached")"
    if [ "$folder" = translator ]; then
      at_least "branches of the translator" "$branches" "$branches_reached" "$BRANCHES_MIN"
    else
      at_least "lines of $folder" "$lines" "$lines_reached" "$LINES_MIN"
    fi
  done
}

# all_counted FILE FOLDER...: one that is missing there would be judged by nobody.
all_counted() {
  local file=$1 folder

  shift
  for folder in "$@"; do
    ok "$folder is counted" grep -q "^$folder " "$file"
  done
}
