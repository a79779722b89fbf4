/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/keyfile.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "ccw/error.h"

#define FOLDER_MODE 0755
#define FILE_MODE 0644

gboolean
mdev_keyfile_load (GKeyFile *file, const char *path, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *text = NULL;

  if (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &reason)
      || g_error_matches (reason, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return TRUE;
  /* It cites the file, which may hold anything. */
  text = g_utf8_make_valid (reason->message, -1);
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not read %s: %s", path, text);
  return FALSE;
}

gboolean
mdev_keyfile_save (GKeyFile *file, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *text = g_key_file_to_data (file, NULL, NULL);
  g_autoptr (GError) reason = NULL;

  if (g_mkdir_with_parents (folder, FOLDER_MODE) == 0
      && g_file_set_contents_full (path, text, -1,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   FILE_MODE, &reason))
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not write %s: %s", path,
               reason != NULL ? reason->message : g_strerror (errno));
  return FALSE;
}

/* What g_file_set_contents_full() calls its temporary file: a dot and six characters more. */
#define TEMPORARY_LENGTH (strlen (".XXXXXX"))

char *
mdev_keyfile_get_unfinished (const char *name)
{
  gsize length = strlen (name);
  gsize stem = length > TEMPORARY_LENGTH ? length - TEMPORARY_LENGTH : 0;

  return stem > 0 && name[stem] == '.' ? g_strndup (name, stem) : NULL;
}

gboolean
mdev_keyfile_remove (const char *path, GError **error)
{
  if (g_unlink (path) == 0 || errno == ENOENT || errno == ENOTDIR)
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not remove %s: %s", path,
               g_strerror (errno));
  return FALSE;
}

void
mdev_keyfile_put (GKeyFile *file, const char *group, const char *key, const char *value)
{
  if (value != NULL)
    g_key_file_set_string (file, group, key, value);
}
