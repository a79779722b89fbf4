/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/transition.h"

#include "ccw/error.h"
#include "ccw/in-use.h"
#include "ccw/sysfs.h"
#include "mdev/closed.h"
#include "mdev/lock.h"
#include "mdev/recovery.h"
#include "mdev/start-checks.h"
#include "mdev/subchannel.h"
#include "mdev/walk.h"

/* More often than a device comes online again by itself. */
#define LOOKS_MAX 3

guint mdev_close_patience_ms = 1000;

/* --- starting ---------------------------------------------------------------- */

static void
note_device (MdevRecord *record)
{
  record->has_device = ccw_sysfs_subchannel_device (&record->subchannel, &record->device);
  record->online = record->has_device && mdev_device_is_online (&record->device);
}

static gboolean
check_device_unused (const CcwPaths *paths, const MdevRecord *record, GError **error)
{
  g_autofree char *path = NULL;

  if (!record->has_device)
    return TRUE;
  path = ccw_sysfs_device_path (&record->device, NULL);
  /* A subchannel without a driver has no ccw device that could be in use. */
  return !ccw_sysfs_exists (path) || ccw_device_check_unused (paths, &record->device, error);
}

/* Notes how the host has the subchannel, if it may be taken from it. */
static gboolean
note_before (const CcwPaths *paths, MdevRecord *record, const char *name, GError **error)
{
  g_clear_pointer (&record->driver, g_free);
  g_clear_pointer (&record->driver_override, g_free);
  record->driver = mdev_subchannel_read_driver (&record->subchannel);
  record->driver_override = mdev_subchannel_read_override (&record->subchannel);
  note_device (record);
  record->has_before = TRUE;
  record->from = MDEV_POSITION_HOST;
  return mdev_check_driver (record->driver, name, error)
         && mdev_check_override (record->driver_override, name, error)
         && check_device_unused (paths, record, error);
}

/*
 * Where a start begins. One that we took and that others unbound since then
 * has nothing to tell about how the host had it: what was noted then, stays.
 */
static gboolean
find_start (const CcwPaths *paths, MdevRecord *record, const char *name, GError **error)
{
  g_autofree char *driver = mdev_subchannel_read_driver (&record->subchannel);

  record->from = MDEV_POSITION_BOUND;
  if (g_strcmp0 (driver, MDEV_DRIVER_VFIO_CCW) == 0)
    return mdev_check_free (&record->subchannel, name, error);
  if (driver != NULL || !record->has_before)
    return note_before (paths, record, name, error);
  record->from = MDEV_POSITION_OVERRIDDEN;
  return TRUE;
}

/* For whom it is bound without an mdev. Whoever finds it bound already changes nothing in that. */
static void
note_prepared (MdevRecord *record)
{
  if (record->to == MDEV_POSITION_BOUND && record->from == MDEV_POSITION_BOUND)
    return;
  g_free (record->prepared_for);
  record->prepared_for = record->to == MDEV_POSITION_BOUND ? g_strdup (record->uuid) : NULL;
}

/* Was it offline when it was looked at, and is not any more? */
static gboolean
came_online (const MdevRecord *record)
{
  return record->from == MDEV_POSITION_HOST && !record->online && record->has_device
         && mdev_device_is_online (&record->device);
}

/* What is to be started, how far. */
typedef struct
{
  const CcwPaths *paths;
  const MdevConfig *config;
  MdevPosition to;
  const char *name;           /* the parent's */
  const MdevWitness *witness; /* may be NULL */
} Start;

/* @look_again: it failed, and may go well when all that was looked at is looked at again. */
static gboolean
start_once (const Start *start, gboolean *look_again, GError **error)
{
  const CcwDevId *parent = mdev_config_get_parent (start->config);
  g_autoptr (MdevRecord) record = mdev_recover_and_load (start->paths, parent, error);

  *look_again = FALSE;
  if (record == NULL || !mdev_check_parent (parent, start->name, error)
      || !mdev_check_identity (start->paths, start->config, start->name, error)
      || !mdev_check_uuid (mdev_config_get_uuid (start->config), error)
      || !find_start (start->paths, record, start->name, error))
    return FALSE;
  record->to = start->to;
  record->uuid = g_strdup (mdev_config_get_uuid (start->config));
  record->type = g_strdup (mdev_config_get_type (start->config));
  note_prepared (record);
  if (mdev_walk (record, start->config, start->paths, start->witness, error))
    return TRUE;
  *look_again = came_online (record);
  return FALSE;
}

/*
 * A device that has just been plugged in is set online by udev's rules or the
 * host's configuration, maybe between our look and our first step. Then the
 * step is refused, and whether it is used is to be found out anew.
 */
static gboolean
start_locked (const Start *start, GError **error)
{
  gboolean look_again = TRUE;

  for (guint looks = 1; look_again; looks++)
    {
      g_autoptr (GError) problem = NULL;

      if (start_once (start, &look_again, &problem))
        return TRUE;
      look_again = look_again && looks < LOOKS_MAX;
      if (!look_again)
        g_propagate_error (error, g_steal_pointer (&problem));
    }
  return FALSE;
}

static gboolean
start (const CcwPaths *paths, const MdevConfig *config, MdevPosition to, const MdevWitness *witness,
       GError **error)
{
  const CcwDevId *parent = mdev_config_get_parent (config);
  g_autofree char *name = ccw_dev_id_to_string (parent);
  const Start start = { paths, config, to, name, witness };
  g_auto (MdevLock) lock = MDEV_LOCK_NONE;

  return mdev_check_type_and_driver (config, error)
         && mdev_lock_take (&lock, paths, parent, mdev_config_get_uuid (config), error)
         && start_locked (&start, error);
}

gboolean
mdev_start_witnessed (const CcwPaths *paths, const MdevConfig *config, const MdevWitness *witness,
                      GError **error)
{
  if (start (paths, config, MDEV_POSITION_ACTIVE, witness, error))
    return TRUE;
  g_prefix_error (error, "could not start mediated device %s: ", mdev_config_get_uuid (config));
  return FALSE;
}

gboolean
mdev_start (const CcwPaths *paths, const MdevConfig *config, GError **error)
{
  return mdev_start_witnessed (paths, config, NULL, error);
}

gboolean
mdev_prepare_parent (const CcwPaths *paths, const MdevConfig *config, GError **error)
{
  if (start (paths, config, MDEV_POSITION_BOUND, NULL, error))
    return TRUE;
  g_prefix_error (error, "could not make the parent of mediated device %s ready: ",
                  mdev_config_get_uuid (config));
  return FALSE;
}

/* --- stopping and giving back ------------------------------------------------ */

static char *
read_type (const char *uuid)
{
  g_autofree char *path = ccw_sysfs_mdev_path (uuid, "mdev_type");

  return ccw_sysfs_read_link_name (path);
}

static gboolean
stop_locked (const CcwPaths *paths, const char *uuid, const CcwDevId *parent, gboolean keep_bound,
             GError **error)
{
  g_autoptr (MdevRecord) record = mdev_recover_and_load (paths, parent, error);

  if (record == NULL || !mdev_check_closed (uuid, NULL, mdev_close_patience_ms, error))
    return FALSE;
  record->from = MDEV_POSITION_ACTIVE;
  record->to = keep_bound || !record->has_before ? MDEV_POSITION_BOUND : MDEV_POSITION_HOST;
  record->uuid = g_strdup (uuid);
  record->type = read_type (uuid);
  /* From now on it is kept for whatever is started next. */
  g_clear_pointer (&record->prepared_for, g_free);
  return mdev_walk (record, NULL, paths, NULL, error);
}

static gboolean
find_parent (const char *uuid, CcwDevId *parent, GError **error)
{
  if (mdev_uuid_is_valid (uuid) && ccw_sysfs_mdev_parent (uuid, parent))
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND,
               "there is no active mediated device %s on a subchannel", uuid);
  return FALSE;
}

/* Only under the lock is it where it is: others may have moved it while we waited for that. */
static gboolean
lock_where_it_is (MdevLock *lock, const CcwPaths *paths, const char *uuid, CcwDevId *parent,
                  GError **error)
{
  CcwDevId before;

  do
    {
      mdev_lock_clear (lock);
      if (!find_parent (uuid, &before, error) || !mdev_lock_take (lock, paths, &before, uuid, error)
          || !find_parent (uuid, parent, error))
        return FALSE;
    }
  while (!ccw_dev_id_equal (&before, parent));
  return TRUE;
}

gboolean
mdev_stop (const CcwPaths *paths, const char *uuid, gboolean keep_bound, GError **error)
{
  g_autofree char *name = g_ascii_strdown (uuid, -1);
  g_auto (MdevLock) lock = MDEV_LOCK_NONE;
  CcwDevId parent;

  if (!lock_where_it_is (&lock, paths, name, &parent, error))
    return FALSE;
  if (stop_locked (paths, name, &parent, keep_bound, error))
    return TRUE;
  g_prefix_error (error, "could not stop mediated device %s: ", name);
  return FALSE;
}

/* May what was taken be given back, as far as @uuid goes? */
typedef gboolean (*MayGiveBack) (const MdevRecord *record, const char *uuid);

static gboolean
may_always (const MdevRecord *record, const char *uuid)
{
  return TRUE;
}

static gboolean
was_prepared_for (const MdevRecord *record, const char *uuid)
{
  return g_strcmp0 (record->prepared_for, uuid) == 0;
}

static gboolean
was_prepared_for_no_other (const MdevRecord *record, const char *uuid)
{
  return record->prepared_for == NULL || was_prepared_for (record, uuid);
}

static gboolean
give_back_locked (const CcwPaths *paths, MayGiveBack may, const char *for_uuid,
                  const CcwDevId *parent, GError **error)
{
  g_autoptr (MdevRecord) record = mdev_recover_and_load (paths, parent, error);
  g_autofree char *uuid = mdev_subchannel_find_mdev (parent);

  if (record == NULL)
    return FALSE;
  if (!record->has_before || uuid != NULL || !may (record, for_uuid))
    return TRUE;
  record->from = MDEV_POSITION_BOUND;
  record->to = MDEV_POSITION_HOST;
  if (mdev_subchannel_is_bound (parent))
    return mdev_walk (record, NULL, paths, NULL, error);
  /* Others unbound it meanwhile. Only put in order: should that fail, it is not taken again. */
  return mdev_recover_record (record, paths, error);
}

static gboolean
lock_and_give_back (const CcwPaths *paths, MayGiveBack may, const char *for_uuid,
                    const CcwDevId *parent, GError **error)
{
  g_autofree char *name = ccw_dev_id_to_string (parent);
  g_auto (MdevLock) lock = MDEV_LOCK_NONE;

  if (!mdev_lock_take (&lock, paths, parent, NULL, error))
    return FALSE;
  if (give_back_locked (paths, may, for_uuid, parent, error))
    return TRUE;
  g_prefix_error (error, "could not give subchannel %s back: ", name);
  return FALSE;
}

gboolean
mdev_give_back (const CcwPaths *paths, const CcwDevId *parent, GError **error)
{
  return lock_and_give_back (paths, may_always, NULL, parent, error);
}

gboolean
mdev_give_back_after (const CcwPaths *paths, const char *uuid, const CcwDevId *parent,
                      GError **error)
{
  return lock_and_give_back (paths, was_prepared_for_no_other, uuid, parent, error);
}

gboolean
mdev_unprepare_parent (const CcwPaths *paths, const char *uuid, const CcwDevId *parent,
                       GError **error)
{
  return lock_and_give_back (paths, was_prepared_for, uuid, parent, error);
}

/* --- recovery ----------------------------------------------------------------- */

gboolean
mdev_recover (const CcwPaths *paths, const CcwDevId *subchannel, gboolean *was_needed,
              GError **error)
{
  g_auto (MdevLock) lock = MDEV_LOCK_NONE;
  g_autoptr (MdevRecord) record = NULL;

  if (!mdev_lock_take (&lock, paths, subchannel, NULL, error))
    return FALSE;
  mdev_record_sweep (paths, subchannel);
  record = mdev_record_load (paths, subchannel, error);
  if (record == NULL)
    return FALSE;
  if (was_needed != NULL)
    *was_needed = record->in_transition;
  mdev_record_free (record);
  record = mdev_recover_and_load (paths, subchannel, error);
  return record != NULL;
}
