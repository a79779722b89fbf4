/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/hostdev-options.h"

#include <string.h>

#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <unistd.h>

#include "ccw/error.h"
#include "ccw/xml.h"
#include "cli/device-argument.h"
#include "qemu-hook/find-mdev.h"
#include "qemu-hook/hostdev-xml.h"
#include "qemu-hook/hostdev.h"

/* --boot-order is not there; any number that is, is checked. */
#define BOOT_ORDER_NOT_GIVEN G_MININT

static struct
{
  char *from_xml;
  char *uuid;
  char *devno;
  char *guest_devno;
  char *alias;
  int boot_order;
  char *loadparm;
  char *root;
} options = { .boot_order = BOOT_ORDER_NOT_GIVEN };

static const GOptionEntry entries[] = {
  { "from-xml", 0, 0, G_OPTION_ARG_FILENAME, &options.from_xml,
    "Take the devices from a libvirt <domain> or <hostdev> in FILE ('-': standard input)", "FILE" },
  { "uuid", 'u', 0, G_OPTION_ARG_STRING, &options.uuid, "The mdev with this UUID", "UUID" },
  { "devno", 'd', 0, G_OPTION_ARG_STRING, &options.devno,
    "The mdev of this device on the host, by device number (0.0.2b09 or 2b09)", "DEVNO" },
  { "guest-devno", 'g', 0, G_OPTION_ARG_STRING, &options.guest_devno,
    "Its address in the guest (fe.0.1234 is seen there as 0.0.1234)", "ID" },
  { "alias", 0, 0, G_OPTION_ARG_STRING, &options.alias, "libvirt's alias, QEMU's id", "NAME" },
  { "boot-order", 0, 0, G_OPTION_ARG_INT, &options.boot_order,
    "Its place in the guest's boot order, from 1", "N" },
  { "loadparm", 0, 0, G_OPTION_ARG_STRING, &options.loadparm,
    "What the guest's boot loader is told (with --boot-order)", "TEXT" },
  { "root", 0, 0, G_OPTION_ARG_FILENAME, &options.root,
    "Look for configuration below DIR instead of /", "DIR" },
  G_OPTION_ENTRY_NULL,
};

const GOptionEntry *
hostdev_options_entries (void)
{
  return entries;
}

const char *
hostdev_options_description (void)
{
  return "One of --from-xml, --uuid and --devno is needed.";
}

/* --- from XML ---------------------------------------------------------- */

static GInputStream *
open_input (const char *path, GError **error)
{
  g_autoptr (GFile) file = NULL;

  if (strcmp (path, "-") == 0)
    return g_unix_input_stream_new (STDIN_FILENO, FALSE);
  file = g_file_new_for_commandline_arg (path);
  return G_INPUT_STREAM (g_file_read (file, NULL, error));
}

/* At most one byte more than ccw_xml_parse() takes, whatever the file's size. */
static GBytes *
read_input (const char *path, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GInputStream) input = open_input (path, &problem);
  g_autofree char *text = g_malloc (CCW_XML_MAX_SIZE + 1);
  gsize size;

  if (input == NULL
      || !g_input_stream_read_all (input, text, CCW_XML_MAX_SIZE + 1, &size, NULL, &problem))
    {
      g_assert (problem != NULL);
      g_set_error (error, CCW_ERROR,
                   g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ? CCW_ERROR_NOT_FOUND
                                                                               : CCW_ERROR_SYSTEM,
                   "could not read %s: %s", path, problem->message);
      return NULL;
    }
  return g_bytes_new (text, size);
}

static GPtrArray *
get_from_xml (GError **error)
{
  g_autoptr (GBytes) input = read_input (options.from_xml, error);
  const char *text;
  gsize size;

  if (input == NULL)
    return NULL;
  text = g_bytes_get_data (input, &size);
  return hostdevs_from_xml (text == NULL ? "" : text, (gssize) size, options.from_xml, error);
}

/* --- one device -------------------------------------------------------- */

static char *
find_uuid (GError **error)
{
  g_autoptr (CcwPaths) paths = NULL;
  g_autoptr (CcwHost) host = NULL;
  g_autoptr (MdevStore) store = NULL;
  CcwDevId device;

  if (options.uuid != NULL)
    return g_strdup (options.uuid);
  if (!device_argument_parse (options.devno, &device, error))
    return NULL;

  paths = ccw_paths_new (options.root);
  host = ccw_host_new ();
  store = mdev_store_new (paths);
  if (!ccw_host_scan (host, error) || !mdev_store_load (store, error))
    return NULL;
  return find_mdev_of_device (host, store, &device, error);
}

static gboolean
apply_guest_options (Hostdev *hostdev, GError **error)
{
  CcwDevId guest;

  if (options.guest_devno != NULL
      && (!ccw_dev_id_parse (options.guest_devno, &guest, error)
          || !hostdev_set_guest_id (hostdev, &guest, error)))
    return FALSE;
  if (options.alias != NULL && !hostdev_set_alias (hostdev, options.alias, error))
    return FALSE;
  if (options.boot_order != BOOT_ORDER_NOT_GIVEN
      && !hostdev_set_boot_order (hostdev, (guint) MAX (options.boot_order, 0), error))
    return FALSE;
  return options.loadparm == NULL || hostdev_set_loadparm (hostdev, options.loadparm, error);
}

static GPtrArray *
get_one (GError **error)
{
  g_autoptr (GPtrArray) hostdevs = g_ptr_array_new_with_free_func ((GDestroyNotify) hostdev_free);
  g_autofree char *uuid = find_uuid (error);
  Hostdev *hostdev = uuid == NULL ? NULL : hostdev_new (uuid, NULL, error);

  if (hostdev == NULL)
    return NULL;
  g_ptr_array_add (hostdevs, hostdev);
  return apply_guest_options (hostdev, error) ? g_steal_pointer (&hostdevs) : NULL;
}

static gboolean
has_guest_options (void)
{
  return options.guest_devno != NULL || options.alias != NULL
         || options.boot_order != BOOT_ORDER_NOT_GIVEN || options.loadparm != NULL;
}

static gboolean
check_choice (GError **error)
{
  int chosen = (options.from_xml != NULL) + (options.uuid != NULL) + (options.devno != NULL);

  if (chosen != 1)
    g_set_error_literal (error, CCW_ERROR, CCW_ERROR_INVALID,
                         "give exactly one of --from-xml, --uuid and --devno");
  else if (options.from_xml != NULL && has_guest_options ())
    g_set_error_literal (error, CCW_ERROR, CCW_ERROR_INVALID,
                         "--from-xml takes the place in the guest from the XML: leave out"
                         " --guest-devno, --alias, --boot-order and --loadparm");
  else
    return TRUE;
  return FALSE;
}

GPtrArray *
hostdev_options_get (GError **error)
{
  if (!check_choice (error))
    return NULL;
  return options.from_xml != NULL ? get_from_xml (error) : get_one (error);
}
