/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu-hook/domain-xml.h"

#include <errno.h>
#include <string.h>

#include "ccw/error.h"
#include "ccw/xml.h"
#include "qemu-hook/hostdev-xml.h"

#define UUID_BYTES 16

/* --- attributes -------------------------------------------------------- */

char *
domain_xml_attribute (const xmlNode *node, const char *name)
{
  xmlChar *value = xmlGetProp (node, (const xmlChar *) name);
  char *copy = g_strdup ((const char *) value);

  if (value != NULL)
    xmlFree (value);
  return copy;
}

gboolean
domain_xml_attribute_is (const xmlNode *node, const char *name, const char *value)
{
  g_autofree char *text = domain_xml_attribute (node, name);

  return g_strcmp0 (text, value) == 0;
}

gboolean
domain_xml_has_attribute (const xmlNode *node, const char *name)
{
  return xmlHasProp (node, (const xmlChar *) name) != NULL;
}

/* strtoul() without its minus sign: white space in front and a plus sign pass. */
static gboolean
parse_unsigned (const char *text, guint base, guint64 *value)
{
  char *end;

  errno = 0;
  *value = g_ascii_strtoull (text, &end, base);
  return errno == 0 && end != text && *end == '\0' && strchr (text, '-') == NULL;
}

gboolean
domain_xml_number (const xmlNode *node, const DomainXmlNumber *number, guint *value,
                   gboolean *given, GError **error)
{
  g_autofree char *text = domain_xml_attribute (node, number->name);
  guint64 read;

  if (given != NULL)
    *given = text != NULL;
  if (text == NULL)
    return TRUE;
  if (!parse_unsigned (text, number->base, &read) || read < number->min || read > number->max)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   number->base == 0 ? "%s='%s' of <%s> is not a number from 0x%x to 0x%x"
                                     : "%s='%s' of <%s> is not a decimal number from %u to %u",
                   number->name, text, (const char *) node->name, number->min, number->max);
      return FALSE;
    }
  *value = (guint) read;
  return TRUE;
}

/* The UUID's next byte; @cursor goes behind it. */
static gboolean
append_uuid_byte (GString *uuid, const char **cursor)
{
  *cursor += strspn (*cursor, "- ");
  if (!g_ascii_isxdigit ((*cursor)[0]) || !g_ascii_isxdigit ((*cursor)[1]))
    return FALSE;
  g_string_append_c (uuid, g_ascii_tolower ((*cursor)[0]));
  g_string_append_c (uuid, g_ascii_tolower ((*cursor)[1]));
  *cursor += 2;
  return TRUE;
}

char *
domain_xml_normal_uuid (const char *text)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autoptr (GString) uuid = g_string_new (NULL);
  const char *cursor = stripped;

  for (guint byte = 0; byte < UUID_BYTES; byte++)
    {
      if (byte == 4 || byte == 6 || byte == 8 || byte == 10)
        g_string_append_c (uuid, '-');
      if (!append_uuid_byte (uuid, &cursor))
        return NULL;
    }
  return *cursor == '\0' ? g_strdup (uuid->str) : NULL;
}

/* --- devices ----------------------------------------------------------- */

static gboolean
is_device (const xmlNode *node)
{
  static const char *const kinds[] = {
    "channel",   "console",  "controller", "crypto",   "disk",       "filesystem", "hostdev",
    "hub",       "input",    "interface",  "iommu",    "memballoon", "memory",     "nvram",
    "panic",     "parallel", "pstore",     "redirdev", "rng",        "serial",     "shmem",
    "smartcard", "sound",    "tpm",        "video",    "vsock",      "watchdog",   NULL,
  };

  if (node->type != XML_ELEMENT_NODE || node->ns != NULL
      || !g_strv_contains (kinds, (const char *) node->name))
    return FALSE;
  /* That is how to say that there is none; what it holds is not looked at. */
  return !ccw_xml_is_element (node, "memballoon")
         || !domain_xml_attribute_is (node, "model", "none");
}

GPtrArray *
domain_xml_devices (const xmlNode *root)
{
  GPtrArray *devices = g_ptr_array_new ();

  if (ccw_xml_is_element (root, "hostdev"))
    {
      g_ptr_array_add (devices, (gpointer) root);
      return devices;
    }
  for (const xmlNode *list = ccw_xml_child (root, "devices"); list != NULL;
       list = ccw_xml_next_same (list))
    for (xmlNode *node = list->children; node != NULL; node = node->next)
      if (is_device (node))
        g_ptr_array_add (devices, node);
  return devices;
}

static guint
ordinal (GPtrArray *devices, const xmlNode *device)
{
  guint number = 0;

  for (guint i = 0; i < devices->len; i++)
    {
      const xmlNode *other = devices->pdata[i];

      number += xmlStrEqual (other->name, device->name);
      if (other == device)
        break;
    }
  return number;
}

char *
domain_xml_describe (GPtrArray *devices, const xmlNode *device)
{
  guint number = ordinal (devices, device);
  g_autofree char *uuid
      = ccw_xml_is_element (device, "hostdev") ? hostdev_node_get_uuid (device, NULL) : NULL;

  if (uuid == NULL)
    return g_strdup_printf ("%s %u", (const char *) device->name, number);
  return g_strdup_printf ("%s %u (mdev %s)", (const char *) device->name, number, uuid);
}

/* --- the machine ------------------------------------------------------- */

/* libvirt's own driver for trying things out has hostdevs on any machine. */
static gboolean
is_test_domain (const xmlNode *domain)
{
  return domain_xml_attribute_is (domain, "type", "test");
}

static gboolean
check_hypervisor (const xmlNode *domain, const xmlNode *type, GError **error)
{
  g_autofree char *hypervisor = domain_xml_attribute (domain, "type");
  g_autofree char *os_type = type == NULL ? NULL : ccw_xml_text (type);

  if (g_strcmp0 (hypervisor, "kvm") != 0 && g_strcmp0 (hypervisor, "qemu") != 0)
    g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                 "type='%s' of <domain> is neither 'kvm' nor 'qemu': only QEMU has vfio-ccw"
                 " devices",
                 hypervisor != NULL ? hypervisor : "");
  else if (g_strcmp0 (os_type, "hvm") != 0)
    g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                 "the <type> in <os> is '%s' and not 'hvm': only a whole machine has vfio-ccw"
                 " devices",
                 os_type != NULL ? os_type : "");
  else
    return TRUE;
  return FALSE;
}

gboolean
domain_xml_check_machine (const xmlNode *domain, GError **error)
{
  const xmlNode *os = ccw_xml_child (domain, "os");
  const xmlNode *type = os == NULL ? NULL : ccw_xml_child (os, "type");
  g_autofree char *arch = NULL;
  g_autofree char *machine = NULL;

  if (is_test_domain (domain))
    return TRUE;
  if (!check_hypervisor (domain, type, error))
    return FALSE;

  /* Without them it is the host's, and the machine that QEMU prefers. */
  arch = domain_xml_attribute (type, "arch");
  machine = domain_xml_attribute (type, "machine");
  if (arch != NULL && strcmp (arch, "s390x") != 0)
    g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                 "arch='%s' of the guest is not 's390x': no other has channel devices", arch);
  else if (machine != NULL && *machine != '\0' && !g_str_has_prefix (machine, "s390-ccw-virtio"))
    g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                 "machine='%s' of the guest has no channel devices: it is 's390-ccw-virtio'",
                 machine);
  else
    return TRUE;
  return FALSE;
}
