# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# The build for this machine, with sanitizers. Needs lab.sh.

readonly BUILD=$TREE/build
readonly SANITIZERS=address,undefined

# native_is_configured: with sanitizers; a plain build folder is configured anew.
native_is_configured() {
  grep -qs -- "-fsanitize=$SANITIZERS" "$BUILD/build.ninja"
}

native_configure() {
  local again=()

  [ ! -e "$BUILD/build.ninja" ] || again=(--reconfigure)
  meson setup "${again[@]}" -Db_sanitize="$SANITIZERS" -Db_lundef=false -Dwerror=true \
    -Dtests=enabled "$BUILD" "$TREE"
}

# native_build FOLDER: what the build prints is left in FOLDER.
native_build() {
  { native_is_configured || long "configuring the native build" "$1/configure" native_configure; } &&
    long "building" "$1/build" ninja -C "$BUILD" -j "$LAB_JOBS"
}
