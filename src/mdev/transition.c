/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/transition.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "ccw/error.h"
#include "ccw/in-use.h"
#include "ccw/open-files.h"
#include "ccw/sysfs.h"
#include "mdev/identity.h"
#include "mdev/ladder.h"
#include "mdev/patience.h"
#include "mdev/subchannel.h"

#define FOLDER_MODE 0755
#define FILE_MODE 0600

/* css_subchannel type of I/O subchannels */
#define TYPE_IO "0"

/* The kernel senses a device that has come within some milliseconds. */
#define RECOGNITION_PATIENCE_MS 2000

guint mdev_close_patience_ms = 1000;

/* --- one at a time ---------------------------------------------------------- */

/* An open file with a lock on it; closing gives it up, as does dying. */
typedef int LockFile;

static void
lock_clear (LockFile *lock)
{
  if (*lock >= 0)
    close (*lock);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LockFile, lock_clear)

static gboolean
take_lock (const CcwPaths *paths, LockFile *lock, GError **error)
{
  g_autofree char *path = g_build_filename (ccw_paths_run_dir (paths), "lock", NULL);
  int result = -1;

  if (g_mkdir_with_parents (ccw_paths_run_dir (paths), FOLDER_MODE) == 0)
    *lock = open (path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
  if (*lock >= 0)
    do
      result = flock (*lock, LOCK_EX);
    while (result < 0 && errno == EINTR);
  if (result == 0)
    return TRUE;

  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not lock %s: %s", path,
               g_strerror (errno));
  return FALSE;
}

/* --- journalled walks ------------------------------------------------------- */

/* With fields of their own, so that a journal query tells one device's story. */
static void
log_done (const MdevRecord *record, const char *what)
{
  g_autofree char *name = ccw_dev_id_to_string (&record->subchannel);
  const char *uuid = record->uuid != NULL ? record->uuid : "";

  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_INFO, "SUBCHANNEL", name, "MDEV_UUID", uuid,
                    "MESSAGE", "subchannel %s: %s %s", name, what, uuid);
}

static const char *
describe_end (MdevPosition position)
{
  switch (position)
    {
    case MDEV_POSITION_HOST:
      return "given back to the host, without mediated device";
    case MDEV_POSITION_ACTIVE:
      return "started mediated device";
    default:
      return "kept for guests, without mediated device";
    }
}

static void
forget_transition (MdevRecord *record)
{
  record->in_transition = FALSE;
  /* At the host's end there is nothing left to restore. */
  if (record->to == MDEV_POSITION_HOST)
    record->has_before = FALSE;
}

/* Binding vfio_ccw makes udev run mdevctl, which may have made its mdev before we made ours. */
static gboolean
has_mdev_of_others (const MdevRecord *record)
{
  g_autofree char *uuid = mdev_subchannel_find_mdev (&record->subchannel);

  return uuid != NULL && g_strcmp0 (uuid, record->uuid) != 0;
}

/* What remains is as if the transition had been one to where it started. */
static gboolean
walk_back (MdevLadder *ladder, MdevRecord *record, const CcwPaths *paths, GError **error)
{
  /* Then the subchannel stays taken, to be given back after that mdev. */
  if (has_mdev_of_others (record))
    record->from = MDEV_POSITION_BOUND;
  if (!mdev_ladder_walk (ladder, record->from, error))
    return FALSE;
  record->to = record->from;
  forget_transition (record);
  return mdev_record_save (record, paths, error);
}

/* Turns round after @error; says so in its message should that fail, too. */
static void
undo (MdevLadder *ladder, MdevRecord *record, const CcwPaths *paths, GError *error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *name = ccw_dev_id_to_string (&record->subchannel);
  g_autofree char *note = NULL;

  if (walk_back (ladder, record, paths, &reason))
    return;
  /* The record stays: the next transition on this subchannel, or the next start, tries again. */
  g_warning ("could not undo a failed change of subchannel %s: %s", name, reason->message);
  note = g_strdup_printf ("%s; undoing it failed, too, and will be tried again: %s",
                          error->message, reason->message);
  g_free (error->message);
  error->message = g_steal_pointer (&note);
}

/* Walks up or down to record->to and forgets that there was a transition. */
static gboolean
walk_to_end (MdevLadder *ladder, MdevRecord *record, const CcwPaths *paths, GError **error)
{
  gboolean has_before = record->has_before;

  if (!mdev_ladder_walk (ladder, record->to, error))
    return FALSE;
  forget_transition (record);
  if (mdev_record_save (record, paths, error))
    return TRUE;
  record->has_before = has_before;
  return FALSE;
}

/*
 * Once the host's driver was to have the subchannel again, the host may use
 * the device: to take it away once more would be a start that nobody checked.
 */
static gboolean
may_turn_round (const MdevLadder *ladder)
{
  const MdevRecord *record = ladder->record;

  return record->to > record->from || ladder->position > MDEV_POSITION_OFFLINE;
}

/* Walks from record->from to record->to, all or nothing; what cannot be turned round is finished
 * by the next recovery. */
static gboolean
walk (MdevRecord *record, const MdevConfig *config, const CcwPaths *paths, GError **error)
{
  MdevLadder ladder = { .record = record, .config = config, .position = record->from };
  g_autoptr (GError) reason = NULL;

  record->in_transition = TRUE;
  if (!mdev_record_save (record, paths, error))
    return FALSE;
  if (walk_to_end (&ladder, record, paths, &reason))
    {
      log_done (record, describe_end (record->to));
      return TRUE;
    }
  if (may_turn_round (&ladder))
    undo (&ladder, record, paths, reason);
  else
    g_prefix_error (&reason, "it is given back only in part, which will be tried again: ");
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

/* --- is it open? ------------------------------------------------------------ */

/* The nodes through which a program can hold an mdev: its group's, and its own with iommufd. */
static GPtrArray *
list_nodes (const char *uuid)
{
  GPtrArray *nodes = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *group_path = ccw_sysfs_mdev_path (uuid, "iommu_group");
  g_autofree char *group = ccw_sysfs_read_link_name (group_path);
  g_autofree char *cdev_path = ccw_sysfs_mdev_path (uuid, "vfio-dev");
  g_autoptr (GPtrArray) cdevs = ccw_sysfs_list (cdev_path);

  if (group != NULL)
    g_ptr_array_add (nodes, g_build_filename ("/dev/vfio", group, NULL));
  for (guint i = 0; i < cdevs->len; i++)
    g_ptr_array_add (nodes,
                     g_build_filename ("/dev/vfio/devices", g_ptr_array_index (cdevs, i), NULL));
  return nodes;
}

/* As ccw_find_opener(), but whoever closes the node within @patience_ms does not count. */
static char *
await_closed (const GPtrArray *nodes, guint patience_ms, GError **error)
{
  MdevPatience patience = mdev_patience_begin (patience_ms);
  char *opener = ccw_find_opener (nodes, error);

  while (opener != NULL && mdev_patience_wait (&patience))
    {
      g_free (opener);
      opener = ccw_find_opener (nodes, error);
    }
  return opener;
}

/*
 * To remove an open mdev would block until the guest lets go of it. A program
 * that opens it right after this look makes us wait in the kernel; there is
 * no way to ask for a removal that fails instead. A guest holds its mdev for
 * as long as it runs, but udev's workers open each new node for an instant.
 */
static gboolean
check_closed (const char *uuid, guint patience_ms, GError **error)
{
  g_autoptr (GPtrArray) nodes = list_nodes (uuid);
  g_autoptr (GError) reason = NULL;
  g_autofree char *opener = await_closed (nodes, patience_ms, &reason);

  if (reason != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  if (opener == NULL)
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_IN_USE,
               "mediated device %s is in use: %s; detach it from its guest first", uuid, opener);
  return FALSE;
}

/* --- recovery --------------------------------------------------------------- */

static gboolean
subchannel_exists (const CcwDevId *subchannel)
{
  g_autofree char *path = ccw_sysfs_subchannel_path (subchannel, NULL);

  return ccw_sysfs_exists (path);
}

/* With the subchannel, all that the kernel knew of it is gone, and with it what there was to restore. */
static gboolean
forget_subchannel (MdevRecord *record, const CcwPaths *paths, GError **error)
{
  record->in_transition = FALSE;
  record->has_before = FALSE;
  return mdev_record_save (record, paths, error);
}

/*
 * Going up is undone, unless a guest has the mdev by now. Going down is
 * finished: the host may have begun to use the device, and whoever asked for
 * that wanted the host to have it.
 */
static gboolean
recover (MdevRecord *record, const CcwPaths *paths, GError **error)
{
  MdevLadder ladder = { .record = record, .position = MAX (record->from, record->to) };

  if (!subchannel_exists (&record->subchannel))
    return forget_subchannel (record, paths, error);
  if (ladder.position == MDEV_POSITION_ACTIVE && !check_closed (record->uuid, 0, NULL))
    {
      record->in_transition = FALSE;
      return mdev_record_save (record, paths, error);
    }
  record->from = MIN (record->from, record->to);
  if (!walk_back (&ladder, record, paths, error))
    return FALSE;
  log_done (record, "put in order after a change was cut short, of mediated device");
  return TRUE;
}

static MdevRecord *
load_settled_record (const CcwPaths *paths, const CcwDevId *subchannel, GError **error)
{
  g_autoptr (MdevRecord) record = mdev_record_load (paths, subchannel, error);

  if (record == NULL || !record->in_transition)
    return g_steal_pointer (&record);
  if (!recover (record, paths, error))
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

/*
 * The record of a subchannel, put in order first when a transition on it was
 * cut short, and forgotten when it is of a subchannel that was there before.
 */
static MdevRecord *
load_record (const CcwPaths *paths, const CcwDevId *subchannel, GError **error)
{
  g_autoptr (MdevRecord) record = load_settled_record (paths, subchannel, error);

  if (record == NULL || !record->has_before || is_still_taken (record))
    return g_steal_pointer (&record);
  return forget_subchannel (record, paths, error) ? g_steal_pointer (&record) : NULL;
}

/* TRUE when something was done. One that cannot be put in order is no reason to leave the others. */
static gboolean
recover_subchannel (const CcwPaths *paths, const CcwDevId *subchannel)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MdevRecord) record = mdev_record_load (paths, subchannel, &error);
  g_autofree char *name = ccw_dev_id_to_string (subchannel);

  if (record != NULL && !record->in_transition)
    return FALSE;
  if (record != NULL && recover (record, paths, &error))
    return TRUE;
  g_warning ("subchannel %s could not be put in order, which will be tried again: %s", name,
             error->message);
  return FALSE;
}

gboolean
mdev_transitions_recover (const CcwPaths *paths, guint *n_recovered, GError **error)
{
  g_auto (LockFile) lock = -1;
  g_autoptr (GArray) subchannels = NULL;
  guint n = 0;

  if (!take_lock (paths, &lock, error))
    return FALSE;
  subchannels = mdev_record_list (paths);
  for (guint i = 0; i < subchannels->len; i++)
    n += recover_subchannel (paths, &g_array_index (subchannels, CcwDevId, i));
  if (n_recovered != NULL)
    *n_recovered = n;
  return TRUE;
}

/* --- may it be started? ------------------------------------------------------ */

static gboolean
check_type_and_driver (const MdevConfig *config, GError **error)
{
  if (!g_str_equal (mdev_config_get_type (config), MDEV_TYPE_VFIO_CCW))
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_UNSUPPORTED,
                   "a subchannel does not offer mediated devices of type '%s': use '%s'",
                   mdev_config_get_type (config), MDEV_TYPE_VFIO_CCW);
      return FALSE;
    }
  if (ccw_sysfs_exists (CCW_SYSFS_CSS_BUS "/drivers/" MDEV_DRIVER_VFIO_CCW))
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_UNSUPPORTED,
               "the kernel has no vfio_ccw driver now: load it by 'modprobe vfio_ccw', or "
               "install virt-ccw's kernel module where the kernel comes without one");
  return FALSE;
}

static gboolean
check_parent (const CcwDevId *parent, const char *name, GError **error)
{
  g_autofree char *path = ccw_sysfs_subchannel_path (parent, "type");
  g_autofree char *type = ccw_sysfs_read (path, NULL);
  CcwDevId device;

  if (type == NULL)
    g_set_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND, "there is no subchannel %s", name);
  else if (!g_str_equal (type, TYPE_IO))
    g_set_error (error, CCW_ERROR, CCW_ERROR_UNSUPPORTED,
                 "%s is not an I/O subchannel (its type is %s)", name, type);
  else if (!ccw_sysfs_subchannel_device (parent, &device))
    g_set_error (error, CCW_ERROR, CCW_ERROR_STATE, "there is no device on subchannel %s", name);
  else
    return TRUE;
  return FALSE;
}

/* The host's driver still finds out what the device is: nobody can tell whether it is right. */
static gboolean
is_being_recognised (const CcwDevId *parent, const MdevIdentity *now)
{
  g_autofree char *driver = mdev_subchannel_read_driver (parent);

  return now->cutype == NULL && g_strcmp0 (driver, MDEV_DRIVER_IO) == 0;
}

/* As mdev_identity_read(); one that is being recognised gets the time for it. */
static MdevIdentity *
read_recognised (const CcwDevId *parent)
{
  MdevPatience patience = mdev_patience_begin (RECOGNITION_PATIENCE_MS);
  MdevIdentity *now = mdev_identity_read (parent);

  while (now != NULL && is_being_recognised (parent, now) && mdev_patience_wait (&patience))
    {
      mdev_identity_free (now);
      now = mdev_identity_read (parent);
    }
  return now;
}

/* On the device that is @meant, whatever has the number of its subchannel today? */
static gboolean
check_device (const MdevIdentity *meant, const CcwDevId *parent, const char *name, GError **error)
{
  g_autoptr (MdevIdentity) now
    = meant->cutype == NULL ? mdev_identity_read (parent) : read_recognised (parent);

  if (now == NULL || !mdev_identity_check (meant, now, name, error))
    return now == NULL;
  if (meant->cutype == NULL || !is_being_recognised (parent, now))
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_STATE,
               "what device there is on subchannel %s is not known yet; try again", name);
  return FALSE;
}

static gboolean
check_identity (const CcwPaths *paths, const MdevConfig *config, const char *name, GError **error)
{
  const CcwDevId *parent = mdev_config_get_parent (config);
  g_autoptr (GError) reason = NULL;
  g_autoptr (MdevIdentity) meant
    = mdev_identity_load (paths, mdev_config_get_uuid (config), parent, &reason);

  if (reason != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  return meant == NULL || check_device (meant, parent, name, error);
}

static gboolean
check_uuid (const char *uuid, GError **error)
{
  g_autofree char *path = ccw_sysfs_mdev_path (uuid, NULL);
  g_autofree char *folder = ccw_sysfs_resolve (path);

  if (folder == NULL)
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_EXISTS, "mediated device %s exists already: %s", uuid,
               folder);
  return FALSE;
}

/* vfio_ccw offers one mdev a subchannel. */
static gboolean
check_free (const CcwDevId *parent, const char *name, GError **error)
{
  g_autofree char *path
    = mdev_subchannel_type_path (parent, MDEV_TYPE_VFIO_CCW, "available_instances");
  g_autofree char *available = ccw_sysfs_read (path, NULL);
  g_autofree char *uuid = mdev_subchannel_find_mdev (parent);

  if (g_strcmp0 (available, "0") != 0)
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_IN_USE,
               "subchannel %s has its one mediated device already: %s", name,
               uuid != NULL ? uuid : "(it is being made)");
  return FALSE;
}

static gboolean
check_override (const char *override, const char *name, GError **error)
{
  if (override == NULL || g_str_equal (override, MDEV_DRIVER_VFIO_CCW))
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_STATE,
               "subchannel %s is reserved for driver %s: its driver_override was set by somebody "
               "else; undo that first, for instance by 'driverctl -b css unset-override %s'",
               name, override, name);
  return FALSE;
}

static gboolean
check_driver (const char *driver, const char *name, GError **error)
{
  if (driver == NULL || g_str_equal (driver, MDEV_DRIVER_IO))
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_STATE,
               "subchannel %s is bound to driver %s, which is neither the host's nor vfio_ccw",
               name, driver);
  return FALSE;
}

/* --- starting ---------------------------------------------------------------- */

static void
note_device (MdevRecord *record)
{
  g_autofree char *path = NULL;
  g_autofree char *online = NULL;

  record->has_device = ccw_sysfs_subchannel_device (&record->subchannel, &record->device);
  path = ccw_sysfs_device_path (&record->device, "online");
  online = record->has_device ? ccw_sysfs_read (path, NULL) : NULL;
  record->online = g_strcmp0 (online, "1") == 0;
}

static gboolean
check_device_unused (const MdevRecord *record, GError **error)
{
  g_autofree char *path = NULL;

  if (!record->has_device)
    return TRUE;
  path = ccw_sysfs_device_path (&record->device, NULL);
  /* A subchannel without a driver has no ccw device that could be in use. */
  return !ccw_sysfs_exists (path) || ccw_device_check_unused (&record->device, error);
}

/* Notes how the host has the subchannel, if it may be taken from it. */
static gboolean
note_before (MdevRecord *record, const char *name, GError **error)
{
  g_clear_pointer (&record->driver, g_free);
  g_clear_pointer (&record->driver_override, g_free);
  record->driver = mdev_subchannel_read_driver (&record->subchannel);
  record->driver_override = mdev_subchannel_read_override (&record->subchannel);
  note_device (record);
  record->has_before = TRUE;
  record->from = MDEV_POSITION_HOST;
  return check_driver (record->driver, name, error)
         && check_override (record->driver_override, name, error)
         && check_device_unused (record, error);
}

/*
 * Where a start begins. One that we took and that others unbound since then
 * has nothing to tell about how the host had it: what was noted then, stays.
 */
static gboolean
find_start (MdevRecord *record, const char *name, GError **error)
{
  g_autofree char *driver = mdev_subchannel_read_driver (&record->subchannel);

  record->from = MDEV_POSITION_BOUND;
  if (g_strcmp0 (driver, MDEV_DRIVER_VFIO_CCW) == 0)
    return check_free (&record->subchannel, name, error);
  if (driver != NULL || !record->has_before)
    return note_before (record, name, error);
  record->from = MDEV_POSITION_OVERRIDDEN;
  return TRUE;
}

static gboolean
start_locked (const CcwPaths *paths, const MdevConfig *config, const char *name, GError **error)
{
  const CcwDevId *parent = mdev_config_get_parent (config);
  g_autoptr (MdevRecord) record = load_record (paths, parent, error);

  if (record == NULL || !check_parent (parent, name, error)
      || !check_identity (paths, config, name, error)
      || !check_uuid (mdev_config_get_uuid (config), error) || !find_start (record, name, error))
    return FALSE;
  record->to = MDEV_POSITION_ACTIVE;
  record->uuid = g_strdup (mdev_config_get_uuid (config));
  record->type = g_strdup (mdev_config_get_type (config));
  return walk (record, config, paths, error);
}

gboolean
mdev_start (const CcwPaths *paths, const MdevConfig *config, GError **error)
{
  g_autofree char *name = ccw_dev_id_to_string (mdev_config_get_parent (config));
  g_auto (LockFile) lock = -1;

  if (!check_type_and_driver (config, error) || !take_lock (paths, &lock, error))
    return FALSE;
  if (start_locked (paths, config, name, error))
    return TRUE;
  g_prefix_error (error, "could not start mediated device %s: ", mdev_config_get_uuid (config));
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
  g_autoptr (MdevRecord) record = load_record (paths, parent, error);

  if (record == NULL || !check_closed (uuid, mdev_close_patience_ms, error))
    return FALSE;
  record->from = MDEV_POSITION_ACTIVE;
  record->to = keep_bound || !record->has_before ? MDEV_POSITION_BOUND : MDEV_POSITION_HOST;
  record->uuid = g_strdup (uuid);
  record->type = read_type (uuid);
  return walk (record, NULL, paths, error);
}

gboolean
mdev_stop (const CcwPaths *paths, const char *uuid, gboolean keep_bound, GError **error)
{
  g_autofree char *name = g_ascii_strdown (uuid, -1);
  g_auto (LockFile) lock = -1;
  CcwDevId parent;

  if (!take_lock (paths, &lock, error))
    return FALSE;
  if (!mdev_uuid_is_valid (name) || !ccw_sysfs_mdev_parent (name, &parent))
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND,
                   "there is no active mediated device %s on a subchannel", uuid);
      return FALSE;
    }
  if (stop_locked (paths, name, &parent, keep_bound, error))
    return TRUE;
  g_prefix_error (error, "could not stop mediated device %s: ", name);
  return FALSE;
}

static gboolean
is_bound (const CcwDevId *subchannel)
{
  g_autofree char *driver = mdev_subchannel_read_driver (subchannel);

  return g_strcmp0 (driver, MDEV_DRIVER_VFIO_CCW) == 0;
}

static gboolean
give_back_locked (const CcwPaths *paths, const CcwDevId *parent, GError **error)
{
  g_autoptr (MdevRecord) record = load_record (paths, parent, error);
  g_autofree char *uuid = mdev_subchannel_find_mdev (parent);

  if (record == NULL)
    return FALSE;
  if (!record->has_before || uuid != NULL)
    return TRUE;
  record->from = MDEV_POSITION_BOUND;
  record->to = MDEV_POSITION_HOST;
  /* One that others unbound meanwhile is only put in order: should that fail, it is not taken again. */
  return is_bound (parent) ? walk (record, NULL, paths, error) : recover (record, paths, error);
}

gboolean
mdev_give_back (const CcwPaths *paths, const CcwDevId *parent, GError **error)
{
  g_autofree char *name = ccw_dev_id_to_string (parent);
  g_auto (LockFile) lock = -1;

  if (!take_lock (paths, &lock, error))
    return FALSE;
  if (give_back_locked (paths, parent, error))
    return TRUE;
  g_prefix_error (error, "could not give subchannel %s back: ", name);
  return FALSE;
}
