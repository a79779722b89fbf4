/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu-hook/hostdev-xml.h"

#include <string.h>

#include "ccw/error.h"
#include "ccw/xml.h"
#include "qemu-hook/device-info.h"
#include "qemu-hook/domain-xml.h"
#include "qemu-hook/guest-addresses.h"
#include "qemu-hook/hostdev-check.h"
#include "qemu-hook/hostdev.h"

/* --- one hostdev ------------------------------------------------------- */

static gboolean
is_mdev (const xmlNode *device)
{
  return ccw_xml_is_element (device, "hostdev") && domain_xml_attribute_is (device, "type", "mdev");
}

gboolean
hostdev_node_is_vfio_ccw (const xmlNode *device)
{
  return is_mdev (device) && domain_xml_attribute_is (device, "model", HOSTDEV_MODEL);
}

/* The first <address> in any <source>. */
static const xmlNode *
find_source_address (const xmlNode *hostdev)
{
  const xmlNode *address = NULL;

  for (const xmlNode *source = ccw_xml_child (hostdev, "source"); source != NULL && address == NULL;
       source = ccw_xml_next_same (source))
    address = ccw_xml_child (source, "address");
  return address;
}

char *
hostdev_node_get_uuid (const xmlNode *hostdev, GError **error)
{
  const xmlNode *address = find_source_address (hostdev);
  g_autofree char *text = address == NULL ? NULL : domain_xml_attribute (address, "uuid");
  char *uuid = text == NULL ? NULL : domain_xml_normal_uuid (text);

  if (text == NULL)
    g_set_error_literal (error, CCW_ERROR, CCW_ERROR_INVALID,
                         "it needs <source><address uuid='…'/></source>, the UUID of an mdev");
  else if (uuid == NULL)
    g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                 "uuid='%s' of <address> is not the UUID of an mdev: it has 32 hexadecimal digits",
                 text);
  return uuid;
}

static gboolean
parse_boot (Hostdev *hostdev, const xmlNode *node, GError **error)
{
  g_autofree char *loadparm = NULL;
  guint order;

  if (!device_info_boot (node, &order, &loadparm, error))
    return FALSE;
  return order == 0
         || (hostdev_set_boot_order (hostdev, order, error)
             && (loadparm == NULL || hostdev_set_loadparm (hostdev, loadparm, error)));
}

static gboolean
parse_alias (Hostdev *hostdev, const xmlNode *node, guint *next_index, GError **error)
{
  g_autofree char *alias = device_info_alias (node);

  if (alias != NULL)
    return hostdev_set_alias (hostdev, alias, error);
  hostdev_set_index (hostdev, (*next_index)++);
  return TRUE;
}

static void
parse_display (Hostdev *hostdev, const xmlNode *node)
{
  if (domain_xml_has_attribute (node, "display"))
    hostdev_set_display (hostdev, domain_xml_attribute_is (node, "display", "on")
                                      ? HOSTDEV_DISPLAY_ON
                                      : HOSTDEV_DISPLAY_OFF);
  hostdev_set_ramfb (hostdev, domain_xml_attribute_is (node, "ramfb", "on"));
}

static Hostdev *
parse_hostdev (const xmlNode *node, GHashTable *addresses, guint *next_index, GError **error)
{
  g_autofree char *uuid = hostdev_node_get_uuid (node, error);
  g_autoptr (Hostdev) hostdev = NULL;

  if (uuid == NULL || !hostdev_check_options (node, error))
    return NULL;
  hostdev = hostdev_new (uuid, g_hash_table_lookup (addresses, node), error);
  if (hostdev == NULL || !parse_alias (hostdev, node, next_index, error)
      || !parse_boot (hostdev, node, error))
    return NULL;
  parse_display (hostdev, node);
  return g_steal_pointer (&hostdev);
}

/* --- all hostdevs -------------------------------------------------------- */

/*
 * The number that libvirt's next hostdev alias gets before any <hostdev>
 * element is named: interfaces that are host devices have a share in these
 * names and come first.
 */
static guint
first_index (GPtrArray *devices)
{
  guint next = 0;

  for (guint i = 0; i < devices->len; i++)
    {
      const xmlNode *device = devices->pdata[i];
      g_autofree char *alias = device_info_alias (device);

      next += alias == NULL && ccw_xml_is_element (device, "interface")
              && domain_xml_attribute_is (device, "type", "hostdev");
    }
  return next;
}

static void
skip_index (const xmlNode *hostdev, guint *next_index)
{
  g_autofree char *alias = device_info_alias (hostdev);

  *next_index += alias == NULL;
}

/* No mdev goes to a guest twice, under whatever model. */
static gboolean
check_uuid_is_new (GHashTable *uuids, const xmlNode *hostdev, GError **error)
{
  g_autofree char *uuid = is_mdev (hostdev) ? hostdev_node_get_uuid (hostdev, NULL) : NULL;

  if (uuid == NULL || g_hash_table_add (uuids, g_strdup (uuid)))
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "two hostdevs use the mdev %s", uuid);
  return FALSE;
}

static gboolean
check_one_ramfb (const xmlNode *hostdev, gboolean *has_ramfb, GError **error)
{
  gboolean is_on = domain_xml_attribute_is (hostdev, "ramfb", "on");

  if (is_on && *has_ramfb)
    {
      g_set_error_literal (error, CCW_ERROR, CCW_ERROR_INVALID,
                           "another hostdev has ramfb='on', too: only one can");
      return FALSE;
    }
  *has_ramfb |= is_on;
  return TRUE;
}

/* What goes through the hostdevs of a domain, one after the other. */
typedef struct
{
  GHashTable *addresses;
  GHashTable *uuids;
  gboolean has_ramfb;
  guint next_index;
  GPtrArray *hostdevs;
} Reading;

static gboolean
read_hostdev (Reading *reading, const xmlNode *node, GError **error)
{
  Hostdev *hostdev;

  if (!hostdev_check_kind (node, error) || !check_uuid_is_new (reading->uuids, node, error)
      || !check_one_ramfb (node, &reading->has_ramfb, error))
    return FALSE;
  if (!hostdev_node_is_vfio_ccw (node))
    {
      skip_index (node, &reading->next_index);
      return TRUE;
    }
  hostdev = parse_hostdev (node, reading->addresses, &reading->next_index, error);
  if (hostdev != NULL)
    g_ptr_array_add (reading->hostdevs, hostdev);
  return hostdev != NULL;
}

static gboolean
read_hostdevs (Reading *reading, GPtrArray *devices, GError **error)
{
  for (guint i = 0; i < devices->len; i++)
    {
      const xmlNode *device = devices->pdata[i];
      g_autofree char *what = NULL;

      if (!ccw_xml_is_element (device, "hostdev") || read_hostdev (reading, device, error))
        continue;
      what = domain_xml_describe (devices, device);
      g_prefix_error (error, "%s: ", what);
      return FALSE;
    }
  return TRUE;
}

static GPtrArray *
parse_devices (GPtrArray *devices, const xmlNode *root, GError **error)
{
  g_autoptr (GPtrArray) hostdevs = g_ptr_array_new_with_free_func ((GDestroyNotify) hostdev_free);
  g_autoptr (GHashTable) uuids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) addresses = guest_addresses (devices, error);
  Reading reading = { .addresses = addresses, .uuids = uuids, .hostdevs = hostdevs };

  if (addresses == NULL || !device_info_check (devices, root, error))
    return NULL;
  reading.next_index = first_index (devices);
  return read_hostdevs (&reading, devices, error) ? g_steal_pointer (&hostdevs) : NULL;
}

/* --- the whole document ------------------------------------------------ */

static gboolean
check_root (const xmlNode *root, const char *what, GError **error)
{
  if (ccw_xml_is_element (root, "hostdev") || ccw_xml_is_element (root, "domain"))
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
               "%s holds <%s>%s, neither <domain> nor <hostdev>", what, (const char *) root->name,
               root->ns != NULL ? " in a namespace" : "");
  return FALSE;
}

/* A domain without vfio-ccw hostdevs may be of any hypervisor and machine. */
static gboolean
check_found (GPtrArray *hostdevs, const xmlNode *root, const char *what, GError **error)
{
  if (hostdevs->len > 0)
    return ccw_xml_is_element (root, "hostdev") || domain_xml_check_machine (root, error);
  g_set_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND, "%s has no vfio-ccw hostdev", what);
  return FALSE;
}

GPtrArray *
hostdevs_from_xml (const char *text, gssize length, const char *what, GError **error)
{
  g_autoptr (xmlDoc) doc = ccw_xml_parse (text, length, what, error);
  const xmlNode *root = doc == NULL ? NULL : xmlDocGetRootElement (doc);
  g_autoptr (GPtrArray) devices = NULL;
  g_autoptr (GPtrArray) hostdevs = NULL;

  if (root == NULL || !check_root (root, what, error))
    return NULL;
  devices = domain_xml_devices (root);
  hostdevs = parse_devices (devices, root, error);
  if (hostdevs == NULL || !check_found (hostdevs, root, what, error))
    return NULL;
  return g_steal_pointer (&hostdevs);
}
