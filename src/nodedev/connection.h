/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "nodedev/budget.h"
#include "nodedev/packet.h"
#include "nodedev/process.h"

/*
 * One client's socket, or that to the daemon behind us: bytes in, packets out
 * of them, and a bounded queue of packets to send. It never blocks and knows no
 * procedure.
 *
 * A client gets as much as it takes: while it does not read its answers, or
 * has many calls under way, its further calls wait in its own socket. One
 * that lets events pile up beyond NODEDEV_CONNECTION_QUEUE_MAX, or sends
 * what is no packet, is disconnected. No client can hold up another.
 *
 * Everything happens in the thread-default main context of its creation.
 */
typedef struct _NodedevConnection NodedevConnection;

/*
 * Bytes of events that may wait to be sent. Answers wait as well: as many as calls may be
 * under way, which a daemon behind us may well answer all at once.
 */
#define NODEDEV_CONNECTION_QUEUE_MAX (8 * 1024 * 1024)

/* Calls that may be under way at once, see nodedev_connection_hold(), and their bytes. */
#define NODEDEV_CONNECTION_HOLD_MAX 32
#define NODEDEV_CONNECTION_HOLD_BYTES_MAX (8 * 1024 * 1024)

typedef struct
{
  /* A packet came. @payload is valid during the call. */
  void (*packet) (NodedevConnection *connection, const nd_header *header, const guint8 *payload,
                  gsize length, gpointer user_data);
  /* The connection is over, for whatever reason; called exactly once, and nothing after it. */
  void (*closed) (NodedevConnection *connection, gpointer user_data);
} NodedevConnectionFuncs;

/* Takes over @socket. @readonly: it came by the read-only socket. Close before the last unref. */
NodedevConnection *nodedev_connection_new (GSocket *socket, gboolean readonly,
                                           const NodedevConnectionFuncs *funcs, gpointer user_data);
NodedevConnection *nodedev_connection_ref (NodedevConnection *connection);
void nodedev_connection_unref (NodedevConnection *connection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevConnection, nodedev_connection_unref)

/* Takes packets of at most @max bytes, instead of what is right for a client. */
void nodedev_connection_set_packet_max (NodedevConnection *connection, gsize max);

/*
 * What it holds of its client's packets, and for it, is taken from @budget, which outlives
 * it: one that holds the most when there is no more is disconnected.
 */
void nodedev_connection_set_budget (NodedevConnection *connection, NodedevBudget *budget);

/* Starts taking packets. */
void nodedev_connection_start (NodedevConnection *connection);

/* Ends it; further calls on it do nothing. */
void nodedev_connection_close (NodedevConnection *connection);

/*
 * Queues @packet, which it takes over: one, or several events. Should that end the
 * connection, closed() comes later.
 */
void nodedev_connection_send (NodedevConnection *connection, GBytes *packet);

/* A call, of @bytes, is under way that will be answered later; and it has been. */
void nodedev_connection_hold (NodedevConnection *connection, gsize bytes);
void nodedev_connection_release (NodedevConnection *connection, gsize bytes);

/* Did the client come by the read-only socket? */
gboolean nodedev_connection_is_readonly (const NodedevConnection *connection);

/* The process at the other end, when it connected, as the kernel knows it. */
NodedevProcess nodedev_connection_get_peer (const NodedevConnection *connection);

/* A pidfd of that process (Linux 6.5), which the caller closes; -1: there is none. */
int nodedev_connection_open_peer (const NodedevConnection *connection);
