/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Text in the format of libvirt's configuration files: assignments of a
 * string, a number or a list of strings to a name, each on a line, and
 * comments from # to the end of a line.
 *
 *     unix_sock_group = "libvirt"
 *     max_clients = 400
 *     trusted_users = [ "qemu", "sally" ]
 */

/*
 * Names (char *) to values (GVariant: "s", "u" or "as"), the last of a name.
 * Errors: CCW_ERROR_INVALID, which tells @name and the line. The caller
 * unrefs the table.
 */
GHashTable *nodedev_conf_parse (const char *text, const char *name, GError **error);
