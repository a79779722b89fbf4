/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/open-files.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "ccw/error.h"
#include "ccw/sysfs.h"

#define TARGET_SIZE 4096

/* Device number of a node, 0 when there is none. */
static dev_t
device_number (const char *path)
{
  struct stat status;

  if (stat (path, &status) < 0 || (!S_ISCHR (status.st_mode) && !S_ISBLK (status.st_mode)))
    return 0;
  return status.st_rdev;
}

static gboolean
is_same_node (const char *a, const char *b)
{
  dev_t number;

  if (g_str_equal (a, b))
    return TRUE;
  number = device_number (a);
  return number != 0 && number == device_number (b);
}

static gboolean
is_one_of (const char *target, const GPtrArray *nodes)
{
  /* Whatever is not a node is not looked at: a stat() on a dead network file system would hang. */
  if (!g_str_has_prefix (target, "/dev/"))
    return FALSE;
  for (guint i = 0; i < nodes->len; i++)
    if (is_same_node (g_ptr_array_index (nodes, i), target))
      return TRUE;
  return FALSE;
}

static char *
describe_opener (const char *process, const char *node)
{
  g_autofree char *path = g_build_filename ("/proc", process, "comm", NULL);
  g_autofree char *command = ccw_sysfs_read (path, NULL);

  return g_strdup_printf ("%s (process %s) has %s open", command != NULL ? command : "a program",
                          process, node);
}

/* Processes come and go meanwhile: one that has no folder any more has nothing open. */
static char *
find_opener_in (const char *process, const GPtrArray *nodes, GError **error)
{
  g_autofree char *path = g_build_filename ("/proc", process, "fd", NULL);
  DIR *folder = opendir (path);
  char target[TARGET_SIZE];
  char *opener = NULL;
  struct dirent *entry;

  if (folder == NULL && errno != ENOENT && errno != ESRCH)
    g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not find out what is open in %s: %s",
                 path, g_strerror (errno));
  while (folder != NULL && opener == NULL && (entry = readdir (folder)) != NULL)
    if (ccw_sysfs_read_link_name_at (dirfd (folder), entry->d_name, target, sizeof target) != NULL
        && is_one_of (target, nodes))
      opener = describe_opener (process, target);
  if (folder != NULL)
    closedir (folder);
  return opener;
}

char *
ccw_find_opener (const GPtrArray *nodes, GError **error)
{
  g_autoptr (GPtrArray) processes = nodes->len > 0 ? ccw_sysfs_list ("/proc/") : NULL;

  for (guint i = 0; processes != NULL && i < processes->len; i++)
    {
      g_autoptr (GError) reason = NULL;
      const char *process = g_ptr_array_index (processes, i);
      char *opener = g_ascii_isdigit (*process) ? find_opener_in (process, nodes, &reason)
                                                  : NULL;

      if (reason != NULL)
        g_propagate_error (error, g_steal_pointer (&reason));
      else if (opener == NULL)
        continue;
      return opener;
    }
  return NULL;
}
