/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/ladder.h"

#include <errno.h>

#include "ccw/error.h"
#include "ccw/sysfs.h"
#include "mdev/patience.h"
#include "mdev/subchannel.h"

guint mdev_ladder_patience_ms = 10 * 1000;

/* --- waiting for effects --------------------------------------------------- */

typedef gboolean (*EffectFunc) (const MdevRecord *record);

/* The kernel acts before or soon after write() returns. */
static gboolean
await (const MdevRecord *record, EffectFunc is_there, const char *what, GError **error)
{
  MdevPatience patience = mdev_patience_begin (mdev_ladder_patience_ms);

  while (!is_there (record))
    if (!mdev_patience_wait (&patience))
      {
        g_autofree char *name = ccw_dev_id_to_string (&record->subchannel);

        g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM,
                     "subchannel %s: the kernel did not %s within %u ms", name, what,
                     mdev_ladder_patience_ms);
        return FALSE;
      }
  return TRUE;
}

/* --- what can be seen ------------------------------------------------------ */

static gboolean
has_driver (const MdevRecord *record, const char *driver)
{
  g_autofree char *bound = mdev_subchannel_read_driver (&record->subchannel);

  return g_strcmp0 (bound, driver) == 0;
}

static gboolean
has_no_driver (const MdevRecord *record)
{
  return has_driver (record, NULL);
}

static gboolean
has_host_driver (const MdevRecord *record)
{
  return has_driver (record, record->driver);
}

static gboolean
has_vfio_driver (const MdevRecord *record)
{
  return mdev_subchannel_is_bound (&record->subchannel);
}

static gboolean
offers_type (const MdevRecord *record)
{
  g_autofree char *create = mdev_subchannel_type_path (&record->subchannel, record->type, "create");

  return has_vfio_driver (record) && (record->type == NULL || ccw_sysfs_exists (create));
}

/* Somewhere; UUIDs are taken once in the whole system. */
static gboolean
has_uuid (const MdevRecord *record)
{
  g_autofree char *path = ccw_sysfs_mdev_path (record->uuid, NULL);

  return ccw_sysfs_exists (path);
}

static gboolean
has_mdev (const MdevRecord *record)
{
  CcwDevId parent;

  return ccw_sysfs_mdev_parent (record->uuid, &parent)
         && ccw_dev_id_equal (&parent, &record->subchannel);
}

static gboolean
has_no_mdev (const MdevRecord *record)
{
  return !has_mdev (record);
}

static gboolean
is_online (const MdevRecord *record)
{
  return record->has_device && mdev_device_is_online (&record->device);
}

static gboolean
is_not_online (const MdevRecord *record)
{
  return !is_online (record);
}

/* The device that the host had on it still answers; another one need not be brought back. */
static gboolean
device_answers (const MdevRecord *record)
{
  CcwDevId device;

  return record->has_device && ccw_sysfs_subchannel_device (&record->subchannel, &device)
         && ccw_dev_id_equal (&device, &record->device);
}

static gboolean
device_is_back_or_lost (const MdevRecord *record)
{
  g_autofree char *path = ccw_sysfs_device_path (&record->device, NULL);

  return ccw_sysfs_exists (path) || !device_answers (record);
}

/* --- rung: ccw device offline ---------------------------------------------- */

/* Whoever set it online after it was looked at may use it by now. */
static gboolean
set_came_online_error (const MdevRecord *record, GError **error)
{
  g_autofree char *name = ccw_dev_id_to_string (&record->device);

  g_set_error (error, CCW_ERROR, CCW_ERROR_IN_USE,
               "device %s was set online by somebody else meanwhile", name);
  return FALSE;
}

static gboolean
write_online (const MdevRecord *record, const char *value, GError **error)
{
  g_autofree char *path = ccw_sysfs_device_path (&record->device, "online");

  return ccw_sysfs_write (path, value, error);
}

static gboolean
set_offline (const MdevLadder *ladder, GError **error)
{
  const MdevRecord *record = ladder->record;

  if (!is_online (record))
    return TRUE;
  if (!record->online)
    return set_came_online_error (record, error);
  return write_online (record, "0", error)
         && await (record, is_not_online, "set its device offline", error);
}

/*
 * What online_store() answers (drivers/s390/cio/device.c) while somebody else,
 * such as udev's rules, sets the device on- or offline, while it is still
 * being recognised, or has no driver yet.
 */
static gboolean
may_be_tried_again (int reason)
{
  return reason == EAGAIN || reason == EBUSY || reason == EINVAL;
}

static gboolean
try_online (const MdevRecord *record, GError **error)
{
  MdevPatience patience = mdev_patience_begin (mdev_ladder_patience_ms);

  while (!is_online (record) && device_answers (record))
    {
      g_clear_error (error);
      if (write_online (record, "1", error))
        return await (record, is_online, "set its device online again", error);
      if (!may_be_tried_again (errno) || !mdev_patience_wait (&patience))
        return FALSE;
    }
  g_clear_error (error);
  return TRUE;
}

/*
 * The host has the subchannel by now, and may use it: a device that does not
 * come online any more is worth a warning, not the way back.
 */
static gboolean
set_online (const MdevLadder *ladder, GError **error)
{
  const MdevRecord *record = ladder->record;
  g_autofree char *name = ccw_dev_id_to_string (&record->subchannel);
  g_autoptr (GError) reason = NULL;

  if (record->online && !try_online (record, &reason))
    g_warning ("subchannel %s is the host's again, but its device stays offline: %s", name,
               reason->message);
  return TRUE;
}

/* --- rungs: the host's driver, driver_override, our driver ------------------ */

static gboolean
write_to_driver (const MdevRecord *record, const char *driver, const char *order, GError **error)
{
  g_autofree char *path = g_build_filename (CCW_SYSFS_CSS_BUS "/drivers", driver, order, NULL);
  g_autofree char *name = ccw_dev_id_to_string (&record->subchannel);

  return ccw_sysfs_write (path, name, error);
}

static gboolean
write_override (const MdevRecord *record, const char *driver, GError **error)
{
  g_autofree char *path = ccw_sysfs_subchannel_path (&record->subchannel, "driver_override");
  g_autofree char *now = mdev_subchannel_read_override (&record->subchannel);

  if (g_strcmp0 (now, driver) == 0)
    return TRUE;
  /* An empty line clears it; a write of nothing would never reach the kernel. */
  if (!ccw_sysfs_write (path, driver != NULL ? driver : "\n", error))
    return FALSE;
  g_free (now);
  now = mdev_subchannel_read_override (&record->subchannel);
  if (g_strcmp0 (now, driver) == 0)
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "%s did not take '%s'", path,
               driver != NULL ? driver : "");
  return FALSE;
}

static gboolean
unbind_host_driver (const MdevLadder *ladder, GError **error)
{
  const MdevRecord *record = ladder->record;

  if (record->driver == NULL || !has_host_driver (record))
    return TRUE;
  /* Unbinding takes a device away without asking its driver. */
  if (is_online (record))
    return set_came_online_error (record, error);
  return write_to_driver (record, record->driver, "unbind", error)
         && await (record, has_no_driver, "unbind its driver", error);
}

/* Binding by name, not by drivers_probe: that one never says why it did not. */
static gboolean
bind_host_driver (const MdevLadder *ladder, GError **error)
{
  const MdevRecord *record = ladder->record;

  if (record->driver == NULL)
    return TRUE;
  /* An override to another driver, set by others before us, would forbid it. */
  if (!has_host_driver (record)
      && (!write_override (record, NULL, error)
          || !write_to_driver (record, record->driver, "bind", error)
          || !await (record, has_host_driver, "bind its driver again", error)
          || !write_override (record, record->driver_override, error)))
    return FALSE;
  return !record->has_device
         || await (record, device_is_back_or_lost, "find its device again", error);
}

static gboolean
set_override (const MdevLadder *ladder, GError **error)
{
  return write_override (ladder->record, MDEV_DRIVER_VFIO_CCW, error);
}

static gboolean
restore_override (const MdevLadder *ladder, GError **error)
{
  return write_override (ladder->record, ladder->record->driver_override, error);
}

static gboolean
bind_vfio (const MdevLadder *ladder, GError **error)
{
  const MdevRecord *record = ladder->record;

  if (!has_vfio_driver (record) && !write_to_driver (record, MDEV_DRIVER_VFIO_CCW, "bind", error))
    return FALSE;
  return await (record, offers_type, "bind " MDEV_DRIVER_VFIO_CCW, error);
}

static gboolean
unbind_vfio (const MdevLadder *ladder, GError **error)
{
  const MdevRecord *record = ladder->record;
  g_autofree char *uuid = mdev_subchannel_find_mdev (&record->subchannel);

  if (!has_vfio_driver (record))
    return TRUE;
  /* Unbinding would remove it, or wait until its guest lets go of it. */
  if (uuid != NULL)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_IN_USE,
                   "mediated device %s was made by somebody else meanwhile", uuid);
      return FALSE;
    }
  return write_to_driver (record, MDEV_DRIVER_VFIO_CCW, "unbind", error)
         && await (record, has_no_driver, "unbind " MDEV_DRIVER_VFIO_CCW, error);
}

/* --- rung: the mdev ---------------------------------------------------------- */

static gboolean
write_attributes (const MdevConfig *config, GError **error)
{
  for (gsize i = 0; i < mdev_config_n_attributes (config); i++)
    {
      const char *name, *value;
      g_autofree char *path = NULL;

      mdev_config_get_attribute (config, i, &name, &value);
      path = ccw_sysfs_mdev_path (mdev_config_get_uuid (config), name);
      if (!ccw_sysfs_write (path, value, error))
        return FALSE;
    }
  return TRUE;
}

/* Binding vfio_ccw makes udev run mdevctl, which may make the same mdev just before us. */
static gboolean
is_made_by_others (const MdevRecord *record, int reason)
{
  return reason == EEXIST && await (record, has_uuid, "show the mediated device", NULL)
         && has_mdev (record);
}

static gboolean
order_mdev (const MdevRecord *record, GError **error)
{
  g_autofree char *create = mdev_subchannel_type_path (&record->subchannel, record->type, "create");
  g_autoptr (GError) refusal = NULL;

  if (ccw_sysfs_write (create, record->uuid, &refusal))
    return await (record, has_mdev, "create the mediated device", error);
  if (is_made_by_others (record, errno))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&refusal));
  return FALSE;
}

static gboolean
create_mdev (const MdevLadder *ladder, GError **error)
{
  const MdevRecord *record = ladder->record;

  if (!has_mdev (record) && !order_mdev (record, error))
    return FALSE;
  return ladder->config == NULL || write_attributes (ladder->config, error);
}

static gboolean
remove_mdev (const MdevLadder *ladder, GError **error)
{
  const MdevRecord *record = ladder->record;
  g_autofree char *remove = ccw_sysfs_mdev_path (record->uuid, "remove");

  if (!has_mdev (record))
    return TRUE;
  return ccw_sysfs_write (remove, "1", error)
         && await (record, has_no_mdev, "remove the mediated device", error);
}

/* --- the ladder ------------------------------------------------------------- */

/*
 * The override comes after the host's driver has gone, so that on the way
 * down it is restored before that driver is bound again.
 */
static const struct
{
  gboolean (*up) (const MdevLadder *ladder, GError **error);
  gboolean (*down) (const MdevLadder *ladder, GError **error);
} rungs[] = {
  [MDEV_POSITION_HOST] = { set_offline, set_online },
  [MDEV_POSITION_OFFLINE] = { unbind_host_driver, bind_host_driver },
  [MDEV_POSITION_UNBOUND] = { set_override, restore_override },
  [MDEV_POSITION_OVERRIDDEN] = { bind_vfio, unbind_vfio },
  [MDEV_POSITION_BOUND] = { create_mdev, remove_mdev },
};

gboolean
mdev_ladder_walk (MdevLadder *ladder, MdevPosition to, GError **error)
{
  while (ladder->position < to)
    if (!rungs[ladder->position++].up (ladder, error))
      return FALSE;
  while (ladder->position > to)
    if (!rungs[--ladder->position].down (ladder, error))
      return FALSE;
  return TRUE;
}
