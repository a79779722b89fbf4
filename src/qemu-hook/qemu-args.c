/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu-hook/qemu-args.h"

#include <string.h>

#include <json-glib/json-glib.h>

#include "ccw/error.h"

gboolean
qemu_args_parse_format (const char *text, QemuArgsFormat *format, GError **error)
{
  if (strcmp (text, "classic") == 0)
    *format = QEMU_ARGS_CLASSIC;
  else if (strcmp (text, "json") == 0)
    *format = QEMU_ARGS_JSON;
  else
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "'%s' is not a format: it is 'classic' or 'json'", text);
      return FALSE;
    }
  return TRUE;
}

static char *
device_id (const Hostdev *hostdev)
{
  const char *alias = hostdev_get_alias (hostdev);

  return alias != NULL ? g_strdup (alias)
                       : g_strdup_printf ("hostdev%u", hostdev_get_index (hostdev));
}

/* QEMU's and libvirt's way to name an mdev, whatever its parent is. */
static char *
sysfsdev (const Hostdev *hostdev)
{
  return g_strconcat ("/sys/bus/mdev/devices/", hostdev_get_uuid (hostdev), NULL);
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

/* libvirt says nothing of a ramfb that is off. */
static void
add_display (JsonBuilder *builder, const Hostdev *hostdev)
{
  HostdevDisplay display = hostdev_get_display (hostdev);

  if (display != HOSTDEV_DISPLAY_UNSET)
    add_string (builder, "display", display == HOSTDEV_DISPLAY_ON ? "on" : "off");
  if (!hostdev_has_ramfb (hostdev))
    return;
  json_builder_set_member_name (builder, "ramfb");
  json_builder_add_boolean_value (builder, TRUE);
}

static JsonNode *
build_json (const Hostdev *hostdev)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const CcwDevId *guest = hostdev_get_guest_id (hostdev);
  g_autofree char *id = device_id (hostdev);
  g_autofree char *path = sysfsdev (hostdev);
  g_autofree char *devno = guest == NULL ? NULL : ccw_dev_id_to_string (guest);

  json_builder_begin_object (builder);
  add_string (builder, "driver", "vfio-ccw");
  add_string (builder, "id", id);
  add_string (builder, "sysfsdev", path);
  add_display (builder, hostdev);
  if (hostdev_get_boot_order (hostdev) != 0)
    {
      json_builder_set_member_name (builder, "bootindex");
      json_builder_add_int_value (builder, hostdev_get_boot_order (hostdev));
    }
  if (hostdev_get_loadparm (hostdev) != NULL)
    add_string (builder, "loadparm", hostdev_get_loadparm (hostdev));
  if (devno != NULL)
    add_string (builder, "devno", devno);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static char *
device_json (const Hostdev *hostdev)
{
  g_autoptr (JsonNode) root = build_json (hostdev);

  return json_to_string (root, FALSE);
}

static void
append_display (GString *device, const Hostdev *hostdev)
{
  HostdevDisplay display = hostdev_get_display (hostdev);

  if (display != HOSTDEV_DISPLAY_UNSET)
    g_string_append_printf (device, ",display=%s", display == HOSTDEV_DISPLAY_ON ? "on" : "off");
  if (hostdev_has_ramfb (hostdev))
    g_string_append (device, ",ramfb=on");
}

static char *
device_classic (const Hostdev *hostdev)
{
  GString *device = g_string_new ("vfio-ccw");
  const CcwDevId *guest = hostdev_get_guest_id (hostdev);
  g_autofree char *path = sysfsdev (hostdev);

  if (guest != NULL)
    {
      g_autofree char *devno = ccw_dev_id_to_string (guest);

      g_string_append_printf (device, ",devno=%s", devno);
    }
  g_string_append_printf (device, ",sysfsdev=%s", path);
  if (hostdev_get_alias (hostdev) != NULL)
    g_string_append_printf (device, ",id=%s", hostdev_get_alias (hostdev));
  append_display (device, hostdev);
  if (hostdev_get_boot_order (hostdev) != 0)
    g_string_append_printf (device, ",bootindex=%u", hostdev_get_boot_order (hostdev));
  if (hostdev_get_loadparm (hostdev) != NULL)
    g_string_append_printf (device, ",loadparm=%s", hostdev_get_loadparm (hostdev));
  return g_string_free (device, FALSE);
}

char *
qemu_args_device (const Hostdev *hostdev, QemuArgsFormat format)
{
  return format == QEMU_ARGS_JSON ? device_json (hostdev) : device_classic (hostdev);
}
