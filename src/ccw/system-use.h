/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * What the system as a whole tells of who uses what: mounts, swap, loop
 * devices, consoles, open files, PAV aliases. Each part is read when first
 * asked for, and kept: so that looking at ten thousand devices reads it once,
 * and not once for each. To know what holds now, make a new one.
 *
 * All functions read sysfs and procfs and block for as long as that takes.
 * What they return belongs to the CcwSystemUse. Errors: CCW_ERROR_SYSTEM when
 * something could not be read; not knowing is not "nobody".
 */
typedef struct _CcwSystemUse CcwSystemUse;

/* Reads nothing yet. */
CcwSystemUse *ccw_system_use_new (void);
void ccw_system_use_free (CcwSystemUse *use);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CcwSystemUse, ccw_system_use_free)

/* A line of /proc/self/mountinfo, proc(5). */
typedef struct
{
  char *number; /* major:minor */
  char *target;
  char *type;
  char *source;
} CcwMount;

/* What is mounted in this mount namespace, of CcwMount. */
const GPtrArray *ccw_system_use_get_mounts (CcwSystemUse *use, GError **error);

/*
 * Where a block device is mounted: by its number, "94:1", or, for file systems
 * with a number of their own such as btrfs, by its name below /dev. NULL,
 * without an error, when it is not.
 */
const CcwMount *ccw_system_use_find_mount (CcwSystemUse *use, const char *number, const char *name,
                                           GError **error);

/* Is the block device with this name below /dev swap space? FALSE with an error: not known. */
gboolean ccw_system_use_is_swap (CcwSystemUse *use, const char *name, GError **error);

/* The loop device that a block device carries, "loop0"; NULL for none. */
const char *ccw_system_use_find_loop (CcwSystemUse *use, const char *name);

/* The mounted btrfs, by its UUID, that a block device belongs to; NULL for none. */
const char *ccw_system_use_find_btrfs (CcwSystemUse *use, const char *name);

/* The lines of /proc/consoles, the last of them empty. */
char **ccw_system_use_get_consoles (CcwSystemUse *use, GError **error);

/*
 * What the firmware's parameters name: the bus id of the device that the system
 * was started from, and that of its dump device. NULL: none.
 */
const char *ccw_system_use_get_ipl_device (CcwSystemUse *use);
const char *ccw_system_use_get_dump_device (CcwSystemUse *use);

/* The bus id of an online PAV alias with this unique id; NULL for none. */
const char *ccw_system_use_find_alias (CcwSystemUse *use, const char *uid);

/* As ccw_find_opener(), open-files.h; the text is the caller's. */
char *ccw_system_use_find_opener (CcwSystemUse *use, const GPtrArray *nodes, GError **error);
