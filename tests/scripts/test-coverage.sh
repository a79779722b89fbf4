#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the tests reach is added up by folder, and too little of any is told. Which tests are run.

. "$(dirname "$0")/common.sh"
# shellcheck source=../../scripts/lib/meson.sh
. "$TREE/scripts/lib/meson.sh"
# shellcheck source=../../scripts/lib/coverage.sh
. "$TREE/scripts/lib/coverage.sh"

# csv: gcovr's, of what comes in as FILE LINES REACHED BRANCHES REACHED.
csv() {
  echo "filename,line_total,line_covered,line_percent,branch_total,branch_covered,branch_percent"
  while read -r file lines lines_reached branches branches_reached; do
    echo "$file,$lines,$lines_reached,0.5,$branches,$branches_reached,0.5"
  done
}

# verdicts NUMBERS: what the judge says, without his numbers, on one line.
verdicts() {
  (judge < <(csv <<< "$1" | by_folder)) | grep -v '^#' | sed 's/^\(not \)\{0,1\}ok [0-9]* - /\1/' | paste -sd';'
}

is "$(csv <<< "src/a/one.c 100 90 10 5
src/a/deep/two.c 100 80 10 5
src/b/one.c 10 10 4 4
kmod/translator.c 30 20 40 39" | by_folder | paste -sd';')" \
  "src 210 180 24 14;src/a 200 170 20 10;src/b 10 10 4 4;translator 30 20 40 39" "folders are added up"

translator="kmod/translator.c 10 1 200 190"
is "$(verdicts "src/a/one.c 100 85 10 0
$translator")" "lines of src: 85.0 % of 100, at least 85 %;lines of src/a: 85.0 % of 100, at least 85 %;\
branches of the translator: 95.0 % of 200, at least 95 %" "just enough, of the one lines, of the other branches"
like "$(verdicts "src/a/one.c 1000 849 10 10
$translator")" "not lines of src: 84.9 %*;not lines of src/a: *" "too few lines"
like "$(verdicts "src/a/one.c 1000 1000 10 10
src/b/one.c 10 8 10 10
$translator")" "lines of src: *;lines of src/a: *;not lines of src/b: *" "too few of one folder"
like "$(verdicts "src/a/one.c 10 10 1 1
kmod/translator.c 10 10 200 189")" "*;not branches of the translator: 94.5 %*" "too few branches"

is "$(verdicts "src/a/one.c 0 0 0 0
src/b/one.c 10 10 4 4
kmod/translator.c 10 10 0 0")" "lines of src: 100.0 % of 10, at least 85 %;not lines of src/a: none is counted;\
lines of src/b: 100.0 % of 10, at least 85 %;not branches of the translator: none is counted" "nothing to reach"

echo "src/a 1 1 1 1" > "$VIRT_CCW_CACHE/folders"
like "$(all_counted "$VIRT_CCW_CACHE/folders" src/a src/b translator)" \
  "ok * - src/a is *not ok * - src/b is *not ok * - translator is *" "a folder that nobody counted"

# meson ARGUMENT...: which tests it has, unless it has none of the folder's, and which it runs.
meson() {
  case "$*" in
    *" gone "*) return 1 ;;
    *" --list "*) printf 'virt-ccw:%s\n' "${meson_tests[@]}" ;;
    *) echo "${*: -2}" ;;
  esac
}

meson_tests=("unit / cli" "interop / nodedev-scale" "mock / mock-host")
ok "the tests are run" run_tests_that_count build
is "$output" "cli mock-host" "that count"
meson_tests=("interop / nodedev-scale")
not_ok "not all of them where none counts" run_tests_that_count build
not_ok "nor where they cannot be listed" run_tests_that_count gone

done_testing
