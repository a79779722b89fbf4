/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/connection.h"

/*
 * Is the other end still there? libvirt's keepalive program (its file
 * src/rpc/virkeepaliveprotocol.x): after some silence it is pinged, and when
 * several pings in a row bring nothing, it is taken for dead. A daemon answers
 * pings also while its calls take long, so that slow and hung can be told
 * apart.
 */
typedef struct _NodedevKeepalive NodedevKeepalive;

/* libvirt's defaults (keepalive_interval, keepalive_count). */
#define NODEDEV_KEEPALIVE_INTERVAL 5
#define NODEDEV_KEEPALIVE_COUNT 5

/* @interval in seconds; @count: pings without an answer. */
typedef struct
{
  guint interval;
  guint count;
} NodedevKeepaliveLimits;

/* It has been silent for too long; called once, and may free the keepalive. */
typedef void (*NodedevKeepaliveDeadFunc) (gpointer user_data);

/* Watches @connection, which outlives it. */
NodedevKeepalive *nodedev_keepalive_new (NodedevConnection *connection,
                                         NodedevKeepaliveLimits limits,
                                         NodedevKeepaliveDeadFunc dead, gpointer user_data);
void nodedev_keepalive_free (NodedevKeepalive *keepalive);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevKeepalive, nodedev_keepalive_free)

/* Something, whatever it is, came from the other end. */
void nodedev_keepalive_hear (NodedevKeepalive *keepalive);

/* Answers @header, of the keepalive program: a ping asks for a pong, all else for nothing. */
void nodedev_keepalive_answer (NodedevConnection *connection, const nd_header *header);
