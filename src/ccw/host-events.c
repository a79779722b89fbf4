/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <glib-unix.h>
#include <libudev.h>

#include "ccw/error.h"
#include "ccw/host-private.h"

/* Room for the events of some 65,536 devices that appear at once. */
#define EVENT_BUFFER_BYTES (64 * 1024 * 1024)

/* Events handled in a row before others in the main loop get their turn. */
#define EVENTS_PER_DISPATCH 256

/*
 * Every event, whatever its action, means: look at this object. Its link on
 * the bus appears before the kernel says "add" and is gone before it says
 * "remove" (device_add() and device_del() in drivers/base/core.c), so sysfs
 * tells the truth, and an event that comes late finds nothing new.
 */
static void
handle_device_event (CcwHost *host, const CcwDevId *id)
{
  const CcwDevice *known = ccw_host_get_device (host, id);
  gboolean had_subchannel = known != NULL && known->has_subchannel;
  CcwDevId subchannel = had_subchannel ? known->subchannel : (CcwDevId){ 0 };

  ccw_host_update_device (host, id);
  if (had_subchannel)
    ccw_host_update_subchannel (host, &subchannel);
}

static void
handle_event (CcwHost *host, const char *subsystem, const char *name)
{
  CcwDevId id;

  if (g_strcmp0 (subsystem, "mdev") == 0 && ccw_host_is_mdev_name (name))
    ccw_host_update_mdev (host, name);
  else if (!ccw_dev_id_parse (name, &id, NULL))
    return;
  else if (g_strcmp0 (subsystem, "css") == 0)
    ccw_host_update_subchannel (host, &id);
  else if (g_strcmp0 (subsystem, "ccw") == 0)
    handle_device_event (host, &id);
}

static void
rescan_after_loss (CcwHost *host)
{
  g_autoptr (GError) error = NULL;

  g_info ("events were lost: reading all devices again");
  if (!ccw_host_scan (host, &error))
    g_warning ("could not read all devices again: %s", error->message);
}

/* FALSE when there is nothing more to receive. */
static gboolean
receive_event (CcwHost *host)
{
  struct udev_device *device;

  errno = 0;
  device = udev_monitor_receive_device (host->monitor);
  if (device == NULL && errno == ENOBUFS)
    {
      rescan_after_loss (host);
      return TRUE;
    }
  if (device == NULL)
    return FALSE;
  handle_event (host, udev_device_get_subsystem (device), udev_device_get_sysname (device));
  udev_device_unref (device);
  return TRUE;
}

static gboolean
on_monitor_readable (int fd, GIOCondition condition, gpointer user_data)
{
  for (guint i = 0; i < EVENTS_PER_DISPATCH && receive_event (user_data); i++)
    ;
  return G_SOURCE_CONTINUE;
}

static struct udev_monitor *
open_monitor (struct udev *udev)
{
  static const char *const subsystems[] = { "css", "ccw", "mdev" };
  struct udev_monitor *monitor = udev_monitor_new_from_netlink (udev, "udev");

  if (monitor == NULL)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (subsystems); i++)
    udev_monitor_filter_add_match_subsystem_devtype (monitor, subsystems[i], NULL);
  /* Larger than the system's limit only with CAP_NET_ADMIN; without it, a loss means a rescan. */
  udev_monitor_set_receive_buffer_size (monitor, EVENT_BUFFER_BYTES);
  if (udev_monitor_enable_receiving (monitor) < 0)
    g_clear_pointer (&monitor, udev_monitor_unref);
  return monitor;
}

gboolean
ccw_host_watch (CcwHost *host, GError **error)
{
  if (host->monitor != NULL)
    return TRUE;

  host->udev = udev_new ();
  host->monitor = host->udev != NULL ? open_monitor (host->udev) : NULL;
  if (host->monitor == NULL)
    {
      g_clear_pointer (&host->udev, udev_unref);
      g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not listen to udev's events: %s",
                   g_strerror (errno));
      return FALSE;
    }
  host->monitor_source = g_unix_fd_source_new (udev_monitor_get_fd (host->monitor), G_IO_IN);
  g_source_set_callback (host->monitor_source, G_SOURCE_FUNC (on_monitor_readable), host, NULL);
  g_source_attach (host->monitor_source, g_main_context_get_thread_default ());
  return TRUE;
}
