#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Includes point one way: each folder takes headers only of the folders that it may call, as
# HACKING.md's layout has it, and what is a header's own business stays with its owner.

. "$(dirname "$0")/common.sh"

# Of src/: a layer, then those that it may include.
readonly LAYERS="
ccw
mdev       ccw
qemu-hook  ccw mdev
nodedev    ccw mdev
cli        ccw mdev qemu-hook
early      ccw mdev
leave      ccw mdev"

# Of src/: a header, then which layers alone may include it: what is mdev's own, and what changes a
# subchannel, which the command line leaves to libvirt.
readonly OWNERS="
mdev/ladder.h      mdev
mdev/patience.h    mdev
mdev/recovery.h    mdev
mdev/touched.h     mdev
mdev/walk.h        mdev
mdev/early.h       mdev nodedev early
mdev/move.h        mdev nodedev
mdev/transition.h  mdev qemu-hook nodedev early leave"

# Of kmod/: a header, then who alone may include it.
readonly KERNEL_OWNERS="
css-private.h          device.h dbf.h layout.c
mdev-private.h         mdev-core.c mdev-driver.c mdev-sysfs.c drv.c
translator-internal.h  translator*.c"

# Pure C, which is compiled for user space as it is: these include each other alone, and the types
# of wherever they are compiled.
readonly KERNEL_PURE="translator*.[ch] irb.[ch] fsm.[ch] names.h layout-btf.[ch]"

# Of kmod/, which tests may include what.
readonly KERNEL_TESTS="
tests/unit/translator  translator.h
tests/fuzz/translator  translator.h
tests/bench            translator.h
tests/unit/driver      fsm.h irb.h
tests/unit/fsm         fsm.h irb.h"

# includes ROOT FOLDER: "FILE HEADER" for each, HEADER with its quotes or brackets.
includes() {
  (cd "$1" && grep -rE --include='*.[ch]' '^ *# *include *["<]' "$2") |
    sed -E 's/^([^:]*):[^"<]*(["<][^">]*[">]).*/\1 \2/'
}

# sysfs_writers ROOT: lines that write to sysfs, but those of ccw, which has the function, and of mdev.
sysfs_writers() {
  (cd "$1" && grep -rw --include='*.[ch]' ccw_sysfs_write src) | grep -Ev '^src/(ccw|mdev)/'
}

# listed WORD LIST...: is it one of them?
listed() {
  local word=$1 one

  shift
  for one in "$@"; do
    # shellcheck disable=SC2053 # patterns
    [[ $word != $one ]] || return 0
  done
  return 1
}

# row TABLE NAME: what follows NAME there.
row() {
  local name rest

  while read -r name rest; do
    [ "$name" != "$2" ] || printf '%s\n' "$rest"
  done <<< "$1"
}

# is_of_others FILE HEADER: NAME-private.h is for NAME.c and NAME-*.c beside it.
is_of_others() {
  [[ $2 == *-private.h && $1 != "src/${2%-private.h}"[.-]* ]]
}

# may_include FILE HEADER: what a layer may include, and may include this header of.
may_include() {
  local layer=${1#src/} owners

  layer=${layer%%/*}
  owners=$(row "$OWNERS" "$2")
  # shellcheck disable=SC2046,SC2086 # lists
  listed "${2%%/*}" "$layer" $(row "$LAYERS" "$layer") &&
    { [ -z "$owners" ] || listed "$layer" $owners; }
}

wrong_in_src() { # ROOT
  local file header

  while read -r file header; do
    [[ $header == \"* && $header != *.inc\" ]] || continue
    header=${header//\"/}
    if is_of_others "$file" "$header" || ! may_include "$file" "$header"; then
      echo "$file: $header"
    fi
  done < <(includes "$1" src)
}

# wrong_in_pure NAME HEADER: the types' header alone knows where it is compiled.
wrong_in_pure() {
  # shellcheck disable=SC2086 # a list
  listed "$1" $KERNEL_PURE && [ "$1" != translator-types.h ] &&
    { [[ $2 == \<* ]] || ! listed "${2//\"/}" $KERNEL_PURE; }
}

wrong_in_kmod() { # ROOT
  local file header name owners

  while read -r file header; do
    name=${file##*/}
    [ "$name" != layout-numbers.c ] || continue # a program of the build
    owners=""
    [[ $header != \"*-private.h\" && $header != \"*-internal.h\" ]] ||
      owners=$(row "$KERNEL_OWNERS" "${header//\"/}")
    # shellcheck disable=SC2086 # a list
    if wrong_in_pure "$name" "$header" || [[ $header == \"*/* ]] ||
      { [ -n "$owners" ] && ! listed "$name" $owners; }; then
      echo "$file: $header"
    fi
  done < <(includes "$1" kmod)
}

# may_include_of_kmod FILE HEADER
may_include_of_kmod() {
  local folder headers

  while read -r folder headers; do
    # shellcheck disable=SC2086 # a list
    if [ -n "$folder" ] && [[ $1 == "$folder"/* ]] && listed "$2" $headers; then
      return 0
    fi
  done <<< "$KERNEL_TESTS"
  return 1
}

# What a test has beside itself is its own, whatever kmod/ calls like that.
is_of_kmod() { # ROOT FILE HEADER
  [[ $3 != */* ]] && [ -e "$1/kmod/$3" ] && [ ! -e "$1/${2%/*}/$3" ]
}

# A unit test knows its own layer and those below; the mock machine knows none.
may_include_layer() { # FILE LAYER
  local own=${1#tests/unit/}

  own=${own%%/*}
  case $1 in
    tests/unit/*/*)
      # shellcheck disable=SC2046 # a list
      [ "$2" = "$own" ] || listed "$2" $(row "$LAYERS" "$own")
      ;;
    tests/mock/test-* | tests/mock/transition-fixture.*) listed "$2" ccw mdev qemu-hook ;;
    tests/mock/*) return 1 ;;
  esac
}

wrong_in_tests() { # ROOT
  local file header layer

  while read -r file header; do
    [[ $header == \"* ]] || continue
    header=${header//\"/}
    layer=${header%%/*}
    if [[ $header == */*-private.h ]]; then
      echo "$file: $header"
    elif is_of_kmod "$1" "$file" "$header"; then
      may_include_of_kmod "$file" "$header" || echo "$file: $header"
    elif [[ $header == */* && -d $1/src/$layer ]]; then
      may_include_layer "$file" "$layer" || echo "$file: $header"
    elif [[ $header == *src/* || $header == *kmod/* ]]; then
      echo "$file: $header"
    fi
  done < <(includes "$1" tests)
}

# --- the tree ----------------------------------------------------------------

is "$(wrong_in_src "$TREE")" "" "src/: each layer includes those that it may call alone"
is "$(sysfs_writers "$TREE")" "" "src/: mdev alone writes to sysfs"
is "$(wrong_in_kmod "$TREE")" "" "kmod/: what is private is its owner's, what is pure needs no kernel"
is "$(wrong_in_tests "$TREE")" "" "tests/: each includes what it tests"

# What may be included is above in HACKING.md's table, and no folder is forgotten.
documented=$(sed -n 's,^| `src/\([a-z-]*\)/` .*,\1,p' "$TREE/HACKING.md" | paste -sd' ')
above=""
for layer in $documented; do
  for used in $(row "$LAYERS" "$layer"); do
    # shellcheck disable=SC2086 # a list
    ok "src/$layer may include $used, which is above it" listed "$used" $above
  done
  above="$above $layer"
done
is "$(tr ' ' '\n' <<< "$documented" | sort | paste -sd' ')" \
  "$(cd "$TREE/src" && printf '%s\n' */ | tr -d / | sort | paste -sd' ')" "each folder is a layer"

# --- what must be found --------------------------------------------------------

scratch=$(mktemp -d)
at_end 'rm -rf "$scratch"'

# A tree that has the folders and the headers' names of ours.
mkdir -p "$scratch/kmod" "$scratch/tests"
for folder in "$TREE"/src/*/; do
  mkdir -p "$scratch/src/$(basename "$folder")"
done
for header in "$TREE"/kmod/*.h; do
  : > "$scratch/kmod/${header##*/}"
done

# finds LOOK FILE LINE NAME: with that line in that file LOOK finds what is wrong.
finds() {
  mkdir -p "$scratch/$(dirname "$2")"
  echo "$3" > "$scratch/$2"
  like "$("$1" "$scratch")" "$2: *" "$4"
  rm "$scratch/$2"
}

finds wrong_in_src src/ccw/new.c '#include "mdev/store.h"' "a layer that calls one below it"
finds wrong_in_src src/nodedev/new.c '# include "qemu-hook/hostdev.h"' "one beside it"
finds wrong_in_src src/mdev/new.h '#include "../nodedev/node.h"' "a way round the folder's name"
finds wrong_in_src src/qemu-hook/new.c '#include "mdev/ladder.h"' "steps of a transition, one by one"
finds wrong_in_src src/cli/new.c '#include "mdev/transition.h"' \
  "a command line that changes the host itself"
finds sysfs_writers src/nodedev/new.c '  ccw_sysfs_write ("/sys/x", "1", NULL);' \
  "a write to sysfs elsewhere"
finds wrong_in_src src/cli/new.c '#include "mock/machine.h"' "a test's header in a program"
finds wrong_in_src src/mdev/new.c '#include "mdev/store-private.h"' "what is private to others"
finds wrong_in_kmod kmod/new.c '#include "translator-internal.h"' "the translator's internals"
finds wrong_in_kmod kmod/new.c '#include "css-private.h"' "CIO's private types"
finds wrong_in_kmod kmod/irb.c '#include <linux/slab.h>' "a kernel's header in pure C"
finds wrong_in_kmod kmod/fsm.c '#include "device.h"' "the same by way of another"
finds wrong_in_tests tests/unit/translator/new.c '#include "translator-internal.h"' \
  "a test that looks into the translator"
finds wrong_in_tests tests/unit/mdev/new.c '#include "mdev/store-private.h"' \
  "one that looks into a layer"
finds wrong_in_tests tests/unit/ccw/new.c '#include "nodedev/node.h"' "a unit test of another layer"
finds wrong_in_tests tests/mock/new.c '#include "ccw/sysfs.h"' \
  "a mock machine that is made of what it tests"

done_testing
