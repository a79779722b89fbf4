/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * What the terminal, and whoever sits there, can take.
 */

/*
 * The user's locale; where none is set (cron, ssh, sudo) its text is UTF-8
 * nevertheless, for names of domains are. To be called first.
 */
void terminal_set_locale (void);

/* Did the user choose UTF-8? Only then are there box characters. */
gboolean terminal_has_boxes (void);

/* Is standard output a terminal with colours, and NO_COLOR (no-color.org) not set? */
gboolean terminal_has_colors (void);

/* Is that file a terminal on which something may be erased and drawn anew? */
gboolean terminal_can_draw (int file);
