/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "ccw/error.h"
#include "ccw/host-private.h"
#include "ccw/sysfs.h"

/* What one pass over the buses found, before it is compared with what is known. */
typedef struct
{
  CcwDevId id;
  CcwDevId subchannel;
  gboolean has_subchannel;
} FoundDevice;

typedef struct
{
  GArray *subchannels;   /* of CcwDevId */
  GArray *devices;       /* of FoundDevice */
  GPtrArray *mdevs;      /* of CcwMdev */
  GHashTable *device_of; /* key of a subchannel -> 1 + position in devices of the one on it */
} Found;

static void
found_clear (Found *found)
{
  g_array_unref (found->subchannels);
  g_array_unref (found->devices);
  g_ptr_array_unref (found->mdevs);
  g_hash_table_unref (found->device_of);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Found, found_clear)

typedef void (*FoundFunc) (Found *found, int folder, const char *name);

/* Calls @func for each name in @path; a folder that is not there has none. */
static gboolean
walk_bus (const char *path, FoundFunc func, Found *found, GError **error)
{
  DIR *folder = opendir (path);
  struct dirent *entry;

  if (folder == NULL && errno == ENOENT)
    return TRUE;
  if (folder == NULL)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not read %s: %s", path,
                   g_strerror (errno));
      return FALSE;
    }
  while ((entry = readdir (folder)) != NULL)
    func (found, dirfd (folder), entry->d_name);
  closedir (folder);
  return TRUE;
}

static void
find_device (Found *found, int folder, const char *name)
{
  FoundDevice device = { 0 };

  if (!ccw_dev_id_parse (name, &device.id, NULL)
      || !ccw_device_read_place (folder, name, &device.subchannel, &device.has_subchannel))
    return;
  g_array_append_val (found->devices, device);
  if (device.has_subchannel)
    g_hash_table_insert (found->device_of, ccw_dev_id_hash_key (&device.subchannel),
                         GUINT_TO_POINTER (found->devices->len));
}

static void
find_subchannel (Found *found, int folder, const char *name)
{
  CcwDevId id;

  if (ccw_dev_id_parse (name, &id, NULL))
    g_array_append_val (found->subchannels, id);
}

static void
find_mdev (Found *found, int folder, const char *name)
{
  CcwMdev *mdev = ccw_host_is_mdev_name (name) ? ccw_mdev_read (name) : NULL;

  if (mdev != NULL)
    g_ptr_array_add (found->mdevs, mdev);
}

static gboolean
find_all (Found *found, GError **error)
{
  return walk_bus (CCW_SYSFS_CCW_BUS "/devices", find_device, found, error)
         && walk_bus (CCW_SYSFS_CSS_BUS "/devices", find_subchannel, found, error)
         && walk_bus (CCW_SYSFS_MDEV_BUS "/devices", find_mdev, found, error);
}

/* A ccw device below it tells all about a subchannel; only the others cost a look of their own. */
static gboolean
read_found_subchannel (const Found *found, const CcwDevId *id, CcwSubchannelState *state)
{
  gpointer key = ccw_dev_id_hash_key (id);
  guint position = GPOINTER_TO_UINT (g_hash_table_lookup (found->device_of, key));

  if (position == 0)
    return ccw_subchannel_read (id, state);
  ccw_subchannel_state_of_device (&g_array_index (found->devices, FoundDevice, position - 1).id,
                                  state);
  return TRUE;
}

static void
put_found (CcwHost *host, Found *found)
{
  for (guint i = 0; i < found->subchannels->len; i++)
    {
      const CcwDevId *id = &g_array_index (found->subchannels, CcwDevId, i);
      CcwSubchannelState state;

      if (read_found_subchannel (found, id, &state))
        ccw_host_put_subchannel (host, id, &state);
    }
  for (guint i = 0; i < found->devices->len; i++)
    {
      const FoundDevice *device = &g_array_index (found->devices, FoundDevice, i);

      ccw_host_put_device (host, &device->id, device->has_subchannel ? &device->subchannel : NULL);
    }
  for (guint i = 0; i < found->mdevs->len; i++)
    ccw_host_put_mdev (host, g_ptr_array_index (found->mdevs, i));
}

/* What this scan has not seen is gone; children go before parents. */
static void
drop_unseen (CcwHost *host)
{
  g_autoptr (GPtrArray) mdevs = ccw_host_list (host, CCW_KIND_MDEV);
  g_autoptr (GPtrArray) devices = ccw_host_list (host, CCW_KIND_DEVICE);
  g_autoptr (GPtrArray) subchannels = ccw_host_list (host, CCW_KIND_SUBCHANNEL);

  for (guint i = 0; i < mdevs->len; i++)
    if (((CcwMdev *) g_ptr_array_index (mdevs, i))->generation != host->generation)
      ccw_host_drop_mdev (host, g_ptr_array_index (mdevs, i));
  for (guint i = 0; i < devices->len; i++)
    if (((CcwDevice *) g_ptr_array_index (devices, i))->generation != host->generation)
      ccw_host_drop_device (host, g_ptr_array_index (devices, i));
  for (guint i = 0; i < subchannels->len; i++)
    if (((CcwSubchannel *) g_ptr_array_index (subchannels, i))->generation != host->generation)
      ccw_host_drop_subchannel (host, g_ptr_array_index (subchannels, i));
}

gboolean
ccw_host_scan (CcwHost *host, GError **error)
{
  g_auto (Found) found = {
    .subchannels = g_array_new (FALSE, FALSE, sizeof (CcwDevId)),
    .devices = g_array_new (FALSE, FALSE, sizeof (FoundDevice)),
    .mdevs = g_ptr_array_new (),
    .device_of = g_hash_table_new (NULL, NULL),
  };

  if (!find_all (&found, error))
    return FALSE;
  host->generation++;
  put_found (host, &found);
  drop_unseen (host);
  return TRUE;
}
