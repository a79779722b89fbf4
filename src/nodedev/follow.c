/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/follow.h"

#include <libvirt/libvirt.h>

#include "ccw/error.h"
#include "ccw/sysfs.h"
#include "mdev/identity.h"
#include "mdev/move.h"
#include "mdev/record.h"
#include "mdev/subchannel.h"
#include "nodedev/definitions.h"
#include "nodedev/notes.h"

struct _NodedevFollow
{
  NodedevView view;
  NodedevEvents *events;
  const CcwPaths *paths;
  NodedevJobQueue *queue;
  NodedevFollowFunc moved;
  gpointer moved_data;
  NodedevDefinitions *definitions;
  GHashTable *arrivals; /* keys of the devices that wait in the queue */
  NodedevNotes *notes;
  gboolean is_beginning; /* nothing that takes a device is in the queue yet */
  gboolean is_ending;
};

/* Failing to keep a note costs following, not the change that the note is of. */
static void
log_failure (const char *uuid, const CcwDevId *parent, const GError *error)
{
  g_autofree char *name = nodedev_mdev_name (uuid, parent);

  g_warning ("%s cannot follow its device: %s", name, error->message);
}

/*
 * A file that only cannot be read for now, as while an editor writes it, keeps
 * its note: it is still meant for the same device when it can be read again.
 */
static void
forget_unless_there (const char *uuid, const CcwDevId *parent, gpointer user_data)
{
  NodedevFollow *follow = user_data;
  g_autoptr (GError) error = NULL;

  if (!mdev_store_has_file_of (follow->view.store, uuid, parent)
      && !mdev_identity_forget (follow->paths, uuid, parent, &error))
    log_failure (uuid, parent, error);
}

/* --- notes ------------------------------------------------------------------ */

/* What has been noted meanwhile need not be noted again. */
static MdevIdentity *
take_unsaved (const char *uuid, const CcwDevId *parent, gpointer user_data)
{
  NodedevFollow *follow = user_data;
  NodedevDefinition *definition = nodedev_definitions_find (follow->definitions, uuid, parent);

  if (definition == NULL || !definition->is_unsaved)
    return NULL;
  definition->is_unsaved = FALSE;
  return mdev_identity_copy (definition->identity);
}

/* What the disk refuses now is tried again at the next event of the device. */
static void
save_now (NodedevFollow *follow, const char *uuid, const CcwDevId *parent)
{
  g_autoptr (MdevIdentity) identity = take_unsaved (uuid, parent, follow);
  g_autoptr (GError) error = NULL;

  if (identity == NULL || mdev_identity_save (identity, follow->paths, uuid, parent, &error))
    return;
  log_failure (uuid, parent, error);
  nodedev_definitions_find (follow->definitions, uuid, parent)->is_unsaved = TRUE;
}

/* By the queue. Meanwhile more may have been learnt and noted, or the definition be gone. */
static void
on_noted (const char *uuid, const CcwDevId *parent, const MdevIdentity *noted, const GError *error,
          gpointer user_data)
{
  NodedevFollow *follow = user_data;
  NodedevDefinition *definition = nodedev_definitions_find (follow->definitions, uuid, parent);

  if (error != NULL)
    log_failure (uuid, parent, error);
  if (definition == NULL)
    {
      forget_unless_there (uuid, parent, user_data);
      return;
    }
  definition->is_unsaved |= error != NULL || !mdev_identity_equal (definition->identity, noted);
  if (error == NULL)
    save_now (user_data, uuid, parent);
}

static const NodedevNotesFuncs notes_funcs = { take_unsaved, on_noted };

/*
 * At once: in the queue somebody may wait already who takes the device, which then
 * does not tell its kind any more. But nobody does when a daemon begins, maybe with
 * thousands of notes.
 */
static void
save_if_needed (NodedevFollow *follow, const NodedevDefinition *definition)
{
  if (!definition->is_unsaved)
    return;
  if (follow->is_beginning)
    nodedev_notes_add (follow->notes, definition->uuid, &definition->parent);
  else
    save_now (follow, definition->uuid, &definition->parent);
}

/* --- learning and forgetting ------------------------------------------------ */

/*
 * Learns what @config is meant for, if there is anything to learn. That holds
 * without a note, too: a device that is taken next does not tell its kind.
 */
static void
learn (NodedevFollow *follow, const MdevConfig *config)
{
  const char *uuid = mdev_config_get_uuid (config);
  const CcwDevId *parent = mdev_config_get_parent (config);
  g_autoptr (GError) error = NULL;
  MdevIdentity *noted = mdev_identity_load (follow->paths, uuid, parent, &error);
  MdevIdentity *identity = noted != NULL || error != NULL ? noted : mdev_identity_read (parent);
  NodedevDefinition *definition;

  if (error != NULL)
    log_failure (uuid, parent, error);
  if (identity == NULL)
    return;
  definition = nodedev_definition_new (uuid, parent, identity);
  definition->is_unsaved = noted == NULL;
  nodedev_definitions_put (follow->definitions, definition);
  save_if_needed (follow, definition);
}

/* It is meant for the first device there is, not for the one that it was meant for. */
static gboolean
forget_device (NodedevFollow *follow, const char *uuid, const CcwDevId *parent, GError **error)
{
  if (!mdev_identity_forget (follow->paths, uuid, parent, error))
    return FALSE;
  nodedev_definitions_drop (follow->definitions, uuid, parent);
  return TRUE;
}

gboolean
nodedev_follow_adopt (NodedevFollow *follow, const MdevConfig *config, GError **error)
{
  const char *uuid = mdev_config_get_uuid (config);
  const CcwDevId *parent = mdev_config_get_parent (config);
  g_autoptr (MdevIdentity) identity = mdev_identity_renew (follow->paths, uuid, parent);

  if (identity == NULL)
    return forget_device (follow, uuid, parent, error);
  if (!mdev_identity_save (identity, follow->paths, uuid, parent, error))
    return FALSE;
  nodedev_definitions_put (follow->definitions,
                           nodedev_definition_new (uuid, parent, g_steal_pointer (&identity)));
  return TRUE;
}

/* @device: NULL: none. What is not known may be right. */
static gboolean
may_be_meant_for (NodedevFollow *follow, const MdevConfig *config, const CcwDevId *device)
{
  const NodedevDefinition *definition = nodedev_definitions_find (
      follow->definitions, mdev_config_get_uuid (config), mdev_config_get_parent (config));

  return device == NULL || definition == NULL
         || ccw_dev_id_equal (&definition->identity->device, device);
}

gboolean
nodedev_follow_needs (NodedevFollow *follow, const CcwDevId *subchannel, const char *except_uuid)
{
  g_autoptr (GPtrArray) configs = mdev_store_list_on (follow->view.store, subchannel);
  CcwDevId device;
  gboolean has_device = ccw_sysfs_subchannel_device (subchannel, &device);

  for (guint i = 0; i < configs->len; i++)
    {
      const MdevConfig *config = g_ptr_array_index (configs, i);

      if (g_strcmp0 (mdev_config_get_uuid (config), except_uuid) != 0
          && may_be_meant_for (follow, config, has_device ? &device : NULL))
        return TRUE;
    }
  return FALSE;
}

/* --- following ------------------------------------------------------------ */

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
  save_now (follow, definition->uuid, to);
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
  save_if_needed (follow, definition);
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
static gboolean
settle (NodedevFollow *follow, NodedevDefinition *definition)
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

/* TRUE when a definition has moved: the array changes then. */
static gboolean
settle_device (NodedevFollow *follow, const CcwDevId *device)
{
  gboolean has_moved = FALSE;
  const GPtrArray *known = nodedev_definitions_of (follow->definitions, device);
  g_autoptr (GPtrArray) definitions = NULL;

  if (known == NULL)
    return FALSE;
  definitions = g_ptr_array_copy ((GPtrArray *) known, NULL, NULL);
  for (guint i = 0; i < definitions->len; i++)
    has_moved |= settle (follow, g_ptr_array_index (definitions, i));
  return has_moved;
}

/* Definitions made while no device was on their subchannel are meant for the first that comes. */
static void
learn_on (NodedevFollow *follow, const CcwDevId *subchannel)
{
  g_autoptr (GPtrArray) configs = mdev_store_list_on (follow->view.store, subchannel);

  for (guint i = 0; i < configs->len; i++)
    {
      const MdevConfig *config = g_ptr_array_index (configs, i);

      if (nodedev_definitions_find (follow->definitions, mdev_config_get_uuid (config), subchannel)
          == NULL)
        learn (follow, config);
    }
}

/* --- when ----------------------------------------------------------------- */

typedef struct
{
  NodedevFollow *follow;
  CcwDevId device;
  GStrv subjects;
} Arrival;

static void
add_subchannel (GStrvBuilder *subjects, const CcwDevId *id)
{
  g_autofree char *subject = ccw_dev_id_to_string (id);

  g_strv_builder_add (subjects, subject);
}

/* Where definitions could move to, where they are, and which they are. */
static GStrv
subjects_of (NodedevFollow *follow, const CcwDevId *device)
{
  g_autoptr (GStrvBuilder) subjects = g_strv_builder_new ();
  const GPtrArray *definitions = nodedev_definitions_of (follow->definitions, device);
  const CcwSubchannel *there = ccw_host_get_subchannel_of_device (follow->view.host, device);

  if (there != NULL)
    add_subchannel (subjects, ccw_subchannel_get_id (there));
  for (guint i = 0; definitions != NULL && i < definitions->len; i++)
    {
      const NodedevDefinition *definition = g_ptr_array_index (definitions, i);

      add_subchannel (subjects, &definition->parent);
      g_strv_builder_add (subjects, definition->uuid);
    }
  return g_strv_builder_end (subjects);
}

/* Has the turn come for all that concerns the device by now? */
static gboolean
covers_all (const Arrival *arrival)
{
  g_auto (GStrv) now = subjects_of (arrival->follow, &arrival->device);

  for (gsize i = 0; now[i] != NULL; i++)
    if (!g_strv_contains ((const char *const *) arrival->subjects, now[i]))
      return FALSE;
  return TRUE;
}

static void note_arrival (NodedevFollow *follow, const CcwDevId *device);

/* In the queue, so that no definition moves under a change that is being made. */
static gboolean
prepare_arrival (gpointer data, GError **error)
{
  const Arrival *arrival = data;
  NodedevFollow *follow = arrival->follow;
  const CcwSubchannel *subchannel;

  g_hash_table_remove (follow->arrivals, ccw_dev_id_hash_key (&arrival->device));
  if (!covers_all (arrival))
    {
      note_arrival (follow, &arrival->device);
      return TRUE;
    }
  if (!settle_device (follow, &arrival->device))
    return TRUE;
  subchannel = ccw_host_get_subchannel_of_device (follow->view.host, &arrival->device);
  follow->moved (ccw_subchannel_get_id (subchannel), follow->moved_data);
  return TRUE;
}

static void
finish_arrival (gpointer data, const GError *error)
{
  Arrival *arrival = data;

  g_strfreev (arrival->subjects);
  g_free (arrival);
}

static const NodedevJobFuncs arrival_funcs = { prepare_arrival, NULL, finish_arrival };

/* One for each device is enough, however often it is told of. */
static void
note_arrival (NodedevFollow *follow, const CcwDevId *device)
{
  Arrival *arrival;

  if (follow->is_ending || nodedev_definitions_of (follow->definitions, device) == NULL
      || !g_hash_table_add (follow->arrivals, ccw_dev_id_hash_key (device)))
    return;
  arrival = g_new0 (Arrival, 1);
  arrival->follow = follow;
  arrival->device = *device;
  arrival->subjects = subjects_of (follow, device);
  nodedev_job_queue_push (follow->queue, (const char *const *) arrival->subjects, &arrival_funcs,
                          arrival);
}

static void
on_subchannel (NodedevFollow *follow, const CcwDevId *id)
{
  const CcwSubchannel *subchannel = ccw_host_get_subchannel (follow->view.host, id);
  const CcwDevId *device = subchannel == NULL ? NULL : ccw_subchannel_get_device_id (subchannel);

  if (device == NULL)
    return;
  learn_on (follow, id);
  note_arrival (follow, device);
}

/* While it was active it stayed where it was, wherever its device had gone. */
static void
note_stopped (NodedevFollow *follow, const char *uuid, const CcwDevId *parent)
{
  const NodedevDefinition *definition
      = nodedev_definitions_find (follow->definitions, uuid, parent);

  if (definition != NULL)
    note_arrival (follow, &definition->identity->device);
}

static void
on_mdev (NodedevFollow *follow, const NodedevEvent *event, const char *uuid, const CcwDevId *parent)
{
  const MdevConfig *config = mdev_store_get (follow->view.store, uuid, parent);

  if (event->lifecycle == VIR_NODE_DEVICE_EVENT_UNDEFINED)
    {
      nodedev_definitions_drop (follow->definitions, uuid, parent);
      forget_unless_there (uuid, parent, follow);
    }
  else if (event->lifecycle == VIR_NODE_DEVICE_EVENT_DEFINED && config != NULL)
    learn (follow, config);
  else if (event->lifecycle == VIR_NODE_DEVICE_EVENT_DELETED)
    note_stopped (follow, uuid, parent);
}

static void
on_event (const NodedevEvent *event, gpointer user_data)
{
  g_autofree char *uuid = NULL;
  CcwDevId id;

  if (nodedev_mdev_name_parse (event->name, &uuid, &id))
    on_mdev (user_data, event, uuid, &id);
  else if (event->lifecycle == VIR_NODE_DEVICE_EVENT_DELETED)
    return;
  else if (ccw_dev_id_parse_name (event->name, CCW_NAME_PREFIX_CSS, &id))
    on_subchannel (user_data, &id);
  else if (ccw_dev_id_parse_name (event->name, CCW_NAME_PREFIX_CCW, &id))
    note_arrival (user_data, &id);
}

/* What was learnt just now is where its device is. */
static void
settle_noted (NodedevFollow *follow, NodedevDefinition *definition)
{
  if (!definition->is_unsaved)
    settle (follow, definition);
}

void
nodedev_follow_all (NodedevFollow *follow)
{
  g_autoptr (GPtrArray) configs = mdev_store_list (follow->view.store);
  g_autoptr (GList) definitions = NULL;

  follow->is_beginning = TRUE;
  mdev_identity_sweep (follow->paths);
  /* What was undefined while nobody looked is not what will be defined next under its name. */
  mdev_identity_foreach (follow->paths, forget_unless_there, follow);
  for (guint i = 0; i < configs->len; i++)
    learn (follow, g_ptr_array_index (configs, i));
  definitions = nodedev_definitions_list (follow->definitions);
  for (GList *item = definitions; item != NULL; item = item->next)
    settle_noted (follow, item->data);
  nodedev_notes_flush (follow->notes);
  follow->is_beginning = FALSE;
}

/* --- life ----------------------------------------------------------------- */

NodedevFollow *
nodedev_follow_new (const NodedevView *view, NodedevEvents *events, const CcwPaths *paths,
                    NodedevJobQueue *queue, NodedevFollowFunc moved, gpointer user_data)
{
  NodedevFollow *follow = g_new0 (NodedevFollow, 1);

  follow->view = *view;
  follow->events = events;
  follow->paths = paths;
  follow->queue = queue;
  follow->moved = moved;
  follow->moved_data = user_data;
  follow->definitions = nodedev_definitions_new ();
  follow->arrivals = g_hash_table_new (NULL, NULL);
  follow->notes = nodedev_notes_new (paths, queue, &notes_funcs, follow);
  nodedev_events_listen (events, VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, on_event, follow);
  nodedev_events_listen (events, VIR_NODE_DEVICE_EVENT_ID_UPDATE, on_event, follow);
  return follow;
}

void
nodedev_follow_end (NodedevFollow *follow)
{
  follow->is_ending = TRUE;
}

void
nodedev_follow_free (NodedevFollow *follow)
{
  nodedev_events_unsubscribe_all (follow->events, follow);
  nodedev_notes_free (follow->notes);
  g_hash_table_unref (follow->arrivals);
  nodedev_definitions_free (follow->definitions);
  g_free (follow);
}
