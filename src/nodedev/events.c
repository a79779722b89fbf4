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
  NodedevEventFunc func;
  gpointer user_data;
} Subscription;

struct _NodedevEvents
{
  NodedevView view;
  GPtrArray *subscriptions;
  int next_id;
};

static void
subscription_free (gpointer data)
{
  Subscription *subscription = data;

  g_free (subscription->name);
  g_free (subscription);
}

/* --- telling -------------------------------------------------------------- */

static gboolean
wants (const Subscription *subscription, int event_id, const char *name)
{
  return subscription->event_id == event_id
         && (subscription->name == NULL || strcmp (subscription->name, name) == 0);
}

static void
tell (NodedevEvents *events, int event_id, int lifecycle, const char *name)
{
  for (guint i = 0; i < events->subscriptions->len; i++)
    {
      const Subscription *subscription = g_ptr_array_index (events->subscriptions, i);
      NodedevEvent event = { subscription->callback_id, event_id, lifecycle, name };

      if (wants (subscription, event_id, name))
        subscription->func (&event, subscription->user_data);
    }
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
  events->subscriptions = g_ptr_array_new_with_free_func (subscription_free);
  ccw_host_set_listener (view->host, on_host_change, events);
  mdev_store_set_listener (view->store, on_store_change, events);
  return events;
}

void
nodedev_events_free (NodedevEvents *events)
{
  ccw_host_set_listener (events->view.host, NULL, NULL);
  mdev_store_set_listener (events->view.store, NULL, NULL);
  g_ptr_array_unref (events->subscriptions);
  g_free (events);
}

/* --- subscriptions -------------------------------------------------------- */

static Subscription *
add (NodedevEvents *events, int callback_id, int event_id, NodedevEventFunc func,
     gpointer user_data)
{
  Subscription *subscription = g_new0 (Subscription, 1);

  subscription->callback_id = callback_id;
  subscription->event_id = event_id;
  subscription->func = func;
  subscription->user_data = user_data;
  g_ptr_array_add (events->subscriptions, subscription);
  return subscription;
}

int
nodedev_events_subscribe (NodedevEvents *events, int event_id, const char *name,
                          NodedevEventFunc func, gpointer user_data)
{
  Subscription *subscription = add (events, events->next_id, event_id, func, user_data);

  /* Who subscribes and unsubscribes for hours comes to the end of them. */
  events->next_id = events->next_id == G_MAXINT ? 0 : events->next_id + 1;
  subscription->name = g_strdup (name);
  return subscription->callback_id;
}

void
nodedev_events_listen (NodedevEvents *events, int event_id, NodedevEventFunc func,
                       gpointer user_data)
{
  add (events, NO_CALLBACK, event_id, func, user_data);
}

gboolean
nodedev_events_unsubscribe (NodedevEvents *events, int callback_id, gpointer user_data)
{
  for (guint i = 0; i < events->subscriptions->len; i++)
    {
      const Subscription *subscription = g_ptr_array_index (events->subscriptions, i);

      if (subscription->callback_id != callback_id || subscription->user_data != user_data)
        continue;
      g_ptr_array_remove_index (events->subscriptions, i);
      return TRUE;
    }
  return FALSE;
}

void
nodedev_events_unsubscribe_all (NodedevEvents *events, gpointer user_data)
{
  for (guint i = events->subscriptions->len; i > 0; i--)
    {
      const Subscription *subscription = g_ptr_array_index (events->subscriptions, i - 1);

      if (subscription->user_data == user_data)
        g_ptr_array_remove_index (events->subscriptions, i - 1);
    }
}

guint
nodedev_events_count (const NodedevEvents *events, gconstpointer user_data)
{
  guint n = 0;

  for (guint i = 0; i < events->subscriptions->len; i++)
    {
      const Subscription *subscription = g_ptr_array_index (events->subscriptions, i);

      n += subscription->user_data == user_data;
    }
  return n;
}
