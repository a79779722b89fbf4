/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu-hook/guest-note.h"

#include "ccw/error.h"
#include "mdev/config.h"
#include "mdev/keyfile.h"

#define FOLDER "guests"
#define GROUP "guest"

void
guest_note_free (GuestNote *note)
{
  if (note == NULL)
    return;
  g_free (note->mdev);
  g_free (note->domain);
  g_free (note->domain_name);
  g_free (note);
}

static char *
make_path (const CcwPaths *paths, const char *mdev)
{
  return g_build_filename (ccw_paths_run_dir (paths), FOLDER, mdev, NULL);
}

static gboolean
read_parent (GKeyFile *file, CcwDevId *parent)
{
  g_autofree char *text = g_key_file_get_string (file, GROUP, "parent", NULL);

  return text != NULL && ccw_dev_id_parse (text, parent, NULL);
}

GuestNote *
guest_note_load (const CcwPaths *paths, const char *mdev, GError **error)
{
  g_autofree char *path = make_path (paths, mdev);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GuestNote) note = g_new0 (GuestNote, 1);

  if (!mdev_keyfile_load (file, path, error) || !g_key_file_has_group (file, GROUP))
    return NULL;
  note->mdev = g_strdup (mdev);
  note->domain = g_key_file_get_string (file, GROUP, "domain", NULL);
  note->domain_name = g_key_file_get_string (file, GROUP, "name", NULL);
  note->instance = g_key_file_get_uint64 (file, GROUP, "instance", NULL);
  note->keep_bound = g_key_file_get_boolean (file, GROUP, "keep-bound", NULL);
  note->ended = g_key_file_get_boolean (file, GROUP, "ended", NULL);
  if (note->domain != NULL && read_parent (file, &note->parent))
    return g_steal_pointer (&note);
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM,
               "could not understand %s: remove it once its mediated device is in order", path);
  return NULL;
}

gboolean
guest_note_save (const GuestNote *note, const CcwPaths *paths, GError **error)
{
  g_autofree char *path = make_path (paths, note->mdev);
  g_autofree char *parent = ccw_dev_id_to_string (&note->parent);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  mdev_keyfile_put (file, GROUP, "domain", note->domain);
  mdev_keyfile_put (file, GROUP, "name", note->domain_name);
  mdev_keyfile_put (file, GROUP, "parent", parent);
  g_key_file_set_boolean (file, GROUP, "keep-bound", note->keep_bound);
  if (note->ended)
    g_key_file_set_boolean (file, GROUP, "ended", TRUE);
  if (note->instance != 0)
    g_key_file_set_uint64 (file, GROUP, "instance", note->instance);
  return mdev_keyfile_save (file, path, error);
}

gboolean
guest_note_remove (const GuestNote *note, const CcwPaths *paths, GError **error)
{
  g_autofree char *path = make_path (paths, note->mdev);

  return mdev_keyfile_remove (path, error);
}

/* Beside the notes lie those that were just being written when somebody was killed. */
static const char *
read_name (GDir *dir)
{
  const char *name;

  do
    name = g_dir_read_name (dir);
  while (name != NULL && !mdev_uuid_is_valid (name));
  return name;
}

static GDir *
open_folder (const CcwPaths *paths)
{
  g_autofree char *folder = g_build_filename (ccw_paths_run_dir (paths), FOLDER, NULL);

  return g_dir_open (folder, 0, NULL);
}

gboolean
guest_note_any (const CcwPaths *paths)
{
  g_autoptr (GDir) dir = open_folder (paths);

  return dir != NULL && read_name (dir) != NULL;
}

static gboolean
is_of (const CcwPaths *paths, const char *mdev, const char *domain)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GuestNote) note = guest_note_load (paths, mdev, &error);

  if (error != NULL)
    g_warning ("%s", error->message);
  if (note == NULL)
    return FALSE;
  return domain != NULL ? g_str_equal (note->domain, domain) : note->ended;
}

GPtrArray *
guest_note_list (const CcwPaths *paths, const char *domain)
{
  g_autoptr (GDir) dir = open_folder (paths);
  GPtrArray *mdevs = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = read_name (dir)) != NULL)
    if (is_of (paths, name, domain))
      g_ptr_array_add (mdevs, g_strdup (name));
  return mdevs;
}
