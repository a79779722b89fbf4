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
 *
 * Returns "qemu-system-s39 (process 4711) has /dev/vfio/7 open", or NULL when
 * nobody has. The caller frees it. Errors: CCW_ERROR_SYSTEM when a process
 * cannot be looked at; not knowing is not "nobody".
 */
char *ccw_find_opener (const GPtrArray *nodes, GError **error);
