/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/node-xml.h"

#include <string.h>

/* Two spaces a level, as libvirt indents. */
static void
add_line (GString *xml, guint level, const char *text)
{
  g_string_append_printf (xml, "%*s%s\n", (int) level * 2, "", text);
}

/*
 * The length of what stands at @escaped and XML has no way to say (XML 1.0,
 * section 2.2); 0: nothing such. GLib writes control characters as references
 * nonetheless, libvirt leaves them out.
 */
static gsize
length_of_illegal (const char *escaped)
{
  char *end;

  if (g_str_has_prefix (escaped, "\xef\xbf\xbe") || g_str_has_prefix (escaped, "\xef\xbf\xbf"))
    return strlen ("\xef\xbf\xbe");
  if (!g_str_has_prefix (escaped, "&#x") || g_ascii_strtoull (escaped + 3, &end, 16) >= 0x20)
    return 0;
  return (gsize) (end + 1 - escaped);
}

/* A reader of XML takes a plain line end or tab in an attribute for a blank, a reference not. */
static char *
finish_escaped (const char *escaped)
{
  GString *text = g_string_new (NULL);

  for (const char *c = escaped; *c != '\0';)
    {
      gsize illegal = length_of_illegal (c);

      if (illegal > 0)
        {
          c += illegal;
          continue;
        }
      if (strchr ("\t\n\r", *c) != NULL)
        g_string_append_printf (text, "&#%d;", *c);
      else
        g_string_append_c (text, *c);
      c++;
    }
  return g_string_free (text, FALSE);
}

/* A line of @format with markup escaped in each of its string arguments. */
static void G_GNUC_PRINTF (3, 4) add_escaped (GString *xml, guint level, const char *format, ...)
{
  g_autofree char *escaped = NULL;
  g_autofree char *line = NULL;
  va_list arguments;

  va_start (arguments, format);
  escaped = g_markup_vprintf_escaped (format, arguments);
  va_end (arguments);
  line = finish_escaped (escaped);
  add_line (xml, level, line);
}

static void
add_driver (GString *xml, const char *driver)
{
  add_line (xml, 1, "<driver>");
  add_escaped (xml, 2, "<name>%s</name>", driver);
  add_line (xml, 1, "</driver>");
}

/* libvirt calls the last number "devno" also where it is a subchannel's. */
static void
add_address (GString *xml, guint level, const CcwDevId *id)
{
  add_escaped (xml, level, "<cssid>0x%x</cssid>", id->cssid);
  add_escaped (xml, level, "<ssid>0x%x</ssid>", id->ssid);
  add_escaped (xml, level, "<devno>0x%04x</devno>", id->number);
}

/* --- computer ------------------------------------------------------------- */

/*
 * On s390x libvirt knows nothing of the machine here, yet its schema demands
 * the elements; so stock libvirt writes this too.
 */
static void
add_computer (GString *xml)
{
  add_line (xml, 1, "<capability type='system'>");
  add_line (xml, 2, "<hardware>");
  add_line (xml, 3, "<uuid>00000000-0000-0000-0000-000000000000</uuid>");
  add_line (xml, 2, "</hardware>");
  add_line (xml, 2, "<firmware>");
  add_line (xml, 2, "</firmware>");
  add_line (xml, 1, "</capability>");
}

/* --- subchannels ---------------------------------------------------------- */

static void
add_mdev_type (GString *xml, const CcwMdevType *type)
{
  add_escaped (xml, 3, "<type id='%s'>", type->id);
  if (type->name != NULL)
    add_escaped (xml, 4, "<name>%s</name>", type->name);
  add_escaped (xml, 4, "<deviceAPI>%s</deviceAPI>", type->device_api);
  add_escaped (xml, 4, "<availableInstances>%u</availableInstances>", type->available_instances);
  add_line (xml, 3, "</type>");
}

static void
add_mdev_types (GString *xml, const CcwSubchannel *subchannel)
{
  gsize n;
  const CcwMdevType *types = ccw_subchannel_get_mdev_types (subchannel, &n);

  if (n == 0)
    return;
  add_line (xml, 2, "<capability type='mdev_types'>");
  for (gsize i = 0; i < n; i++)
    add_mdev_type (xml, &types[i]);
  add_line (xml, 2, "</capability>");
}

static void
add_subchannel (GString *xml, const CcwSubchannel *subchannel)
{
  const CcwDevId *device = ccw_subchannel_get_device_id (subchannel);

  add_line (xml, 1, "<capability type='css'>");
  add_address (xml, 2, ccw_subchannel_get_id (subchannel));
  if (device != NULL)
    {
      add_line (xml, 2, "<channel_dev_addr>");
      add_address (xml, 3, device);
      add_line (xml, 2, "</channel_dev_addr>");
    }
  add_mdev_types (xml, subchannel);
  add_line (xml, 1, "</capability>");
}

/* --- ccw devices ---------------------------------------------------------- */

static void
add_group (GString *xml, const CcwDevice *device)
{
  g_autofree char *group = nodedev_group_name (device);

  if (group == NULL)
    return;
  add_line (xml, 2, "<capability type='ccwgroup_member'>");
  add_escaped (xml, 3, "<group_device>%s</group_device>", group);
  add_line (xml, 2, "</capability>");
}

/* <state> and group came with libvirt 11.1: an older schema would refuse the whole device. */
static void
add_device (GString *xml, const CcwDevice *device, gboolean with_state)
{
  add_line (xml, 1, "<capability type='ccw'>");
  if (with_state)
    add_escaped (xml, 2, "<state>%s</state>", ccw_device_is_online (device) ? "online" : "offline");
  add_address (xml, 2, ccw_device_get_id (device));
  if (with_state)
    add_group (xml, device);
  add_line (xml, 1, "</capability>");
}

/* --- mdevs ---------------------------------------------------------------- */

static void
add_attributes (GString *xml, const MdevConfig *config)
{
  for (gsize i = 0; i < mdev_config_n_attributes (config); i++)
    {
      const char *name;
      const char *value;

      mdev_config_get_attribute (config, i, &name, &value);
      add_escaped (xml, 2, "<attr name='%s' value='%s'/>", name, value);
    }
}

/* Stock libvirt writes group 0 for an mdev that has none. */
static void
add_mdev_capability (GString *xml, const NodedevNode *node, const char *type, int iommu_group)
{
  g_autofree char *parent = ccw_dev_id_to_string (nodedev_node_get_mdev_parent (node));

  add_line (xml, 1, "<capability type='mdev'>");
  add_escaped (xml, 2, "<type id='%s'/>", type);
  add_escaped (xml, 2, "<uuid>%s</uuid>", nodedev_node_get_mdev_uuid (node));
  add_escaped (xml, 2, "<parent_addr>%s</parent_addr>", parent);
  add_escaped (xml, 2, "<iommuGroup number='%d'/>", MAX (iommu_group, 0));
}

static void
add_active_mdev (GString *xml, const NodedevNode *node)
{
  add_mdev_capability (xml, node, ccw_mdev_get_type (node->mdev),
                       ccw_mdev_get_iommu_group (node->mdev));
  add_line (xml, 1, "</capability>");
}

static void
add_persistent_mdev (GString *xml, const NodedevNode *node)
{
  add_mdev_capability (xml, node, mdev_config_get_type (node->config), -1);
  add_attributes (xml, node->config);
  add_line (xml, 1, "</capability>");
}

/* --- all kinds ------------------------------------------------------------ */

static const char *
get_path (const NodedevNode *node)
{
  switch (node->kind)
    {
    case NODEDEV_KIND_SUBCHANNEL:
      return ccw_subchannel_get_syspath (node->subchannel);
    case NODEDEV_KIND_DEVICE:
      return ccw_device_get_syspath (node->device);
    case NODEDEV_KIND_MDEV:
      return ccw_mdev_get_syspath (node->mdev);
    case NODEDEV_KIND_COMPUTER:
    default:
      return NULL;
    }
}

static const char *
get_driver (const NodedevNode *node)
{
  switch (node->kind)
    {
    case NODEDEV_KIND_SUBCHANNEL:
      return ccw_subchannel_get_driver (node->subchannel);
    case NODEDEV_KIND_DEVICE:
      return ccw_device_get_driver (node->device);
    case NODEDEV_KIND_MDEV:
      return ccw_mdev_get_driver (node->mdev);
    case NODEDEV_KIND_COMPUTER:
    default:
      return NULL;
    }
}

static void
add_capability (GString *xml, const NodedevNode *node, gboolean inactive, NodedevSchema *schema)
{
  switch (node->kind)
    {
    case NODEDEV_KIND_SUBCHANNEL:
      add_subchannel (xml, node->subchannel);
      break;
    case NODEDEV_KIND_DEVICE:
      add_device (xml, node->device, nodedev_schema_knows_ccw_state (schema));
      break;
    case NODEDEV_KIND_MDEV:
      if (inactive)
        add_persistent_mdev (xml, node);
      else
        add_active_mdev (xml, node);
      break;
    case NODEDEV_KIND_COMPUTER:
    default:
      add_computer (xml);
      break;
    }
}

char *
nodedev_node_to_xml (const NodedevNode *node, gboolean inactive, NodedevSchema *schema)
{
  gboolean as_persisted = inactive || !nodedev_node_is_active (node);
  const char *path = as_persisted ? NULL : get_path (node);
  const char *driver = as_persisted ? NULL : get_driver (node);
  g_autofree char *name = nodedev_node_get_name (node);
  g_autofree char *parent = nodedev_node_get_parent_name (node);
  GString *xml = g_string_new ("<device>\n");

  add_escaped (xml, 1, "<name>%s</name>", name);
  if (path != NULL)
    add_escaped (xml, 1, "<path>%s</path>", path);
  if (parent != NULL)
    add_escaped (xml, 1, "<parent>%s</parent>", parent);
  if (driver != NULL)
    add_driver (xml, driver);
  add_capability (xml, node, as_persisted, schema);
  g_string_append (xml, "</device>\n");
  return g_string_free (xml, FALSE);
}
