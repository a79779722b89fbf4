/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/identity.h"

#include <glib/gstdio.h>

#include "ccw/error.h"
#include "ccw/sysfs.h"
#include "mdev/config.h"
#include "mdev/keyfile.h"

#define GROUP "device"

void
mdev_identity_free (MdevIdentity *identity)
{
  if (identity == NULL)
    return;
  g_free (identity->cutype);
  g_free (identity->devtype);
  g_free (identity->uid);
  g_free (identity);
}

MdevIdentity *
mdev_identity_copy (const MdevIdentity *identity)
{
  MdevIdentity *copy = g_new (MdevIdentity, 1);

  *copy = (MdevIdentity){
    .device = identity->device,
    .cutype = g_strdup (identity->cutype),
    .devtype = g_strdup (identity->devtype),
    .uid = g_strdup (identity->uid),
  };
  return copy;
}

gboolean
mdev_identity_equal (const MdevIdentity *a, const MdevIdentity *b)
{
  return ccw_dev_id_equal (&a->device, &b->device) && g_strcmp0 (a->cutype, b->cutype) == 0
         && g_strcmp0 (a->devtype, b->devtype) == 0 && g_strcmp0 (a->uid, b->uid) == 0;
}

/* --- now ----------------------------------------------------------------- */

/* An attribute of the ccw device, which is there only while io_subchannel has the subchannel. */
static char *
read_attribute (const CcwDevId *device, const char *name)
{
  g_autofree char *path = ccw_sysfs_device_path (device, name);
  g_autofree char *text = ccw_sysfs_read (path, NULL);

  return text == NULL || *text == '\0' ? NULL : g_steal_pointer (&text);
}

MdevIdentity *
mdev_identity_read (const CcwDevId *subchannel)
{
  g_autoptr (MdevIdentity) identity = g_new0 (MdevIdentity, 1);

  if (!ccw_sysfs_subchannel_device (subchannel, &identity->device))
    return NULL;
  identity->cutype = read_attribute (&identity->device, "cutype");
  /* Every ccw device has one: there is none to read the others of. */
  if (identity->cutype == NULL)
    return g_steal_pointer (&identity);
  identity->devtype = read_attribute (&identity->device, "devtype");
  identity->uid = read_attribute (&identity->device, "uid");
  return g_steal_pointer (&identity);
}

static gboolean
take_over (char **known, const char *now)
{
  if (*known != NULL || now == NULL)
    return FALSE;
  *known = g_strdup (now);
  return TRUE;
}

gboolean
mdev_identity_complete (MdevIdentity *identity, const MdevIdentity *now)
{
  gboolean cutype = take_over (&identity->cutype, now->cutype);
  gboolean devtype = take_over (&identity->devtype, now->devtype);
  gboolean uid = take_over (&identity->uid, now->uid);

  return cutype || devtype || uid;
}

/* --- the same? ----------------------------------------------------------- */

static gboolean
fail_as_renumbered (const MdevIdentity *identity, const MdevIdentity *now, const char *name,
                    GError **error)
{
  g_autofree char *meant = ccw_dev_id_to_string (&identity->device);
  g_autofree char *found = ccw_dev_id_to_string (&now->device);

  g_set_error (error, CCW_ERROR, CCW_ERROR_STATE,
               "it is meant for device %s, but subchannel %s has device %s now; start it where "
               "%s is, or define it anew if %s is meant",
               meant, name, found, meant, found);
  return FALSE;
}

static gboolean
check_part (const MdevIdentity *identity, const char *what, const char *meant, const char *found,
            GError **error)
{
  g_autofree char *device = NULL;

  if (meant == NULL || found == NULL || g_str_equal (meant, found))
    return TRUE;
  device = ccw_dev_id_to_string (&identity->device);
  g_set_error (error, CCW_ERROR, CCW_ERROR_STATE,
               "device %s is not the one that was meant: its %s is %s now and was %s; define the "
               "mediated device anew if it is right",
               device, what, found, meant);
  return FALSE;
}

gboolean
mdev_identity_check (const MdevIdentity *identity, const MdevIdentity *now, const char *name,
                     GError **error)
{
  if (!ccw_dev_id_equal (&identity->device, &now->device))
    return fail_as_renumbered (identity, now, name, error);
  return check_part (identity, "control unit type", identity->cutype, now->cutype, error)
         && check_part (identity, "device type", identity->devtype, now->devtype, error)
         && check_part (identity, "unique id", identity->uid, now->uid, error);
}

/* --- kept ---------------------------------------------------------------- */

static char *
make_base_path (const CcwPaths *paths)
{
  return g_build_filename (ccw_paths_state_dir (paths), "identities", NULL);
}

static char *
make_path (const CcwPaths *paths, const char *uuid, const CcwDevId *parent)
{
  g_autofree char *base = make_base_path (paths);
  g_autofree char *folder = ccw_dev_id_to_string (parent);
  g_autofree char *file = g_ascii_strdown (uuid, -1);

  return g_build_filename (base, folder, file, NULL);
}

MdevIdentity *
mdev_identity_load (const CcwPaths *paths, const char *uuid, const CcwDevId *parent, GError **error)
{
  g_autofree char *path = make_path (paths, uuid, parent);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (MdevIdentity) identity = g_new0 (MdevIdentity, 1);
  g_autofree char *number = NULL;

  if (!mdev_keyfile_load (file, path, error) || !g_key_file_has_group (file, GROUP))
    return NULL;
  number = g_key_file_get_string (file, GROUP, "number", NULL);
  if (number == NULL || !ccw_dev_id_parse (number, &identity->device, NULL))
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM,
                   "could not understand %s: define the mediated device anew", path);
      return NULL;
    }
  identity->cutype = g_key_file_get_string (file, GROUP, "cutype", NULL);
  identity->devtype = g_key_file_get_string (file, GROUP, "devtype", NULL);
  identity->uid = g_key_file_get_string (file, GROUP, "uid", NULL);
  return g_steal_pointer (&identity);
}

MdevIdentity *
mdev_identity_renew (const CcwPaths *paths, const char *uuid, const CcwDevId *parent)
{
  g_autoptr (MdevIdentity) now = mdev_identity_read (parent);
  g_autoptr (MdevIdentity) kept = NULL;

  if (now == NULL || now->cutype != NULL)
    return g_steal_pointer (&now);
  kept = mdev_identity_load (paths, uuid, parent, NULL);
  if (kept != NULL && ccw_dev_id_equal (&kept->device, &now->device))
    mdev_identity_complete (now, kept);
  return g_steal_pointer (&now);
}

gboolean
mdev_identity_save (const MdevIdentity *identity, const CcwPaths *paths, const char *uuid,
                    const CcwDevId *parent, GError **error)
{
  g_autofree char *path = make_path (paths, uuid, parent);
  g_autofree char *number = ccw_dev_id_to_string (&identity->device);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  mdev_keyfile_put (file, GROUP, "number", number);
  mdev_keyfile_put (file, GROUP, "cutype", identity->cutype);
  mdev_keyfile_put (file, GROUP, "devtype", identity->devtype);
  mdev_keyfile_put (file, GROUP, "uid", identity->uid);
  return mdev_keyfile_save (file, path, error);
}

static void
foreach_on (const char *path, const CcwDevId *parent, MdevIdentityFunc func, gpointer user_data)
{
  g_autoptr (GPtrArray) files = ccw_sysfs_list (path);

  for (guint i = 0; i < files->len; i++)
    if (mdev_uuid_is_valid (g_ptr_array_index (files, i)))
      func (g_ptr_array_index (files, i), parent, user_data);
}

void
mdev_identity_foreach (const CcwPaths *paths, MdevIdentityFunc func, gpointer user_data)
{
  g_autofree char *base = make_base_path (paths);
  g_autoptr (GPtrArray) folders = ccw_sysfs_list (base);

  for (guint i = 0; i < folders->len; i++)
    {
      const char *folder = g_ptr_array_index (folders, i);
      g_autofree char *path = g_build_filename (base, folder, NULL);
      CcwDevId parent;

      if (ccw_dev_id_parse (folder, &parent, NULL))
        foreach_on (path, &parent, func, user_data);
    }
}

static void
sweep_folder (const char *folder)
{
  g_autoptr (GPtrArray) names = ccw_sysfs_list (folder);

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *unfinished = mdev_keyfile_get_unfinished (name);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (unfinished != NULL && mdev_uuid_is_valid (unfinished))
        mdev_keyfile_remove (path, NULL);
    }
}

void
mdev_identity_sweep (const CcwPaths *paths)
{
  g_autofree char *base = make_base_path (paths);
  g_autoptr (GPtrArray) folders = ccw_sysfs_list (base);

  for (guint i = 0; i < folders->len; i++)
    {
      g_autofree char *folder = g_build_filename (base, g_ptr_array_index (folders, i), NULL);

      sweep_folder (folder);
      g_rmdir (folder); /* succeeds only when nothing was kept but that */
    }
}

gboolean
mdev_identity_forget (const CcwPaths *paths, const char *uuid, const CcwDevId *parent,
                      GError **error)
{
  g_autofree char *path = make_path (paths, uuid, parent);
  g_autofree char *folder = g_path_get_dirname (path);

  if (!mdev_keyfile_remove (path, error))
    return FALSE;
  g_rmdir (folder); /* succeeds only when nothing else is kept of the subchannel */
  return TRUE;
}
