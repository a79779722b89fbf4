/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Processes of libvirt's, as /proc tells of them: the hook must not ask libvirt itself, which waits
 * for it.
 */

/*
 * The daemon that had this program run, directly or by a script, as no other process is called
 * until the next boot: "NUMBER START-TIME NAMESPACE", the last of which is where the number counts.
 * NULL: none did, or it is gone already. The caller frees it.
 */
char *libvirt_process_find_caller (void);

/* Has it ended, that libvirt_process_find_caller() has told? Not if it is another container's. */
gboolean libvirt_process_is_gone (const char *process);

/*
 * Which domains have an emulator: all processes are looked at when it is first asked, and never
 * again, for a host may have hundreds of domains to ask about.
 */
typedef struct
{
  gboolean is_read;
  GHashTable *domains; /* their UUIDs, in lower case; NULL: cannot be found out */
} LibvirtEmulators;

#define LIBVIRT_EMULATORS_UNREAD                                                                   \
  {                                                                                                \
    FALSE, NULL                                                                                    \
  }

/* Does one run @domain, a UUID in lower case? Also TRUE when that cannot be found out. */
gboolean libvirt_emulators_run (LibvirtEmulators *emulators, const char *domain);

void libvirt_emulators_clear (LibvirtEmulators *emulators);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LibvirtEmulators, libvirt_emulators_clear)
