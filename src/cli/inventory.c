/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/inventory.h"

#include <string.h>

#include "ccw/error.h"
#include "ccw/host.h"
#include "ccw/in-use.h"
#include "ccw/sysfs.h"
#include "mdev/store.h"

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

/* Reads @n bytes, printed as two digits each with a blank between. */
static gboolean
read_bytes (const CcwDevId *subchannel, const char *leaf, guint8 *bytes, guint n)
{
  g_autofree char *path = ccw_sysfs_subchannel_path (subchannel, leaf);
  g_autofree char *text = ccw_sysfs_read (path, NULL);
  g_auto (GStrv) words = g_strsplit (text != NULL ? text : "", " ", -1);

  if (g_strv_length (words) != n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    bytes[i] = (guint8) g_ascii_strtoull (words[i], NULL, 16);
  return TRUE;
}

/* pimpampom is "80 80 ff", chpids "40 41 00 00 00 00 00 00" (Linux, drivers/s390/cio). */
static void
read_paths_of (InventoryEntry *entry)
{
  guint8 masks[3];

  entry->has_paths = read_bytes (&entry->subchannel, "pimpampom", masks, G_N_ELEMENTS (masks))
                     && read_bytes (&entry->subchannel, "chpids", entry->chpids, INVENTORY_PATHS);
  if (!entry->has_paths)
    return;
  entry->pim = masks[0];
  entry->pam = masks[1];
  entry->pom = masks[2];
}

InventoryMdev *
inventory_entry_get_mdev (InventoryEntry *entry, const char *uuid)
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
      InventoryMdev *mdev = inventory_entry_get_mdev (entry, mdev_config_get_uuid (config));

      mdev->defined = TRUE;
      mdev->autostart = mdev_config_get_autostart (config);
    }
}

static void
note_active (InventoryEntry *entry, CcwHost *host)
{
  const CcwMdev *mdev = ccw_host_get_mdev_on (host, &entry->subchannel);

  if (mdev != NULL)
    inventory_entry_get_mdev (entry, ccw_mdev_get_uuid (mdev))->active = TRUE;
}

static void
fill_entry (InventoryEntry *entry, const CcwSubchannel *subchannel, CcwHost *host, MdevStore *store)
{
  const CcwDevId *device = ccw_subchannel_get_device_id (subchannel);

  entry->driver = g_strdup (ccw_subchannel_get_driver (subchannel));
  if (device != NULL)
    {
      entry->has_device = TRUE;
      entry->device = *device;
      read_device (entry, host);
    }
  note_active (entry, host);
  note_definitions (entry, store);
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

GPtrArray *
inventory_new (void)
{
  return g_ptr_array_new_with_free_func (entry_free);
}

InventoryEntry *
inventory_add (GPtrArray *entries, const CcwDevId *subchannel)
{
  InventoryEntry *entry = g_new0 (InventoryEntry, 1);

  entry->subchannel = *subchannel;
  entry->mdevs = g_ptr_array_new_with_free_func (mdev_free);
  g_ptr_array_add (entries, entry);
  return entry;
}

void
inventory_sort (GPtrArray *entries)
{
  g_ptr_array_sort (entries, compare_entries);
}

static GPtrArray *
make_entries (CcwHost *host, MdevStore *store)
{
  g_autoptr (GPtrArray) subchannels = ccw_host_list (host, CCW_KIND_SUBCHANNEL);
  GPtrArray *entries = inventory_new ();

  for (guint i = 0; i < subchannels->len; i++)
    {
      const CcwSubchannel *subchannel = g_ptr_array_index (subchannels, i);

      fill_entry (inventory_add (entries, ccw_subchannel_get_id (subchannel)), subchannel, host,
                  store);
    }
  inventory_sort (entries);
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

void
inventory_read_paths (const GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    read_paths_of (g_ptr_array_index (entries, i));
}

char *
inventory_find_user (const InventoryEntry *entry, CcwSystemUse *use, GError **error)
{
  /* The host has no device where another driver has the subchannel. */
  if (!entry->has_online)
    return NULL;
  return ccw_device_find_user (use, &entry->device, error);
}
