/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Which process has a device node open? Looked up in /proc/PID/fd, so only
 * what this mount namespace's /proc shows, and only as of now: a process may
 * open the node the moment after. Needs root to see other users' processes.
 *
 * @nodes: paths below /dev, "/dev/vfio/7", as a GPtrArray of strings. A node
 * opened by another name is found by its device number.
 * @besides: process numbers, as strings, that do not count; NULL for none.
 *
 * Returns "qemu-system-s39 (process 4711) has /dev/vfio/7 open", or NULL when
 * nobody has. The caller frees it. Errors: CCW_ERROR_SYSTEM when nobody is
 * found to have it, but a process could not be looked at; not knowing is not
 * "nobody".
 */
char *ccw_find_opener (const GPtrArray *nodes, GPtrArray *besides, GError **error);

/* The same in two steps: all device nodes that anybody has open now, to be asked for many. */
typedef struct _CcwOpenFiles CcwOpenFiles;

/* Never NULL: a process that could not be looked at shows when it is asked about. */
CcwOpenFiles *ccw_open_files_read (void);
void ccw_open_files_free (CcwOpenFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CcwOpenFiles, ccw_open_files_free)

/* As ccw_find_opener(), of what was read then; nobody is left out. */
char *ccw_open_files_find (const CcwOpenFiles *files, const GPtrArray *nodes, GError **error);

/*
 * The numbers of this process's parent, the parent of that, and so on, as
 * strings: who had this program run. The array frees them.
 */
GPtrArray *ccw_list_callers (void);
