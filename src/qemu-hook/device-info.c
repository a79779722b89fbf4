/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu-hook/device-info.h"

#include <string.h>

#include "ccw/error.h"
#include "ccw/xml.h"
#include "qemu-hook/domain-xml.h"
#include "qemu-hook/hostdev.h"

#define USER_ALIAS_PREFIX "ua-"

static const DomainXmlNumber boot_order = { "order", 10, 1, G_MAXUINT };

/* The first <alias> that has a name. */
static char *
find_alias (const xmlNode *device)
{
  char *name = NULL;

  for (const xmlNode *alias = ccw_xml_child (device, "alias"); alias != NULL && name == NULL;
       alias = ccw_xml_next_same (alias))
    name = ccw_xml_attribute (alias, "name");
  return name;
}

char *
device_info_alias (const xmlNode *device)
{
  g_autofree char *name = find_alias (device);

  if (name == NULL || !g_str_has_prefix (name, USER_ALIAS_PREFIX) || !hostdev_is_alias (name))
    return NULL;
  return g_steal_pointer (&name);
}

gboolean
device_info_boot (const xmlNode *device, guint *order, char **loadparm, GError **error)
{
  const xmlNode *boot = ccw_xml_child (device, "boot");
  g_autofree char *text = NULL;
  gboolean given;

  *order = 0;
  *loadparm = NULL;
  if (boot == NULL)
    return TRUE;
  if (!domain_xml_number (boot, &boot_order, order, &given, error))
    return FALSE;
  if (!given)
    {
      g_set_error_literal (error, CCW_ERROR, CCW_ERROR_INVALID,
                           "<boot> has no order: it is a number from 1");
      return FALSE;
    }
  text = domain_xml_attribute (boot, "loadparm");
  if (text != NULL)
    *loadparm = hostdev_normal_loadparm (text, error);
  return text == NULL || *loadparm != NULL;
}

/* --- among all devices --------------------------------------------------- */

/* libvirt reads <boot> of these only. */
static gboolean
can_boot (const xmlNode *device)
{
  static const char *const kinds[]
      = { "disk", "filesystem", "hostdev", "interface", "redirdev", NULL };

  return g_strv_contains (kinds, (const char *) device->name);
}

/* @owners: what is taken, and by which device; takes @what, which it owns then. */
static gboolean
claim (GHashTable *owners, GPtrArray *devices, const xmlNode *device, char *what, GError **error)
{
  const xmlNode *owner = g_hash_table_lookup (owners, what);
  g_autofree char *other = NULL;

  if (owner == NULL)
    {
      g_hash_table_insert (owners, what, (gpointer) device);
      return TRUE;
    }
  other = domain_xml_describe (devices, owner);
  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "%s has the %s, too", other, what);
  g_free (what);
  return FALSE;
}

static gboolean
claim_alias (GHashTable *owners, GPtrArray *devices, const xmlNode *device, GError **error)
{
  g_autofree char *alias = device_info_alias (device);

  return alias == NULL
         || claim (owners, devices, device, g_strdup_printf ("alias '%s'", alias), error);
}

static gboolean
claim_boot_order (GHashTable *owners, GPtrArray *devices, const xmlNode *device,
                  gboolean has_os_boot, GError **error)
{
  g_autofree char *loadparm = NULL;
  guint order;

  if (!can_boot (device))
    return TRUE;
  if (!device_info_boot (device, &order, &loadparm, error))
    return FALSE;
  if (order == 0)
    return TRUE;
  if (has_os_boot)
    {
      g_set_error_literal (error, CCW_ERROR, CCW_ERROR_INVALID,
                           "its <boot order> cannot be used together with <os><boot dev>:"
                           " keep one of the two");
      return FALSE;
    }
  return claim (owners, devices, device, g_strdup_printf ("boot order %u", order), error);
}

static gboolean
claim_all (GHashTable *owners, GPtrArray *devices, gboolean has_os_boot, GError **error)
{
  for (guint i = 0; i < devices->len; i++)
    {
      const xmlNode *device = devices->pdata[i];
      g_autofree char *what = NULL;

      if (claim_alias (owners, devices, device, error)
          && claim_boot_order (owners, devices, device, has_os_boot, error))
        continue;
      what = domain_xml_describe (devices, device);
      g_prefix_error (error, "%s: ", what);
      return FALSE;
    }
  return TRUE;
}

/* Checks each <os><boot>; @found: is there one? */
static gboolean
check_os_boot (const xmlNode *root, gboolean *found, GError **error)
{
  static const char *const devices[] = { "fd", "hd", "cdrom", "network", NULL };
  const xmlNode *os = ccw_xml_child (root, "os");
  const xmlNode *boot = os == NULL ? NULL : ccw_xml_child (os, "boot");

  *found = boot != NULL;
  for (; boot != NULL; boot = ccw_xml_next_same (boot))
    {
      g_autofree char *dev = domain_xml_attribute (boot, "dev");

      if (dev != NULL && g_strv_contains (devices, dev))
        continue;
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "dev='%s' of <boot> in <os> is not 'fd', 'hd', 'cdrom' or 'network'",
                   dev != NULL ? dev : "");
      return FALSE;
    }
  return TRUE;
}

gboolean
device_info_check (GPtrArray *devices, const xmlNode *root, GError **error)
{
  g_autoptr (GHashTable) owners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean has_os_boot;

  return check_os_boot (root, &has_os_boot, error)
         && claim_all (owners, devices, has_os_boot, error);
}
