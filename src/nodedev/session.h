/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/backend.h"
#include "nodedev/connection.h"

/*
 * One client: its connection, and what libvirt's protocol remembers about it.
 *
 * A client lists the ways to authenticate, asks for features, opens
 * "nodedev:///system", calls, and closes. Until it has opened, only the calls
 * of that sequence are answered.
 */
typedef struct _NodedevSession NodedevSession;
typedef struct _NodedevForward NodedevForward;

/* The session has ended and frees itself; called exactly once. */
typedef void (*NodedevSessionEndedFunc) (NodedevSession *session, gpointer user_data);

/*
 * Takes over @socket and serves it until either side closes. @readonly: the
 * client came by the read-only socket. @backend must outlive the session and
 * the jobs it gave to the service.
 */
NodedevSession *nodedev_session_new (const NodedevBackend *backend, GSocket *socket,
                                     gboolean readonly, NodedevSessionEndedFunc ended,
                                     gpointer user_data);

/* Disconnects the client. */
void nodedev_session_close (NodedevSession *session);

/* --- for the calls -------------------------------------------------------- */

/* For a call that is answered later: its client may be gone by then. */
NodedevSession *nodedev_session_ref (NodedevSession *session);
void nodedev_session_unref (NodedevSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevSession, nodedev_session_unref)

/* The session's own; the connection is there as long as the session is. */
const NodedevBackend *nodedev_session_get_backend (const NodedevSession *session);
NodedevConnection *nodedev_session_get_connection (const NodedevSession *session);

/* Has it shown that it may use us, or need not? Until then it may do nothing else. */
gboolean nodedev_session_is_authenticated (const NodedevSession *session);
void nodedev_session_set_authenticated (NodedevSession *session);

/* It is being found out. FALSE: it was already. */
gboolean nodedev_session_begin_authenticating (NodedevSession *session);
void nodedev_session_end_authenticating (NodedevSession *session);

/* How it has to show that. */
NodedevAuthMethod nodedev_session_get_auth (const NodedevSession *session);

/* Is it one of those who may do everything? */
gboolean nodedev_session_is_trusted (const NodedevSession *session);

/* Cancelled when the client is gone: for what it waits for. */
GCancellable *nodedev_session_get_cancellable (const NodedevSession *session);

/* For whom it calls: its own process, unless a trusted one has told another. */
NodedevProcess nodedev_session_get_caller (const NodedevSession *session);
void nodedev_session_set_caller (NodedevSession *session, const NodedevProcess *caller);

/* @readonly: asked for by the client; what came by the read-only socket stays read-only. */
void nodedev_session_open (NodedevSession *session, gboolean readonly);
gboolean nodedev_session_is_open (const NodedevSession *session);
gboolean nodedev_session_is_readonly (const NodedevSession *session);

/* Its way to the daemon behind us; NULL when there is none, or it is not open. */
NodedevForward *nodedev_session_get_forward (const NodedevSession *session);

/* Ends what opening began: event subscriptions too. */
void nodedev_session_end_open (NodedevSession *session);
