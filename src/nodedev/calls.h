/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/session.h"

/*
 * The procedures that we serve: one table from libvirt's number to a handler.
 *
 * A handler of the first sort answers at once: it fills @ret, whose strings
 * and arrays xdr_free() frees, or sets an error. One of the second sort
 * changes the host, or asks the daemon behind us, which takes time: it takes
 * over the call and ends it later by nodedev_call_succeed() or
 * nodedev_call_fail(); the client's other calls go on meanwhile, and their
 * answers may come first, as with libvirt.
 */
typedef struct _NodedevCall NodedevCall;

typedef gboolean (*NodedevNowFunc) (NodedevSession *session, gconstpointer args, gpointer ret,
                                    GError **error);
typedef void (*NodedevLaterFunc) (NodedevCall *call, gconstpointer args);

/* Answers a packet from @session's client, whatever it is. */
void nodedev_calls_dispatch (NodedevSession *session, const nd_header *header,
                             const guint8 *payload, gsize length);

/* Who calls; there as long as @call is. */
NodedevSession *nodedev_call_get_session (const NodedevCall *call);

/* Ends @call. @ret is what the table says the procedure returns, NULL for nothing. */
void nodedev_call_succeed (NodedevCall *call, gconstpointer ret);
void nodedev_call_fail (NodedevCall *call, const GError *error);

/* Ends @call with an answer of the daemon behind us. */
void nodedev_call_relay (NodedevCall *call, nd_status status, const guint8 *payload, gsize length);

/*
 * FALSE with VIR_ERR_INVALID_ARG when @flags holds others than @supported.
 * @function as libvirt calls it.
 */
gboolean nodedev_call_check_flags (guint flags, guint supported, const char *function,
                                   GError **error);

/* How many names a client may ask for; errors have the codes of libvirt's server. */
gboolean nodedev_call_check_maxnames (int maxnames, GError **error);
