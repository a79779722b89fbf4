/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu-hook/hostdev.h"

#include <string.h>

#include "ccw/error.h"
#include "mdev/config.h"

#define LOADPARM_MAX 8

struct _Hostdev
{
  char *uuid;
  gboolean has_guest_id;
  CcwDevId guest_id;
  char *alias;
  guint index;
  HostdevDisplay display;
  gboolean has_ramfb;
  guint boot_order;
  char *loadparm;
};

Hostdev *
hostdev_new (const char *uuid, const CcwDevId *guest, GError **error)
{
  g_autoptr (Hostdev) hostdev = NULL;

  if (!mdev_uuid_is_valid (uuid))
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "'%s' is not the UUID of an mdev", uuid);
      return NULL;
    }

  hostdev = g_new0 (Hostdev, 1);
  hostdev->uuid = g_ascii_strdown (uuid, -1);
  if (guest != NULL && !hostdev_set_guest_id (hostdev, guest, error))
    return NULL;
  return g_steal_pointer (&hostdev);
}

void
hostdev_free (Hostdev *hostdev)
{
  g_free (hostdev->uuid);
  g_free (hostdev->alias);
  g_free (hostdev->loadparm);
  g_free (hostdev);
}

const char *
hostdev_get_uuid (const Hostdev *hostdev)
{
  return hostdev->uuid;
}

const CcwDevId *
hostdev_get_guest_id (const Hostdev *hostdev)
{
  return hostdev->has_guest_id ? &hostdev->guest_id : NULL;
}

gboolean
hostdev_set_guest_id (Hostdev *hostdev, const CcwDevId *guest, GError **error)
{
  if (guest->cssid > HOSTDEV_MAX_CSSID)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "the guest address %x.%x.%04x is out of range: its css is at most 0x%x",
                   guest->cssid, guest->ssid, guest->number, HOSTDEV_MAX_CSSID);
      return FALSE;
    }
  hostdev->guest_id = *guest;
  hostdev->has_guest_id = TRUE;
  return TRUE;
}

const char *
hostdev_get_alias (const Hostdev *hostdev)
{
  return hostdev->alias;
}

gboolean
hostdev_is_alias (const char *text)
{
  static const char allowed[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-";

  return text[0] != '\0' && text[strspn (text, allowed)] == '\0';
}

gboolean
hostdev_set_alias (Hostdev *hostdev, const char *alias, GError **error)
{
  if (!hostdev_is_alias (alias))
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "'%s' is not an alias: letters, digits, '_' and '-' only", alias);
      return FALSE;
    }
  g_free (hostdev->alias);
  hostdev->alias = g_strdup (alias);
  return TRUE;
}

guint
hostdev_get_index (const Hostdev *hostdev)
{
  return hostdev->index;
}

void
hostdev_set_index (Hostdev *hostdev, guint index)
{
  hostdev->index = index;
}

HostdevDisplay
hostdev_get_display (const Hostdev *hostdev)
{
  return hostdev->display;
}

void
hostdev_set_display (Hostdev *hostdev, HostdevDisplay display)
{
  hostdev->display = display;
}

gboolean
hostdev_has_ramfb (const Hostdev *hostdev)
{
  return hostdev->has_ramfb;
}

void
hostdev_set_ramfb (Hostdev *hostdev, gboolean has_ramfb)
{
  hostdev->has_ramfb = has_ramfb;
}

guint
hostdev_get_boot_order (const Hostdev *hostdev)
{
  return hostdev->boot_order;
}

gboolean
hostdev_set_boot_order (Hostdev *hostdev, guint order, GError **error)
{
  if (order == 0)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "%u is not a place in the boot order: they start at 1", order);
      return FALSE;
    }
  hostdev->boot_order = order;
  return TRUE;
}

const char *
hostdev_get_loadparm (const Hostdev *hostdev)
{
  return hostdev->loadparm;
}

char *
hostdev_normal_loadparm (const char *text, GError **error)
{
  static const char allowed[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ". ";
  gsize length = strlen (text);

  if (length <= LOADPARM_MAX && strspn (text, allowed) == length && strspn (text, " ") < length)
    return g_ascii_strup (text, -1);
  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
               "'%s' is not a loadparm: 1 to %d letters, digits, '.' and blanks, and not blanks"
               " only",
               text, LOADPARM_MAX);
  return NULL;
}

gboolean
hostdev_set_loadparm (Hostdev *hostdev, const char *loadparm, GError **error)
{
  g_autofree char *normal = hostdev_normal_loadparm (loadparm, error);

  if (normal == NULL)
    return FALSE;
  if (hostdev->boot_order == 0)
    {
      g_set_error_literal (error, CCW_ERROR, CCW_ERROR_INVALID,
                           "a loadparm needs a place in the boot order");
      return FALSE;
    }
  g_free (hostdev->loadparm);
  hostdev->loadparm = g_steal_pointer (&normal);
  return TRUE;
}

static void
append_boot (GString *xml, const Hostdev *hostdev)
{
  if (hostdev->boot_order == 0)
    return;
  g_string_append_printf (xml, "  <boot order='%u'", hostdev->boot_order);
  if (hostdev->loadparm != NULL)
    g_string_append_printf (xml, " loadparm='%s'", hostdev->loadparm);
  g_string_append (xml, "/>\n");
}

static void
append_guest_address (GString *xml, const Hostdev *hostdev)
{
  const CcwDevId *id = hostdev_get_guest_id (hostdev);

  if (id != NULL)
    g_string_append_printf (xml,
                            "  <address type='ccw' cssid='0x%x' ssid='0x%x' devno='0x%04x'/>\n",
                            id->cssid, id->ssid, id->number);
}

static void
append_display (GString *xml, const Hostdev *hostdev)
{
  if (hostdev->display != HOSTDEV_DISPLAY_UNSET)
    g_string_append_printf (xml, " display='%s'",
                            hostdev->display == HOSTDEV_DISPLAY_ON ? "on" : "off");
  if (hostdev->has_ramfb)
    g_string_append (xml, " ramfb='on'");
}

char *
hostdev_to_xml (const Hostdev *hostdev)
{
  GString *xml = g_string_new ("<hostdev mode='subsystem' type='mdev' managed='no'"
                               " model='vfio-ccw'");

  append_display (xml, hostdev);
  g_string_append (xml, ">\n");
  /* Nothing here needs escaping: each value was checked against a set without XML's own signs. */
  g_string_append_printf (xml, "  <source>\n    <address uuid='%s'/>\n  </source>\n",
                          hostdev->uuid);
  append_boot (xml, hostdev);
  if (hostdev->alias != NULL)
    g_string_append_printf (xml, "  <alias name='%s'/>\n", hostdev->alias);
  append_guest_address (xml, hostdev);
  g_string_append (xml, "</hostdev>\n");
  return g_string_free (xml, FALSE);
}
