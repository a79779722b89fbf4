/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/host.h"

#include <libudev.h>
#include <string.h>

#include "ccw/host-private.h"

/* --- life ---------------------------------------------------------------- */

CcwHost *
ccw_host_new (void)
{
  CcwHost *host = g_new0 (CcwHost, 1);

  host->subchannels
      = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) ccw_subchannel_free);
  host->by_device = g_hash_table_new (NULL, NULL);
  host->devices = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) ccw_device_free);
  host->mdevs
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) ccw_mdev_free);
  host->by_parent = g_hash_table_new (NULL, NULL);
  return host;
}

void
ccw_host_free (CcwHost *host)
{
  if (host == NULL)
    return;
  if (host->monitor_source != NULL)
    g_source_destroy (host->monitor_source);
  g_clear_pointer (&host->monitor_source, g_source_unref);
  g_clear_pointer (&host->monitor, udev_monitor_unref);
  g_clear_pointer (&host->udev, udev_unref);
  g_hash_table_unref (host->by_device);
  g_hash_table_unref (host->by_parent);
  g_hash_table_unref (host->subchannels);
  g_hash_table_unref (host->devices);
  g_hash_table_unref (host->mdevs);
  g_free (host);
}

void
ccw_host_set_listener (CcwHost *host, CcwHostFunc func, gpointer user_data)
{
  host->listener = func;
  host->listener_data = user_data;
}

void
ccw_host_notify (CcwHost *host, CcwChange change, CcwKind kind, gconstpointer object)
{
  if (host->listener != NULL)
    host->listener (host, change, kind, object, host->listener_data);
}

/* --- look-ups ------------------------------------------------------------ */

const CcwSubchannel *
ccw_host_get_subchannel (CcwHost *host, const CcwDevId *id)
{
  return g_hash_table_lookup (host->subchannels, ccw_dev_id_hash_key (id));
}

const CcwSubchannel *
ccw_host_get_subchannel_of_device (CcwHost *host, const CcwDevId *device)
{
  return g_hash_table_lookup (host->by_device, ccw_dev_id_hash_key (device));
}

const CcwDevice *
ccw_host_get_device (CcwHost *host, const CcwDevId *id)
{
  return g_hash_table_lookup (host->devices, ccw_dev_id_hash_key (id));
}

const CcwMdev *
ccw_host_get_mdev (CcwHost *host, const char *uuid)
{
  return g_hash_table_lookup (host->mdevs, uuid);
}

const CcwMdev *
ccw_host_get_mdev_on (CcwHost *host, const CcwDevId *subchannel)
{
  return g_hash_table_lookup (host->by_parent, ccw_dev_id_hash_key (subchannel));
}

static int
compare_subchannels (gconstpointer a, gconstpointer b)
{
  const CcwSubchannel *left = *(const CcwSubchannel *const *) a;
  const CcwSubchannel *right = *(const CcwSubchannel *const *) b;

  return ccw_dev_id_compare (&left->id, &right->id);
}

static int
compare_devices (gconstpointer a, gconstpointer b)
{
  const CcwDevice *left = *(const CcwDevice *const *) a;
  const CcwDevice *right = *(const CcwDevice *const *) b;

  return ccw_dev_id_compare (&left->id, &right->id);
}

static int
compare_mdevs (gconstpointer a, gconstpointer b)
{
  const CcwMdev *left = *(const CcwMdev *const *) a;
  const CcwMdev *right = *(const CcwMdev *const *) b;

  return strcmp (left->uuid, right->uuid);
}

static GHashTable *
table_of_kind (CcwHost *host, CcwKind kind)
{
  switch (kind)
    {
    case CCW_KIND_SUBCHANNEL:
      return host->subchannels;
    case CCW_KIND_DEVICE:
      return host->devices;
    case CCW_KIND_MDEV:
      return host->mdevs;
    }
  g_assert_not_reached ();
}

GPtrArray *
ccw_host_list (CcwHost *host, CcwKind kind)
{
  static const GCompareFunc compare[] = {
    [CCW_KIND_SUBCHANNEL] = compare_subchannels,
    [CCW_KIND_DEVICE] = compare_devices,
    [CCW_KIND_MDEV] = compare_mdevs,
  };
  GHashTable *table = table_of_kind (host, kind);
  GPtrArray *list = g_ptr_array_sized_new (g_hash_table_size (table));
  GHashTableIter iter;
  gpointer object;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, NULL, &object))
    g_ptr_array_add (list, object);
  g_ptr_array_sort (list, compare[kind]);
  return list;
}
