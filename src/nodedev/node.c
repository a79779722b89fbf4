/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/node.h"

#include <string.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "ccw/sysfs.h"
#include "nodedev/rpc-error.h"

#define MDEV_PREFIX "mdev_"
#define UUID_LENGTH 36

/* --- names ---------------------------------------------------------------- */

char *
nodedev_mdev_name (const char *uuid, const CcwDevId *parent)
{
  g_autofree char *address = ccw_dev_id_to_name (parent, "");
  char *name = g_strconcat (MDEV_PREFIX, uuid, address, NULL);

  return g_strdelimit (name, "-", '_');
}

gboolean
nodedev_mdev_name_parse (const char *name, char **uuid, CcwDevId *parent)
{
  g_autofree char *text = NULL;
  const char *address;

  if (!g_str_has_prefix (name, MDEV_PREFIX) || strlen (name) <= strlen (MDEV_PREFIX) + UUID_LENGTH)
    return FALSE;
  name += strlen (MDEV_PREFIX);
  address = name + UUID_LENGTH;
  if (!ccw_dev_id_parse_name (address, "", parent))
    return FALSE;
  text = g_ascii_strdown (name, UUID_LENGTH);
  g_strdelimit (text, "_", '-');
  if (!mdev_uuid_is_valid (text))
    return FALSE;
  *uuid = g_steal_pointer (&text);
  return TRUE;
}

char *
nodedev_node_get_name (const NodedevNode *node)
{
  switch (node->kind)
    {
    case NODEDEV_KIND_SUBCHANNEL:
      return ccw_dev_id_to_name (ccw_subchannel_get_id (node->subchannel), CCW_NAME_PREFIX_CSS);
    case NODEDEV_KIND_DEVICE:
      return ccw_dev_id_to_name (ccw_device_get_id (node->device), CCW_NAME_PREFIX_CCW);
    case NODEDEV_KIND_MDEV:
      return nodedev_mdev_name (nodedev_node_get_mdev_uuid (node),
                                nodedev_node_get_mdev_parent (node));
    case NODEDEV_KIND_COMPUTER:
    default:
      return g_strdup (NODEDEV_NAME_COMPUTER);
    }
}

/* A device that has lost its subchannel hangs on the machine itself, as libvirt shows it. */
static char *
get_device_parent_name (const CcwDevice *device)
{
  const CcwDevId *subchannel = ccw_device_get_subchannel_id (device);

  return subchannel == NULL ? g_strdup (NODEDEV_NAME_COMPUTER)
                            : ccw_dev_id_to_name (subchannel, CCW_NAME_PREFIX_CSS);
}

char *
nodedev_node_get_parent_name (const NodedevNode *node)
{
  switch (node->kind)
    {
    case NODEDEV_KIND_SUBCHANNEL:
      return g_strdup (NODEDEV_NAME_COMPUTER);
    case NODEDEV_KIND_DEVICE:
      return get_device_parent_name (node->device);
    case NODEDEV_KIND_MDEV:
      return ccw_dev_id_to_name (nodedev_node_get_mdev_parent (node), CCW_NAME_PREFIX_CSS);
    case NODEDEV_KIND_COMPUTER:
    default:
      return NULL;
    }
}

/* --- look-up -------------------------------------------------------------- */

static gboolean
find_mdev (const NodedevView *view, const char *name, NodedevNode *node)
{
  g_autofree char *uuid = NULL;
  CcwDevId parent;

  if (!nodedev_mdev_name_parse (name, &uuid, &parent))
    return FALSE;
  node->kind = NODEDEV_KIND_MDEV;
  node->config = mdev_store_get (view->store, uuid, &parent);
  node->mdev = ccw_host_get_mdev (view->host, uuid);
  if (node->mdev != NULL && !ccw_dev_id_equal (ccw_mdev_get_parent_id (node->mdev), &parent))
    node->mdev = NULL;
  return node->mdev != NULL || node->config != NULL;
}

static gboolean
find (const NodedevView *view, const char *name, NodedevNode *node)
{
  CcwDevId id;

  *node = (NodedevNode){ 0 };
  if (ccw_dev_id_parse_name (name, CCW_NAME_PREFIX_CSS, &id))
    {
      node->kind = NODEDEV_KIND_SUBCHANNEL;
      node->subchannel = ccw_host_get_subchannel (view->host, &id);
      return node->subchannel != NULL;
    }
  if (ccw_dev_id_parse_name (name, CCW_NAME_PREFIX_CCW, &id))
    {
      node->kind = NODEDEV_KIND_DEVICE;
      node->device = ccw_host_get_device (view->host, &id);
      return node->device != NULL;
    }
  if (find_mdev (view, name, node))
    return TRUE;
  node->kind = NODEDEV_KIND_COMPUTER;
  return strcmp (name, NODEDEV_NAME_COMPUTER) == 0;
}

/* Numbers can be written in several ways, a device has one name. */
static gboolean
has_name (const NodedevNode *node, const char *name)
{
  g_autofree char *own = nodedev_node_get_name (node);

  return strcmp (own, name) == 0;
}

gboolean
nodedev_node_find (const NodedevView *view, const char *name, NodedevNode *node, GError **error)
{
  if (find (view, name, node) && has_name (node, name))
    return TRUE;
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_NO_NODE_DEVICE,
               "no node device with matching name '%s'", name);
  return FALSE;
}

const CcwDevId *
nodedev_node_get_mdev_parent (const NodedevNode *node)
{
  return node->mdev != NULL ? ccw_mdev_get_parent_id (node->mdev)
                            : mdev_config_get_parent (node->config);
}

const char *
nodedev_node_get_mdev_uuid (const NodedevNode *node)
{
  return node->mdev != NULL ? ccw_mdev_get_uuid (node->mdev) : mdev_config_get_uuid (node->config);
}

/* --- state and capabilities ----------------------------------------------- */

gboolean
nodedev_node_is_active (const NodedevNode *node)
{
  return node->kind != NODEDEV_KIND_MDEV || node->mdev != NULL;
}

gboolean
nodedev_node_is_persistent (const NodedevNode *node)
{
  return node->kind == NODEDEV_KIND_COMPUTER || node->config != NULL;
}

gboolean
nodedev_node_is_autostart (const NodedevNode *node)
{
  if (node->kind == NODEDEV_KIND_COMPUTER)
    return TRUE;
  return node->config != NULL && mdev_config_get_autostart (node->config);
}

static const struct
{
  const char *name;
  guint flag;
} capabilities[] = {
  { "system", VIR_CONNECT_LIST_NODE_DEVICES_CAP_SYSTEM },
  { "css", VIR_CONNECT_LIST_NODE_DEVICES_CAP_CSS_DEV },
  { "mdev_types", VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV_TYPES },
  { "ccw", VIR_CONNECT_LIST_NODE_DEVICES_CAP_CCW_DEV },
  { "ccwgroup_member", NODEDEV_LIST_CCWGROUP_MEMBER },
  { "mdev", VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV },
};

static guint
get_subchannel_flags (const CcwSubchannel *subchannel)
{
  guint flags = VIR_CONNECT_LIST_NODE_DEVICES_CAP_CSS_DEV;
  gsize n_types;

  ccw_subchannel_get_mdev_types (subchannel, &n_types);
  if (n_types > 0)
    flags |= VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV_TYPES;
  return flags;
}

char *
nodedev_group_name (const CcwDevice *device)
{
  g_autofree char *link = g_build_filename (ccw_device_get_syspath (device), "group_device", NULL);
  g_autofree char *group = ccw_sysfs_read_link_name (link);
  CcwDevId id;

  return group != NULL && ccw_dev_id_parse (group, &id, NULL)
             ? ccw_dev_id_to_name (&id, CCW_NAME_PREFIX_CCWGROUP)
             : NULL;
}

/* The group costs a look into sysfs: only for those who @asked, by flags. */
static guint
get_device_flags (const CcwDevice *device, guint asked)
{
  g_autofree char *group
      = (asked & NODEDEV_LIST_CCWGROUP_MEMBER) != 0 ? nodedev_group_name (device) : NULL;

  return VIR_CONNECT_LIST_NODE_DEVICES_CAP_CCW_DEV
         | (group != NULL ? NODEDEV_LIST_CCWGROUP_MEMBER : 0);
}

static guint
get_capability_flags (const NodedevNode *node, guint asked)
{
  switch (node->kind)
    {
    case NODEDEV_KIND_SUBCHANNEL:
      return get_subchannel_flags (node->subchannel);
    case NODEDEV_KIND_DEVICE:
      return get_device_flags (node->device, asked);
    case NODEDEV_KIND_MDEV:
      return VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV;
    case NODEDEV_KIND_COMPUTER:
    default:
      return VIR_CONNECT_LIST_NODE_DEVICES_CAP_SYSTEM;
    }
}

gsize
nodedev_node_get_capabilities (const NodedevNode *node, const char *names[NODEDEV_CAPABILITIES_MAX])
{
  guint flags = get_capability_flags (node, NODEDEV_LIST_FLAGS);
  gsize n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (capabilities) && n < NODEDEV_CAPABILITIES_MAX; i++)
    if ((flags & capabilities[i].flag) != 0)
      names[n++] = capabilities[i].name;
  return n;
}

gboolean
nodedev_node_has_capability (const NodedevNode *node, const char *capability)
{
  for (gsize i = 0; i < G_N_ELEMENTS (capabilities); i++)
    if (strcmp (capabilities[i].name, capability) == 0)
      return (get_capability_flags (node, capabilities[i].flag) & capabilities[i].flag) != 0;
  return FALSE;
}

/* Flags come in groups; a group of which none is given does not filter. */
static gboolean
group_matches (guint flags, guint group, guint own)
{
  return (flags & group) == 0 || (flags & group & own) != 0;
}

gboolean
nodedev_node_matches (const NodedevNode *node, guint flags)
{
  const guint activity
      = VIR_CONNECT_LIST_NODE_DEVICES_ACTIVE | VIR_CONNECT_LIST_NODE_DEVICES_INACTIVE;
  const guint persistence = NODEDEV_LIST_PERSISTENT | NODEDEV_LIST_TRANSIENT;
  const guint capability = NODEDEV_LIST_FLAGS & ~(activity | persistence);

  return group_matches (flags, capability, get_capability_flags (node, flags))
         && group_matches (flags, activity,
                           nodedev_node_is_active (node) ? VIR_CONNECT_LIST_NODE_DEVICES_ACTIVE
                                                         : VIR_CONNECT_LIST_NODE_DEVICES_INACTIVE)
         && group_matches (flags, persistence,
                           nodedev_node_is_persistent (node) ? NODEDEV_LIST_PERSISTENT
                                                             : NODEDEV_LIST_TRANSIENT);
}

/* --- all ------------------------------------------------------------------ */

static void
foreach_of_host (const NodedevView *view, CcwKind kind, NodedevNodeFunc func, gpointer user_data)
{
  g_autoptr (GPtrArray) all = ccw_host_list (view->host, kind);

  for (guint i = 0; i < all->len; i++)
    {
      NodedevNode node
          = { .kind = kind == CCW_KIND_SUBCHANNEL ? NODEDEV_KIND_SUBCHANNEL : NODEDEV_KIND_DEVICE };

      if (kind == CCW_KIND_SUBCHANNEL)
        node.subchannel = g_ptr_array_index (all, i);
      else
        node.device = g_ptr_array_index (all, i);
      func (&node, user_data);
    }
}

static void
foreach_active_mdev (const NodedevView *view, NodedevNodeFunc func, gpointer user_data)
{
  g_autoptr (GPtrArray) active = ccw_host_list (view->host, CCW_KIND_MDEV);

  for (guint i = 0; i < active->len; i++)
    {
      const CcwMdev *mdev = g_ptr_array_index (active, i);
      NodedevNode node = { .kind = NODEDEV_KIND_MDEV, .mdev = mdev };

      node.config
          = mdev_store_get (view->store, ccw_mdev_get_uuid (mdev), ccw_mdev_get_parent_id (mdev));
      func (&node, user_data);
    }
}

static gboolean
is_active_config (const NodedevView *view, const MdevConfig *config)
{
  const CcwMdev *mdev = ccw_host_get_mdev (view->host, mdev_config_get_uuid (config));

  return mdev != NULL
         && ccw_dev_id_equal (ccw_mdev_get_parent_id (mdev), mdev_config_get_parent (config));
}

static void
foreach_inactive_mdev (const NodedevView *view, NodedevNodeFunc func, gpointer user_data)
{
  g_autoptr (GPtrArray) configs = mdev_store_list (view->store);

  for (guint i = 0; i < configs->len; i++)
    {
      const MdevConfig *config = g_ptr_array_index (configs, i);
      NodedevNode node = { .kind = NODEDEV_KIND_MDEV, .config = config };

      if (!is_active_config (view, config))
        func (&node, user_data);
    }
}

void
nodedev_view_foreach (const NodedevView *view, NodedevNodeFunc func, gpointer user_data)
{
  NodedevNode computer = { .kind = NODEDEV_KIND_COMPUTER };

  func (&computer, user_data);
  foreach_of_host (view, CCW_KIND_SUBCHANNEL, func, user_data);
  foreach_of_host (view, CCW_KIND_DEVICE, func, user_data);
  foreach_active_mdev (view, func, user_data);
  foreach_inactive_mdev (view, func, user_data);
}
