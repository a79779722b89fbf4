# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# One run of the lab's machine: its folder ($MACHINE), its share, the emulator's
# process and the end of both, whatever happens. Needs lab.sh.

# Runs kept in build-lab/ for people to look at.
readonly MACHINE_RUNS_KEPT=5

# The version after any that debian/changelog tells, for tests of an upgrade.
readonly MACHINE_NEXT_VERSION=99.1

MACHINE=
MACHINE_PID=
# How much of the results machine_fetch has.
MACHINE_FETCHED=0
# Those of the disks that it only reads that were not at its end what they were at its start.
MACHINE_DISKS_CHANGED=

# machine_prepare_bare: makes $MACHINE with a share from which it boots, and in
# which tests and jobs find their libraries.
machine_prepare_bare() {
  machine_make_folder
  mkdir -p "$MACHINE"/share/{install,guests,results}
  cp -a "$LAB/root" "$MACHINE/share/system"
  cp -a "$LAB/guest" "$MACHINE/share/guest"
  cp -a "$TREE/tests/tap.sh" "$TREE/tests/docs/follow" "$MACHINE/share/guest/"
  cp -a "$TREE/docs" "$TREE/README.md" "$MACHINE/share/"
  [ "$LAB_MACHINE" != hercules ] || cp -a "$LAB/hercules/deliver" "$MACHINE/share/system/"
}

# machine_boot: the program that runs the machine.
machine_boot() {
  case $LAB_MACHINE in
    qemu | system | compiler) printf '%s\n' "$LAB/boot" ;;
    *) printf '%s\n' "$LAB/$LAB_MACHINE/boot" ;;
  esac
}

# machine_prepare: the same with everything in the share, as README.md of
# tests/lab tells; builds what is missing.
machine_prepare() {
  local modules foreign programs tools guest bare qemu

  if lab_machine_has_systemd; then
    machine_prepare_system
    return
  fi
  modules=$(lab_build modules)
  foreign=$(lab_build foreign-module)
  programs=$(lab_build programs)
  tools=$(lab_build tools)
  guest=$(lab_build guest-linux)
  bare=$(lab_build bare-guest)
  qemu=$(lab_build qemu-7.2)
  machine_prepare_bare
  cp -a "$modules/." "$programs/." "$tools/." "$MACHINE/share/install/"
  cp -a "$qemu" "$MACHINE/share/qemu-7.2"
  cp -L "$guest/kernel" "$guest/initrd" "$bare/bare-guest" "$foreign/foreign.ko" \
    "$MACHINE/share/guests/"
  [ "$LAB_MACHINE" != hercules ] ||
    cp "$(lab_build hercules-css)/hercules-css.ko" "$MACHINE/share/guests/"
}

# machine_prepare_system: the same for a machine with systemd, in which nothing of ours is
# installed: the share has the packages, also of the next version.
machine_prepare_system() {
  local bare guest

  bare=$(lab_build bare-guest)
  guest=$(lab_build guest-linux)
  machine_prepare_bare
  "$TREE/scripts/package" "$MACHINE/share/packages/first"
  "$TREE/scripts/package" --version "$MACHINE_NEXT_VERSION" "$MACHINE/share/packages/next"
  cp -L "$bare/bare-guest" "$guest/kernel" "$guest/initrd" "$MACHINE/share/guests/"
  mv "$MACHINE/share/system/init-system" "$MACHINE/share/system/init"
  install -D -m 644 "$LAB/root/lab.service" "$MACHINE/share/install/etc/systemd/system/lab.service"
  install -D -m 644 "$LAB/root/system.conf" "$MACHINE/share/install/etc/systemd/system.conf.d/lab.conf"
  install -d "$MACHINE/share/install/root"
  ln -s /lab/packages/first "$MACHINE/share/install/root/packages"
  [ "$LAB_MACHINE" = compiler ] || machine_install_headers
}

# machine_install_headers: in place of the kernel's: what DKMS asks of them, and a recipe that
# takes the module which it has built on this machine. The compiler would need minutes there.
machine_install_headers() {
  local module release folder

  module=$(lab_build dkms-module)
  release=$(cat "$(lab_build kernel)/release")
  folder=usr/src/linux-headers-$release
  install -D -m 644 "$module/config" "$MACHINE/share/install/$folder/.config"
  install -m 644 "$module/vfio_ccw.ko" "$LAB/root/headers/Makefile" "$MACHINE/share/install/$folder/"
  install -d "$MACHINE/share/install/$folder/include" "$MACHINE/share/install/usr/lib/modules/$release"
  ln -s "/$folder" "$MACHINE/share/install/usr/lib/modules/$release/build"
}

machine_make_folder() {
  local old

  mkdir -p "$TREE/build-lab"
  MACHINE=$(mktemp -d "$TREE/build-lab/run.$(date +%H%M%S).XXXX")
  ln -sfn "$(basename "$MACHINE")" "$TREE/build-lab/last"
  # shellcheck disable=SC2012 # the names are ours
  ls -dt "$TREE"/build-lab/run.* | tail -n "+$((MACHINE_RUNS_KEPT + 1))" |
    while read -r old; do
      machine_folder_in_use "$old" || rm -rf "$old"
    done
}

machine_folder_in_use() {
  [ -e "$1/pid" ] && kill -0 "$(cat "$1/pid")" 2> /dev/null
}

# machine_start KERNEL-WORDS SECONDS [QEMU-OPTION...]: boots it in the background;
# it is ended after SECONDS, and with this script. With lab.keep among
# KERNEL-WORDS, the console is this terminal and time is not limited.
machine_start() {
  local words=$1 seconds=$2 boot

  shift 2
  boot=$(machine_boot)
  machine_forget_results
  say "starting the machine"
  trap machine_stop EXIT
  trap 'exit 130' INT TERM
  if [[ $words == *lab.keep* ]]; then
    [ -t 0 ] || die "--keep needs a terminal"
    LAB_CONSOLE=terminal "$boot" "$MACHINE" "$words" "$@" 2> "$MACHINE/qemu.log" < /dev/tty &
  else
    timeout --kill-after=5 "$seconds" "$boot" "$MACHINE" "$words" "$@" \
      > "$MACHINE/qemu.log" 2>&1 < /dev/null &
  fi
  MACHINE_PID=$!
  echo "$MACHINE_PID" > "$MACHINE/pid"
}

# machine_forget_results: those that an earlier start has delivered are fetched already.
machine_forget_results() {
  rm -f "$MACHINE/results.disk"
  MACHINE_FETCHED=0
}

machine_runs() {
  kill -0 "$MACHINE_PID" 2> /dev/null
}

# machine_fetch: brings what the machine has delivered so far to the share's
# results, where QEMU's machine puts it by itself; see deliver of tests/lab/hercules.
machine_fetch() {
  local disk=$MACHINE/results.disk length

  [ -e "$disk" ] || return 0
  length=$(head -c 512 "$disk" | tr -d ' \0')
  [ "${length:-0}" -gt "$MACHINE_FETCHED" ] || return 0
  head -c $((512 + length)) "$disk" | tail -c +513 |
    tar --extract --ignore-zeros --directory "$MACHINE/share/results"
  MACHINE_FETCHED=$length
}

# machine_finish: waits for the machine to power off.
machine_finish() {
  wait "$MACHINE_PID" || warn "the machine ended with status $?; see $MACHINE/qemu.log"
  MACHINE_PID=
  machine_compare_disks
  # Copies of what the cache has.
  rm -f "$MACHINE"/{root,modules,share}.disk
}

# machine_compare_disks: with what they were when the emulator started.
# shellcheck disable=SC2034 # for who runs it
machine_compare_disks() {
  [ -e "$MACHINE/disks.sums" ] || return 0
  MACHINE_DISKS_CHANGED=$(cd "$MACHINE" && sha256sum --check --quiet disks.sums 2> /dev/null |
    sed 's/: .*//' | xargs) || true
}

# machine_carry: what tests have left as NAME.state, an archive of files, is unpacked in
# the machine when it is started the next time; as if they were on a disk of its own.
machine_carry() {
  mkdir -p "$MACHINE/share/carried" && cp "$MACHINE"/share/results/*.state "$MACHINE/share/carried/"
}

machine_stop() {
  [ -n "$MACHINE_PID" ] || return 0
  kill "$MACHINE_PID" 2> /dev/null || true
  wait "$MACHINE_PID" 2> /dev/null || true
}

machine_show_console() {
  printf -- '--- end of the console\n'
  tail -n 40 "$MACHINE/console.log" 2> /dev/null || true
  printf -- '--- emulator\n'
  tail -n 20 "$MACHINE/qemu.log" 2> /dev/null || true
}
