/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/change-active.h"

#include <libvirt/virterror.h>

#include "ccw/error.h"
#include "mdev/transition.h"
#include "nodedev/change-rules.h"
#include "nodedev/rpc-error.h"

/* --- create, start -------------------------------------------------------- */

static gboolean
prepare_create (gpointer data, GError **error)
{
  const NodedevChange *change = data;

  return nodedev_change_check_subchannel_exists (change, error)
         && nodedev_change_check_uuid_inactive (change, error)
         && nodedev_change_check_not_defined_here (change, error)
         && nodedev_change_check_uuid_not_defined_elsewhere (change, error)
         && nodedev_change_check_subchannel_free (change, error);
}

static gboolean
prepare_start (gpointer data, GError **error)
{
  NodedevChange *change = data;
  NodedevNode node;

  if (!nodedev_change_find_mdev (change, VIR_ERR_OPERATION_INVALID, &node, error))
    return FALSE;
  if (node.mdev != NULL)
    return nodedev_change_fail (error, VIR_ERR_OPERATION_INVALID, "Device is already active");
  change->config = mdev_config_copy (node.config);
  return nodedev_change_check_subchannel_exists (change, error)
         && nodedev_change_check_uuid_inactive (change, error)
         && nodedev_change_check_subchannel_free (change, error);
}

/* Only now is it known: what a start that was cut short had created may be gone again. */
static gboolean
prepare_start_by_itself (gpointer data, GError **error)
{
  NodedevChange *change = data;

  change->is_needless = ccw_host_get_mdev (change->tools->view.host, change->uuid) != NULL;
  return !change->is_needless && prepare_start (data, error);
}

static gboolean
work_start (gpointer data, GError **error)
{
  const NodedevChange *change = data;

  return mdev_start (change->tools->paths, change->config, error);
}

/*
 * Binding the parent makes udev run mdevctl, which starts what is defined
 * there to start by itself: then the mdev we were to start exists, as wanted.
 */
static gboolean
was_started_by_mdevctl (const NodedevChange *change, const GError *error)
{
  NodedevNode node;

  return g_error_matches (error, CCW_ERROR, CCW_ERROR_EXISTS)
         && nodedev_node_find (&change->tools->view, change->name, &node, NULL)
         && node.mdev != NULL;
}

static void
finish_start (gpointer data, const GError *error)
{
  NodedevChange *change = data;

  if (change->uuid != NULL && !change->is_needless)
    ccw_host_refresh (change->tools->view.host, &change->parent);
  nodedev_change_end (change, was_started_by_mdevctl (change, error) ? NULL : error);
}

/* --- destroy -------------------------------------------------------------- */

static gboolean
prepare_destroy (gpointer data, GError **error)
{
  NodedevChange *change = data;
  NodedevNode node;

  if (!nodedev_change_find_mdev (change, VIR_ERR_CONFIG_UNSUPPORTED, &node, error))
    return FALSE;
  if (node.mdev == NULL)
    {
      g_set_error (error, NODEDEV_ERROR, VIR_ERR_OPERATION_INVALID, "Device '%s' is not active",
                   change->name);
      return FALSE;
    }
  change->keep_bound = nodedev_follow_needs (change->tools->follow, &change->parent, NULL);
  return TRUE;
}

static gboolean
work_destroy (gpointer data, GError **error)
{
  const NodedevChange *change = data;

  return mdev_stop (change->tools->paths, change->uuid, change->keep_bound, error);
}

/* --- the operations ------------------------------------------------------- */

const NodedevJobFuncs nodedev_change_create
    = { prepare_create, work_start, nodedev_change_finish_and_refresh };
const NodedevJobFuncs nodedev_change_start = { prepare_start, work_start, finish_start };
const NodedevJobFuncs nodedev_change_start_by_itself
    = { prepare_start_by_itself, work_start, finish_start };
const NodedevJobFuncs nodedev_change_destroy
    = { prepare_destroy, work_destroy, nodedev_change_finish_and_refresh };
