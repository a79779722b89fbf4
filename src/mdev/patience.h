/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Waiting by looking again: what the kernel or another process does within
 * milliseconds is polled for, since that costs less than it would to listen.
 * The pauses start at half a millisecond and grow to 50 ms.
 */
typedef struct
{
  gint64 deadline; /* of g_get_monotonic_time() */
  gulong pause;    /* the next one, in µs */
} MdevPatience;

/* Patience that lasts for @ms from now. With 0 it has ended already. */
MdevPatience mdev_patience_begin (guint ms);

/* Sleeps a while, each time longer; FALSE, at once, when patience has ended. */
gboolean mdev_patience_wait (MdevPatience *patience);
