# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# How meson's tests are run.

# Emulation and sanitizers on a shared machine: time tells nothing here.
readonly TIMEOUT_MULTIPLIER=4

# meson_test FOLDER ARGUMENT...: of the build in FOLDER, as it is.
meson_test() {
  meson test -C "$1" --no-rebuild --print-errorlogs --timeout-multiplier "$TIMEOUT_MULTIPLIER" "${@:2}"
}
