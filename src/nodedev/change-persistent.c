/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/change-persistent.h"

#include <libvirt/virterror.h>

#include "mdev/transition.h"
#include "nodedev/change-rules.h"
#include "nodedev/rpc-error.h"

/* virNodeDeviceUpdateFlags, since libvirt 10.1. */
#define UPDATE_AFFECT_LIVE (1u << 0)
#define UPDATE_AFFECT_CONFIG (1u << 1)

/* --- define, autostart, update -------------------------------------------- */

/* Device XML does not tell whether it starts by itself: that stays as it is. */
static void
keep_autostart (NodedevChange *change)
{
  const MdevConfig *old = mdev_store_get (change->tools->view.store, change->uuid, &change->parent);

  mdev_config_set_autostart (change->config, old != NULL && mdev_config_get_autostart (old));
}

/* @old: NULL when there was none. The note of the device that it is meant for has not changed. */
static void
undo_define (const NodedevChange *change, const MdevConfig *old)
{
  MdevStore *store = change->tools->view.store;
  g_autoptr (GError) error = NULL;

  if (old != NULL)
    mdev_store_put (store, old, TRUE, &error);
  else
    mdev_store_remove (store, change->uuid, &change->parent, &error);
  if (error != NULL)
    g_warning ("could not undo the failed definition of %s: %s", change->name, error->message);
}

/*
 * The definition first: were its note first, one that cannot be written would
 * leave the old one meant for another device.
 */
static gboolean
put_and_adopt (const NodedevChange *change, GError **error)
{
  MdevStore *store = change->tools->view.store;
  const MdevConfig *known = mdev_store_get (store, change->uuid, &change->parent);
  g_autoptr (MdevConfig) old = known == NULL ? NULL : mdev_config_copy (known);

  if (!mdev_store_put (store, change->config, TRUE, error))
    return FALSE;
  if (nodedev_follow_adopt (change->tools->follow, change->config, error))
    return TRUE;
  undo_define (change, old);
  return FALSE;
}

static gboolean
prepare_define (gpointer data, GError **error)
{
  NodedevChange *change = data;

  if (!nodedev_change_check_subchannel_exists (change, error)
      || !nodedev_change_check_uuid_not_active_elsewhere (change, error)
      || !nodedev_change_check_uuid_not_defined_elsewhere (change, error))
    return FALSE;
  keep_autostart (change);
  return put_and_adopt (change, error);
}

static gboolean
prepare_set_autostart (gpointer data, GError **error)
{
  NodedevChange *change = data;
  NodedevNode node;

  if (!nodedev_change_find_mdev (change, VIR_ERR_OPERATION_UNSUPPORTED, &node, error))
    return FALSE;
  if (node.config == NULL)
    return nodedev_change_fail (error, VIR_ERR_OPERATION_INVALID,
                                "cannot set autostart for transient device");
  if (mdev_config_get_autostart (node.config) == change->autostart)
    return TRUE;
  change->config = mdev_config_copy (node.config);
  mdev_config_set_autostart (change->config, change->autostart);
  return mdev_store_put (change->tools->view.store, change->config, TRUE, error);
}

/* Without a flag an update is of what the device is now. */
static gboolean
check_update_flags (const NodedevChange *change, const NodedevNode *node, GError **error)
{
  gboolean live = (change->flags & UPDATE_AFFECT_LIVE) != 0
                  || ((change->flags & UPDATE_AFFECT_CONFIG) == 0 && node->mdev != NULL);

  if (live && node->mdev == NULL)
    return nodedev_change_fail (error, VIR_ERR_OPERATION_INVALID, "node device is not active");
  if (live)
    return nodedev_change_fail (
        error, VIR_ERR_OPERATION_UNSUPPORTED,
        "an active vfio-ccw device has nothing that could be changed; update its "
        "persistent configuration (--config), then destroy and start it");
  if (node->config == NULL)
    return nodedev_change_fail (error, VIR_ERR_OPERATION_INVALID,
                                "transient node devices do not have any persistent config");
  return TRUE;
}

static gboolean
check_same_mdev (const NodedevChange *change, GError **error)
{
  g_autofree char *name = nodedev_mdev_name (mdev_config_get_uuid (change->config),
                                             mdev_config_get_parent (change->config));

  if (g_strcmp0 (name, change->name) == 0)
    return TRUE;
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_CONFIG_UNSUPPORTED,
               "Cannot update device '%s': UUID and parent cannot be changed, and the XML is that "
               "of '%s'",
               change->name, name);
  return FALSE;
}

static gboolean
prepare_update (gpointer data, GError **error)
{
  NodedevChange *change = data;
  NodedevNode node;

  if (!nodedev_change_find_mdev (change, VIR_ERR_CONFIG_UNSUPPORTED, &node, error)
      || !check_same_mdev (change, error) || !check_update_flags (change, &node, error))
    return FALSE;
  keep_autostart (change);
  return mdev_store_put (change->tools->view.store, change->config, TRUE, error);
}

/* --- undefine ------------------------------------------------------------- */

static gboolean
prepare_undefine (gpointer data, GError **error)
{
  NodedevChange *change = data;
  NodedevNode node;

  if (!nodedev_change_find_mdev (change, VIR_ERR_OPERATION_INVALID, &node, error))
    return FALSE;
  if (node.config == NULL)
    {
      g_set_error (error, NODEDEV_ERROR, VIR_ERR_OPERATION_INVALID,
                   "Node device '%s' is not defined", change->name);
      return FALSE;
    }
  /* Its file goes last: that this will fail shall be known before the subchannel is given back. */
  if (!mdev_store_check_writable (change->tools->view.store, &change->parent, error))
    return FALSE;
  change->keep_bound
      = node.mdev != NULL
        || nodedev_follow_needs (change->tools->follow, &change->parent, change->uuid);
  return TRUE;
}

static gboolean
work_give_back (gpointer data, GError **error)
{
  const NodedevChange *change = data;

  return change->keep_bound || mdev_give_back (change->tools->paths, &change->parent, error);
}

/* Forgets it last, so that it is still defined when giving back failed. */
static void
finish_undefine (gpointer data, const GError *error)
{
  NodedevChange *change = data;
  g_autoptr (GError) own = NULL;

  if (error == NULL)
    mdev_store_remove (change->tools->view.store, change->uuid, &change->parent, &own);
  nodedev_change_finish_and_refresh (change, error != NULL ? error : own);
}

/* --- the operations ------------------------------------------------------- */

const NodedevJobFuncs nodedev_change_define = { prepare_define, NULL, nodedev_change_finish };
const NodedevJobFuncs nodedev_change_undefine
    = { prepare_undefine, work_give_back, finish_undefine };
const NodedevJobFuncs nodedev_change_set_autostart
    = { prepare_set_autostart, NULL, nodedev_change_finish };
const NodedevJobFuncs nodedev_change_update = { prepare_update, NULL, nodedev_change_finish };
