/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ccw/error.h"
#include "ccw/sysfs.h"
#include "mdev/store-private.h"

#define FILE_MODE 0644

/* Of files that are being written. mdevctl overlooks what begins with a dot. */
#define TEMPORARY_PREFIX ".virt-ccw-"

gboolean
mdev_store_check_writable (MdevStore *store, const CcwDevId *parent, GError **error)
{
  g_autofree char *name = ccw_dev_id_to_string (parent);
  g_autofree char *path = g_build_filename (store->base, name, NULL);

  if (faccessat (AT_FDCWD, path, W_OK, AT_EACCESS) == 0)
    return TRUE;
  mdev_store_set_system_error (error, errno, "change", path);
  return FALSE;
}

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
  if (mkdir (path, MDEV_STORE_FOLDER_MODE) == 0)
    return chmod (path, MDEV_STORE_FOLDER_MODE) == 0;
  return errno == EEXIST;
}

/* What is larger would be ignored when it is read again. */
static gboolean
check_size (const MdevConfig *config, const char *text, GError **error)
{
  if (strlen (text) <= MDEV_STORE_FILE_SIZE_MAX)
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
               "the definition of mediated device %s would be larger than %d bytes",
               mdev_config_get_uuid (config), MDEV_STORE_FILE_SIZE_MAX);
  return FALSE;
}

static gboolean
write_config (MdevStore *store, const char *path, const char *text, gboolean replace)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *temporary = NULL;
  int reason;

  if (g_mkdir_with_parents (store->base, MDEV_STORE_FOLDER_MODE) == 0 && make_folder (folder))
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
  g_autofree char *key = mdev_store_make_key (mdev_config_get_uuid (config), parent);
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
        mdev_store_set_system_error (error, errno, "write", path);
      return FALSE;
    }
  mdev_store_put_config (store, key, mdev_config_copy (config));
  return TRUE;
}

gboolean
mdev_store_remove (MdevStore *store, const char *uuid, const CcwDevId *parent, GError **error)
{
  g_autofree char *key = mdev_store_make_key (uuid, parent);
  g_autofree char *path = g_build_filename (store->base, key, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  int reason = unlink (path) < 0 ? errno : 0;

  if (reason == ENOENT || reason == ENOTDIR)
    {
      g_autofree char *name = ccw_dev_id_to_string (parent);

      mdev_store_drop_config (store, key);
      g_set_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND, "mediated device %s is not defined on %s",
                   uuid, name);
      return FALSE;
    }
  if (reason != 0)
    {
      mdev_store_set_system_error (error, reason, "remove", path);
      return FALSE;
    }
  sync_folder (rmdir (folder) == 0 ? store->base : folder);
  mdev_store_drop_config (store, key);
  return TRUE;
}
