/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What the programs that libvirt and mdevctl start have in common. */

/* All of standard input, to its end. Errors: CCW_ERROR_SYSTEM. */
GString *program_read_input (GError **error);

/*
 * From now on log messages go to the journal alone where there is one: whoever
 * started us shows standard error to users, as the reason why something failed.
 */
void program_log_to_journal (void);
