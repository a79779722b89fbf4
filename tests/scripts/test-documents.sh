#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What documents name is there.

. "$(dirname "$0")/common.sh"

# The libraries that building looks for, by their packages.
libraries() {
  sed -n "s/^[a-z_]*dep = dependency('\([^']*\)'.*/\1/p" "$TREE/meson.build"
}

package_of() { # LIBRARY
  # Both names of /usr/lib: packages may own either.
  local folder
  folder=$(pkg-config --variable=pcfiledir "$1")
  dpkg -S "$folder/$1.pc" "${folder#/usr}/$1.pc" 2> /dev/null | head -n 1 | cut -d : -f 1
}

listed_for_tests=$(sed 's/[[:space:]]*#.*//; /^$/d' "$TREE/scripts/packages.txt")
listed_for_users=$(sed -n '/^    apt install gcc/,/[^\\]$/p' "$TREE/README.md" | tr -s ' \\' '\n')

is "$(libraries | wc -l)" "$(grep -c "[^_]dependency('" "$TREE/meson.build")" "all libraries are looked at"
for library in $(libraries); do
  package=$(package_of "$library")
  ok "README installs $package for $library" grep -qx "$package" <<< "$listed_for_users"
  ok "and so does scripts/setup" grep -qx "$package" <<< "$listed_for_tests"
done
is "$(sort <<< "$listed_for_tests" | uniq -d)" "" "no package is listed twice"

# Licences. Pictures, recordings and other people's texts have no place for it.
licensed() {
  find "$TREE" -maxdepth 1 -type f \( -name '*.md' -o -name 'meson*' \) -print
  find "$TREE"/{data,docs,kmod,scripts,src,xml} -type f ! -name '*.svg' ! -name '*.png' ! -name '*.cast' \
    ! -name '*.ko' ! -name '*.o' ! -name '*.mod*' ! -name '.*' ! -name '*.symvers' ! -name modules.order -print
}
is "$(licensed | xargs -d '\n' grep -L 'SPDX-License-Identifier[:] ')" "" "all files name their licence"

# Folders, by the table of HACKING.md, and each with a page that says what it is.
for folder in "$TREE"/src/*/ "$TREE"/tests/*/; do
  name=${folder#"$TREE"/}
  ok "HACKING tells what $name is" grep -q "^|.*\`$name\`.*|" "$TREE/HACKING.md"
done
for folder in "$TREE"/{data,kmod,scripts,src,src/*,tests,tests/*,xml/schemas}/; do
  ok "${folder#"$TREE"/} has its page" test -s "$folder/README.md"
done

# is_told FILE PAGE: a page names a source file without its ending, some of them by a pattern.
is_told() {
  local word name=${1##*/}

  while read -r word; do
    # shellcheck disable=SC2053 # patterns
    [[ ${name%.*} != ${word%.*} ]] || return 0
  done < <(grep -o '`[^` ]*`' "$2" | tr -d '`')
  return 1
}

for file in "$TREE"/{kmod,src/*}/*.[cx]; do
  [[ $file == *.mod.c || ! -e $file ]] && continue # the kernel's build makes those; no .x in kmod
  page=${file%/*}/README.md
  ok "${page#"$TREE"/} tells what ${file##*/} is" is_told "$file" "$page"
done

done_testing
