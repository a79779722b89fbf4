/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/keepalive.h"

/*
 * A client's connection to the daemon behind us, the stock one that serves all
 * devices but ours (option --upstream): libvirt's protocol from its other end.
 *
 * It connects when the first call is made and again when it was lost; calls
 * made meanwhile wait. One that hangs is noticed by keepalive, as libvirt's
 * clients do; a call that only takes long may. Nothing here knows what the
 * calls are about.
 *
 * Everything happens in the thread-default main context of its creation.
 */
typedef struct _NodedevUpstream NodedevUpstream;

typedef struct
{
  /* It has become possible to call: for the first time, anew, or for another identity. */
  void (*up) (NodedevUpstream *upstream, gpointer user_data);
  /* It could not be connected to, or the connection was lost; calls under way fail after this. */
  void (*down) (NodedevUpstream *upstream, const char *reason, gpointer user_data);
  /* An event came. @payload is valid during the call. */
  void (*message) (NodedevUpstream *upstream, const nd_header *header, const guint8 *payload,
                   gsize length, gpointer user_data);
} NodedevUpstreamFuncs;

/*
 * The answer to a call: @error NULL and the payload that @status selects, valid
 * during the call; or @error, domain NODEDEV_ERROR, when there was no answer.
 */
typedef void (*NodedevReplyFunc) (const GError *error, nd_status status, const guint8 *payload,
                                  gsize length, gpointer user_data);

/* @path: of its socket. @readonly: to be opened for looking only. */
NodedevUpstream *nodedev_upstream_new (const char *path, NodedevKeepaliveLimits keepalive,
                                       gboolean readonly, const NodedevUpstreamFuncs *funcs,
                                       gpointer user_data);

/* Calls under way fail. */
void nodedev_upstream_free (NodedevUpstream *upstream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevUpstream, nodedev_upstream_free)

/* Is it connected, and opened? Else a call that is made now waits. */
gboolean nodedev_upstream_is_up (const NodedevUpstream *upstream);

/* Tries to connect, if it is not connected or about to be. */
void nodedev_upstream_connect (NodedevUpstream *upstream);

/*
 * For whom further calls are: payload of virConnectSetIdentity, told again to
 * every new connection. They wait until it is taken; a refusal counts as the
 * loss of the connection.
 */
void nodedev_upstream_set_identity (NodedevUpstream *upstream, GBytes *payload);

/*
 * Calls @procedure with a @payload as it is on the wire. @func is called
 * exactly once, perhaps before this returns; NULL when nobody wants the answer.
 */
void nodedev_upstream_call (NodedevUpstream *upstream, int procedure, GBytes *payload,
                            NodedevReplyFunc func, gpointer user_data);
