/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/subchannel.h"

#include "ccw/sysfs.h"
#include "mdev/config.h"

/* What the kernel prints for a NULL string. */
#define NO_OVERRIDE "(null)"

char *
mdev_subchannel_read_driver (const CcwDevId *subchannel)
{
  g_autofree char *path = ccw_sysfs_subchannel_path (subchannel, "driver");

  return ccw_sysfs_read_link_name (path);
}

gboolean
mdev_subchannel_is_bound (const CcwDevId *subchannel)
{
  g_autofree char *driver = mdev_subchannel_read_driver (subchannel);

  return g_strcmp0 (driver, MDEV_DRIVER_VFIO_CCW) == 0;
}

char *
mdev_subchannel_read_override (const CcwDevId *subchannel)
{
  g_autofree char *path = ccw_sysfs_subchannel_path (subchannel, "driver_override");
  char *driver = ccw_sysfs_read (path, NULL);

  if (driver != NULL && (*driver == '\0' || g_str_equal (driver, NO_OVERRIDE)))
    g_clear_pointer (&driver, g_free);
  return driver;
}

char *
mdev_subchannel_type_path (const CcwDevId *subchannel, const char *type, const char *leaf)
{
  g_autofree char *types = ccw_sysfs_subchannel_path (subchannel, "mdev_supported_types");

  return g_build_filename (types, type != NULL ? type : MDEV_TYPE_VFIO_CCW, leaf, NULL);
}

gboolean
mdev_device_is_online (const CcwDevId *device)
{
  g_autofree char *path = ccw_sysfs_device_path (device, "online");
  g_autofree char *online = ccw_sysfs_read (path, NULL);

  return g_strcmp0 (online, "1") == 0;
}

/*
 * Its folder outlives the event that tells of its removal; its place on the
 * bus does not (device_del(), drivers/base/core.c).
 */
static gboolean
is_on_bus (const char *uuid)
{
  g_autofree char *path = ccw_sysfs_mdev_path (uuid, NULL);

  return ccw_sysfs_exists (path);
}

char *
mdev_subchannel_find_mdev (const CcwDevId *subchannel)
{
  g_autofree char *path = ccw_sysfs_subchannel_path (subchannel, NULL);
  g_autoptr (GPtrArray) names = ccw_sysfs_list (path);

  for (guint i = 0; i < names->len; i++)
    if (mdev_uuid_is_valid (g_ptr_array_index (names, i))
        && is_on_bus (g_ptr_array_index (names, i)))
      return g_strdup (g_ptr_array_index (names, i));
  return NULL;
}
