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
