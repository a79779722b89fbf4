/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Small files of our own, which a crash leaves either as they were or as they shall be. */

/*
 * Fills @file from @path. A file that is not there leaves it empty, without an
 * error. Errors: CCW_ERROR_SYSTEM.
 */
gboolean mdev_keyfile_load (GKeyFile *file, const char *path, GError **error);

/* Makes the folder when needed; atomic and durable. Errors: CCW_ERROR_SYSTEM. */
gboolean mdev_keyfile_save (GKeyFile *file, const char *path, GError **error);

/* That there is no such file is no error. Errors: CCW_ERROR_SYSTEM. */
gboolean mdev_keyfile_remove (const char *path, GError **error);

/* Does nothing for a NULL @value. */
void mdev_keyfile_put (GKeyFile *file, const char *group, const char *key, const char *value);

/*
 * "0.0.0313" for "0.0.0313.X1Y2Z3", which is what somebody who died while
 * saving the former leaves beside it; NULL when @name is not like that. The
 * caller frees it.
 */
char *mdev_keyfile_get_unfinished (const char *name);
