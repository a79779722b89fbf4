#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The mirror is the machine's own, the foreign world is private, and package
# files and their versions survive the way through file names. apt is made up
# here: its answers are those of apt 2.6.

. "$(dirname "$0")/common.sh"

bin=$VIRT_CCW_CACHE/bin
mkdir "$bin"
PATH=$bin:$PATH

# answers LINE...: what `apt-get indextargets` prints from now on.
answers() {
  printf '%s\n' "$@" > "$VIRT_CCW_CACHE/targets"
}

cat > "$bin/apt-get" <<'SCRIPT'
#!/bin/bash
# update_from_mirror CONFIGURATION: whole it has the suite of the file "whole" alone, if there is one.
update_from_mirror() {
  local suite lists=${1%/*}/lists

  suite=$(cut -d' ' -f3 "${1%/*}/sources.list")
  if [ -e "$VIRT_CCW_CACHE/whole" ] && [ "$(cat "$VIRT_CCW_CACHE/whole")" != "$suite" ]; then
    cp "$VIRT_CCW_CACHE/release" "$lists/partial/mirror.example_dists_${suite}_InRelease"
    return 1
  fi
  rm -f "$lists"/partial/*
  cp "$VIRT_CCW_CACHE/release" "$lists/mirror.example_dists_${suite}_InRelease"
}

echo "$*" >> "$VIRT_CCW_CACHE/calls"
case $* in
  indextargets*) cat "$VIRT_CCW_CACHE/targets" ;;
  *update) [ ! -e "$VIRT_CCW_CACHE/offline" ] && update_from_mirror "$2" ;;
  *--print-uris*)
    echo "Reading package lists..."
    echo "'http://mirror.example/pool/b.deb' b_2%3a1.0-1_s390x.deb 10 SHA256:bb"
    echo "'http://mirror.example/pool/a.deb' a_1.0_all.deb 10 SHA256:aa" ;;
esac
SCRIPT
chmod +x "$bin/apt-get"

# release CODENAME: whose release file it is that the mirror has.
release() {
  printf 'Suite: stable\nCodename: %s\n' "$1" > "$VIRT_CCW_CACHE/release"
}
release trixie

updates() {
  grep -c update "$VIRT_CCW_CACHE/calls"
}

release=$(. /etc/os-release && echo "$VERSION_CODENAME")
answers "http://security.example/debian-security $release-security main Debian" \
  "http://third.example/apt $release main Third" \
  "http://mirror.example/debian/ $release main Debian"
is "$(apt_mirror)" http://mirror.example/debian/ "the mirror is the one Debian main comes from"
answers "http://third.example/apt $release main " "http://mirror.example/debian/ $release main "
is "$(apt_mirror)" http://mirror.example/debian/ "and is found before any list was fetched"
answers "http://third.example/apt $release main Third"
not_ok "a machine without Debian main" in_script apt_mirror
like "$output" "*no source for Debian*sources.list*" "is told what to do"

answers "http://mirror.example/debian/ $release main Debian"
apt_world trixie-s390x 2> /dev/null
dir=$(apt_world_dir trixie-s390x)
is "$(cat "$dir/sources.list")" "deb http://mirror.example/debian/ trixie main" \
  "a world reads its suite from the machine's mirror"
like "$(cat "$dir/apt.conf")" "*APT::Architecture \"s390x\"*" "in its architecture"
unlike "$(grep '"/' "$dir/apt.conf" | grep -vE "$VIRT_CCW_CACHE|/usr/share/keyrings")" "?*" \
  "with all its state in the cache"
apt_world trixie-s390x 2> /dev/null
is "$(updates)" 1 "lists of today are not fetched again"

is "$(apt_select trixie-s390x exact a b)" "a_1.0_all.deb SHA256:aa
b_2%3a1.0-1_s390x.deb SHA256:bb" "a selection is sorted and without apt's chatter"
apt_select trixie-s390x exact a b > /dev/null
is "$(grep -c print-uris "$VIRT_CCW_CACHE/calls")" 1 "it is kept"
is "$(apt_wanted a_1.0_all.deb b_2%3a1.0-1_s390x.deb)" "a=1.0
b=2:1.0-1" "package files are asked for by name and version"

touch -d '2 days ago' "$dir/lists-fetched"
touch "$VIRT_CCW_CACHE/offline"
ok "without a network, old lists do" apt_world trixie-s390x
rm "$dir/lists-fetched"
not_ok "but not none" in_script apt_world trixie-s390x
rm "$VIRT_CCW_CACHE/offline"
apt_world trixie-s390x 2> /dev/null
apt_select trixie-s390x exact a b > /dev/null
is "$(grep -c print-uris "$VIRT_CCW_CACHE/calls")" 2 "new lists are asked anew"

echo stable > "$VIRT_CCW_CACHE/whole"
rm "$dir/lists-fetched" "$dir"/lists/*_InRelease
ok "a mirror whose lists of trixie do not fit is asked by the suite's other name" apt_world trixie-s390x
is "$(cd "$dir/lists" && echo *_InRelease)" mirror.example_dists_trixie_InRelease "the lists are trixie's"
is "$(cat "$dir/sources.list")" "deb http://mirror.example/debian/ trixie main" "and are looked for as such"
release forky
touch -d '2 days ago' "$dir/lists-fetched"
ok "when that is another suite by now, old lists do" apt_world trixie-s390x
is "$(cat "$dir"/lists/*_InRelease)" "Suite: stable
Codename: trixie" "and are still there"
rm "$dir/lists-fetched"
not_ok "but not none" in_script apt_world trixie-s390x
like "$output" "*brought up to date*" "as is told"
release trixie
rm "$VIRT_CCW_CACHE/whole"
ok "it does when the mirror is whole again" apt_world trixie-s390x
done_testing
