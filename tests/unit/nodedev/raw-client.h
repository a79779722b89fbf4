/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/protocol.h"

#include <glib.h>

/*
 * A client that speaks bytes: what no well-behaved library would send.
 *
 * Nothing blocks for ever: what is waited for must come within
 * RAW_CLIENT_PATIENCE. Meanwhile the default main context turns, so that the
 * other end may live in the same thread.
 */
typedef struct _RawClient RawClient;

#define RAW_CLIENT_PATIENCE (60 * G_USEC_PER_SEC)

/* Takes over @fd, a connected socket. */
RawClient *raw_client_new (int fd);

/* NULL when nobody answers at @path. */
RawClient *raw_client_connect (const char *path);
void raw_client_free (RawClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RawClient, raw_client_free)

int raw_client_get_fd (const RawClient *client);

/* FALSE: the other end has closed, or does not read. */
gboolean raw_client_send (RawClient *client, gconstpointer bytes, gsize length);

/* Sends what the socket takes now, and how much that was; -1: the other end has closed. */
gssize raw_client_send_some (RawClient *client, gconstpointer bytes, gsize length);

/*
 * The next packet, with its header in @header; its payload begins at
 * RAW_CLIENT_PAYLOAD. NULL: the other end has closed, or nothing came.
 */
#define RAW_CLIENT_PAYLOAD (ND_LENGTH_SIZE + ND_HEADER_SIZE)
GBytes *raw_client_receive (RawClient *client, nd_header *header);

/* Has the other end closed? Waits for that; packets that come are dropped. */
gboolean raw_client_is_closed (RawClient *client);

/* A call packet with the next serial number; @filter NULL for no arguments. */
GBytes *raw_client_make_call (RawClient *client, int procedure, xdrproc_t filter,
                              gconstpointer args);

/* Sends such a packet and returns its answer, dropping events that come before. NULL: closed. */
GBytes *raw_client_call (RawClient *client, int procedure, xdrproc_t filter, gconstpointer args,
                         nd_header *answer);

/* Opens nodedev:///system. */
gboolean raw_client_open (RawClient *client, guint flags);

/* The code of the error that @packet, an answer with status error, carries. */
int raw_client_get_error (GBytes *packet);

/* Its text. */
char *raw_client_get_message (GBytes *packet);
