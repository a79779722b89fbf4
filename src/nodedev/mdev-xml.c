/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/mdev-xml.h"
#include "ccw/cio-ignore.h"

#include <string.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "ccw/xml.h"
#include "nodedev/rpc-error.h"

/* Text of the only child @name, NULL when there is none; an empty one is as good as none, as
 * with libvirt. */
static gboolean
get_text (const xmlNode *parent, const char *name, char **text, GError **error)
{
  xmlNode *child;

  *text = NULL;
  if (!ccw_xml_only_child (parent, name, &child, error))
    return FALSE;
  if (child != NULL)
    *text = ccw_xml_text (child);
  if (*text != NULL && **text == '\0')
    g_clear_pointer (text, g_free);
  return TRUE;
}

/* --- parent --------------------------------------------------------------- */

#define OTHER_PARENTS "'virsh nodedev-list --cap css' lists those that there are"

static gboolean
fail_without_parent (const char *name, const char *why, GError **error)
{
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_CONFIG_UNSUPPORTED,
               "there is no parent device '%s'; %s", name, why);
  return FALSE;
}

static gboolean
fail_with_unknown_parent (const char *name, GError **error)
{
  return fail_without_parent (name, OTHER_PARENTS, error);
}

static gboolean
fail_with_unknown_device (const char *name, const CcwDevId *device, GError **error)
{
  g_autofree char *why = ccw_explain_absence (device, OTHER_PARENTS);

  return fail_without_parent (name, why, error);
}

/* A ccw device names the subchannel that it hangs on, or would, had that its driver. */
static gboolean
find_parent_of_device (const NodedevView *view, const char *name, const CcwDevId *device,
                       CcwDevId *parent, GError **error)
{
  const CcwSubchannel *subchannel = ccw_host_get_subchannel_of_device (view->host, device);

  if (subchannel == NULL)
    return fail_with_unknown_device (name, device, error);
  *parent = *ccw_subchannel_get_id (subchannel);
  return TRUE;
}

static gboolean
find_parent (const NodedevView *view, const char *name, CcwDevId *parent, GError **error)
{
  g_autofree char *uuid = NULL;
  CcwDevId id;

  if (ccw_dev_id_parse_name (name, CCW_NAME_PREFIX_CSS, parent))
    return ccw_host_get_subchannel (view->host, parent) != NULL
           || fail_with_unknown_parent (name, error);
  if (ccw_dev_id_parse_name (name, CCW_NAME_PREFIX_CCW, &id))
    return find_parent_of_device (view, name, &id, parent, error);
  if (strcmp (name, NODEDEV_NAME_COMPUTER) != 0 && !nodedev_mdev_name_parse (name, &uuid, &id))
    return fail_with_unknown_parent (name, error);
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_CONFIG_UNSUPPORTED,
               "'%s' cannot be the parent of a mediated device, a subchannel (css_0_0_0313) can",
               name);
  return FALSE;
}

static gboolean
read_number (const xmlNode *address, const char *name, guint64 *number, GError **error)
{
  g_autofree char *text = NULL;

  if (!get_text (address, name, &text, error))
    return FALSE;
  if (text != NULL)
    return ccw_xml_parse_number (text, G_MAXUINT16, name, number, error);
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_XML_ERROR, "<channel_dev_addr> has no <%s>", name);
  return FALSE;
}

static gboolean
read_device_address (const xmlNode *address, CcwDevId *device, GError **error)
{
  guint64 cssid, ssid, devno;

  return read_number (address, "cssid", &cssid, error)
         && read_number (address, "ssid", &ssid, error)
         && read_number (address, "devno", &devno, error)
         && ccw_dev_id_from_numbers (cssid, ssid, devno, device, error);
}

/* A device address, as in a subchannel's own XML, names the parent by what it is identified by. */
static gboolean
find_parent_of_address (const NodedevView *view, const xmlNode *address, CcwDevId *parent,
                        GError **error)
{
  g_autofree char *name = NULL;
  CcwDevId device;

  if (!read_device_address (address, &device, error))
    return FALSE;
  name = ccw_dev_id_to_name (&device, CCW_NAME_PREFIX_CCW);
  return find_parent_of_device (view, name, &device, parent, error);
}

static gboolean
check_same_parent (const CcwDevId *named, const CcwDevId *addressed, GError **error)
{
  g_autofree char *text = ccw_dev_id_to_name (addressed, CCW_NAME_PREFIX_CSS);

  if (ccw_dev_id_equal (named, addressed))
    return TRUE;
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_XML_ERROR,
               "the device of <channel_dev_addr> is on %s, which contradicts <parent>; leave one "
               "of them out",
               text);
  return FALSE;
}

static gboolean
read_parent (const NodedevView *view, const xmlNode *device, const xmlNode *capability,
             CcwDevId *parent, GError **error)
{
  g_autofree char *name = NULL;
  CcwDevId addressed;
  xmlNode *address;

  if (!get_text (device, "parent", &name, error)
      || !ccw_xml_only_child (capability, "channel_dev_addr", &address, error))
    return FALSE;
  if (name == NULL && address == NULL)
    {
      g_set_error_literal (error, NODEDEV_ERROR, VIR_ERR_CONFIG_UNSUPPORTED,
                           "a mediated device needs a <parent>, the name of its subchannel");
      return FALSE;
    }
  if (name == NULL)
    return find_parent_of_address (view, address, parent, error);
  return find_parent (view, name, parent, error)
         && (address == NULL
             || (find_parent_of_address (view, address, &addressed, error)
                 && check_same_parent (parent, &addressed, error)));
}

/* --- capability ----------------------------------------------------------- */

static gboolean
check_is_mdev (const xmlNode *capability, GError **error)
{
  g_autofree char *type = ccw_xml_attribute (capability, "type");

  if (type == NULL)
    {
      g_set_error_literal (error, NODEDEV_ERROR, VIR_ERR_XML_ERROR,
                           "<capability> has no attribute 'type'; it should be type='mdev'");
      return FALSE;
    }
  if (strcmp (type, "mdev") == 0)
    return TRUE;
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_CONFIG_UNSUPPORTED,
               "a device with capability '%s' cannot be made, only one with 'mdev'", type);
  return FALSE;
}

static xmlNode *
read_capability (const xmlNode *device, GError **error)
{
  xmlNode *capability;

  if (!ccw_xml_only_child (device, "capability", &capability, error))
    return NULL;
  if (capability == NULL)
    {
      g_set_error_literal (error, NODEDEV_ERROR, VIR_ERR_XML_ERROR,
                           "the device has no <capability type='mdev'>");
      return NULL;
    }
  return check_is_mdev (capability, error) ? capability : NULL;
}

static char *
read_type (const xmlNode *capability, GError **error)
{
  g_autofree char *id = NULL;
  xmlNode *type;

  if (!ccw_xml_only_child (capability, "type", &type, error))
    return NULL;
  id = type == NULL ? NULL : ccw_xml_attribute (type, "id");
  if (id == NULL || *id == '\0')
    {
      g_set_error_literal (error, NODEDEV_ERROR, VIR_ERR_CONFIG_UNSUPPORTED,
                           "the capability has no <type id='" MDEV_TYPE_VFIO_CCW "'/>");
      return NULL;
    }
  if (strcmp (id, MDEV_TYPE_VFIO_CCW) == 0)
    return g_steal_pointer (&id);
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_CONFIG_UNSUPPORTED,
               "subchannels offer no type '%s'; the right one is '" MDEV_TYPE_VFIO_CCW
               "', with an underscore, then a dash",
               id);
  return NULL;
}

static gboolean
check_parent_address (const xmlNode *capability, const CcwDevId *parent, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *expected = ccw_dev_id_to_string (parent);
  CcwDevId address;

  if (!get_text (capability, "parent_addr", &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;
  if (!ccw_dev_id_parse (text, &address, error))
    return FALSE;
  if (ccw_dev_id_equal (&address, parent))
    return TRUE;
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_XML_ERROR,
               "<parent_addr> %s contradicts <parent>, which is %s; leave one of them out", text,
               expected);
  return FALSE;
}

static gboolean
check_iommu_group (const xmlNode *capability, GError **error)
{
  g_autofree char *text = NULL;
  xmlNode *group;
  guint64 number;

  if (!ccw_xml_only_child (capability, "iommuGroup", &group, error))
    return FALSE;
  text = group == NULL ? NULL : ccw_xml_attribute (group, "number");
  return text == NULL || ccw_xml_parse_number (text, G_MAXUINT, "IOMMU group", &number, error);
}

static gboolean
add_attribute (const xmlNode *node, MdevConfig *config, GError **error)
{
  g_autofree char *name = ccw_xml_attribute (node, "name");
  g_autofree char *value = ccw_xml_attribute (node, "value");

  if (name != NULL && value != NULL)
    return mdev_config_add_attribute (config, name, value, error);
  g_set_error_literal (error, NODEDEV_ERROR, VIR_ERR_XML_ERROR,
                       "<attr> needs both a name and a value");
  return FALSE;
}

static gboolean
add_attributes (const xmlNode *capability, MdevConfig *config, GError **error)
{
  for (const xmlNode *node = ccw_xml_child (capability, "attr"); node != NULL;
       node = ccw_xml_next_same (node))
    if (!add_attribute (node, config, error))
      return FALSE;
  return TRUE;
}

/*
 * As free as libvirt is with them (its virUUIDParse()): hyphens and blanks may
 * stand between any two digits that make a byte, or nowhere. NULL: not a UUID.
 */
static char *
normalize_uuid (const char *text)
{
  g_autoptr (GString) uuid = g_string_sized_new (36);
  guint n_digits = 0;

  for (const char *c = text; *c != '\0'; c++)
    {
      if ((*c == '-' || *c == ' ') && n_digits % 2 == 0 && n_digits < 32)
        continue;
      if (!g_ascii_isxdigit (*c) || n_digits == 32)
        return NULL;
      if (n_digits >= 8 && n_digits <= 20 && n_digits % 4 == 0)
        g_string_append_c (uuid, '-');
      g_string_append_c (uuid, g_ascii_tolower (*c));
      n_digits++;
    }
  return n_digits == 32 ? g_strdup (uuid->str) : NULL;
}

static gboolean
read_uuid (const xmlNode *capability, char **uuid, GError **error)
{
  g_autofree char *text = NULL;

  *uuid = NULL;
  if (!get_text (capability, "uuid", &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;
  *uuid = normalize_uuid (text);
  if (*uuid != NULL)
    return TRUE;
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_XML_ERROR,
               "'%s' is not a UUID: it must look like 7e270a25-e163-4922-af60-757fc8ed48c6", text);
  return FALSE;
}

static MdevConfig *
read_config (const xmlNode *capability, const CcwDevId *parent, GError **error)
{
  g_autoptr (MdevConfig) config = NULL;
  g_autofree char *type = read_type (capability, error);
  g_autofree char *uuid = NULL;

  if (type == NULL || !read_uuid (capability, &uuid, error)
      || !check_parent_address (capability, parent, error)
      || !check_iommu_group (capability, error))
    return NULL;
  config = mdev_config_new (uuid, parent, type, error);
  if (config == NULL || !add_attributes (capability, config, error))
    return NULL;
  return g_steal_pointer (&config);
}

/* --- device --------------------------------------------------------------- */

/* Device nodes are nothing to us, but libvirt reads of what type they are. */
static gboolean
check_device_node (const xmlNode *node, GError **error)
{
  g_autofree char *type = ccw_xml_attribute (node, "type");

  if (type != NULL && (strcmp (type, "dev") == 0 || strcmp (type, "link") == 0))
    return TRUE;
  g_set_error_literal (error, NODEDEV_ERROR, VIR_ERR_XML_ERROR,
                       "<devnode> needs a type, 'dev' or 'link'");
  return FALSE;
}

static gboolean
check_device_nodes (const xmlNode *device, GError **error)
{
  for (const xmlNode *node = ccw_xml_child (device, "devnode"); node != NULL;
       node = ccw_xml_next_same (node))
    if (!check_device_node (node, error))
      return FALSE;
  return TRUE;
}

static const xmlNode *
get_device (xmlDoc *doc, GError **error)
{
  const xmlNode *root = xmlDocGetRootElement (doc);

  if (ccw_xml_is_element (root, "device"))
    return root;
  if (root->ns != NULL)
    g_set_error (error, NODEDEV_ERROR, VIR_ERR_XML_ERROR,
                 "libvirt's elements have no namespace, the root element is of '%s'",
                 root->ns->href);
  else
    g_set_error (error, NODEDEV_ERROR, VIR_ERR_XML_ERROR,
                 "expecting root element of 'device', not '%s'", root->name);
  return NULL;
}

/* What is not even XML has an error number of its own (libvirt, src/util/virxml.c). */
static xmlDoc *
parse (const char *xml, GError **error)
{
  g_autoptr (GError) reason = NULL;
  xmlDoc *doc = ccw_xml_parse (xml, -1, "device XML", &reason);

  if (doc == NULL)
    g_set_error_literal (error, NODEDEV_ERROR, VIR_ERR_XML_DETAIL, reason->message);
  return doc;
}

MdevConfig *
nodedev_mdev_from_xml (const NodedevView *view, NodedevSchema *schema, const char *xml,
                       GError **error)
{
  g_autoptr (xmlDoc) doc = parse (xml, error);
  const xmlNode *device = doc == NULL ? NULL : get_device (doc, error);
  const xmlNode *capability;
  CcwDevId parent;

  if (device == NULL || (schema != NULL && !nodedev_schema_check (schema, doc, error)))
    return NULL;
  capability = check_device_nodes (device, error) ? read_capability (device, error) : NULL;
  if (capability == NULL || !read_parent (view, device, capability, &parent, error))
    return NULL;
  return read_config (capability, &parent, error);
}

/* --- whose device? -------------------------------------------------------- */

/* "0.0.0313" is a slip of who means css_0_0_0313: our message is of more help. */
static gboolean
is_foreign_parent (const char *name)
{
  g_autofree char *uuid = NULL;
  CcwDevId id;

  return !ccw_dev_id_parse_name (name, CCW_NAME_PREFIX_CSS, &id)
         && !ccw_dev_id_parse_name (name, CCW_NAME_PREFIX_CCW, &id)
         && !ccw_dev_id_parse (name, &id, NULL) && !nodedev_mdev_name_parse (name, &uuid, &id)
         && strcmp (name, NODEDEV_NAME_COMPUTER) != 0;
}

gboolean
nodedev_mdev_xml_is_foreign (const char *xml)
{
  g_autoptr (xmlDoc) doc = ccw_xml_parse (xml, -1, "device XML", NULL);
  const xmlNode *device = doc == NULL ? NULL : get_device (doc, NULL);
  const xmlNode *capability = device == NULL ? NULL : ccw_xml_child (device, "capability");
  const xmlNode *parent = device == NULL ? NULL : ccw_xml_child (device, "parent");
  g_autofree char *type = capability == NULL ? NULL : ccw_xml_attribute (capability, "type");
  g_autofree char *name = parent == NULL ? NULL : ccw_xml_text (parent);

  if (type != NULL && strcmp (type, "mdev") != 0)
    return TRUE;
  return name != NULL && *name != '\0' && is_foreign_parent (name);
}
