/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/node.h"

/*
 * News of node devices: what the host model and the store report, as
 * libvirt's events, to those who asked for them.
 *
 * A device appears: CREATED; it goes, or an mdev is stopped: DELETED; an
 * mdev's file comes or goes: DEFINED, UNDEFINED (virNodeDeviceEventLifecycleType).
 * Anything else that changes about a device is an update.
 */
typedef struct _NodedevEvents NodedevEvents;

typedef struct
{
  int event_id;  /* VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE or _UPDATE */
  int lifecycle; /* VIR_NODE_DEVICE_EVENT_CREATED …; 0 for updates */
  const char *name;
  const int *callback_ids; /* of the hearer's subscriptions, those that it is for */
  guint n_callbacks;       /* 0 for who only listens */
} NodedevEvent;

typedef void (*NodedevEventFunc) (const NodedevEvent *event, gpointer user_data);

/* Who hears of events: by @user_data, which no other has. */
typedef struct
{
  NodedevEventFunc func; /* must not subscribe or unsubscribe */
  gpointer user_data;
  gboolean is_limited; /* one of those whose subscriptions are counted together */
  gint64 uid;          /* whose it is */
} NodedevHearer;

/* Becomes the listener of @view's host and store, which must outlive it. */
NodedevEvents *nodedev_events_new (const NodedevView *view);
void nodedev_events_free (NodedevEvents *events);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevEvents, nodedev_events_free)

/*
 * Calls @hearer's func, once for each event of kind @event_id, of the device
 * @name or, NULL, of all. Returns the subscription's callback id, >= 0.
 */
int nodedev_events_subscribe (NodedevEvents *events, const NodedevHearer *hearer, int event_id,
                              const char *name);

/*
 * The same for the daemon itself, of all devices: no callback id, since those are
 * for clients, to whom they begin at 0. Ended by nodedev_events_unsubscribe_all().
 */
void nodedev_events_listen (NodedevEvents *events, int event_id, NodedevEventFunc func,
                            gpointer user_data);

/* Ends one subscription of @user_data's. FALSE: there is no such. */
gboolean nodedev_events_unsubscribe (NodedevEvents *events, int callback_id, gpointer user_data);

/* Ends all subscriptions of @user_data's. */
void nodedev_events_unsubscribe_all (NodedevEvents *events, gpointer user_data);

/* How many subscriptions there are. */
typedef struct
{
  guint of_hearer;
  guint of_user; /* of the limited hearers that have its uid */
  guint of_limited;
} NodedevEventsCount;

/* For the limits that hold before one more of @hearer's is taken. */
NodedevEventsCount nodedev_events_count (const NodedevEvents *events, const NodedevHearer *hearer);
