# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For the `fuzz` script of a target: options, building and running.
#
# The script sets HERE (its folder) and MAX_LEN (no input needs more to say what
# it has to), defines build_target COMPILER OUT COVERAGE-FLAGS, which leaves all
# objects in OUT, and LIBRARIES (pkg-config), and calls fuzz_main "$@". SEEDS may
# name a folder of further inputs.
#
# Its usage is the comment at its top, to which these options belong:
#
#   --afl       AFL++ instead (package afl++; must be installed)
#   --plain     without the address sanitizer: several times as many runs
#   --runs      how many (200000; libFuzzer only)
#   --max-time  no longer than that (no limit)
#   --seed      for the same run again (by chance)
#   --keep      folder for what is built, the growing corpus and findings; may
#               be used again (a temporary one)

readonly TREE=$HERE/../../..
readonly SKIPPED=77

die() {
  printf 'fuzz: %s\n' "$*" >&2
  exit 2
}

usage() {
  sed -n '4,/^$/s/^# \{0,1\}//p' "$0"
  sed -n '/^#   --afl/,/^$/s/^# \{0,1\}//p' "$HERE/../lib.sh"
}

# tidy: what was found stays, and what was to be kept.
tidy() {
  rm -rf "$TMPDIR"
  [ "$temporary" = no ] ||
    ls "$work"/found-* "$work"/afl/default/crashes/id* > /dev/null 2>&1 || rm -rf "$work"
}

# compile COMPILER OUT FLAGS... -- SOURCE...: objects into OUT
compile() {
  local compiler=$1 out=$2 flags=() source

  shift 2
  while [ "$1" != -- ]; do
    flags+=("$1")
    shift
  done
  shift
  mkdir -p "$out"
  for source in "$@"; do
    # shellcheck disable=SC2046,SC2086 # several flags
    "$compiler" -std=c11 -O2 -g "${flags[@]}" $(pkg-config --cflags $LIBRARIES) \
      -c "$source" -o "$out/$(basename "$source" .c).o"
  done
}

# make_schema FOLDER: our schema of device XML as the daemon has it in it.
make_schema() {
  mkdir -p "$1"
  sed -f "$TREE/xml/schemas/c-string.sed" "$TREE/xml/schemas/nodedev.rng" > "$1/nodedev-rng.inc"
}

# build_round_trip COMPILER OUT COVERAGE-FLAGS TARGET: a target with round-trip.c, on the code that
# reads and writes XML and files. That code alone is instrumented.
build_round_trip() {
  local source=$TREE/src object
  local flags=(-D_GNU_SOURCE '-DG_LOG_DOMAIN="virt-ccw"' '-DVIRT_CCW_VERSION="0"' -w
    "-DSCHEMAS=\"$TREE/xml/schemas\""
    -I"$source" -I"$2/generated" -I"$HERE/..")

  make_schema "$2/generated"
  # shellcheck disable=SC2086 # lists of words
  compile "$1" "$2" $sanitizers $3 "${flags[@]}" -- "$source"/ccw/*.c "$source"/mdev/*.c \
    "$source"/nodedev/{mdev-xml,node,node-xml,rpc-error,schema}.c
  # Another layer may have a file of the same name.
  # shellcheck disable=SC2046,SC2086
  compile "$1" "$2/qemu-hook" $sanitizers $3 "${flags[@]}" -- \
    $(find "$source/qemu-hook" -name '*.c' ! -name '*-main.c')
  compile "$1" "$2" "${flags[@]}" -- "$HERE/../round-trip.c" "$4"
  for object in "$2"/qemu-hook/*.o; do
    mv "$object" "$2/qemu-hook-$(basename "$object")"
  done
}

# build COMPILER COVERAGE-FLAG LINK-FLAG
build() {
  local objects=$work/$1$plain

  build_target "$1" "$objects" "$2"
  # shellcheck disable=SC2046,SC2086
  "$1" $sanitizers $3 "$objects"/*.o -o "$work/fuzz-$1$plain" $(pkg-config --libs $LIBRARIES)
}

has_libfuzzer() {
  echo 'int LLVMFuzzerTestOneInput (void) { return 0; }' > "$work/try.c"
  clang -fsanitize=fuzzer "$work/try.c" -o "$work/try" > "$work/try.log" 2>&1
}

run_libfuzzer() {
  if ! has_libfuzzer; then
    echo "no clang with libFuzzer here (packages clang, libclang-rt-14-dev)"
    exit $SKIPPED
  fi
  build clang -fsanitize-coverage=inline-8bit-counters,pc-table -fsanitize=fuzzer
  "$work/fuzz-clang$plain" -max_len="$MAX_LEN" -entropic=0 -reload=0 -runs="$runs" \
    -max_total_time="$max_time" ${seed:+-seed="$seed"} -artifact_prefix="$work/found-" \
    -print_final_stats=1 -verbosity=1 "$work/corpus" "$HERE/corpus" ${SEEDS:+"$SEEDS"}
}

run_afl() {
  command -v afl-fuzz > /dev/null || die "no afl-fuzz here (package afl++)"
  build afl-clang-fast '' -fsanitize=fuzzer
  AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 \
    afl-fuzz -i "$HERE/corpus" -o "$work/afl" -G "$MAX_LEN" -m none \
    ${seed:+-s "$seed"} -V "$([ "$max_time" -gt 0 ] && echo "$max_time" || echo 600)" \
    -- "$work/fuzz-afl-clang-fast$plain"
  grep -E 'execs_done|execs_per_sec|saved_crashes|saved_hangs|bitmap_cvg' \
    "$work/afl/default/fuzzer_stats"
  [ -z "$(ls "$work"/afl/default/crashes)" ]
}

# fuzz_main OPTION...
fuzz_main() {
  local afl=no

  plain='' runs=200000 max_time=0 seed='' work=''
  while [ $# -gt 0 ]; do
    case $1 in
      --help) usage; exit 0 ;;
      --afl) afl=yes ;;
      --plain) plain=-plain ;;
      --runs) runs=$2; shift ;;
      --max-time) max_time=$2; shift ;;
      --seed) seed=$2; shift ;;
      --keep) work=$2; shift ;;
      *) die "what is '$1'?" ;;
    esac
    shift
  done
  temporary=no
  if [ -z "$work" ]; then
    work=$(mktemp -d)
    temporary=yes
  fi
  # What a target writes to is in memory, where that is possible.
  TMPDIR=$(mktemp -d -p /dev/shm 2> /dev/null || mktemp -d)
  export TMPDIR
  trap tidy EXIT
  mkdir -p "$work/corpus"
  # Leaks are looked for when the corpus is replayed; here it would cost as much as the run. The
  # mock machine, where a target needs one, has its libraries before the sanitizer's.
  # Who allocated something is told when the finding is replayed: to note it for each allocation
  # costs more than the target, and memory without end where the callers have no frame pointers.
  export ASAN_OPTIONS=detect_leaks=0:abort_on_error=1:symbolize=0:verify_asan_link_order=0
  ASAN_OPTIONS+=:malloc_context_size=1:quarantine_size_mb=32
  export UBSAN_OPTIONS=print_stacktrace=1
  if [ -n "$plain" ]; then
    sanitizers="-fsanitize=undefined -fsanitize-trap=undefined"
  else
    sanitizers="-fsanitize=address,undefined -fno-sanitize-recover=all"
  fi
  if [ $afl = yes ]; then
    run_afl
  else
    run_libfuzzer
  fi
}
