# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# Holds what the tests reach, as gcovr's CSV tells it, against what they must. Needs tap.sh.

# Percent: of the lines of each folder of src/, and of the translator's branches.
readonly LINES_MIN=85
readonly BRANCHES_MIN=95

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

# at_least WHAT OF REACHED MINIMUM: a check.
at_least() {
  local percent

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
