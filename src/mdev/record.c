/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/record.h"

#include "ccw/error.h"
#include "ccw/sysfs.h"
#include "mdev/keyfile.h"

#define GROUP_BEFORE "before"
#define GROUP_TRANSITION "transition"

static const char *const position_names[] = {
  [MDEV_POSITION_HOST] = "host",       [MDEV_POSITION_OFFLINE] = "offline",
  [MDEV_POSITION_UNBOUND] = "unbound", [MDEV_POSITION_OVERRIDDEN] = "overridden",
  [MDEV_POSITION_BOUND] = "bound",     [MDEV_POSITION_ACTIVE] = "active",
};

MdevRecord *
mdev_record_new (const CcwDevId *subchannel)
{
  MdevRecord *record = g_new0 (MdevRecord, 1);

  record->subchannel = *subchannel;
  return record;
}

void
mdev_record_free (MdevRecord *record)
{
  if (record == NULL)
    return;
  g_free (record->driver);
  g_free (record->driver_override);
  g_free (record->prepared_for);
  g_free (record->uuid);
  g_free (record->type);
  g_free (record);
}

static char *
record_folder (const CcwPaths *paths)
{
  return g_build_filename (ccw_paths_run_dir (paths), "subchannels", NULL);
}

static char *
record_path (const CcwPaths *paths, const CcwDevId *subchannel)
{
  g_autofree char *folder = record_folder (paths);
  g_autofree char *name = ccw_dev_id_to_string (subchannel);

  return g_build_filename (folder, name, NULL);
}

/* --- reading ------------------------------------------------------------- */

static gboolean
read_position (GKeyFile *file, const char *key, MdevPosition *position)
{
  g_autofree char *name = g_key_file_get_string (file, GROUP_TRANSITION, key, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (position_names); i++)
    if (g_strcmp0 (name, position_names[i]) == 0)
      {
        *position = (MdevPosition) i;
        return TRUE;
      }
  return FALSE;
}

static void
read_before (GKeyFile *file, MdevRecord *record)
{
  g_autofree char *device = g_key_file_get_string (file, GROUP_BEFORE, "device", NULL);

  record->has_before = TRUE;
  record->driver = g_key_file_get_string (file, GROUP_BEFORE, "driver", NULL);
  record->driver_override = g_key_file_get_string (file, GROUP_BEFORE, "driver-override", NULL);
  record->has_device = device != NULL && ccw_dev_id_parse (device, &record->device, NULL);
  record->online = g_key_file_get_boolean (file, GROUP_BEFORE, "online", NULL);
  record->prepared_for = g_key_file_get_string (file, GROUP_BEFORE, "prepared-for", NULL);
}

static gboolean
read_transition (GKeyFile *file, MdevRecord *record)
{
  record->in_transition = TRUE;
  record->uuid = g_key_file_get_string (file, GROUP_TRANSITION, "uuid", NULL);
  record->type = g_key_file_get_string (file, GROUP_TRANSITION, "type", NULL);
  if (!read_position (file, "from", &record->from) || !read_position (file, "to", &record->to))
    return FALSE;
  return record->uuid != NULL
         || (record->from != MDEV_POSITION_ACTIVE && record->to != MDEV_POSITION_ACTIVE);
}

MdevRecord *
mdev_record_load (const CcwPaths *paths, const CcwDevId *subchannel, GError **error)
{
  g_autofree char *path = record_path (paths, subchannel);
  g_autoptr (MdevRecord) record = mdev_record_new (subchannel);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (!mdev_keyfile_load (file, path, error))
    return NULL;
  if (g_key_file_has_group (file, GROUP_BEFORE))
    read_before (file, record);
  if (g_key_file_has_group (file, GROUP_TRANSITION) && !read_transition (file, record))
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM,
                   "could not understand %s: "
                   "remove it once the subchannel is in order",
                   path);
      return NULL;
    }
  return g_steal_pointer (&record);
}

/* The subchannel of a record, or of what is left of one. */
static gboolean
parse_name (const char *name, CcwDevId *subchannel)
{
  g_autofree char *unfinished = mdev_keyfile_get_unfinished (name);

  return ccw_dev_id_parse (name, subchannel, NULL)
         || (unfinished != NULL && ccw_dev_id_parse (unfinished, subchannel, NULL));
}

static void
append_once (GArray *subchannels, const CcwDevId *subchannel)
{
  const CcwDevId *last
      = subchannels->len == 0 ? NULL : &g_array_index (subchannels, CcwDevId, subchannels->len - 1);

  if (last == NULL || !ccw_dev_id_equal (last, subchannel))
    g_array_append_val (subchannels, *subchannel);
}

GArray *
mdev_record_list (const CcwPaths *paths)
{
  g_autofree char *folder = record_folder (paths);
  g_autoptr (GPtrArray) names = ccw_sysfs_list (folder);
  GArray *subchannels = g_array_new (FALSE, FALSE, sizeof (CcwDevId));
  CcwDevId subchannel;

  for (guint i = 0; i < names->len; i++)
    if (parse_name (g_ptr_array_index (names, i), &subchannel))
      append_once (subchannels, &subchannel);
  return subchannels;
}

void
mdev_record_sweep (const CcwPaths *paths, const CcwDevId *subchannel)
{
  g_autofree char *folder = record_folder (paths);
  g_autofree char *record = ccw_dev_id_to_string (subchannel);
  g_autoptr (GPtrArray) names = ccw_sysfs_list (folder);

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *unfinished = mdev_keyfile_get_unfinished (name);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_strcmp0 (unfinished, record) == 0)
        mdev_keyfile_remove (path, NULL);
    }
}

/* --- writing ------------------------------------------------------------- */

static void
write_before (GKeyFile *file, const MdevRecord *record)
{
  g_autofree char *device = record->has_device ? ccw_dev_id_to_string (&record->device) : NULL;

  mdev_keyfile_put (file, GROUP_BEFORE, "driver", record->driver);
  mdev_keyfile_put (file, GROUP_BEFORE, "driver-override", record->driver_override);
  mdev_keyfile_put (file, GROUP_BEFORE, "device", device);
  g_key_file_set_boolean (file, GROUP_BEFORE, "online", record->online);
  mdev_keyfile_put (file, GROUP_BEFORE, "prepared-for", record->prepared_for);
}

static void
write_transition (GKeyFile *file, const MdevRecord *record)
{
  mdev_keyfile_put (file, GROUP_TRANSITION, "from", position_names[record->from]);
  mdev_keyfile_put (file, GROUP_TRANSITION, "to", position_names[record->to]);
  mdev_keyfile_put (file, GROUP_TRANSITION, "uuid", record->uuid);
  mdev_keyfile_put (file, GROUP_TRANSITION, "type", record->type);
}

gboolean
mdev_record_save (const MdevRecord *record, const CcwPaths *paths, GError **error)
{
  g_autofree char *path = record_path (paths, &record->subchannel);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (!record->has_before && !record->in_transition)
    return mdev_keyfile_remove (path, error);
  if (record->has_before)
    write_before (file, record);
  if (record->in_transition)
    write_transition (file, record);
  return mdev_keyfile_save (file, path, error);
}
