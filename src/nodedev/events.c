/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/events.h"

#include <string.h>

#include <libvirt/libvirt.h>

/* libvirt's begin at 0. */
#define NO_CALLBACK (-1)

typedef struct
{
  int callback_id;
  int event_id;
  char *name;
} Subscription;

typedef struct
{
  NodedevHearer hearer;
  GPtrArray *subscriptions;
} Entry;

struct _NodedevEvents
{
  NodedevView view;
  GPtrArray *entries; /* in the order in which they are told */
  int next_id;
};

static void
subscription_free (gpointer data)
{
  Subscription *subscription = data;

  g_free (subscription->name);
  g_free (subscription);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_ptr_array_unref (entry->subscriptions);
  g_free (entry);
}

/* --- telling -------------------------------------------------------------- */

static gboolean
wants (const Subscription *subscription, const NodedevEvent *event)
{
  return subscription->event_id == event->event_id
         && (subscription->name == NULL || strcmp (subscription->name, event->name) == 0);
}

/* Once, however many of its subscriptions the event is for. */
static void
tell_one (const Entry *entry, NodedevEvent event, GArray *callback_ids)
{
  gboolean wanted = FALSE;

  g_array_set_size (callback_ids, 0);
  for (guint i = 0; i < entry->subscriptions->len; i++)
    {
      const Subscription *subscription = g_ptr_array_index (entry->subscriptions, i);

      if (!wants (subscription, &event))
        continue;
      wanted = TRUE;
      if (subscription->callback_id != NO_CALLBACK)
        g_array_append_val (callback_ids, subscription->callback_id);
    }
  event.callback_ids = (gconstpointer) callback_ids->data;
  event.n_callbacks = callback_ids->len;
  if (wanted)
    entry->hearer.func (&event, entry->hearer.user_data);
}

static void
tell (NodedevEvents *events, int event_id, int lifecycle, const char *name)
{
  g_autoptr (GArray) callback_ids = g_array_new (FALSE, FALSE, sizeof (int));
  NodedevEvent event = { .event_id = event_id, .lifecycle = lifecycle, .name = name };

  for (guint i = 0; i < events->entries->len; i++)
    tell_one (g_ptr_array_index (events->entries, i), event, callback_ids);
}

static void
tell_lifecycle (NodedevEvents *events, int lifecycle, const char *name)
{
  tell (events, VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, lifecycle, name);
}

static void
tell_update (NodedevEvents *events, const char *name)
{
  tell (events, VIR_NODE_DEVICE_EVENT_ID_UPDATE, 0, name);
}

/* --- hearing -------------------------------------------------------------- */

static NodedevNode
make_node (CcwKind kind, gconstpointer object)
{
  switch (kind)
    {
    case CCW_KIND_DEVICE:
      return (NodedevNode){ .kind = NODEDEV_KIND_DEVICE, .device = object };
    case CCW_KIND_MDEV:
      return (NodedevNode){ .kind = NODEDEV_KIND_MDEV, .mdev = object };
    case CCW_KIND_SUBCHANNEL:
    default:
      return (NodedevNode){ .kind = NODEDEV_KIND_SUBCHANNEL, .subchannel = object };
    }
}

static void
on_host_change (CcwHost *host, CcwChange change, CcwKind kind, gconstpointer object,
                gpointer user_data)
{
  NodedevEvents *events = user_data;
  NodedevNode node = make_node (kind, object);
  g_autofree char *name = nodedev_node_get_name (&node);

  switch (change)
    {
    case CCW_CHANGE_ADDED:
      tell_lifecycle (events, VIR_NODE_DEVICE_EVENT_CREATED, name);
      break;
    case CCW_CHANGE_REMOVED:
      tell_lifecycle (events, VIR_NODE_DEVICE_EVENT_DELETED, name);
      break;
    case CCW_CHANGE_UPDATED:
    default:
      tell_update (events, name);
      break;
    }
}

static void
on_store_change (MdevStore *store, MdevStoreChange change, const MdevConfig *config,
                 gpointer user_data)
{
  NodedevEvents *events = user_data;
  g_autofree char *name
      = nodedev_mdev_name (mdev_config_get_uuid (config), mdev_config_get_parent (config));

  switch (change)
    {
    case MDEV_STORE_DEFINED:
      tell_lifecycle (events, VIR_NODE_DEVICE_EVENT_DEFINED, name);
      break;
    case MDEV_STORE_UNDEFINED:
      tell_lifecycle (events, VIR_NODE_DEVICE_EVENT_UNDEFINED, name);
      break;
    case MDEV_STORE_UPDATED:
    default:
      tell_update (events, name);
      break;
    }
}

NodedevEvents *
nodedev_events_new (const NodedevView *view)
{
  NodedevEvents *events = g_new0 (NodedevEvents, 1);

  events->view = *view;
  events->entries = g_ptr_array_new_with_free_func (entry_free);
  ccw_host_set_listener (view->host, on_host_change, events);
  mdev_store_set_listener (view->store, on_store_change, events);
  return events;
}

void
nodedev_events_free (NodedevEvents *events)
{
  ccw_host_set_listener (events->view.host, NULL, NULL);
  mdev_store_set_listener (events->view.store, NULL, NULL);
  g_ptr_array_unref (events->entries);
  g_free (events);
}

/* --- subscriptions -------------------------------------------------------- */

/* NULL: none. @index: where it is. */
static Entry *
find (const NodedevEvents *events, gconstpointer user_data, guint *index)
{
  for (*index = 0; *index < events->entries->len; ++*index)
    {
      Entry *entry = g_ptr_array_index (events->entries, *index);

      if (entry->hearer.user_data == user_data)
        return entry;
    }
  return NULL;
}

static Entry *
get (NodedevEvents *events, const NodedevHearer *hearer)
{
  guint index;
  Entry *entry = find (events, hearer->user_data, &index);

  if (entry != NULL)
    return entry;
  entry = g_new0 (Entry, 1);
  entry->hearer = *hearer;
  entry->subscriptions = g_ptr_array_new_with_free_func (subscription_free);
  g_ptr_array_add (events->entries, entry);
  return entry;
}

static void
add (NodedevEvents *events, const NodedevHearer *hearer, int callback_id, int event_id,
     const char *name)
{
  Subscription *subscription = g_new0 (Subscription, 1);

  subscription->callback_id = callback_id;
  subscription->event_id = event_id;
  subscription->name = g_strdup (name);
  g_ptr_array_add (get (events, hearer)->subscriptions, subscription);
}

int
nodedev_events_subscribe (NodedevEvents *events, const NodedevHearer *hearer, int event_id,
                          const char *name)
{
  int callback_id = events->next_id;

  add (events, hearer, callback_id, event_id, name);
  /* Who subscribes and unsubscribes for hours comes to the end of them. */
  events->next_id = callback_id == G_MAXINT ? 0 : callback_id + 1;
  return callback_id;
}

void
nodedev_events_listen (NodedevEvents *events, int event_id, NodedevEventFunc func,
                       gpointer user_data)
{
  NodedevHearer hearer = { .func = func, .user_data = user_data };

  add (events, &hearer, NO_CALLBACK, event_id, NULL);
}

static gboolean
remove_subscription (Entry *entry, int callback_id)
{
  for (guint i = 0; i < entry->subscriptions->len; i++)
    {
      const Subscription *subscription = g_ptr_array_index (entry->subscriptions, i);

      if (subscription->callback_id != callback_id)
        continue;
      g_ptr_array_remove_index (entry->subscriptions, i);
      return TRUE;
    }
  return FALSE;
}

gboolean
nodedev_events_unsubscribe (NodedevEvents *events, int callback_id, gpointer user_data)
{
  guint index;
  Entry *entry = find (events, user_data, &index);

  if (entry == NULL || !remove_subscription (entry, callback_id))
    return FALSE;
  if (entry->subscriptions->len == 0)
    g_ptr_array_remove_index (events->entries, index);
  return TRUE;
}

void
nodedev_events_unsubscribe_all (NodedevEvents *events, gpointer user_data)
{
  guint index;

  if (find (events, user_data, &index) != NULL)
    g_ptr_array_remove_index (events->entries, index);
}

static void
count_one (NodedevEventsCount *count, const Entry *entry, const NodedevHearer *hearer)
{
  guint n = entry->subscriptions->len;

  if (entry->hearer.user_data == hearer->user_data)
    count->of_hearer = n;
  if (!entry->hearer.is_limited)
    return;
  count->of_limited += n;
  if (entry->hearer.uid == hearer->uid)
    count->of_user += n;
}

NodedevEventsCount
nodedev_events_count (const NodedevEvents *events, const NodedevHearer *hearer)
{
  NodedevEventsCount count = { 0 };

  for (guint i = 0; i < events->entries->len; i++)
    count_one (&count, g_ptr_array_index (events->entries, i), hearer);
  return count;
}
