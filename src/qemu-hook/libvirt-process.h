/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Processes of libvirt's, as /proc tells of them: the hook must not ask libvirt itself, which waits
 * for it.
 */

/*
 * The daemon that had this program run, directly or by a script, as no other process is called
 * until the next boot: "NUMBER START-TIME". NULL: none did, or it is gone already. The caller
 * frees it.
 */
char *libvirt_process_find_caller (void);

/* Has it ended, that libvirt_process_find_caller() has told? */
gboolean libvirt_process_is_gone (const char *process);

/* Does an emulator run @domain, a UUID in lower case? Also TRUE when that cannot be found out. */
gboolean libvirt_process_has_emulator (const char *domain);
