/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ccw/error.h"

/* sysfs gives an attribute as one page at most; pages are 4 KiB on s390x. */
#define ATTRIBUTE_MAX 4096

static char *
bus_path (const char *bus, const char *name, const char *leaf)
{
  return g_build_filename (bus, "devices", name, leaf, NULL);
}

char *
ccw_sysfs_subchannel_path (const CcwDevId *subchannel, const char *leaf)
{
  g_autofree char *name = ccw_dev_id_to_string (subchannel);

  return bus_path (CCW_SYSFS_CSS_BUS, name, leaf);
}

char *
ccw_sysfs_device_path (const CcwDevId *device, const char *leaf)
{
  g_autofree char *name = ccw_dev_id_to_string (device);

  return bus_path (CCW_SYSFS_CCW_BUS, name, leaf);
}

char *
ccw_sysfs_mdev_path (const char *uuid, const char *leaf)
{
  return bus_path (CCW_SYSFS_MDEV_BUS, uuid, leaf);
}

gboolean
ccw_sysfs_exists (const char *path)
{
  return access (path, F_OK) == 0;
}

static void
set_error_from_errno (GError **error, int reason, const char *doing, const char *path)
{
  gboolean missing = reason == ENOENT || reason == ENODEV || reason == ENOTDIR;

  g_set_error (error, CCW_ERROR, missing ? CCW_ERROR_NOT_FOUND : CCW_ERROR_SYSTEM,
               "could not %s %s: %s", doing, path, g_strerror (reason));
}

/*
 * Fills @buffer with what @fd gives at once, ends it by a NUL and closes @fd; -1
 * and errno on failure. An attribute is given whole: to ask whether there is more
 * would cost hosts with many devices a system call for each.
 */
static gssize
read_and_close (int fd, char *buffer, gsize size)
{
  gssize n;
  int reason;

  do
    n = read (fd, buffer, size - 1);
  while (n < 0 && errno == EINTR);

  reason = errno;
  close (fd);
  errno = reason;
  buffer[MAX (n, 0)] = '\0';
  return n;
}

char *
ccw_sysfs_read (const char *path, GError **error)
{
  char text[ATTRIBUTE_MAX + 1];
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0 || read_and_close (fd, text, sizeof text) < 0)
    {
      set_error_from_errno (error, errno, "read", path);
      return NULL;
    }
  return g_strdup (g_strstrip (text));
}

/* The kernel takes an order whole or not at all. */
static gboolean
write_and_close (int fd, const char *value)
{
  gsize length = strlen (value);
  gssize n = write (fd, value, length);
  int reason = n < 0 ? errno : EIO;

  close (fd);
  errno = reason;
  return n == (gssize) length;
}

gboolean
ccw_sysfs_write (const char *path, const char *value, GError **error)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  g_autofree char *shown = NULL;
  g_autofree char *doing = NULL;
  int reason;

  if (fd >= 0 && write_and_close (fd, value))
    return TRUE;

  reason = errno;
  shown = g_strchomp (g_strdup (value));
  doing = g_strdup_printf ("write '%s' to", shown);
  set_error_from_errno (error, reason, doing, path);
  errno = reason;
  return FALSE;
}

char *
ccw_sysfs_read_link_name (const char *path)
{
  char target[ATTRIBUTE_MAX];
  gssize n = readlink (path, target, sizeof target - 1);

  if (n < 0)
    return NULL;
  target[n] = '\0';
  return g_path_get_basename (target);
}

const char *
ccw_sysfs_read_link_name_at (int folder, const char *path, char *buffer, gsize size)
{
  gssize n = readlinkat (folder, path, buffer, size - 1);
  const char *slash;

  if (n < 0)
    return NULL;
  buffer[n] = '\0';
  slash = strrchr (buffer, '/');
  return slash != NULL ? slash + 1 : buffer;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
ccw_sysfs_list (const char *path)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

/* Some file systems do not tell in the folder what a name is of. */
static gboolean
is_folder (DIR *dir, const struct dirent *entry)
{
  struct stat status;

  if (entry->d_type != DT_UNKNOWN)
    return entry->d_type == DT_DIR;
  return fstatat (dirfd (dir), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0
         && S_ISDIR (status.st_mode);
}

GPtrArray *
ccw_sysfs_list_folders (const char *path)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  DIR *dir = opendir (path);
  const struct dirent *entry;

  while (dir != NULL && (entry = readdir (dir)) != NULL)
    if (entry->d_name[0] != '.' && is_folder (dir, entry))
      g_ptr_array_add (names, g_strdup (entry->d_name));
  if (dir != NULL)
    closedir (dir);
  g_ptr_array_sort (names, compare_names);
  return names;
}

char *
ccw_sysfs_resolve (const char *path)
{
  char *resolved = realpath (path, NULL);
  char *copy = g_strdup (resolved);

  free (resolved);
  return copy;
}

/* The ccw device registered below a subchannel: for kernels before 5.15,
 * without dev_busid, and for a device that is disconnected for now. */
static gboolean
find_child_device (const CcwDevId *subchannel, CcwDevId *device)
{
  g_autofree char *path = ccw_sysfs_subchannel_path (subchannel, NULL);
  g_autoptr (GPtrArray) names = ccw_sysfs_list (path);

  for (guint i = 0; i < names->len; i++)
    if (ccw_dev_id_parse (g_ptr_array_index (names, i), device, NULL))
      return TRUE;
  return FALSE;
}

gboolean
ccw_sysfs_subchannel_device (const CcwDevId *subchannel, CcwDevId *device)
{
  g_autofree char *path = ccw_sysfs_subchannel_path (subchannel, "dev_busid");
  g_autofree char *busid = ccw_sysfs_read (path, NULL);

  if (busid != NULL && ccw_dev_id_parse (busid, device, NULL))
    return TRUE;
  return find_child_device (subchannel, device);
}

gboolean
ccw_sysfs_device_subchannel (const CcwDevId *device, CcwDevId *subchannel)
{
  g_autoptr (GPtrArray) names = ccw_sysfs_list (CCW_SYSFS_CSS_BUS "/devices");
  CcwDevId found;

  for (guint i = 0; i < names->len; i++)
    if (ccw_dev_id_parse (g_ptr_array_index (names, i), subchannel, NULL)
        && ccw_sysfs_subchannel_device (subchannel, &found) && ccw_dev_id_equal (&found, device))
      return TRUE;
  return FALSE;
}

gboolean
ccw_sysfs_mdev_parent (const char *uuid, CcwDevId *parent)
{
  g_autofree char *link = ccw_sysfs_mdev_path (uuid, NULL);
  g_autofree char *folder = ccw_sysfs_resolve (link);
  g_autofree char *parent_folder = NULL;
  g_autofree char *name = NULL;
  g_autofree char *subsystem_link = NULL;
  g_autofree char *subsystem = NULL;

  if (folder == NULL)
    return FALSE;
  parent_folder = g_path_get_dirname (folder);
  name = g_path_get_basename (parent_folder);
  subsystem_link = g_build_filename (parent_folder, "subsystem", NULL);
  subsystem = ccw_sysfs_read_link_name (subsystem_link);
  return g_strcmp0 (subsystem, "css") == 0 && ccw_dev_id_parse (name, parent, NULL);
}

guint64
ccw_sysfs_mdev_instance (const char *uuid)
{
  g_autofree char *path = ccw_sysfs_mdev_path (uuid, NULL);
  struct stat status;

  return stat (path, &status) == 0 ? (guint64) status.st_ino : 0;
}
