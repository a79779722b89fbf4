# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# The cache outside the source tree. An artefact is a folder named after what
# it is and a hash of everything it was made from; it appears whole or not at
# all (built aside, then renamed) and never changes afterwards, so that any
# number of runs may read it at the same time.

# Artefacts nobody asked for in this many days are deleted.
readonly CACHE_DAYS=30

cache_dir() {
  local dir=${VIRT_CCW_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/virt-ccw}

  mkdir -p "$dir"
  (cd "$dir" && pwd -P)
}

# cache_hash: a short hash of standard input.
cache_hash() {
  sha256sum | cut -c1-16
}

# cache_hash_files PATH...: a hash over names and contents of files and folders.
cache_hash_files() {
  find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | cache_hash
}

# cache_lock NAME: holds the lock NAME until the calling (sub)shell ends.
cache_lock() {
  local dir fd

  dir=$(cache_dir)/locks
  mkdir -p "$dir"
  exec {fd}> "$dir/$1"
  if ! flock -n "$fd"; then
    say "waiting for another run that works on $1"
    flock "$fd"
  fi
}

# cache_build NAME FINAL BUILDER: the locked half of cache_artefact.
cache_build() {
  local name=$1 final=$2 builder=$3 work

  cache_lock "$name"
  [ ! -d "$final" ] || return 0
  work=$(mktemp -d "$(cache_dir)/building-$name.XXXXXX")
  # shellcheck disable=SC2064 # the folder's name is wanted as it is now
  trap "rm -rf '$work'" EXIT
  chmod 755 "$work"
  "$builder" "$work" "$final"
  mv -T "$work" "$final"
}

# cache_artefact NAME KEY BUILDER
#
# Prints the folder of artefact NAME made from inputs with hash KEY. If there is
# none yet, calls the function BUILDER WORK FINAL, which fills the folder WORK;
# FINAL is where that will stand in the end, for files that name their place.
cache_artefact() {
  local name=$1 key=$2 builder=$3 dir final

  dir=$(cache_dir)
  final=$dir/$name-$key
  if [ ! -d "$final" ]; then
    (cache_build "$name" "$final" "$builder") >&2
    cache_forget_old "$dir" "$name"
  fi
  touch "$final"
  printf '%s\n' "$final"
}

# cache_forget_old DIR NAME: also what runs that were killed left half-built.
cache_forget_old() {
  find "$1" -maxdepth 1 -type d -name "$2-*" -mtime "+$CACHE_DAYS" -exec rm -rf {} +
  find "$1" -maxdepth 1 -type d -name "building-$2.*" -mtime +1 -exec rm -rf {} +
}
