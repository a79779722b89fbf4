/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/store.h"

#include <string.h>
#include <unistd.h>

#include "ccw/error.h"
#include "mdev/store-private.h"

/* --- names --------------------------------------------------------------- */

char *
mdev_store_make_key (const char *uuid, const CcwDevId *parent)
{
  g_autofree char *folder = ccw_dev_id_to_string (parent);
  g_autofree char *file = g_ascii_strdown (uuid, -1);

  return g_build_filename (folder, file, NULL);
}

gboolean
mdev_store_is_parent_name (const char *name, CcwDevId *parent)
{
  g_autofree char *canonical = NULL;

  if (!ccw_dev_id_parse (name, parent, NULL))
    return FALSE;
  canonical = ccw_dev_id_to_string (parent);
  return g_str_equal (canonical, name);
}

gboolean
mdev_store_is_file_name (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return mdev_uuid_is_valid (name) && g_str_equal (lower, name);
}

void
mdev_store_set_system_error (GError **error, int reason, const char *doing, const char *path)
{
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not %s %s: %s", doing, path,
               g_strerror (reason));
}

/* --- life ---------------------------------------------------------------- */

static void
unref_array (gpointer array)
{
  g_ptr_array_unref (array);
}

MdevStore *
mdev_store_new (const CcwPaths *paths)
{
  MdevStore *store = g_new0 (MdevStore, 1);

  store->base = g_strdup (ccw_paths_mdevctl_dir (paths));
  store->configs
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) mdev_config_free);
  store->by_parent = g_hash_table_new_full (NULL, NULL, NULL, unref_array);
  store->by_uuid = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unref_array);
  store->unreadable = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  store->watches = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  store->inotify = -1;
  store->base_watch = -1;
  return store;
}

void
mdev_store_free (MdevStore *store)
{
  if (store == NULL)
    return;
  if (store->source != NULL)
    g_source_destroy (store->source);
  g_clear_pointer (&store->source, g_source_unref);
  if (store->inotify >= 0)
    close (store->inotify);
  g_hash_table_unref (store->watches);
  g_hash_table_unref (store->unreadable);
  g_hash_table_unref (store->by_parent);
  g_hash_table_unref (store->by_uuid);
  g_hash_table_unref (store->configs);
  g_free (store->base);
  g_free (store);
}

void
mdev_store_set_listener (MdevStore *store, MdevStoreFunc func, gpointer user_data)
{
  store->listener = func;
  store->listener_data = user_data;
}

void
mdev_store_notify (MdevStore *store, MdevStoreChange change, const MdevConfig *config)
{
  if (store->listener != NULL)
    store->listener (store, change, config, store->listener_data);
}

/* --- the image in memory ------------------------------------------------- */

/* Takes @key over, when it is new. */
static void
index_add (GHashTable *index, gpointer key, GDestroyNotify free_key, MdevConfig *config)
{
  GPtrArray *configs = g_hash_table_lookup (index, key);

  if (configs == NULL)
    {
      configs = g_ptr_array_new ();
      g_hash_table_insert (index, key, configs);
    }
  else if (free_key != NULL)
    free_key (key);
  g_ptr_array_add (configs, config);
}

static void
index_remove (GHashTable *index, gconstpointer key, MdevConfig *config)
{
  GPtrArray *configs = g_hash_table_lookup (index, key);

  g_ptr_array_remove_fast (configs, config);
  if (configs->len == 0)
    g_hash_table_remove (index, key);
}

static void
insert_config (MdevStore *store, const char *key, MdevConfig *config)
{
  g_hash_table_insert (store->configs, g_strdup (key), config);
  index_add (store->by_parent, ccw_dev_id_hash_key (mdev_config_get_parent (config)), NULL, config);
  index_add (store->by_uuid, g_strdup (mdev_config_get_uuid (config)), g_free, config);
}

/* Frees it. */
static void
remove_config (MdevStore *store, const char *key, MdevConfig *config)
{
  index_remove (store->by_parent, ccw_dev_id_hash_key (mdev_config_get_parent (config)), config);
  index_remove (store->by_uuid, mdev_config_get_uuid (config), config);
  g_hash_table_remove (store->configs, key);
}

void
mdev_store_put_config (MdevStore *store, const char *key, MdevConfig *config)
{
  MdevConfig *known = g_hash_table_lookup (store->configs, key);
  gboolean is_new = known == NULL;

  if (known != NULL && mdev_config_equal (known, config))
    {
      mdev_config_free (config);
      return;
    }
  if (known != NULL)
    remove_config (store, key, known);
  insert_config (store, key, config);
  mdev_store_notify (store, is_new ? MDEV_STORE_DEFINED : MDEV_STORE_UPDATED, config);
}

void
mdev_store_drop_config (MdevStore *store, const char *key)
{
  MdevConfig *known = g_hash_table_lookup (store->configs, key);

  if (known == NULL)
    return;
  mdev_store_notify (store, MDEV_STORE_UNDEFINED, known);
  remove_config (store, key, known);
}

const MdevConfig *
mdev_store_get (MdevStore *store, const char *uuid, const CcwDevId *parent)
{
  g_autofree char *key = mdev_store_make_key (uuid, parent);

  return g_hash_table_lookup (store->configs, key);
}

static GPtrArray *
copy_array (GPtrArray *configs)
{
  return configs == NULL ? g_ptr_array_new () : g_ptr_array_copy (configs, NULL, NULL);
}

static int
compare_configs (gconstpointer a, gconstpointer b)
{
  const MdevConfig *left = *(const MdevConfig *const *) a;
  const MdevConfig *right = *(const MdevConfig *const *) b;
  int order = ccw_dev_id_compare (mdev_config_get_parent (left), mdev_config_get_parent (right));

  if (order != 0)
    return order;
  return strcmp (mdev_config_get_uuid (left), mdev_config_get_uuid (right));
}

GPtrArray *
mdev_store_list_on (MdevStore *store, const CcwDevId *parent)
{
  GPtrArray *list
      = copy_array (g_hash_table_lookup (store->by_parent, ccw_dev_id_hash_key (parent)));

  g_ptr_array_sort (list, compare_configs);
  return list;
}

GPtrArray *
mdev_store_list_uuid (MdevStore *store, const char *uuid)
{
  g_autofree char *key = g_ascii_strdown (uuid, -1);

  return copy_array (g_hash_table_lookup (store->by_uuid, key));
}

GPtrArray *
mdev_store_list (MdevStore *store)
{
  GPtrArray *list = g_ptr_array_sized_new (g_hash_table_size (store->configs));
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, store->configs);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (list, value);
  g_ptr_array_sort (list, compare_configs);
  return list;
}
