/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/open-files.h"

#include <string.h>
#include <sys/stat.h>

#include "ccw/sysfs.h"

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

/* What @fd_path, a link in /proc/PID/fd, leads to, if that is one of @nodes. */
static char *
find_node (const char *fd_path, const GPtrArray *nodes)
{
  g_autofree char *target = g_file_read_link (fd_path, NULL);

  /* Whatever is not a node is not looked at: a stat() on a dead network file system would hang. */
  if (target == NULL || !g_str_has_prefix (target, "/dev/"))
    return NULL;
  for (guint i = 0; i < nodes->len; i++)
    if (is_same_node (g_ptr_array_index (nodes, i), target))
      return g_steal_pointer (&target);
  return NULL;
}

static char *
describe_opener (const char *process, const char *node)
{
  g_autofree char *path = g_build_filename ("/proc", process, "comm", NULL);
  g_autofree char *command = ccw_sysfs_read (path, NULL);

  return g_strdup_printf ("%s (process %s) has %s open", command != NULL ? command : "a program",
                          process, node);
}

static char *
find_opener_in (const char *process, const GPtrArray *nodes)
{
  g_autofree char *folder = g_build_filename ("/proc", process, "fd", NULL);
  g_autoptr (GPtrArray) fds = ccw_sysfs_list (folder);

  for (guint i = 0; i < fds->len; i++)
    {
      g_autofree char *fd_path = g_build_filename (folder, g_ptr_array_index (fds, i), NULL);
      g_autofree char *node = find_node (fd_path, nodes);

      if (node != NULL)
        return describe_opener (process, node);
    }
  return NULL;
}

char *
ccw_find_opener (const GPtrArray *nodes)
{
  g_autoptr (GPtrArray) processes = nodes->len > 0 ? ccw_sysfs_list ("/proc/") : NULL;

  for (guint i = 0; processes != NULL && i < processes->len; i++)
    {
      const char *process = g_ptr_array_index (processes, i);
      char *opener = g_ascii_isdigit (*process) ? find_opener_in (process, nodes) : NULL;

      if (opener != NULL)
        return opener;
    }
  return NULL;
}
