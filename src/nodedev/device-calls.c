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

/* --- lists ---------------------------------------------------------------- */

typedef struct
{
  guint flags;            /* of list all */
  const char *capability; /* of the older calls; NULL: all */
  gsize max;              /* names that are wanted */
  gsize n;                /* devices that there are */
  GPtrArray *names;
} Listing;

static void
list_node (const NodedevNode *node, gpointer user_data)
{
  Listing *listing = user_data;

  if (!nodedev_node_matches (node, listing->flags))
    return;
  if (listing->capability != NULL && !nodedev_node_has_capability (node, listing->capability))
    return;
  listing->n++;
  if (listing->names->len < listing->max)
    g_ptr_array_add (listing->names, nodedev_node_get_name (node));
}

static void
listing_fill (Listing *listing, const NodedevSession *session)
{
  listing->names = g_ptr_array_new_with_free_func (g_free);
  nodedev_view_foreach (get_view (session), list_node, listing);
}

/* The names, which are the caller's, as is their array; ends @listing. */
static char **
listing_take (Listing *listing, u_int *length)
{
  *length = listing->names->len;
  return (char **) g_ptr_array_free (g_steal_pointer (&listing->names), FALSE);
}

static void
listing_clear (Listing *listing)
{
  g_clear_pointer (&listing->names, g_ptr_array_unref);
}

gboolean
nodedev_num_of_devices (NodedevSession *session, gconstpointer args, gpointer ret, GError **error)
{
  const nd_num_of_devices_args *asked = args;
  Listing listing = { .max = 0 };

  if (!nodedev_call_check_flags (asked->flags, 0, "virNodeNumOfDevices", error))
    return FALSE;
  listing.capability = asked->cap == NULL ? NULL : *asked->cap;
  listing_fill (&listing, session);
  listing_clear (&listing);
  return return_int (ret, (int) listing.n);
}

/* How many names a client may ask for, with the codes of libvirt's server. */
static gboolean
check_maxnames (int maxnames, GError **error)
{
  if (maxnames >= 0 && maxnames <= ND_DEVICE_LIST_MAX)
    return TRUE;
  g_set_error (error, NODEDEV_ERROR, maxnames < 0 ? VIR_ERR_INVALID_ARG : VIR_ERR_RPC,
               "maxnames %d is not within 0 and %d", maxnames, ND_DEVICE_LIST_MAX);
  return FALSE;
}

gboolean
nodedev_list_devices (NodedevSession *session, gconstpointer args, gpointer ret, GError **error)
{
  const nd_list_devices_args *asked = args;
  nd_names_ret *result = ret;
  Listing listing = { 0 };

  if (!nodedev_call_check_flags (asked->flags, 0, "virNodeListDevices", error)
      || !check_maxnames (asked->maxnames, error))
    return FALSE;
  listing.max = (gsize) asked->maxnames;
  listing.capability = asked->cap == NULL ? NULL : *asked->cap;
  listing_fill (&listing, session);
  result->names.names_val = listing_take (&listing, &result->names.names_len);
  return TRUE;
}

/* As libvirt's server has it: a list that was cut would pass for a whole one. */
static gboolean
check_fits (const Listing *listing, GError **error)
{
  if (listing->n <= ND_DEVICE_LIST_MAX)
    return TRUE;
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_RPC,
               "Too many node_devices '%" G_GSIZE_FORMAT "' for limit '%d'", listing->n,
               ND_DEVICE_LIST_MAX);
  return FALSE;
}

/* A device on the wire is a structure with nothing but its name. */
G_STATIC_ASSERT (sizeof (nd_device) == sizeof (char *));

gboolean
nodedev_list_all_devices (NodedevSession *session, gconstpointer args, gpointer ret,
                          GError **error)
{
  const nd_list_all_args *asked = args;
  nd_list_all_ret *result = ret;
  Listing listing = { .flags = asked->flags };

  if (!nodedev_call_check_flags (asked->flags, NODEDEV_LIST_FLAGS, "virConnectListAllNodeDevices",
                                 error))
    return FALSE;
  listing.max = asked->need_results ? ND_DEVICE_LIST_MAX : 0;
  listing_fill (&listing, session);
  if (!check_fits (&listing, error))
    {
      listing_clear (&listing);
      return FALSE;
    }
  result->devices.devices_val = (nd_device *) listing_take (&listing, &result->devices.devices_len);
  result->count = (u_int) listing.n;
  return TRUE;
}

/* --- one device ----------------------------------------------------------- */

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
nodedev_lookup_scsi_host (NodedevSession *session, gconstpointer args, gpointer ret,
                          GError **error)
{
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
  ((nd_string_ret *) ret)->value = nodedev_node_to_xml (&node, inactive);
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

  if (!check_maxnames (asked->maxnames, error)
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
