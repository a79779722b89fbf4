/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <string.h>

#include "ccw/host-private.h"
#include "ccw/sysfs.h"

/* --- subchannels --------------------------------------------------------- */

static void
unlink_device_of (CcwHost *host, const CcwSubchannel *subchannel)
{
  gpointer key = ccw_dev_id_hash_key (&subchannel->state.device);

  /* The device may already answer on another subchannel. */
  if (subchannel->state.has_device && g_hash_table_lookup (host->by_device, key) == subchannel)
    g_hash_table_remove (host->by_device, key);
}

static void
link_device_of (CcwHost *host, CcwSubchannel *subchannel)
{
  if (subchannel->state.has_device)
    g_hash_table_insert (host->by_device, ccw_dev_id_hash_key (&subchannel->state.device),
                         subchannel);
}

void
ccw_host_drop_subchannel (CcwHost *host, CcwSubchannel *subchannel)
{
  ccw_host_notify (host, CCW_CHANGE_REMOVED, CCW_KIND_SUBCHANNEL, subchannel);
  unlink_device_of (host, subchannel);
  g_hash_table_remove (host->subchannels, ccw_dev_id_hash_key (&subchannel->id));
}

void
ccw_host_put_subchannel (CcwHost *host, const CcwDevId *id, CcwSubchannelState *state)
{
  CcwSubchannel *subchannel = g_hash_table_lookup (host->subchannels, ccw_dev_id_hash_key (id));
  gboolean is_new = subchannel == NULL;

  if (is_new)
    {
      subchannel = g_new0 (CcwSubchannel, 1);
      subchannel->id = *id;
      g_hash_table_insert (host->subchannels, ccw_dev_id_hash_key (id), subchannel);
    }
  subchannel->generation = host->generation;
  if (!is_new && ccw_subchannel_state_equal (&subchannel->state, state))
    {
      ccw_subchannel_state_clear (state);
      return;
    }
  unlink_device_of (host, subchannel);
  ccw_subchannel_state_clear (&subchannel->state);
  subchannel->state = *state;
  link_device_of (host, subchannel);
  ccw_host_notify (host, is_new ? CCW_CHANGE_ADDED : CCW_CHANGE_UPDATED, CCW_KIND_SUBCHANNEL,
                   subchannel);
}

void
ccw_host_update_subchannel (CcwHost *host, const CcwDevId *id)
{
  CcwSubchannel *known = g_hash_table_lookup (host->subchannels, ccw_dev_id_hash_key (id));
  CcwSubchannelState state;

  if (ccw_subchannel_read (id, &state))
    ccw_host_put_subchannel (host, id, &state);
  else if (known != NULL)
    ccw_host_drop_subchannel (host, known);
}

/* --- ccw devices --------------------------------------------------------- */

void
ccw_host_drop_device (CcwHost *host, CcwDevice *device)
{
  ccw_host_notify (host, CCW_CHANGE_REMOVED, CCW_KIND_DEVICE, device);
  g_hash_table_remove (host->devices, ccw_dev_id_hash_key (&device->id));
}

static void
add_device (CcwHost *host, const CcwDevId *id, const CcwDevId *subchannel)
{
  CcwDevice *device = g_new0 (CcwDevice, 1);

  device->id = *id;
  device->generation = host->generation;
  device->has_subchannel = subchannel != NULL;
  if (subchannel != NULL)
    device->subchannel = *subchannel;
  g_hash_table_insert (host->devices, ccw_dev_id_hash_key (id), device);
  ccw_host_notify (host, CCW_CHANGE_ADDED, CCW_KIND_DEVICE, device);
}

static gboolean
move_device (CcwDevice *device, const CcwDevId *subchannel)
{
  gboolean has_subchannel = subchannel != NULL;

  if (device->has_subchannel == has_subchannel
      && (!has_subchannel || ccw_dev_id_equal (&device->subchannel, subchannel)))
    return FALSE;

  device->has_subchannel = has_subchannel;
  if (has_subchannel)
    device->subchannel = *subchannel;
  g_clear_pointer (&device->syspath, g_free);
  return TRUE;
}

static gboolean
details_equal (const CcwDeviceDetails *a, const CcwDeviceDetails *b)
{
  return a->driver == b->driver && a->cutype == b->cutype && a->devtype == b->devtype
         && a->online == b->online;
}

/* Reads again what someone asked for before; what nobody asked for has not changed for anyone. */
static gboolean
renew_details (CcwDevice *device)
{
  CcwDeviceDetails details;

  if (!device->has_details)
    return FALSE;
  ccw_device_read_details (device, &details);
  if (details_equal (&details, &device->details))
    return FALSE;
  device->details = details;
  return TRUE;
}

void
ccw_host_put_device (CcwHost *host, const CcwDevId *id, const CcwDevId *subchannel)
{
  CcwDevice *device = g_hash_table_lookup (host->devices, ccw_dev_id_hash_key (id));
  gboolean moved, renewed;

  if (device == NULL)
    {
      add_device (host, id, subchannel);
      return;
    }
  device->generation = host->generation;
  moved = move_device (device, subchannel);
  renewed = renew_details (device);
  if (moved || renewed)
    ccw_host_notify (host, CCW_CHANGE_UPDATED, CCW_KIND_DEVICE, device);
}

void
ccw_host_update_device (CcwHost *host, const CcwDevId *id)
{
  CcwDevice *known = g_hash_table_lookup (host->devices, ccw_dev_id_hash_key (id));
  g_autofree char *path = ccw_sysfs_device_path (id, NULL);
  CcwDevId subchannel;
  gboolean has_subchannel;

  if (!ccw_device_read_place (AT_FDCWD, path, &subchannel, &has_subchannel))
    {
      if (known != NULL)
        ccw_host_drop_device (host, known);
      return;
    }
  /* Parents come before children. */
  if (has_subchannel)
    ccw_host_update_subchannel (host, &subchannel);
  ccw_host_put_device (host, id, has_subchannel ? &subchannel : NULL);
}

/* --- mediated devices ---------------------------------------------------- */

static void
unlink_mdev (CcwHost *host, const CcwMdev *mdev)
{
  gpointer key = ccw_dev_id_hash_key (&mdev->parent);

  /* Its successor may be there already. */
  if (g_hash_table_lookup (host->by_parent, key) == mdev)
    g_hash_table_remove (host->by_parent, key);
}

void
ccw_host_drop_mdev (CcwHost *host, CcwMdev *mdev)
{
  ccw_host_notify (host, CCW_CHANGE_REMOVED, CCW_KIND_MDEV, mdev);
  unlink_mdev (host, mdev);
  g_hash_table_remove (host->mdevs, mdev->uuid);
}

/* One that was on the same subchannel has gone, whether or not its event has come. */
static void
drop_predecessor (CcwHost *host, const CcwMdev *mdev)
{
  CcwMdev *there = g_hash_table_lookup (host->by_parent, ccw_dev_id_hash_key (&mdev->parent));

  if (there != NULL)
    ccw_host_drop_mdev (host, there);
}

void
ccw_host_put_mdev (CcwHost *host, CcwMdev *mdev)
{
  CcwMdev *known = g_hash_table_lookup (host->mdevs, mdev->uuid);

  mdev->generation = host->generation;
  if (known != NULL && ccw_mdev_equal (known, mdev))
    {
      known->generation = host->generation;
      ccw_mdev_free (mdev);
      return;
    }
  if (known != NULL)
    unlink_mdev (host, known);
  drop_predecessor (host, mdev);
  /* The key lives in the value: both are replaced. */
  g_hash_table_replace (host->mdevs, mdev->uuid, mdev);
  g_hash_table_insert (host->by_parent, ccw_dev_id_hash_key (&mdev->parent), mdev);
  ccw_host_notify (host, known == NULL ? CCW_CHANGE_ADDED : CCW_CHANGE_UPDATED, CCW_KIND_MDEV,
                   mdev);
}

/* An mdev that comes or goes also changes what its parent offers. */
void
ccw_host_update_mdev (CcwHost *host, const char *uuid)
{
  CcwMdev *known = g_hash_table_lookup (host->mdevs, uuid);
  CcwMdev *mdev = ccw_mdev_read (uuid);
  CcwDevId parent;

  if (mdev == NULL && known == NULL)
    return;
  parent = mdev != NULL ? mdev->parent : known->parent;
  if (mdev == NULL)
    ccw_host_drop_mdev (host, known);
  ccw_host_update_subchannel (host, &parent);
  if (mdev != NULL)
    ccw_host_put_mdev (host, mdev);
}

gboolean
ccw_host_is_mdev_name (const char *name)
{
  return strlen (name) == 36 && g_uuid_string_is_valid (name);
}

/* --- a subchannel and what is on it -------------------------------------- */

static void
refresh_known_children (CcwHost *host, const CcwDevId *subchannel)
{
  const CcwMdev *mdev = ccw_host_get_mdev_on (host, subchannel);
  g_autofree char *uuid = mdev == NULL ? NULL : g_strdup (mdev->uuid); /* gone with it */
  const CcwSubchannel *known;
  CcwDevId device;

  if (uuid != NULL)
    ccw_host_update_mdev (host, uuid);
  known = ccw_host_get_subchannel (host, subchannel);
  if (known == NULL || !known->state.has_device)
    return;
  device = known->state.device;
  ccw_host_update_device (host, &device);
}

static void
refresh_children_in_sysfs (CcwHost *host, const CcwDevId *subchannel)
{
  g_autofree char *path = ccw_sysfs_subchannel_path (subchannel, NULL);
  g_autoptr (GPtrArray) names = ccw_sysfs_list (path);

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      CcwDevId device;

      if (ccw_dev_id_parse (name, &device, NULL))
        ccw_host_update_device (host, &device);
      else if (ccw_host_is_mdev_name (name))
        ccw_host_update_mdev (host, name);
    }
}

void
ccw_host_refresh (CcwHost *host, const CcwDevId *subchannel)
{
  CcwDevId id = *subchannel; /* may be owned by an object that goes away here */

  refresh_known_children (host, &id);
  ccw_host_update_subchannel (host, &id);
  refresh_children_in_sysfs (host, &id);
}
