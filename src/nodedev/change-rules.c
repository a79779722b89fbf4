/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/change-rules.h"

#include <libvirt/virterror.h>

#include "ccw/cio-ignore.h"
#include "mdev/identity.h"
#include "nodedev/rpc-error.h"

gboolean
nodedev_change_find_mdev (const NodedevChange *change, int code, NodedevNode *node, GError **error)
{
  if (!nodedev_node_find (&change->tools->view, change->name, node, error))
    return FALSE;
  if (node->kind == NODEDEV_KIND_MDEV)
    return TRUE;
  g_set_error (error, NODEDEV_ERROR, code,
               "'%s' is not a mediated device; only those can be changed", change->name);
  return FALSE;
}

/* Why its subchannel may not be there, as far as is known which device it was for. */
static char *
explain_absence (const NodedevChange *change)
{
  static const char *const otherwise = "has its device been detached?";
  g_autoptr (MdevIdentity) meant
      = mdev_identity_load (change->tools->paths, change->uuid, &change->parent, NULL);

  return meant == NULL ? g_strdup (otherwise) : ccw_explain_absence (&meant->device, otherwise);
}

gboolean
nodedev_change_check_subchannel_exists (const NodedevChange *change, GError **error)
{
  g_autofree char *name = ccw_dev_id_to_name (&change->parent, CCW_NAME_PREFIX_CSS);
  g_autofree char *why = NULL;

  if (ccw_host_get_subchannel (change->tools->view.host, &change->parent) != NULL)
    return TRUE;
  why = explain_absence (change);
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_NO_NODE_DEVICE, "there is no parent device '%s'; %s",
               name, why);
  return FALSE;
}

/* One that is not bound for mdevs may get one. */
static gboolean
has_room (CcwHost *host, const CcwDevId *id)
{
  const CcwSubchannel *subchannel = ccw_host_get_subchannel (host, id);
  gsize n;
  const CcwMdevType *types = ccw_subchannel_get_mdev_types (subchannel, &n);

  return n == 0 || types[0].available_instances > 0;
}

gboolean
nodedev_change_check_subchannel_free (const NodedevChange *change, GError **error)
{
  CcwHost *host = change->tools->view.host;
  const CcwMdev *mdev
      = has_room (host, &change->parent) ? NULL : ccw_host_get_mdev_on (host, &change->parent);
  g_autofree char *parent = ccw_dev_id_to_name (&change->parent, CCW_NAME_PREFIX_CSS);
  g_autofree char *name = NULL;

  if (mdev == NULL)
    return TRUE;
  name = nodedev_mdev_name (ccw_mdev_get_uuid (mdev), &change->parent);
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_RESOURCE_BUSY,
               "%s already carries %s; destroy that first or take another subchannel", parent,
               name);
  return FALSE;
}

gboolean
nodedev_change_check_uuid_inactive (const NodedevChange *change, GError **error)
{
  const CcwMdev *mdev = ccw_host_get_mdev (change->tools->view.host, change->uuid);
  g_autofree char *name = NULL;

  if (mdev == NULL)
    return TRUE;
  name = nodedev_mdev_name (change->uuid, ccw_mdev_get_parent_id (mdev));
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_OPERATION_INVALID,
               "UUID %s is taken by %s, which is active; take another one, or leave <uuid> out "
               "to have one made",
               change->uuid, name);
  return FALSE;
}

gboolean
nodedev_change_check_uuid_not_active_elsewhere (const NodedevChange *change, GError **error)
{
  const CcwMdev *mdev = ccw_host_get_mdev (change->tools->view.host, change->uuid);

  if (mdev == NULL || ccw_dev_id_equal (ccw_mdev_get_parent_id (mdev), &change->parent))
    return TRUE;
  return nodedev_change_check_uuid_inactive (change, error);
}

static const MdevConfig *
find_config_elsewhere (const NodedevChange *change)
{
  g_autoptr (GPtrArray) configs = mdev_store_list_uuid (change->tools->view.store, change->uuid);

  for (guint i = 0; i < configs->len; i++)
    {
      const MdevConfig *config = g_ptr_array_index (configs, i);

      if (!ccw_dev_id_equal (mdev_config_get_parent (config), &change->parent))
        return config;
    }
  return NULL;
}

gboolean
nodedev_change_check_uuid_not_defined_elsewhere (const NodedevChange *change, GError **error)
{
  const MdevConfig *config = find_config_elsewhere (change);
  g_autofree char *name = NULL;

  if (config == NULL)
    return TRUE;
  name = nodedev_mdev_name (change->uuid, mdev_config_get_parent (config));
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_OPERATION_INVALID,
               "UUID %s is defined already, as %s; take another one, leave <uuid> out to have one "
               "made, or undefine that one first",
               change->uuid, name);
  return FALSE;
}

gboolean
nodedev_change_check_not_defined_here (const NodedevChange *change, GError **error)
{
  if (mdev_store_get (change->tools->view.store, change->uuid, &change->parent) == NULL)
    return TRUE;
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_OPERATION_INVALID,
               "%s is defined already; start it (virsh nodedev-start) instead of creating it",
               change->name);
  return FALSE;
}
