/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/move.h"
#include "mdev/record.h"
#include "mdev/subchannel.h"
#include "nodedev/follow-private.h"

static void
log_move (const NodedevDefinition *definition, const CcwDevId *to)
{
  g_autofree char *from_name = ccw_dev_id_to_name (&definition->parent, CCW_NAME_PREFIX_CSS);
  g_autofree char *to_name = ccw_dev_id_to_name (to, CCW_NAME_PREFIX_CSS);
  g_autofree char *subchannel = ccw_dev_id_to_string (to);
  g_autofree char *device = ccw_dev_id_to_string (&definition->identity->device);

  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "SUBCHANNEL", subchannel, "DEVNO", device,
                    "MDEV_UUID", definition->uuid, "MESSAGE",
                    "mediated device %s follows device %s from %s to %s", definition->uuid, device,
                    from_name, to_name);
}

/* Said once, not at every event of that device. */
static void
warn_once (NodedevDefinition *definition, const GError *error)
{
  g_autofree char *name = nodedev_mdev_name (definition->uuid, &definition->parent);

  if (!definition->has_warned)
    g_warning ("%s does not follow its device: %s", name, error->message);
  definition->has_warned = TRUE;
}

static gboolean
is_active_at_home (NodedevFollow *follow, const NodedevDefinition *definition)
{
  const CcwMdev *mdev = ccw_host_get_mdev (follow->view.host, definition->uuid);

  return mdev != NULL && ccw_dev_id_equal (ccw_mdev_get_parent_id (mdev), &definition->parent);
}

/*
 * Out of the tables meanwhile: the events of the move put the definition in
 * again where it is then, and forget it where it was.
 */
static gboolean
follow_to (NodedevFollow *follow, NodedevDefinition *known, const CcwDevId *to)
{
  g_autoptr (NodedevDefinition) definition
      = nodedev_definitions_take (follow->definitions, known->uuid, &known->parent);
  const MdevConfig *config
      = mdev_store_get (follow->view.store, definition->uuid, &definition->parent);
  g_autoptr (GError) error = NULL;

  /* Nothing is left that could follow. */
  if (config == NULL)
    return FALSE;
  /* By its note the move knows one that is there already. */
  nodedev_follow_save_now (follow, definition->uuid, to);
  if (mdev_move_definition (follow->view.store, follow->paths, config, definition->identity, to,
                            &error))
    {
      log_move (definition, to);
      return TRUE;
    }
  warn_once (definition, error);
  nodedev_definitions_put (follow->definitions, g_steal_pointer (&definition));
  return FALSE;
}

/*
 * TRUE when @now is the device that is meant; notes what is learnt of it. One
 * that was seen to be another does not become the right one by being bound to
 * vfio_ccw, where nothing tells its kind any more.
 */
static gboolean
recognise (NodedevFollow *follow, NodedevDefinition *definition, const MdevIdentity *now)
{
  g_autofree char *device = ccw_dev_id_to_string (&now->device);
  g_autoptr (GError) error = NULL;

  if (now->cutype == NULL && definition->is_refused)
    return FALSE;
  definition->is_refused = !mdev_identity_check (definition->identity, now, device, &error);
  if (definition->is_refused)
    {
      warn_once (definition, error);
      return FALSE;
    }
  definition->is_unsaved |= mdev_identity_complete (definition->identity, now);
  nodedev_follow_save_if_needed (follow, definition);
  return TRUE;
}

/* Also one that was cut short: when it has been put in order more may be seen than now. */
static gboolean
is_in_transition (NodedevFollow *follow, const CcwDevId *subchannel)
{
  g_autoptr (MdevRecord) record = mdev_record_load (follow->paths, subchannel, NULL);

  return record == NULL || record->in_transition;
}

/*
 * A subchannel comes before its ccw device does, and only that tells the kind
 * of device. Where vfio_ccw has the subchannel the number has to do.
 */
static gboolean
can_be_judged (const MdevIdentity *now, const CcwSubchannel *subchannel)
{
  return now->cutype != NULL
         || g_strcmp0 (ccw_subchannel_get_driver (subchannel), MDEV_DRIVER_VFIO_CCW) == 0;
}

/* Brings the definition to where its device is, if that is anywhere; TRUE when that was needed. */
gboolean
nodedev_follow_settle (NodedevFollow *follow, NodedevDefinition *definition)
{
  const CcwSubchannel *subchannel
      = ccw_host_get_subchannel_of_device (follow->view.host, &definition->identity->device);
  const CcwDevId *here = subchannel == NULL ? NULL : ccw_subchannel_get_id (subchannel);
  g_autoptr (MdevIdentity) now = here == NULL ? NULL : mdev_identity_read (here);

  if (now == NULL || !ccw_dev_id_equal (&now->device, &definition->identity->device)
      || !can_be_judged (now, subchannel) || !recognise (follow, definition, now)
      || ccw_dev_id_equal (here, &definition->parent) || is_active_at_home (follow, definition)
      || (now->cutype == NULL && is_in_transition (follow, here)))
    return FALSE;
  return follow_to (follow, definition, here);
}
