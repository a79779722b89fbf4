#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What follows the documents in the lab's machines notices when they are wrong.

HERE=$(cd "$(dirname "$0")" && pwd -P)
# shellcheck source=../tap.sh
. "$HERE/../tap.sh"
folder=$(mktemp -d)
export SCENE="echo"
at_end 'rm -rf "$folder"'

# verdicts WORDS TEXT: of a page with one block, on one line, without explanations.
verdicts() {
  printf '# Page\n```console%s\n%s\n```\n' "${1:+ $1}" "$2" > "$folder/page.md"
  bash "$HERE/follow" "$folder/page.md" | grep -v '^#' | paste -sd';'
}

is "$(verdicts '' '# echo a')" "ok echo a;done" "a command that succeeds"
is "$(verdicts '' '# false')" "not ok false;done" "one that fails"
is "$(verdicts fails '# false')" "ok false;done" "one that is to fail"
is "$(verdicts fails '# true')" "not ok true;done" "and does not"
is "$(verdicts '' $'# printf "a  b\\n"\na b')" 'ok printf "a  b\n";done' "what is shown, but for blanks"
is "$(verdicts '' $'# echo a\nb')" "not ok echo a;done" "what is not"
is "$(verdicts '' $'# printf "a\\nb\\nc\\n"\na\n...')" 'ok printf "a\nb\nc\n";done' "anything"
is "$(verdicts '' $'# echo "[x] (y) ?"\n[x] (y) ?')" 'ok echo "[x] (y) ?";done' "what is no pattern"
is "$(verdicts '' $'# echo "[x]"\nx')" 'not ok echo "[x]";done' "nor matches as one"
is "$(verdicts '' $'# a=1\n# echo $a\n1')" 'ok a=1;ok echo $a;done' "one shell for all"
is "$(verdicts '' $'# wc -l << XML\na\n# b\nXML\n2')" "ok wc -l << XML;done" "a here-document"
is "$(verdicts untested '# false')" "not ok $folder/page.md;done" "a page with nothing to do"
like "$(bash "$HERE/follow" "$folder/none.md")" "not ok *none.md*done" "one that is not there"
printf '```console\n# true\n' > "$folder/open.md"
like "$(bash "$HERE/follow" "$folder/open.md")" "*not ok *without an end*" "a block without an end"
done_testing
