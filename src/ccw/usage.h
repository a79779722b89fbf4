/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * For programs that others call, by arguments of theirs: when the only argument is --help or
 * --version, prints @usage, or "@name VERSION", and returns TRUE.
 */
gboolean ccw_usage_answer (int argc, char **argv, const char *name, const char *usage);
