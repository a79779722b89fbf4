/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "nodedev/handlers.h"
#include "nodedev/node-xml.h"
#include "nodedev/rpc-error.h"

/* virNodeDeviceXMLFlags, since libvirt 10.1. */
#define XML_INACTIVE (1u << 0)

static const NodedevView *
get_view (const NodedevSession *session)
{
  return &nodedev_session_get_backend (session)->view;
}

static NodedevSchema *
get_schema (const NodedevSession *session)
{
  return nodedev_session_get_backend (session)->schema;
}

static gboolean
find_node (const NodedevSession *session, const char *name, NodedevNode *node, GError **error)
{
  return nodedev_node_find (get_view (session), name, node, error);
}

static gboolean
return_int (gpointer ret, int value)
{
  ((nd_int_ret *) ret)->value = value;
  return TRUE;
}

gboolean
nodedev_lookup_by_name (NodedevSession *session, gconstpointer args, gpointer ret, GError **error)
{
  const nd_name_args *asked = args;
  NodedevNode node;

  if (!find_node (session, asked->name, &node, error))
    return FALSE;
  ((nd_device_ret *) ret)->dev.name = g_strdup (asked->name);
  return TRUE;
}

gboolean
nodedev_lookup_scsi_host (NodedevSession *session, gconstpointer args, gpointer ret, GError **error)
{
  const nd_scsi_host_args *asked = args;

  if (!nodedev_call_check_flags (asked->flags, 0, "virNodeDeviceLookupSCSIHostByWWN", error))
    return FALSE;
  g_set_error_literal (error, NODEDEV_ERROR, VIR_ERR_NO_NODE_DEVICE,
                       "there are no SCSI hosts on the channel subsystem");
  return FALSE;
}

gboolean
nodedev_get_xml_desc (NodedevSession *session, gconstpointer args, gpointer ret, GError **error)
{
  const nd_name_flags_args *asked = args;
  gboolean inactive = (asked->flags & XML_INACTIVE) != 0;
  NodedevNode node;

  if (!nodedev_call_check_flags (asked->flags, XML_INACTIVE, "virNodeDeviceGetXMLDesc", error)
      || !find_node (session, asked->name, &node, error))
    return FALSE;
  if (inactive && !nodedev_node_is_persistent (&node))
    {
      g_set_error (error, NODEDEV_ERROR, VIR_ERR_OPERATION_INVALID,
                   "node device '%s' is not persistent", asked->name);
      return FALSE;
    }
  ((nd_string_ret *) ret)->value = nodedev_node_to_xml (&node, inactive, get_schema (session));
  return TRUE;
}

gboolean
nodedev_get_parent (NodedevSession *session, gconstpointer args, gpointer ret, GError **error)
{
  const nd_name_args *asked = args;
  nd_parent_ret *result = ret;
  NodedevNode node;
  char *parent;

  if (!find_node (session, asked->name, &node, error))
    return FALSE;
  parent = nodedev_node_get_parent_name (&node);
  if (parent == NULL)
    return TRUE;
  result->parent = g_new (nd_string, 1);
  *result->parent = parent;
  return TRUE;
}

gboolean
nodedev_num_of_caps (NodedevSession *session, gconstpointer args, gpointer ret, GError **error)
{
  const nd_name_args *asked = args;
  const char *names[NODEDEV_CAPABILITIES_MAX];
  NodedevNode node;

  if (!find_node (session, asked->name, &node, error))
    return FALSE;
  return return_int (ret, (int) nodedev_node_get_capabilities (&node, names));
}

gboolean
nodedev_list_caps (NodedevSession *session, gconstpointer args, gpointer ret, GError **error)
{
  const nd_list_caps_args *asked = args;
  nd_names_ret *result = ret;
  const char *names[NODEDEV_CAPABILITIES_MAX];
  NodedevNode node;
  gsize n;

  if (!nodedev_call_check_maxnames (asked->maxnames, error)
      || !find_node (session, asked->name, &node, error))
    return FALSE;
  n = MIN (nodedev_node_get_capabilities (&node, names), (gsize) asked->maxnames);
  result->names.names_val = g_new0 (nd_string, n);
  result->names.names_len = (u_int) n;
  for (gsize i = 0; i < n; i++)
    result->names.names_val[i] = g_strdup (names[i]);
  return TRUE;
}

gboolean
nodedev_get_autostart (NodedevSession *session, gconstpointer args, gpointer ret, GError **error)
{
  const nd_name_args *asked = args;
  NodedevNode node;

  return find_node (session, asked->name, &node, error)
         && return_int (ret, nodedev_node_is_autostart (&node));
}

gboolean
nodedev_is_persistent (NodedevSession *session, gconstpointer args, gpointer ret, GError **error)
{
  const nd_name_args *asked = args;
  NodedevNode node;

  return find_node (session, asked->name, &node, error)
         && return_int (ret, nodedev_node_is_persistent (&node));
}

gboolean
nodedev_is_active (NodedevSession *session, gconstpointer args, gpointer ret, GError **error)
{
  const nd_name_args *asked = args;
  NodedevNode node;

  return find_node (session, asked->name, &node, error)
         && return_int (ret, nodedev_node_is_active (&node));
}

gboolean
nodedev_pci_only (NodedevSession *session, gconstpointer args, gpointer ret, GError **error)
{
  g_set_error_literal (error, NODEDEV_ERROR, VIR_ERR_NO_SUPPORT,
                       "PCI devices alone can be detached, attached again and reset; a subchannel "
                       "is bound by creating an mdev on it (virsh nodedev-create)");
  return FALSE;
}
