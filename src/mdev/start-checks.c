/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/start-checks.h"

#include "ccw/error.h"
#include "ccw/sysfs.h"
#include "mdev/patience.h"
#include "mdev/subchannel.h"

/* css_subchannel type of I/O subchannels */
#define TYPE_IO "0"

/* The kernel senses a device that has come within some milliseconds. */
#define RECOGNITION_PATIENCE_MS 2000

gboolean
mdev_check_type (const char *type, GError **error)
{
  if (g_str_equal (type, MDEV_TYPE_VFIO_CCW))
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_UNSUPPORTED,
               "a subchannel does not offer mediated devices of type '%s': use '%s'", type,
               MDEV_TYPE_VFIO_CCW);
  return FALSE;
}

gboolean
mdev_check_type_and_driver (const MdevConfig *config, GError **error)
{
  if (!mdev_check_type (mdev_config_get_type (config), error))
    return FALSE;
  if (ccw_sysfs_exists (CCW_SYSFS_CSS_BUS "/drivers/" MDEV_DRIVER_VFIO_CCW))
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_UNSUPPORTED,
               "the kernel has no vfio_ccw driver now: load it by 'modprobe vfio_ccw', or "
               "install virt-ccw's kernel module where the kernel comes without one");
  return FALSE;
}

gboolean
mdev_check_parent (const CcwDevId *parent, const char *name, GError **error)
{
  g_autofree char *path = ccw_sysfs_subchannel_path (parent, "type");
  g_autofree char *type = ccw_sysfs_read (path, NULL);
  CcwDevId device;

  if (type == NULL)
    g_set_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND, "there is no subchannel %s", name);
  else if (!g_str_equal (type, TYPE_IO))
    g_set_error (error, CCW_ERROR, CCW_ERROR_UNSUPPORTED,
                 "%s is not an I/O subchannel (its type is %s)", name, type);
  else if (!ccw_sysfs_subchannel_device (parent, &device))
    g_set_error (error, CCW_ERROR, CCW_ERROR_STATE, "there is no device on subchannel %s", name);
  else
    return TRUE;
  return FALSE;
}

/* The host's driver still finds out what the device is: nobody can tell whether it is right. */
static gboolean
is_being_recognised (const CcwDevId *parent, const MdevIdentity *now)
{
  g_autofree char *driver = mdev_subchannel_read_driver (parent);

  return now->cutype == NULL && g_strcmp0 (driver, MDEV_DRIVER_IO) == 0;
}

/* As mdev_identity_read(); one that is being recognised gets the time for it. */
static MdevIdentity *
read_recognised (const CcwDevId *parent)
{
  MdevPatience patience = mdev_patience_begin (RECOGNITION_PATIENCE_MS);
  MdevIdentity *now = mdev_identity_read (parent);

  while (now != NULL && is_being_recognised (parent, now) && mdev_patience_wait (&patience))
    {
      mdev_identity_free (now);
      now = mdev_identity_read (parent);
    }
  return now;
}

gboolean
mdev_check_device (const MdevIdentity *meant, const CcwDevId *parent, const char *name,
                   GError **error)
{
  g_autoptr (MdevIdentity) now
      = meant->cutype == NULL ? mdev_identity_read (parent) : read_recognised (parent);

  if (now == NULL || !mdev_identity_check (meant, now, name, error))
    return now == NULL;
  if (meant->cutype == NULL || !is_being_recognised (parent, now))
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_STATE,
               "what device there is on subchannel %s is not known yet; try again", name);
  return FALSE;
}

gboolean
mdev_check_identity (const CcwPaths *paths, const MdevConfig *config, const char *name,
                     GError **error)
{
  const CcwDevId *parent = mdev_config_get_parent (config);
  g_autoptr (GError) reason = NULL;
  g_autoptr (MdevIdentity) meant
      = mdev_identity_load (paths, mdev_config_get_uuid (config), parent, &reason);

  if (reason != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  return meant == NULL || mdev_check_device (meant, parent, name, error);
}

gboolean
mdev_check_uuid (const char *uuid, GError **error)
{
  g_autofree char *path = ccw_sysfs_mdev_path (uuid, NULL);
  g_autofree char *folder = ccw_sysfs_resolve (path);

  if (folder == NULL)
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_EXISTS, "mediated device %s exists already: %s", uuid,
               folder);
  return FALSE;
}

gboolean
mdev_check_free (const CcwDevId *parent, const char *name, GError **error)
{
  g_autofree char *path
      = mdev_subchannel_type_path (parent, MDEV_TYPE_VFIO_CCW, "available_instances");
  g_autofree char *available = ccw_sysfs_read (path, NULL);
  g_autofree char *uuid = mdev_subchannel_find_mdev (parent);

  if (g_strcmp0 (available, "0") != 0)
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_IN_USE,
               "subchannel %s has its one mediated device already: %s", name,
               uuid != NULL ? uuid : "(it is being made)");
  return FALSE;
}

gboolean
mdev_check_override (const char *override, const char *name, GError **error)
{
  if (override == NULL || g_str_equal (override, MDEV_DRIVER_VFIO_CCW))
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_STATE,
               "subchannel %s is reserved for driver %s: its driver_override was set by somebody "
               "else; undo that first, for instance by 'driverctl -b css unset-override %s'",
               name, override, name);
  return FALSE;
}

gboolean
mdev_check_driver (const char *driver, const char *name, GError **error)
{
  if (driver == NULL || g_str_equal (driver, MDEV_DRIVER_IO))
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_STATE,
               "subchannel %s is bound to driver %s, which is neither the host's nor vfio_ccw",
               name, driver);
  return FALSE;
}
