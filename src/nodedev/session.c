/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/session.h"

#include "nodedev/calls.h"
#include "nodedev/forward.h"

struct _NodedevSession
{
  grefcount references;
  const NodedevBackend *backend;
  NodedevConnection *connection;
  NodedevForward *forward;
  GCancellable *cancellable;
  NodedevProcess caller;
  gboolean authenticating;
  gboolean authenticated;
  gboolean open;
  gboolean readonly;
  NodedevSessionEndedFunc ended;
  gpointer user_data;
};

static void
on_packet (NodedevConnection *connection, const nd_header *header, const guint8 *payload,
           gsize length, gpointer user_data)
{
  nodedev_calls_dispatch (user_data, header, payload, length);
}

static void
on_closed (NodedevConnection *connection, gpointer user_data)
{
  NodedevSession *session = user_data;

  g_cancellable_cancel (session->cancellable);
  nodedev_session_end_open (session);
  session->ended (session, session->user_data);
  nodedev_session_unref (session);
}

static const NodedevConnectionFuncs connection_funcs = { on_packet, on_closed };

NodedevSession *
nodedev_session_new (const NodedevBackend *backend, GSocket *socket, gboolean readonly,
                     NodedevSessionEndedFunc ended, gpointer user_data)
{
  NodedevSession *session = g_new0 (NodedevSession, 1);

  g_ref_count_init (&session->references);
  session->backend = backend;
  session->readonly = readonly;
  session->ended = ended;
  session->user_data = user_data;
  session->connection = nodedev_connection_new (socket, readonly, &connection_funcs, session);
  session->caller = nodedev_connection_get_peer (session->connection);
  session->cancellable = g_cancellable_new ();
  session->authenticated = nodedev_session_get_auth (session) == NODEDEV_AUTH_NONE;
  if (!nodedev_session_is_trusted (session))
    nodedev_connection_set_budget (session->connection, backend->budget);
  nodedev_connection_start (session->connection);
  return session;
}

void
nodedev_session_close (NodedevSession *session)
{
  nodedev_connection_close (session->connection);
}

NodedevSession *
nodedev_session_ref (NodedevSession *session)
{
  g_ref_count_inc (&session->references);
  return session;
}

void
nodedev_session_unref (NodedevSession *session)
{
  if (!g_ref_count_dec (&session->references))
    return;
  nodedev_connection_unref (session->connection);
  g_object_unref (session->cancellable);
  g_free (session);
}

const NodedevBackend *
nodedev_session_get_backend (const NodedevSession *session)
{
  return session->backend;
}

NodedevConnection *
nodedev_session_get_connection (const NodedevSession *session)
{
  return session->connection;
}

gboolean
nodedev_session_is_authenticated (const NodedevSession *session)
{
  return session->authenticated;
}

void
nodedev_session_set_authenticated (NodedevSession *session)
{
  session->authenticated = TRUE;
}

gboolean
nodedev_session_begin_authenticating (NodedevSession *session)
{
  if (session->authenticating)
    return FALSE;
  session->authenticating = TRUE;
  return TRUE;
}

void
nodedev_session_end_authenticating (NodedevSession *session)
{
  session->authenticating = FALSE;
}

gboolean
nodedev_session_is_trusted (const NodedevSession *session)
{
  return nodedev_settings_is_trusted (session->backend->settings,
                                      nodedev_connection_get_peer (session->connection).uid);
}

/* Trusted ones need polkit neither to allow nor to run, as with libvirt. */
NodedevAuthMethod
nodedev_session_get_auth (const NodedevSession *session)
{
  gboolean readonly = nodedev_connection_is_readonly (session->connection);

  return nodedev_session_is_trusted (session)
             ? NODEDEV_AUTH_NONE
             : nodedev_settings_get_auth (session->backend->settings, readonly);
}

GCancellable *
nodedev_session_get_cancellable (const NodedevSession *session)
{
  return session->cancellable;
}

NodedevProcess
nodedev_session_get_caller (const NodedevSession *session)
{
  return session->caller;
}

void
nodedev_session_set_caller (NodedevSession *session, const NodedevProcess *caller)
{
  session->caller = *caller;
}

void
nodedev_session_open (NodedevSession *session, gboolean readonly)
{
  session->open = TRUE;
  session->readonly = readonly || nodedev_connection_is_readonly (session->connection);
  if (session->backend->others != NULL)
    session->forward = nodedev_forward_new (session, session->backend->others);
}

gboolean
nodedev_session_is_open (const NodedevSession *session)
{
  return session->open;
}

gboolean
nodedev_session_is_readonly (const NodedevSession *session)
{
  return session->readonly;
}

NodedevForward *
nodedev_session_get_forward (const NodedevSession *session)
{
  return session->forward;
}

void
nodedev_session_end_open (NodedevSession *session)
{
  session->open = FALSE;
  g_clear_pointer (&session->forward, nodedev_forward_free);
  nodedev_events_unsubscribe_all (session->backend->events, session);
}
