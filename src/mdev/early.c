/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/early.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "ccw/sysfs.h"
#include "mdev/identity.h"
#include "mdev/store.h"
#include "mdev/touched.h"
#include "mdev/transition.h"

static char *
stamp_path (const CcwPaths *paths)
{
  return g_build_filename (ccw_paths_run_dir (paths), "autostarted", NULL);
}

gboolean
mdev_has_boot_stamp (const CcwPaths *paths)
{
  g_autofree char *path = stamp_path (paths);

  return ccw_sysfs_exists (path);
}

/* What cannot be made makes the next daemon start more than it has to. */
static gboolean
make_mark (const char *path)
{
  if (mdev_mark_make (path))
    return TRUE;
  g_warning ("could not make %s: %s", path, g_strerror (errno));
  return FALSE;
}

/* @name: NULL for the folder. */
static char *
mark_path (const CcwPaths *paths, const char *name)
{
  return g_build_filename (ccw_paths_run_dir (paths), "autostarting", name, NULL);
}

static void
remove_boot_marks (const CcwPaths *paths)
{
  g_autofree char *folder = mark_path (paths, NULL);
  g_autoptr (GPtrArray) names = ccw_sysfs_list (folder);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = mark_path (paths, g_ptr_array_index (names, i));

      g_unlink (path);
    }
  g_rmdir (folder);
}

void
mdev_make_boot_stamp (const CcwPaths *paths)
{
  g_autofree char *path = stamp_path (paths);

  if (make_mark (path))
    remove_boot_marks (paths);
}

gboolean
mdev_has_boot_mark (const CcwPaths *paths, const char *name)
{
  g_autofree char *path = mark_path (paths, name);

  return ccw_sysfs_exists (path);
}

void
mdev_make_boot_mark (const CcwPaths *paths, const char *name)
{
  g_autofree char *path = mark_path (paths, name);

  make_mark (path);
}

/* The subchannel of a device that a driver of the host has: the folder above its own. */
static gboolean
find_subchannel (const CcwDevId *device, CcwDevId *subchannel)
{
  g_autofree char *link = ccw_sysfs_device_path (device, NULL);
  g_autofree char *folder = ccw_sysfs_resolve (link);
  g_autofree char *above = folder != NULL ? g_path_get_dirname (folder) : NULL;
  g_autofree char *name = above != NULL ? g_path_get_basename (above) : NULL;

  return name != NULL && ccw_dev_id_parse (name, subchannel, NULL);
}

static gboolean
is_meant_for (const MdevConfig *config, const CcwPaths *paths, const CcwDevId *device)
{
  g_autoptr (MdevIdentity) identity = mdev_identity_load (paths, mdev_config_get_uuid (config),
                                                          mdev_config_get_parent (config), NULL);

  return identity != NULL && ccw_dev_id_equal (&identity->device, device);
}

/* NULL: none. It is the store's. */
static const MdevConfig *
find_config (MdevStore *store, const CcwPaths *paths, const CcwDevId *subchannel,
             const CcwDevId *device)
{
  g_autoptr (GPtrArray) configs = mdev_store_list_on (store, subchannel);

  for (guint i = 0; i < configs->len; i++)
    {
      const MdevConfig *config = g_ptr_array_index (configs, i);

      if (mdev_config_get_autostart (config) && is_meant_for (config, paths, device))
        return config;
    }
  return NULL;
}

gboolean
mdev_start_early (const CcwPaths *paths, const CcwDevId *device, char **uuid, GError **error)
{
  g_autoptr (MdevStore) store = mdev_store_new (paths);
  const MdevConfig *config;
  CcwDevId subchannel;

  *uuid = NULL;
  if (mdev_has_boot_stamp (paths) || !find_subchannel (device, &subchannel)
      || mdev_touched (paths, &subchannel))
    return TRUE;
  mdev_store_load_on (store, &subchannel);
  config = find_config (store, paths, &subchannel, device);
  if (config == NULL)
    return TRUE;
  if (!mdev_start (paths, config, error))
    return FALSE;
  *uuid = g_strdup (mdev_config_get_uuid (config));
  return TRUE;
}
