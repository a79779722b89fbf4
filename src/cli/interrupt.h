/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Ctrl-C, and whoever else ends the program by SIGINT, SIGTERM or SIGHUP, while
 * it changes something step by step: the step under way is finished, and what
 * was done is undone in order.
 */

/*
 * From now on these signals do not end the program; nor does a reader of its output that leaves.
 * One that was ignored before, as by nohup(1), is no interrupt.
 */
void interrupt_catch (void);

/* FALSE when there was one since, with CCW_ERROR_SYSTEM that names it. */
gboolean interrupt_check (GError **error);
