/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ccw/error.h"
#include "ccw/sysfs.h"

#define FILE_MODE 0644
#define FOLDER_MODE 0755

/* A definition is some hundred bytes; whatever is larger than this is none. */
#define FILE_SIZE_MAX (64 * 1024)

/* Changes to the list of parents, and to the files of one parent. mdevctl
 * writes in place, so a file is read when it is closed, not when it is made. */
#define BASE_EVENTS (IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR)
#define PARENT_EVENTS (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR)

/* Of files that are being written. mdevctl overlooks what begins with a dot. */
#define TEMPORARY_PREFIX ".virt-ccw-"

struct _MdevStore
{
  char *base;             /* /etc/mdevctl.d */
  GHashTable *configs;    /* "PARENT/UUID" -> MdevConfig, both owned */
  GHashTable *by_parent;  /* key of its id -> GPtrArray of MdevConfig, owned by configs */
  GHashTable *by_uuid;    /* UUID, owned -> the same */
  GHashTable *unreadable; /* keys, owned, of files that are there and cannot be read */

  MdevStoreFunc listener;
  gpointer listener_data;

  int inotify; /* -1: not watching */
  int base_watch;
  GHashTable *watches; /* watch descriptor -> parent folder's name, owned */
  GSource *source;
};

/* --- names --------------------------------------------------------------- */

/* "0.0.0313/7e270a25-…", below the base and in the table alike. */
static char *
make_key (const char *uuid, const CcwDevId *parent)
{
  g_autofree char *folder = ccw_dev_id_to_string (parent);
  g_autofree char *file = g_ascii_strdown (uuid, -1);

  return g_build_filename (folder, file, NULL);
}

/* Only the spelling that we and mdevctl would write names a subchannel's folder. */
static gboolean
is_parent_name (const char *name, CcwDevId *parent)
{
  g_autofree char *canonical = NULL;

  if (!ccw_dev_id_parse (name, parent, NULL))
    return FALSE;
  canonical = ccw_dev_id_to_string (parent);
  return g_str_equal (canonical, name);
}

static gboolean
is_file_name (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return mdev_uuid_is_valid (name) && g_str_equal (lower, name);
}

static void
set_system_error (GError **error, int reason, const char *doing, const char *path)
{
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not %s %s: %s", doing, path,
               g_strerror (reason));
}

/* --- life ---------------------------------------------------------------- */

static void
unref_array (gpointer array)
{
  g_ptr_array_unref (array);
}

MdevStore *
mdev_store_new (const CcwPaths *paths)
{
  MdevStore *store = g_new0 (MdevStore, 1);

  store->base = g_strdup (ccw_paths_mdevctl_dir (paths));
  store->configs
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) mdev_config_free);
  store->by_parent = g_hash_table_new_full (NULL, NULL, NULL, unref_array);
  store->by_uuid = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unref_array);
  store->unreadable = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  store->watches = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  store->inotify = -1;
  store->base_watch = -1;
  return store;
}

void
mdev_store_free (MdevStore *store)
{
  if (store == NULL)
    return;
  if (store->source != NULL)
    g_source_destroy (store->source);
  g_clear_pointer (&store->source, g_source_unref);
  if (store->inotify >= 0)
    close (store->inotify);
  g_hash_table_unref (store->watches);
  g_hash_table_unref (store->unreadable);
  g_hash_table_unref (store->by_parent);
  g_hash_table_unref (store->by_uuid);
  g_hash_table_unref (store->configs);
  g_free (store->base);
  g_free (store);
}

void
mdev_store_set_listener (MdevStore *store, MdevStoreFunc func, gpointer user_data)
{
  store->listener = func;
  store->listener_data = user_data;
}

static void
notify (MdevStore *store, MdevStoreChange change, const MdevConfig *config)
{
  if (store->listener != NULL)
    store->listener (store, change, config, store->listener_data);
}

/* --- the image in memory ------------------------------------------------- */

/* Takes @key over, when it is new. */
static void
index_add (GHashTable *index, gpointer key, GDestroyNotify free_key, MdevConfig *config)
{
  GPtrArray *configs = g_hash_table_lookup (index, key);

  if (configs == NULL)
    {
      configs = g_ptr_array_new ();
      g_hash_table_insert (index, key, configs);
    }
  else if (free_key != NULL)
    free_key (key);
  g_ptr_array_add (configs, config);
}

static void
index_remove (GHashTable *index, gconstpointer key, MdevConfig *config)
{
  GPtrArray *configs = g_hash_table_lookup (index, key);

  g_ptr_array_remove_fast (configs, config);
  if (configs->len == 0)
    g_hash_table_remove (index, key);
}

static void
insert_config (MdevStore *store, const char *key, MdevConfig *config)
{
  g_hash_table_insert (store->configs, g_strdup (key), config);
  index_add (store->by_parent, ccw_dev_id_hash_key (mdev_config_get_parent (config)), NULL, config);
  index_add (store->by_uuid, g_strdup (mdev_config_get_uuid (config)), g_free, config);
}

/* Frees it. */
static void
remove_config (MdevStore *store, const char *key, MdevConfig *config)
{
  index_remove (store->by_parent, ccw_dev_id_hash_key (mdev_config_get_parent (config)), config);
  index_remove (store->by_uuid, mdev_config_get_uuid (config), config);
  g_hash_table_remove (store->configs, key);
}

/* Takes @config over. */
static void
put_config (MdevStore *store, const char *key, MdevConfig *config)
{
  MdevConfig *known = g_hash_table_lookup (store->configs, key);
  gboolean is_new = known == NULL;

  if (known != NULL && mdev_config_equal (known, config))
    {
      mdev_config_free (config);
      return;
    }
  if (known != NULL)
    remove_config (store, key, known);
  insert_config (store, key, config);
  notify (store, is_new ? MDEV_STORE_DEFINED : MDEV_STORE_UPDATED, config);
}

static void
drop_config (MdevStore *store, const char *key)
{
  MdevConfig *known = g_hash_table_lookup (store->configs, key);

  if (known == NULL)
    return;
  notify (store, MDEV_STORE_UNDEFINED, known);
  remove_config (store, key, known);
}

const MdevConfig *
mdev_store_get (MdevStore *store, const char *uuid, const CcwDevId *parent)
{
  g_autofree char *key = make_key (uuid, parent);

  return g_hash_table_lookup (store->configs, key);
}

static GPtrArray *
copy_array (GPtrArray *configs)
{
  return configs == NULL ? g_ptr_array_new () : g_ptr_array_copy (configs, NULL, NULL);
}

static int
compare_configs (gconstpointer a, gconstpointer b)
{
  const MdevConfig *left = *(const MdevConfig *const *) a;
  const MdevConfig *right = *(const MdevConfig *const *) b;
  int order = ccw_dev_id_compare (mdev_config_get_parent (left), mdev_config_get_parent (right));

  if (order != 0)
    return order;
  return strcmp (mdev_config_get_uuid (left), mdev_config_get_uuid (right));
}

GPtrArray *
mdev_store_list_on (MdevStore *store, const CcwDevId *parent)
{
  GPtrArray *list
      = copy_array (g_hash_table_lookup (store->by_parent, ccw_dev_id_hash_key (parent)));

  g_ptr_array_sort (list, compare_configs);
  return list;
}

GPtrArray *
mdev_store_list_uuid (MdevStore *store, const char *uuid)
{
  g_autofree char *key = g_ascii_strdown (uuid, -1);

  return copy_array (g_hash_table_lookup (store->by_uuid, key));
}

gboolean
mdev_store_has_file (MdevStore *store, const CcwDevId *parent)
{
  g_autofree char *name = ccw_dev_id_to_string (parent);
  g_autofree char *path = g_build_filename (store->base, name, NULL);
  g_autoptr (GPtrArray) files = ccw_sysfs_list (path);

  for (guint i = 0; i < files->len; i++)
    if (is_file_name (g_ptr_array_index (files, i)))
      return TRUE;
  return FALSE;
}

gboolean
mdev_store_has_file_of (MdevStore *store, const char *uuid, const CcwDevId *parent)
{
  g_autofree char *key = make_key (uuid, parent);
  g_autofree char *path = g_build_filename (store->base, key, NULL);

  return faccessat (AT_FDCWD, path, F_OK, AT_EACCESS) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

gboolean
mdev_store_check_writable (MdevStore *store, const CcwDevId *parent, GError **error)
{
  g_autofree char *name = ccw_dev_id_to_string (parent);
  g_autofree char *path = g_build_filename (store->base, name, NULL);

  if (faccessat (AT_FDCWD, path, W_OK, AT_EACCESS) == 0)
    return TRUE;
  set_system_error (error, errno, "change", path);
  return FALSE;
}

GPtrArray *
mdev_store_list (MdevStore *store)
{
  GPtrArray *list = g_ptr_array_sized_new (g_hash_table_size (store->configs));
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, store->configs);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (list, value);
  g_ptr_array_sort (list, compare_configs);
  return list;
}

/* --- reading ------------------------------------------------------------- */

/* The text of a regular file of bearable size; NULL without an error when there is no file. */
static char *
read_file (const char *path, gsize *length, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *text = NULL;
  struct stat status;

  if (stat (path, &status) < 0)
    {
      if (errno != ENOENT && errno != ENOTDIR)
        set_system_error (error, errno, "read", path);
      return NULL;
    }
  if (!S_ISREG (status.st_mode) || status.st_size > FILE_SIZE_MAX)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "not a file of at most %d bytes",
                   FILE_SIZE_MAX);
      return NULL;
    }
  if (g_file_get_contents (path, &text, length, &reason))
    return g_steal_pointer (&text);
  if (!g_error_matches (reason, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "%s", reason->message);
  return NULL;
}

/* NULL without an error when there is no file. */
static MdevConfig *
read_config (const char *path, const char *uuid, const CcwDevId *parent, GError **error)
{
  gsize length = 0;
  g_autofree char *text = read_file (path, &length, error);

  return text != NULL ? mdev_config_from_json (text, (gssize) length, uuid, parent, error) : NULL;
}

/* What was kept for the sake of a file that could not be read need not be kept any more. */
static void
notify_unreadable_gone (MdevStore *store, const CcwDevId *parent, const char *uuid)
{
  g_autoptr (MdevConfig) stand_in = mdev_config_new (uuid, parent, MDEV_TYPE_VFIO_CCW, NULL);

  notify (store, MDEV_STORE_UNDEFINED, stand_in);
}

/* Of a file that is gone, or, with @reason, cannot be read. */
static void
drop_entry (MdevStore *store, const CcwDevId *parent, const char *uuid, const char *key,
            const GError *reason)
{
  drop_config (store, key);
  if (reason != NULL)
    g_hash_table_add (store->unreadable, g_strdup (key));
  else if (g_hash_table_remove (store->unreadable, key))
    notify_unreadable_gone (store, parent, uuid);
}

/* Brings one entry up to date with its file; TRUE when there is one now. */
static gboolean
update_from_file (MdevStore *store, const CcwDevId *parent, const char *uuid)
{
  g_autofree char *key = make_key (uuid, parent);
  g_autofree char *path = g_build_filename (store->base, key, NULL);
  g_autoptr (GError) error = NULL;
  MdevConfig *config = read_config (path, uuid, parent, &error);

  if (config == NULL)
    {
      if (error != NULL)
        g_warning ("ignoring the mediated device in %s: %s", path, error->message);
      drop_entry (store, parent, uuid, key, error);
      return FALSE;
    }
  g_hash_table_remove (store->unreadable, key);
  put_config (store, key, config);
  return TRUE;
}

/* @seen: keys found, owned; may be NULL. */
static void
read_parent (MdevStore *store, const CcwDevId *parent, GHashTable *seen)
{
  g_autofree char *name = ccw_dev_id_to_string (parent);
  g_autofree char *path = g_build_filename (store->base, name, NULL);
  g_autoptr (GPtrArray) files = ccw_sysfs_list (path);

  for (guint i = 0; i < files->len; i++)
    {
      const char *uuid = g_ptr_array_index (files, i);

      if (is_file_name (uuid) && update_from_file (store, parent, uuid) && seen != NULL)
        g_hash_table_add (seen, make_key (uuid, parent));
    }
}

static void
drop_unseen (MdevStore *store, GHashTable *seen)
{
  g_autofree char **keys = (char **) g_hash_table_get_keys_as_array (store->configs, NULL);

  for (gsize i = 0; keys[i] != NULL; i++)
    if (!g_hash_table_contains (seen, keys[i]))
      drop_config (store, keys[i]);
}

/* @dir is NULL when there is no folder, which is no error. */
static gboolean
open_base (MdevStore *store, GDir **dir, GError **error)
{
  g_autoptr (GError) reason = NULL;

  *dir = g_dir_open (store->base, 0, &reason);
  if (*dir != NULL || g_error_matches (reason, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not read %s: %s", store->base,
               reason->message);
  return FALSE;
}

gboolean
mdev_store_load (MdevStore *store, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GDir) dir = NULL;
  const char *name;
  CcwDevId parent;

  if (!open_base (store, &dir, error))
    return FALSE;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (is_parent_name (name, &parent))
      read_parent (store, &parent, seen);
  drop_unseen (store, seen);
  return TRUE;
}

gboolean
mdev_store_load_uuid (MdevStore *store, const char *uuid, GError **error)
{
  g_autofree char *file = g_ascii_strdown (uuid, -1);
  g_autoptr (GDir) dir = NULL;
  const char *name;
  CcwDevId parent;

  if (!open_base (store, &dir, error))
    return FALSE;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (is_parent_name (name, &parent))
      update_from_file (store, &parent, file);
  return TRUE;
}

void
mdev_store_load_on (MdevStore *store, const CcwDevId *parent)
{
  read_parent (store, parent, NULL);
}

/* --- changes by others --------------------------------------------------- */

static gboolean
watch_parent (MdevStore *store, const CcwDevId *parent)
{
  g_autofree char *name = ccw_dev_id_to_string (parent);
  g_autofree char *path = g_build_filename (store->base, name, NULL);
  int watch;

  if (store->inotify < 0)
    return FALSE;
  watch = inotify_add_watch (store->inotify, path, PARENT_EVENTS);
  if (watch < 0)
    {
      if (errno != ENOENT && errno != ENOTDIR)
        g_warning ("could not watch %s: %s", path, g_strerror (errno));
      return FALSE;
    }
  g_hash_table_replace (store->watches, GINT_TO_POINTER (watch), g_steal_pointer (&name));
  return TRUE;
}

static gboolean
watch_base (MdevStore *store, GError **error)
{
  g_autoptr (GPtrArray) names = NULL;
  CcwDevId parent;

  if (g_mkdir_with_parents (store->base, FOLDER_MODE) == 0)
    store->base_watch = inotify_add_watch (store->inotify, store->base, BASE_EVENTS);
  if (store->base_watch < 0)
    {
      set_system_error (error, errno, "watch", store->base);
      return FALSE;
    }
  names = ccw_sysfs_list (store->base);
  for (guint i = 0; i < names->len; i++)
    if (is_parent_name (g_ptr_array_index (names, i), &parent))
      watch_parent (store, &parent);
  return TRUE;
}

/* Somebody removed the folder itself: there may be definitions again tomorrow. */
static void
watch_base_again (MdevStore *store)
{
  g_autoptr (GError) error = NULL;

  store->base_watch = -1;
  if (!watch_base (store, &error) || !mdev_store_load (store, &error))
    g_warning ("changes to persistent mediated devices are no longer seen: %s", error->message);
}

static void
reload_after_loss (MdevStore *store)
{
  g_autoptr (GError) error = NULL;

  if (!mdev_store_load (store, &error))
    g_warning ("could not read all persistent mediated devices again: %s", error->message);
}

/* A folder came or went below the base. Files may have been written to it
 * before it was watched: it is read after that. */
static void
handle_base_event (MdevStore *store, const char *name)
{
  CcwDevId parent;

  if (!is_parent_name (name, &parent))
    return;
  if (watch_parent (store, &parent))
    read_parent (store, &parent, NULL);
  else
    reload_after_loss (store);
}

static void
handle_event (MdevStore *store, const struct inotify_event *event)
{
  const char *folder = g_hash_table_lookup (store->watches, GINT_TO_POINTER (event->wd));
  CcwDevId parent;

  if (event->mask & IN_Q_OVERFLOW)
    reload_after_loss (store);
  else if (event->wd == store->base_watch && (event->mask & IN_IGNORED))
    watch_base_again (store);
  else if (event->mask & IN_IGNORED)
    g_hash_table_remove (store->watches, GINT_TO_POINTER (event->wd));
  else if (event->wd == store->base_watch && event->len > 0)
    handle_base_event (store, event->name);
  else if (folder != NULL && event->len > 0 && is_file_name (event->name)
           && is_parent_name (folder, &parent))
    update_from_file (store, &parent, event->name);
}

static gboolean
on_inotify_readable (int fd, GIOCondition condition, gpointer user_data)
{
  _Alignas(struct inotify_event) char buffer[16 * 1024];
  gssize length = read (fd, buffer, sizeof buffer);
  gssize offset = 0;

  while (offset < length)
    {
      const struct inotify_event *event = (gconstpointer) (buffer + offset);

      offset += (gssize) (sizeof *event + event->len);
      handle_event (user_data, event);
    }
  return G_SOURCE_CONTINUE;
}

gboolean
mdev_store_watch (MdevStore *store, GError **error)
{
  if (store->inotify >= 0)
    return TRUE;

  store->inotify = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  if (store->inotify < 0)
    {
      set_system_error (error, errno, "watch", store->base);
      return FALSE;
    }
  if (!watch_base (store, error))
    {
      close (store->inotify);
      store->inotify = -1;
      return FALSE;
    }
  store->source = g_unix_fd_source_new (store->inotify, G_IO_IN);
  g_source_set_callback (store->source, G_SOURCE_FUNC (on_inotify_readable), store, NULL);
  g_source_attach (store->source, g_main_context_get_thread_default ());
  return TRUE;
}

/* --- writing ------------------------------------------------------------- */

static gboolean
sync_folder (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean done = fd >= 0 && fsync (fd) == 0;

  if (fd >= 0)
    close (fd);
  return done;
}

static gboolean
write_all (int fd, const char *text)
{
  gsize left = strlen (text);

  while (left > 0)
    {
      gssize n = write (fd, text, left);

      if (n < 0 && errno != EINTR)
        return FALSE;
      if (n > 0)
        {
          text += n;
          left -= (gsize) n;
        }
    }
  return TRUE;
}

/*
 * Writes @text to a new file in the base folder, whose name comes back; NULL
 * and errno on failure. There, not in the parent's folder, since mdevctl
 * complains of every file in the latter that is not named by a UUID.
 */
static char *
write_temporary (MdevStore *store, const char *text)
{
  g_autofree char *path = g_build_filename (store->base, TEMPORARY_PREFIX "XXXXXX", NULL);
  int fd = g_mkstemp_full (path, O_WRONLY | O_CLOEXEC, FILE_MODE);
  gboolean done;
  int reason;

  if (fd < 0)
    return NULL;
  done = write_all (fd, text) && fchmod (fd, FILE_MODE) == 0 && fsync (fd) == 0;
  reason = errno;
  close (fd);
  if (done)
    return g_steal_pointer (&path);
  unlink (path);
  errno = reason;
  return NULL;
}

void
mdev_store_sweep (MdevStore *store)
{
  g_autoptr (GPtrArray) names = ccw_sysfs_list (store->base);

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *path = g_build_filename (store->base, name, NULL);

      if (g_str_has_prefix (name, TEMPORARY_PREFIX))
        unlink (path);
    }
}

/*
 * Unless to be replaced, a definition that somebody made meanwhile is not
 * lost. Not link(2): those who watch the folder would not see the file moved in.
 */
static gboolean
move_into_place (const char *temporary, const char *path, gboolean replace)
{
  int result = renameat2 (AT_FDCWD, temporary, AT_FDCWD, path, replace ? 0 : RENAME_NOREPLACE);
  int reason = errno;

  if (result < 0)
    unlink (temporary);
  errno = reason;
  return result == 0;
}

/* Whatever the umask: mdevctl and libvirt's own daemons read here, too. */
static gboolean
make_folder (const char *path)
{
  if (mkdir (path, FOLDER_MODE) == 0)
    return chmod (path, FOLDER_MODE) == 0;
  return errno == EEXIST;
}

/* What is larger would be ignored when it is read again. */
static gboolean
check_size (const MdevConfig *config, const char *text, GError **error)
{
  if (strlen (text) <= FILE_SIZE_MAX)
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
               "the definition of mediated device %s would be larger than %d bytes",
               mdev_config_get_uuid (config), FILE_SIZE_MAX);
  return FALSE;
}

static gboolean
write_config (MdevStore *store, const char *path, const char *text, gboolean replace)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *temporary = NULL;
  int reason;

  if (g_mkdir_with_parents (store->base, FOLDER_MODE) == 0 && make_folder (folder))
    temporary = write_temporary (store, text);
  if (temporary != NULL && move_into_place (temporary, path, replace))
    return sync_folder (folder) && sync_folder (store->base);

  reason = errno;
  rmdir (folder); /* succeeds only when it is empty, so when it was made for nothing */
  errno = reason;
  return FALSE;
}

gboolean
mdev_store_put (MdevStore *store, const MdevConfig *config, gboolean replace, GError **error)
{
  const CcwDevId *parent = mdev_config_get_parent (config);
  g_autofree char *key = make_key (mdev_config_get_uuid (config), parent);
  g_autofree char *path = g_build_filename (store->base, key, NULL);
  g_autofree char *text = mdev_config_to_json (config);

  if (!check_size (config, text, error))
    return FALSE;
  if (!write_config (store, path, text, replace))
    {
      if (errno == EEXIST && !replace)
        g_set_error (error, CCW_ERROR, CCW_ERROR_EXISTS,
                     "mediated device %s is already defined in %s", mdev_config_get_uuid (config),
                     path);
      else
        set_system_error (error, errno, "write", path);
      return FALSE;
    }
  put_config (store, key, mdev_config_copy (config));
  return TRUE;
}

gboolean
mdev_store_remove (MdevStore *store, const char *uuid, const CcwDevId *parent, GError **error)
{
  g_autofree char *key = make_key (uuid, parent);
  g_autofree char *path = g_build_filename (store->base, key, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  int reason = unlink (path) < 0 ? errno : 0;

  if (reason == ENOENT || reason == ENOTDIR)
    {
      g_autofree char *name = ccw_dev_id_to_string (parent);

      drop_config (store, key);
      g_set_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND, "mediated device %s is not defined on %s",
                   uuid, name);
      return FALSE;
    }
  if (reason != 0)
    {
      set_system_error (error, reason, "remove", path);
      return FALSE;
    }
  sync_folder (rmdir (folder) == 0 ? store->base : folder);
  drop_config (store, key);
  return TRUE;
}
