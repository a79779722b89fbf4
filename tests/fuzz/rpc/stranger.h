/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "nodedev/protocol.h"

/*
 * The other end of one of our sockets, and a model of what is owed to it. It
 * counts what it sends as a daemon is to understand it, by the framing alone,
 * and takes off what comes; what is not owed, or is no packet, aborts.
 */
typedef struct _Stranger Stranger;

/* Takes over @fd. @is_daemon: it is called, instead of calling. */
Stranger *stranger_new (int fd, gboolean is_daemon);
void stranger_free (Stranger *stranger);

/* The longest packet it may send without being disconnected, instead of the usual. */
void stranger_set_packet_max (Stranger *stranger, gsize max);

/* A call with the next serial number. */
void stranger_call (Stranger *stranger, int procedure, const guint8 *payload, gsize length);

void stranger_send (Stranger *stranger, const nd_header *header, const guint8 *payload,
                    gsize length);
void stranger_send_bytes (Stranger *stranger, const guint8 *bytes, gsize length);

/* Takes what has come; TRUE when there was anything. */
gboolean stranger_listen (Stranger *stranger);

/* Nothing is owed to it; or it has been disconnected, with reason. */
gboolean stranger_is_answered (const Stranger *stranger);

/* Sends nothing more. */
void stranger_hang_up (Stranger *stranger);

/* The calls that a daemon has been sent and not answered, from the oldest on; FALSE: no @n-th. */
gboolean stranger_peek_call (const Stranger *stranger, guint n, nd_header *call);
void stranger_take_call (Stranger *stranger, guint n);
