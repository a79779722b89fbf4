# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# Debian packages of another suite or architecture, read through a private apt
# state in the cache. The machine's own apt gives the mirror, the keys and the
# way there (proxies, credentials); nothing of its state is changed.
#
# A "world" is one suite and architecture, such as trixie-s390x. A "selection"
# is a list of package files, one a line: FILE HASH. Needs say.sh, cache.sh.

# Package lists older than this many minutes are fetched again.
readonly APT_LISTS_MINUTES=1440

apt_world_dir() {
  printf '%s/apt/%s\n' "$(cache_dir)" "$1"
}

# apt_mirror: the address of the Debian archive this machine installs from.
apt_mirror() {
  local release mirror

  # shellcheck disable=SC1091
  release=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  # Origin is only known once package lists were fetched; a folder called
  # "debian" is how the main archive is told from third parties before that.
  # shellcheck disable=SC2016 # the $() are apt's
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)' \
             'Created-By: Packages' |
    awk -v release="$release" '
      $2 != release || $3 != "main" { next }
      $4 == "Debian" { print; exit }
      $4 == "" && $1 ~ /\/debian\/?$/ { print; exit }' | cut -d' ' -f1)
  [ -n "$mirror" ] ||
    die "apt on this machine has no source for Debian $release main; add one to /etc/apt/sources.list"
  printf '%s\n' "$mirror"
}

# apt_configure WORLD [SUITE]: writes the private configuration. SUITE is what the world's is
# called at the mirror, its own name if none is given.
apt_configure() {
  local world=$1 suite=${2:-${1%-*}} dir arch

  dir=$(apt_world_dir "$world")
  arch=${world##*-}
  mkdir -p "$dir"/lists/partial "$dir"/cache/archives/partial "$dir"/archives "$dir"/selections "$dir"/none
  touch "$dir/status"
  printf 'deb %s %s main\n' "$(apt_mirror)" "$suite" > "$dir/sources.list"
  cat > "$dir/apt.conf" <<-CONF
	Dir::State "$dir";
	Dir::State::lists "$dir/lists";
	Dir::State::status "$dir/status";
	Dir::Cache "$dir/cache";
	Dir::Cache::pkgcache "pkgcache.bin";
	Dir::Cache::srcpkgcache "srcpkgcache.bin";
	Dir::Etc::sourcelist "$dir/sources.list";
	Dir::Etc::sourceparts "$dir/none";
	Dir::Etc::preferences "$dir/none/file";
	Dir::Etc::preferencesparts "$dir/none";
	Dir::Etc::trusted "/usr/share/keyrings/debian-archive-keyring.gpg";
	#clear APT::Architectures;
	APT::Architecture "$arch";
	APT::Architectures { "$arch"; };
	#clear APT::Update::Pre-Invoke;
	#clear APT::Update::Post-Invoke;
	#clear APT::Update::Post-Invoke-Success;
	APT::Install-Recommends "false";
	APT::Sandbox::User "$(id -un)";
	Acquire::Languages "none";
	CONF
}

# apt_private WORLD PROGRAM ARGUMENT...: apt-get or apt-cache in that world.
# Given by -c because that is read last: APT_CONFIG loses to apt.conf.d.
apt_private() {
  local world=$1 program=$2

  shift 2
  "$program" -c "$(apt_world_dir "$world")/apt.conf" -q "$@"
}

# apt_lists_are_fresh DIR: fetched lately, by a configuration as we write it now.
apt_lists_are_fresh() {
  [ -n "$(find "$1/lists-fetched" -mmin "-$APT_LISTS_MINUTES" 2> /dev/null)" ] &&
    [ "$(cat "$1/lists-fetched")" = "$(apt_version)" ]
}

# apt_version: changes whenever this file does.
apt_version() {
  cache_hash < "${BASH_SOURCE[0]}"
}

# apt_update WORLD [SUITE]: lists of another name stay.
apt_update() {
  apt_configure "$@" &&
    apt_private "$1" apt-get -o APT::Update::Error-Mode=any -o APT::Get::List-Cleanup=false update
}

# apt_update_by_alias WORLD: by the suite's other name, such as stable, as its release file tells
# it. A mirror that is being brought up to date may have a release file of trixie's that does not
# fit its lists, while what it has of stable, the same, is whole.
apt_update_by_alias() {
  local world=$1 dir alias

  dir=$(apt_world_dir "$world")
  alias=$(sed -n 's/^Suite: //p' "$dir"/lists/partial/*_InRelease | head -n 1)
  [ -n "$alias" ] && apt_update "$world" "$alias" && apt_call_by_suite "$world" "$alias"
}

# apt_call_by_suite WORLD ALIAS: has the lists that were fetched as ALIAS's be those of the world's
# suite, as later runs look for them; unless they are another suite's.
apt_call_by_suite() {
  local world=$1 alias=$2 dir file

  dir=$(apt_world_dir "$world")
  apt_configure "$world"
  if ! grep -qx "Codename: ${world%-*}" "$dir"/lists/*_dists_"$alias"_InRelease; then
    rm -f "$dir"/lists/*_dists_"$alias"_*
    return 1
  fi
  for file in "$dir"/lists/*_dists_"$alias"_*; do
    mv "$file" "${file/_dists_"$alias"_/_dists_${world%-*}_}" || return 1
  done
}

# The steps are chained because callers test the result, which makes bash go on
# after a failure whatever `set -e` says.
apt_fetch_lists() {
  local world=$1 dir=$2

  { apt_update "$world" || apt_update_by_alias "$world"; } &&
    rm -f "$dir"/selections/* &&
    apt_version > "$dir/lists-fetched"
}

# apt_world WORLD: makes the package lists of WORLD usable, fetching them if
# they are a day old. Without a network, old lists still do.
apt_world() {
  local world=$1 dir

  dir=$(apt_world_dir "$world")
  mkdir -p "$dir"
  ! apt_lists_are_fresh "$dir" || return 0
  (
    cache_lock "apt-$world"
    ! apt_lists_are_fresh "$dir" || exit 0
    long "package lists of $world" "$dir/update.log" apt_fetch_lists "$world" "$dir"
  ) || [ -e "$dir/lists-fetched" ] || die "cannot fetch the package lists of $world; where apt says that they do not fit, the mirror is being brought up to date: try again later, or name another in /etc/apt"
}

# apt_select WORLD closure|exact PACKAGE...
#
# Prints the selection of these packages: with everything they depend on
# (closure), or they alone (exact). Kept until the lists change.
apt_select() {
  local world=$1 how=$2 saved

  shift 2
  saved=$(apt_world_dir "$world")/selections/$(printf '%s\n' "$how" "$@" | cache_hash)
  if [ ! -s "$saved" ]; then
    apt_print_uris "$world" "$how" "$@" | sed -n "s/^'[^']*' \([^ ]*\) [0-9]* \(.*\)/\1 \2/p" |
      LC_ALL=C sort > "$saved.$$"
    [ -s "$saved.$$" ] || die "no packages of $world found for: $*"
    mv "$saved.$$" "$saved"
  fi
  cat "$saved"
}

apt_print_uris() {
  local world=$1 how=$2

  shift 2
  case $how in
    closure) apt_private "$world" apt-get install --yes --print-uris "$@" ;;
    exact) apt_private "$world" apt-get download --print-uris "$@" ;;
  esac
}

# apt_wanted FILE...: package files as apt wants them, NAME=VERSION.
apt_wanted() {
  printf '%s\n' "$@" | sed 's/^\([^_]*\)_\([^_]*\)_.*/\1=\2/; s/%3a/:/g'
}

# apt_missing DIR < SELECTION: the selected package files that DIR lacks.
apt_missing() {
  local file rest

  while read -r file rest; do
    [ -e "$1/$file" ] || printf '%s\n' "$file"
  done
}

# apt_download WORLD SELECTION: fetches what is missing, verified by apt.
apt_download() {
  local world=$1 dir missing wanted

  dir=$(apt_world_dir "$world")/archives
  mapfile -t missing < <(apt_missing "$dir" <<< "$2")
  [ "${#missing[@]}" -gt 0 ] || return 0
  mapfile -t wanted < <(apt_wanted "${missing[@]}")
  (
    cache_lock "download-$world"
    work=$(mktemp -d "$dir/fetching.XXXXXX")
    # shellcheck disable=SC2064 # the folder's name is wanted as it is now
    trap "rm -rf '$work'" EXIT
    cd "$work" || exit
    long "downloading ${#missing[@]} packages of $world" "$(apt_world_dir "$world")/download.log" \
      apt_private "$world" apt-get download "${wanted[@]}" &&
      mv -- *.deb "$dir/"
  ) || die "cannot download packages of $world; if its lists are outdated, delete $(apt_world_dir "$world")/lists-fetched and try again"
}

# apt_unpack WORLD SELECTION FOLDER: downloads and extracts, running nothing
# from the packages (they may be of another architecture).
apt_unpack() {
  local world=$1 archives file rest

  archives=$(apt_world_dir "$world")/archives
  apt_download "$world" "$2"
  mkdir -p "$3"
  while read -r file rest; do
    dpkg-deb --fsys-tarfile "$archives/$file" |
      tar -x -C "$3" --keep-directory-symlink --no-same-owner
  done <<< "$2"
}
