/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu-hook/guest-domain.h"

#include <string.h>

#include "ccw/error.h"
#include "ccw/xml.h"
#include "mdev/config.h"
#include "qemu-hook/domain-xml.h"
#include "qemu-hook/hostdev-xml.h"

void
guest_domain_free (GuestDomain *domain)
{
  if (domain == NULL)
    return;
  g_free (domain->name);
  g_free (domain->uuid);
  g_ptr_array_unref (domain->mdevs);
  g_free (domain);
}

gboolean
guest_domain_may_have_mdevs (const GString *text)
{
  return memmem (text->str, text->len, HOSTDEV_MODEL, strlen (HOSTDEV_MODEL)) != NULL;
}

static char *
read_child (const xmlNode *parent, const char *name)
{
  const xmlNode *child = ccw_xml_child (parent, name);

  return child == NULL ? NULL : ccw_xml_text (child);
}

static gboolean
take_uuid (GuestDomain *domain, const xmlNode *root, GError **error)
{
  g_autofree char *uuid = read_child (root, "uuid");

  if (uuid != NULL && mdev_uuid_is_valid (uuid))
    {
      domain->uuid = g_ascii_strdown (uuid, -1);
      return TRUE;
    }
  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "'%s' is not the UUID of a domain",
               uuid != NULL ? uuid : "");
  return FALSE;
}

static gboolean
add_mdev (GuestDomain *domain, const xmlNode *hostdev, GError **error)
{
  char *uuid = hostdev_node_get_uuid (hostdev, error);

  if (uuid == NULL)
    return FALSE;
  if (g_ptr_array_find_with_equal_func (domain->mdevs, uuid, g_str_equal, NULL))
    g_free (uuid);
  else
    g_ptr_array_add (domain->mdevs, uuid);
  return TRUE;
}

static gboolean
add_mdevs (GuestDomain *domain, const xmlNode *root, GError **error)
{
  g_autoptr (GPtrArray) devices = domain_xml_devices (root);

  for (guint i = 0; i < devices->len; i++)
    {
      const xmlNode *device = devices->pdata[i];
      g_autofree char *what = NULL;

      if (!hostdev_node_is_vfio_ccw (device) || add_mdev (domain, device, error))
        continue;
      what = domain_xml_describe (devices, device);
      g_prefix_error (error, "%s: ", what);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_root (const xmlNode *root, GError **error)
{
  if (ccw_xml_is_element (root, "domain"))
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "the domain's XML is of <%s>",
               (const char *) root->name);
  return FALSE;
}

GuestDomain *
guest_domain_from_xml (const GString *text, GError **error)
{
  g_autoptr (xmlDoc) doc = ccw_xml_parse (text->str, (gssize) text->len, "the domain's XML", error);
  const xmlNode *root = doc == NULL ? NULL : xmlDocGetRootElement (doc);
  g_autoptr (GuestDomain) domain = NULL;

  if (root == NULL || !check_root (root, error))
    return NULL;
  domain = g_new0 (GuestDomain, 1);
  domain->mdevs = g_ptr_array_new_with_free_func (g_free);
  domain->name = read_child (root, "name");
  if (!take_uuid (domain, root, error) || !add_mdevs (domain, root, error))
    return NULL;
  return g_steal_pointer (&domain);
}
