/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/touched.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "ccw/error.h"
#include "ccw/sysfs.h"

#define FOLDER_MODE 0755
#define MARK_MODE 0644

gboolean
mdev_mark_make (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = -1;

  if (g_mkdir_with_parents (folder, FOLDER_MODE) == 0)
    fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, MARK_MODE);
  if (fd < 0)
    return FALSE;
  close (fd);
  return TRUE;
}

static char *
make_path (const CcwPaths *paths, const CcwDevId *subchannel)
{
  g_autofree char *name = ccw_dev_id_to_string (subchannel);

  return g_build_filename (ccw_paths_run_dir (paths), "touched", name, NULL);
}

gboolean
mdev_touched_note (const CcwPaths *paths, const CcwDevId *subchannel, GError **error)
{
  g_autofree char *path = make_path (paths, subchannel);

  if (mdev_mark_make (path))
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not write %s: %s", path,
               g_strerror (errno));
  return FALSE;
}

gboolean
mdev_touched (const CcwPaths *paths, const CcwDevId *subchannel)
{
  g_autofree char *path = make_path (paths, subchannel);

  return ccw_sysfs_exists (path);
}
