/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/inventory.h"

#include <string.h>

#include "ccw/error.h"
#include "ccw/host.h"
#include "ccw/in-use.h"
#include "ccw/sysfs.h"
#include "mdev/store.h"

/* A subchannel has at most this many channel paths: a bit in each mask, a byte in the list. */
#define PATHS_MAX 8

static void
mdev_free (gpointer data)
{
  InventoryMdev *mdev = data;

  g_free (mdev->uuid);
  g_free (mdev);
}

static void
entry_free (gpointer data)
{
  InventoryEntry *entry = data;

  g_free (entry->devtype);
  g_free (entry->cutype);
  g_free (entry->driver);
  g_free (entry->pim);
  g_free (entry->pam);
  g_free (entry->pom);
  g_free (entry->chpids);
  g_ptr_array_unref (entry->mdevs);
  g_free (entry);
}

/* --- one entry ----------------------------------------------------------- */

static void
read_device (InventoryEntry *entry, CcwHost *host)
{
  const CcwDevice *device = ccw_host_get_device (host, &entry->device);

  if (device == NULL)
    return;
  if (strcmp (ccw_device_get_devtype (device), "n/a") != 0)
    entry->devtype = g_strdup (ccw_device_get_devtype (device));
  entry->cutype = g_strdup (ccw_device_get_cutype (device));
  entry->has_online = TRUE;
  entry->online = ccw_device_is_online (device);
}

/* pimpampom is "80 80 ff", chpids "40 41 00 00 00 00 00 00" (drivers/s390/cio/css.c). */
static void
read_paths (InventoryEntry *entry)
{
  g_autofree char *masks_path = ccw_sysfs_subchannel_path (&entry->subchannel, "pimpampom");
  g_autofree char *chpids_path = ccw_sysfs_subchannel_path (&entry->subchannel, "chpids");
  g_autofree char *masks_text = ccw_sysfs_read (masks_path, NULL);
  g_autofree char *chpids_text = ccw_sysfs_read (chpids_path, NULL);
  g_auto (GStrv) masks = g_strsplit (masks_text != NULL ? masks_text : "", " ", -1);
  g_auto (GStrv) chpids = g_strsplit (chpids_text != NULL ? chpids_text : "", " ", -1);

  if (g_strv_length (masks) == 3)
    {
      entry->pim = g_strdup (masks[0]);
      entry->pam = g_strdup (masks[1]);
      entry->pom = g_strdup (masks[2]);
    }
  if (g_strv_length (chpids) == PATHS_MAX)
    entry->chpids = g_strdup_printf ("%s%s%s%s %s%s%s%s", chpids[0], chpids[1], chpids[2],
                                     chpids[3], chpids[4], chpids[5], chpids[6], chpids[7]);
}

static InventoryMdev *
entry_get_mdev (InventoryEntry *entry, const char *uuid)
{
  InventoryMdev *mdev;

  for (guint i = 0; i < entry->mdevs->len; i++)
    {
      mdev = g_ptr_array_index (entry->mdevs, i);
      if (strcmp (mdev->uuid, uuid) == 0)
        return mdev;
    }
  mdev = g_new0 (InventoryMdev, 1);
  mdev->uuid = g_strdup (uuid);
  g_ptr_array_add (entry->mdevs, mdev);
  return mdev;
}

static void
note_definitions (InventoryEntry *entry, MdevStore *store)
{
  g_autoptr (GPtrArray) configs = mdev_store_list_on (store, &entry->subchannel);

  for (guint i = 0; i < configs->len; i++)
    {
      const MdevConfig *config = g_ptr_array_index (configs, i);
      InventoryMdev *mdev = entry_get_mdev (entry, mdev_config_get_uuid (config));

      mdev->defined = TRUE;
      mdev->autostart = mdev_config_get_autostart (config);
    }
}

static InventoryEntry *
entry_new (const CcwSubchannel *subchannel, CcwHost *host)
{
  InventoryEntry *entry = g_new0 (InventoryEntry, 1);
  const CcwDevId *device = ccw_subchannel_get_device_id (subchannel);

  entry->subchannel = *ccw_subchannel_get_id (subchannel);
  entry->driver = g_strdup (ccw_subchannel_get_driver (subchannel));
  entry->mdevs = g_ptr_array_new_with_free_func (mdev_free);
  read_paths (entry);
  if (device != NULL)
    {
      entry->has_device = TRUE;
      entry->device = *device;
      read_device (entry, host);
    }
  return entry;
}

/* --- all of them --------------------------------------------------------- */

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const InventoryEntry *left = *(InventoryEntry *const *) a;
  const InventoryEntry *right = *(InventoryEntry *const *) b;

  if (left->has_device != right->has_device)
    return left->has_device ? -1 : 1;
  if (!left->has_device)
    return ccw_dev_id_compare (&left->subchannel, &right->subchannel);
  return ccw_dev_id_compare (&left->device, &right->device);
}

/* Active mdevs by subchannel: looking for that of each subchannel would look at all each time. */
static void
note_active (GHashTable *by_subchannel, CcwHost *host)
{
  g_autoptr (GPtrArray) mdevs = ccw_host_list (host, CCW_KIND_MDEV);

  for (guint i = 0; i < mdevs->len; i++)
    {
      const CcwMdev *mdev = g_ptr_array_index (mdevs, i);
      InventoryEntry *entry
          = g_hash_table_lookup (by_subchannel, ccw_dev_id_hash_key (ccw_mdev_get_parent_id (mdev)));

      if (entry != NULL)
        entry_get_mdev (entry, ccw_mdev_get_uuid (mdev))->active = TRUE;
    }
}

static GPtrArray *
make_entries (CcwHost *host, MdevStore *store)
{
  g_autoptr (GPtrArray) subchannels = ccw_host_list (host, CCW_KIND_SUBCHANNEL);
  g_autoptr (GHashTable) by_subchannel = g_hash_table_new (NULL, NULL);
  GPtrArray *entries = g_ptr_array_new_with_free_func (entry_free);

  for (guint i = 0; i < subchannels->len; i++)
    {
      InventoryEntry *entry = entry_new (g_ptr_array_index (subchannels, i), host);

      g_ptr_array_add (entries, entry);
      g_hash_table_insert (by_subchannel, ccw_dev_id_hash_key (&entry->subchannel), entry);
    }
  note_active (by_subchannel, host);
  for (guint i = 0; i < entries->len; i++)
    note_definitions (g_ptr_array_index (entries, i), store);
  g_ptr_array_sort (entries, compare_entries);
  return entries;
}

GPtrArray *
inventory_read (const CcwPaths *paths, GError **error)
{
  g_autoptr (CcwHost) host = ccw_host_new ();
  g_autoptr (MdevStore) store = mdev_store_new (paths);

  if (!ccw_host_scan (host, error) || !mdev_store_load (store, error))
    return NULL;
  return make_entries (host, store);
}

char *
inventory_find_user (const InventoryEntry *entry, GError **error)
{
  /* The host has no device where another driver has the subchannel. */
  if (!entry->has_online)
    return NULL;
  return ccw_device_find_user (&entry->device, error);
}
