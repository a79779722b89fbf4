# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# What benchmarks of the kernel driver have in common: one run of the lab's machine,
# with our driver and the in-tree one of the same kernel. Needs lab.sh.

# shellcheck source=../../scripts/lib/machine.sh
. "$TREE/scripts/lib/machine.sh"

# A machine that has not finished by then is switched off.
readonly BENCH_SECONDS=2400

# bench_prepare NAME TREE: makes $MACHINE with the job tests/bench/NAME/job and
# TREE's driver; its results will be in $results.
bench_prepare() {
  local modules

  modules=$("$2/tests/lab/build/modules")
  machine_prepare_bare
  results=$MACHINE/share/results
  cp -a "$TREE/tests/bench/$1/job" "$MACHINE/share/system/job-bench-$1"
  cp -a "$TREE/tests/bench/job-lib.sh" "$MACHINE/share/system/"
  mkdir -p "$MACHINE"/share/drivers/ours
  cp -a "$modules"/usr/lib/modules/*/updates/vfio_ccw.ko "$MACHINE/share/drivers/ours/"
}

bench_add_in_tree() {
  local in_tree

  in_tree=$("$TREE/tests/bench/driver/build/in-tree")
  mkdir "$MACHINE/share/drivers/in-tree"
  cp -a "$in_tree"/*.ko "$MACHINE/share/drivers/in-tree/"
}

# bench_run_machine NAME [EMULATOR-OPTION...]: until the job has left its results.
bench_run_machine() {
  local name=$1

  shift
  machine_start "lab.job=bench-$name" "$BENCH_SECONDS" "$@"
  machine_finish
  machine_fetch
  if [ "$(cat "$results/status" 2> /dev/null)" != 0 ]; then
    machine_show_console >&2
    tail -n 60 "$results/log" >&2 || true
    die "the machine could not measure; see $MACHINE"
  fi
}

# bench_machine_line EMULATOR TREE: what was measured on what.
bench_machine_line() {
  printf 'Linux %s; %s, one s390x processor; vfio_ccw %s, module %s\n' \
    "$(lab_kernel_release)" "$1" "$(git -C "$2" describe --always --dirty 2> /dev/null || echo unknown)" \
    "$(cache_hash < "$MACHINE/share/drivers/ours/vfio_ccw.ko")"
}
