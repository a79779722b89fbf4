/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/recovery.h"

#include "ccw/sysfs.h"
#include "mdev/closed.h"
#include "mdev/subchannel.h"
#include "mdev/transition.h"
#include "mdev/walk.h"

static gboolean
subchannel_exists (const CcwDevId *subchannel)
{
  g_autofree char *path = ccw_sysfs_subchannel_path (subchannel, NULL);

  return ccw_sysfs_exists (path);
}

/* All that the kernel knew of it is gone with the subchannel, and so is what there was to restore. */
static gboolean
forget_subchannel (MdevRecord *record, const CcwPaths *paths, GError **error)
{
  record->in_transition = FALSE;
  record->has_before = FALSE;
  return mdev_record_save (record, paths, error);
}

gboolean
mdev_recover_record (MdevRecord *record, const CcwPaths *paths, GError **error)
{
  MdevLadder ladder = { .record = record, .position = MAX (record->from, record->to) };

  if (!subchannel_exists (&record->subchannel))
    return forget_subchannel (record, paths, error);
  if (ladder.position == MDEV_POSITION_ACTIVE
      && !mdev_check_closed (record->uuid, NULL, mdev_close_patience_ms, NULL))
    {
      record->in_transition = FALSE;
      return mdev_record_save (record, paths, error);
    }
  record->from = MIN (record->from, record->to);
  if (!mdev_walk_back (&ladder, record, paths, error))
    return FALSE;
  mdev_walk_log (record, "put in order after a change was cut short, of mediated device");
  return TRUE;
}

static MdevRecord *
load_settled_record (const CcwPaths *paths, const CcwDevId *subchannel, GError **error)
{
  g_autoptr (MdevRecord) record = mdev_record_load (paths, subchannel, error);

  if (record == NULL || !record->in_transition)
    return g_steal_pointer (&record);
  if (!mdev_recover_record (record, paths, error))
    {
      g_prefix_error (error, "an earlier change that was cut short could not be undone: ");
      return NULL;
    }
  return mdev_record_load (paths, subchannel, error);
}

/*
 * Is it the subchannel that we took? Our driver_override goes with a
 * subchannel that is unplugged; what is there now may be another device's,
 * and bound to vfio_ccw by others. Others may also have taken it back.
 */
static gboolean
is_still_taken (const MdevRecord *record)
{
  g_autofree char *driver = mdev_subchannel_read_driver (&record->subchannel);
  g_autofree char *override = mdev_subchannel_read_override (&record->subchannel);
  CcwDevId device;

  if (record->has_device && ccw_sysfs_subchannel_device (&record->subchannel, &device)
      && !ccw_dev_id_equal (&device, &record->device))
    return FALSE;
  return g_strcmp0 (override != NULL ? override : driver, MDEV_DRIVER_VFIO_CCW) == 0;
}

MdevRecord *
mdev_recover_and_load (const CcwPaths *paths, const CcwDevId *subchannel, GError **error)
{
  g_autoptr (MdevRecord) record = load_settled_record (paths, subchannel, error);

  if (record == NULL || !record->has_before || is_still_taken (record))
    return g_steal_pointer (&record);
  return forget_subchannel (record, paths, error) ? g_steal_pointer (&record) : NULL;
}
