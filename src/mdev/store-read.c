/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ccw/error.h"
#include "ccw/sysfs.h"
#include "mdev/store-private.h"

gboolean
mdev_store_has_file (MdevStore *store, const CcwDevId *parent)
{
  g_autofree char *name = ccw_dev_id_to_string (parent);
  g_autofree char *path = g_build_filename (store->base, name, NULL);
  g_autoptr (GPtrArray) files = ccw_sysfs_list (path);

  for (guint i = 0; i < files->len; i++)
    if (mdev_store_is_file_name (g_ptr_array_index (files, i)))
      return TRUE;
  return FALSE;
}

gboolean
mdev_store_has_file_of (MdevStore *store, const char *uuid, const CcwDevId *parent)
{
  g_autofree char *key = mdev_store_make_key (uuid, parent);
  g_autofree char *path = g_build_filename (store->base, key, NULL);

  return faccessat (AT_FDCWD, path, F_OK, AT_EACCESS) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* --- one file ------------------------------------------------------------ */

/* The text of a regular file of bearable size; NULL without an error when there is no file. */
static char *
read_file (const char *path, gsize *length, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *text = NULL;
  struct stat status;

  if (stat (path, &status) < 0)
    {
      if (errno != ENOENT && errno != ENOTDIR)
        mdev_store_set_system_error (error, errno, "read", path);
      return NULL;
    }
  if (!S_ISREG (status.st_mode) || status.st_size > MDEV_STORE_FILE_SIZE_MAX)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "not a file of at most %d bytes",
                   MDEV_STORE_FILE_SIZE_MAX);
      return NULL;
    }
  if (g_file_get_contents (path, &text, length, &reason))
    return g_steal_pointer (&text);
  if (!g_error_matches (reason, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "%s", reason->message);
  return NULL;
}

/* NULL without an error when there is no file. */
static MdevConfig *
read_config (const char *path, const char *uuid, const CcwDevId *parent, GError **error)
{
  gsize length = 0;
  g_autofree char *text = read_file (path, &length, error);

  return text != NULL ? mdev_config_from_json (text, (gssize) length, uuid, parent, error) : NULL;
}

/* What was kept for the sake of a file that could not be read need not be kept any more. */
static void
notify_unreadable_gone (MdevStore *store, const CcwDevId *parent, const char *uuid)
{
  g_autoptr (MdevConfig) stand_in = mdev_config_new (uuid, parent, MDEV_TYPE_VFIO_CCW, NULL);

  mdev_store_notify (store, MDEV_STORE_UNDEFINED, stand_in);
}

/* Of a file that is gone, or, with @reason, cannot be read. */
static void
drop_entry (MdevStore *store, const CcwDevId *parent, const char *uuid, const char *key,
            const GError *reason)
{
  mdev_store_drop_config (store, key);
  if (reason != NULL)
    g_hash_table_add (store->unreadable, g_strdup (key));
  else if (g_hash_table_remove (store->unreadable, key))
    notify_unreadable_gone (store, parent, uuid);
}

gboolean
mdev_store_update_from_file (MdevStore *store, const CcwDevId *parent, const char *uuid)
{
  g_autofree char *key = mdev_store_make_key (uuid, parent);
  g_autofree char *path = g_build_filename (store->base, key, NULL);
  g_autoptr (GError) error = NULL;
  MdevConfig *config = read_config (path, uuid, parent, &error);

  if (config == NULL)
    {
      if (error != NULL)
        g_warning ("ignoring the mediated device in %s: %s", path, error->message);
      drop_entry (store, parent, uuid, key, error);
      return FALSE;
    }
  g_hash_table_remove (store->unreadable, key);
  mdev_store_put_config (store, key, config);
  return TRUE;
}

void
mdev_store_read_parent (MdevStore *store, const CcwDevId *parent, GHashTable *seen)
{
  g_autofree char *name = ccw_dev_id_to_string (parent);
  g_autofree char *path = g_build_filename (store->base, name, NULL);
  g_autoptr (GPtrArray) files = ccw_sysfs_list (path);

  for (guint i = 0; i < files->len; i++)
    {
      const char *uuid = g_ptr_array_index (files, i);

      if (mdev_store_is_file_name (uuid) && mdev_store_update_from_file (store, parent, uuid)
          && seen != NULL)
        g_hash_table_add (seen, mdev_store_make_key (uuid, parent));
    }
}

static void
drop_unseen (MdevStore *store, GHashTable *seen)
{
  g_autofree char **keys = (char **) g_hash_table_get_keys_as_array (store->configs, NULL);

  for (gsize i = 0; keys[i] != NULL; i++)
    if (!g_hash_table_contains (seen, keys[i]))
      mdev_store_drop_config (store, keys[i]);
}

/* --- all of them --------------------------------------------------------- */

/* @dir is NULL when there is no folder, which is no error. */
static gboolean
open_base (MdevStore *store, GDir **dir, GError **error)
{
  g_autoptr (GError) reason = NULL;

  *dir = g_dir_open (store->base, 0, &reason);
  if (*dir != NULL || g_error_matches (reason, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not read %s: %s", store->base,
               reason->message);
  return FALSE;
}

/* The next folder that is named after a subchannel. */
static gboolean
next_parent (GDir *dir, CcwDevId *parent)
{
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (mdev_store_is_parent_name (name, parent))
      return TRUE;
  return FALSE;
}

gboolean
mdev_store_load (MdevStore *store, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GDir) dir = NULL;
  CcwDevId parent;

  if (!open_base (store, &dir, error))
    return FALSE;
  while (next_parent (dir, &parent))
    mdev_store_read_parent (store, &parent, seen);
  drop_unseen (store, seen);
  return TRUE;
}

gboolean
mdev_store_load_uuid (MdevStore *store, const char *uuid, GError **error)
{
  g_autofree char *file = g_ascii_strdown (uuid, -1);
  g_autoptr (GDir) dir = NULL;
  CcwDevId parent;

  if (!open_base (store, &dir, error))
    return FALSE;
  while (next_parent (dir, &parent))
    mdev_store_update_from_file (store, &parent, file);
  return TRUE;
}

void
mdev_store_load_on (MdevStore *store, const CcwDevId *parent)
{
  mdev_store_read_parent (store, parent, NULL);
}
