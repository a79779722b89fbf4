/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu-hook/guest-note.h"

#include "ccw/error.h"
#include "mdev/config.h"
#include "mdev/keyfile.h"

#define FOLDER "guests"
#define GROUP "guest"
#define DAEMONS "daemons" /* group: by domain */

static void
claim_free (gpointer data)
{
  GuestClaim *claim = data;

  g_free (claim->domain);
  g_free (claim->daemon);
  g_free (claim);
}

GuestNote *
guest_note_new (const char *mdev, const CcwDevId *parent)
{
  GuestNote *note = g_new0 (GuestNote, 1);

  note->mdev = g_strdup (mdev);
  note->parent = *parent;
  note->claims = g_ptr_array_new_with_free_func (claim_free);
  return note;
}

void
guest_note_free (GuestNote *note)
{
  if (note == NULL)
    return;
  g_free (note->mdev);
  g_ptr_array_unref (note->claims);
  g_free (note->domain_name);
  g_free (note);
}

static gboolean
is_claim_of (gconstpointer claim, gconstpointer domain)
{
  return g_str_equal (((const GuestClaim *) claim)->domain, domain);
}

static gboolean
find_claim (const GuestNote *note, const char *domain, guint *position)
{
  return g_ptr_array_find_with_equal_func (note->claims, domain, is_claim_of, position);
}

static GuestClaim *
add_claim (GuestNote *note, const char *domain)
{
  GuestClaim *claim = g_new0 (GuestClaim, 1);

  claim->domain = g_strdup (domain);
  g_ptr_array_add (note->claims, claim);
  return claim;
}

void
guest_note_add_domain (GuestNote *note, const char *domain, const char *daemon)
{
  guint position;
  GuestClaim *claim = find_claim (note, domain, &position)
                          ? g_ptr_array_index (note->claims, position)
                          : add_claim (note, domain);

  g_free (claim->daemon);
  claim->daemon = g_strdup (daemon);
}

gboolean
guest_note_is_of (const GuestNote *note, const char *domain)
{
  return find_claim (note, domain, NULL);
}

void
guest_note_remove_domain (GuestNote *note, const char *domain)
{
  guint position;

  if (find_claim (note, domain, &position))
    g_ptr_array_remove_index (note->claims, position);
}

/* Claims, which stay the note's, but for that of @besides. */
static GPtrArray *
list_claims_of_gone (const GuestNote *note, const char *besides)
{
  GPtrArray *gone = g_ptr_array_new ();

  for (guint i = 0; i < note->claims->len; i++)
    {
      const GuestClaim *claim = g_ptr_array_index (note->claims, i);

      if (!g_str_equal (claim->domain, besides) && claim->daemon != NULL
          && libvirt_process_is_gone (claim->daemon))
        g_ptr_array_add (gone, (gpointer) claim);
    }
  return gone;
}

/* The daemons first: one that is gone starts no emulator after it was looked for that. */
gboolean
guest_note_forget_lost (GuestNote *note, const char *besides, LibvirtEmulators *emulators)
{
  g_autoptr (GPtrArray) gone = list_claims_of_gone (note, besides);
  guint before = note->claims->len;

  for (guint i = 0; i < gone->len; i++)
    {
      GuestClaim *claim = g_ptr_array_index (gone, i);

      if (!libvirt_emulators_run (emulators, claim->domain))
        g_ptr_array_remove (note->claims, claim);
    }
  return note->claims->len < before;
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

static void
read_claim (GKeyFile *file, GuestNote *note, const char *domain)
{
  g_autofree char *daemon = g_key_file_get_string (file, DAEMONS, domain, NULL);

  guest_note_add_domain (note, domain, daemon);
}

static void
read_claims (GKeyFile *file, GuestNote *note)
{
  g_autofree char *first = g_key_file_get_string (file, GROUP, "domain", NULL);
  g_auto (GStrv) others = g_key_file_get_string_list (file, GROUP, "others", NULL, NULL);

  if (first != NULL)
    read_claim (file, note, first);
  for (gsize i = 0; others != NULL && others[i] != NULL; i++)
    read_claim (file, note, others[i]);
}

/* The first by itself, as there is no other almost always. */
static void
write_claims (GKeyFile *file, const GuestNote *note)
{
  g_autoptr (GPtrArray) others = g_ptr_array_new ();

  for (guint i = 0; i < note->claims->len; i++)
    {
      const GuestClaim *claim = g_ptr_array_index (note->claims, i);

      if (i == 0)
        mdev_keyfile_put (file, GROUP, "domain", claim->domain);
      else
        g_ptr_array_add (others, claim->domain);
      mdev_keyfile_put (file, DAEMONS, claim->domain, claim->daemon);
    }
  if (others->len > 0)
    g_key_file_set_string_list (file, GROUP, "others", (gpointer) others->pdata, others->len);
}

GuestNote *
guest_note_load (const CcwPaths *paths, const char *mdev, GError **error)
{
  g_autofree char *path = make_path (paths, mdev);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GuestNote) note = guest_note_new (mdev, &(CcwDevId){ 0 });

  if (!mdev_keyfile_load (file, path, error) || !g_key_file_has_group (file, GROUP))
    return NULL;
  read_claims (file, note);
  note->domain_name = g_key_file_get_string (file, GROUP, "name", NULL);
  note->instance = g_key_file_get_uint64 (file, GROUP, "instance", NULL);
  note->keep_bound = g_key_file_get_boolean (file, GROUP, "keep-bound", NULL);
  note->ended = g_key_file_get_boolean (file, GROUP, "ended", NULL);
  if (note->claims->len > 0 && read_parent (file, &note->parent))
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

  write_claims (file, note);
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
  return domain != NULL ? guest_note_is_of (note, domain) : note->ended;
}

GPtrArray *
guest_note_list_all (const CcwPaths *paths)
{
  g_autoptr (GDir) dir = open_folder (paths);
  GPtrArray *mdevs = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = read_name (dir)) != NULL)
    g_ptr_array_add (mdevs, g_strdup (name));
  return mdevs;
}

GPtrArray *
guest_note_list (const CcwPaths *paths, const char *domain)
{
  GPtrArray *mdevs = guest_note_list_all (paths);

  for (guint i = mdevs->len; i > 0; i--)
    if (!is_of (paths, g_ptr_array_index (mdevs, i - 1), domain))
      g_ptr_array_remove_index (mdevs, i - 1);
  return mdevs;
}
