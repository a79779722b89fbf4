/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * virt-ccw-early DEVICE: for udev's rules alone, see data/40-virt-ccw.rules
 * and mdev/early.h.
 */
#include "ccw/error.h"
#include "ccw/sysfs.h"
#include "ccw/usage.h"
#include "mdev/early.h"

#define DRIVER_FOLDER CCW_SYSFS_CSS_BUS "/drivers/vfio_ccw"

static const char usage[] = "Usage: virt-ccw-early DEVICE\n\n"
                            "For udev's rules; see virt-ccw-early(8).\n";

/* What udev's programs print is seen while somebody debugs udev; the journal is read by all. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if (g_log_writer_journald (level, fields, n_fields, user_data) == G_LOG_WRITER_HANDLED)
    return G_LOG_WRITER_HANDLED;
  return g_log_writer_standard_streams (level, fields, n_fields, user_data);
}

/* Where the kernel itself looks for it; programs of udev have no PATH. */
#define MODPROBE "/sbin/modprobe"

/* What modules-load.d names may not have been loaded so early. That it fails shows soon enough. */
static void
load_driver (void)
{
  const char *argv[] = { MODPROBE, "--quiet", "vfio_ccw", NULL };

  if (!ccw_sysfs_exists (DRIVER_FOLDER))
    g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, NULL, NULL);
}

static CcwExit
start (const CcwDevId *device, const char *name)
{
  g_autoptr (CcwPaths) paths = ccw_paths_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *uuid = NULL;

  load_driver ();
  if (!mdev_start_early (paths, device, &uuid, &error))
    g_warning ("device %s was to be taken from the host before it is used: %s", name,
               error->message);
  else if (uuid != NULL)
    g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "DEVNO", name, "MDEV_UUID", uuid,
                      "MESSAGE", "device %s was taken from the host for mediated device %s", name,
                      uuid);
  return ccw_exit_from_error (error);
}

int
main (int argc, char **argv)
{
  CcwDevId device;

  if (ccw_usage_answer (argc, argv, "virt-ccw-early", usage))
    return CCW_EXIT_DONE;
  if (argc != 2 || !ccw_dev_id_parse (argv[1], &device, NULL))
    {
      g_printerr ("%s", usage);
      return CCW_EXIT_USAGE;
    }
  g_log_set_writer_func (write_log, NULL, NULL);
  return (int) start (&device, argv[1]);
}
