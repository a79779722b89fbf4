/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <libvirt/libvirt.h>

#include "mdev/identity.h"
#include "nodedev/follow-private.h"

/* --- when ----------------------------------------------------------------- */

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
    has_moved |= nodedev_follow_settle (follow, g_ptr_array_index (definitions, i));
  return has_moved;
}

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
  nodedev_follow_learn_on (follow, id);
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
      nodedev_follow_forget_unless_there (uuid, parent, follow);
    }
  else if (event->lifecycle == VIR_NODE_DEVICE_EVENT_DEFINED && config != NULL)
    nodedev_follow_learn (follow, config);
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
    nodedev_follow_settle (follow, definition);
}

void
nodedev_follow_all (NodedevFollow *follow)
{
  g_autoptr (GPtrArray) configs = mdev_store_list (follow->view.store);
  g_autoptr (GList) definitions = NULL;

  follow->is_beginning = TRUE;
  mdev_identity_sweep (follow->paths);
  /* What was undefined while nobody looked is not what will be defined next under its name. */
  mdev_identity_foreach (follow->paths, nodedev_follow_forget_unless_there, follow);
  for (guint i = 0; i < configs->len; i++)
    nodedev_follow_learn (follow, g_ptr_array_index (configs, i));
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
  follow->notes = nodedev_notes_new (paths, queue, &nodedev_follow_notes_funcs, follow);
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
