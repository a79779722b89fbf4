/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/session.h"
#include "nodedev/upstream.h"

/*
 * What of a client's calls is for the daemon behind us, and what comes back
 * from it.
 *
 * I/O subchannels, ccw devices and mdevs on subchannels are ours; that daemon
 * knows them too, so what it says of them is dropped. All else is its, the
 * node "computer" as well while it can be asked: it knows the machine's maker.
 */

/* By what a procedure's arguments tell whom they are for. */
typedef enum
{
  NODEDEV_ROUTE_OURS, /* they need not be looked at */
  NODEDEV_ROUTE_NAME, /* a device's name comes first */
  NODEDEV_ROUTE_XML,  /* device XML comes first */
  NODEDEV_ROUTE_ALL,  /* we have no answer to that */
} NodedevRoute;

/* @others: that daemon. It and the session outlive the result. */
NodedevForward *nodedev_forward_new (NodedevSession *session, NodedevOthers *others);
void nodedev_forward_free (NodedevForward *forward);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevForward, nodedev_forward_free)

/* Is a call of that kind, with this payload, for the daemon behind us? */
gboolean nodedev_forward_takes (const NodedevForward *forward, NodedevRoute route,
                                const guint8 *payload, gsize length);

/* The first string of a call's arguments; NULL when there is none. The caller frees it. */
char *nodedev_forward_first_string (const guint8 *payload, gsize length);

/* Is the device of that name ours, if it exists? */
gboolean nodedev_forward_is_ours (const NodedevForward *forward, const char *name);

/* See nodedev_upstream_call(); that the daemon cannot be reached is logged once for all clients. */
void nodedev_forward_call (NodedevForward *forward, int procedure, GBytes *payload,
                           NodedevReplyFunc func, gpointer user_data);

/* The client calls for somebody: payload of virConnectSetIdentity. */
void nodedev_forward_set_identity (NodedevForward *forward, GBytes *payload);

/*
 * The client has subscribed, and knows that subscription as @callback_id: from
 * now on it gets the other daemon's events too, also after that was restarted.
 */
void nodedev_forward_subscribe (NodedevForward *forward, int callback_id,
                                const nd_event_register_args *args);
void nodedev_forward_unsubscribe (NodedevForward *forward, int callback_id);
