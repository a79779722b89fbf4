/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/keepalive.h"

#include "nodedev/source.h"

struct _NodedevKeepalive
{
  NodedevConnection *connection;
  NodedevKeepaliveLimits limits;
  NodedevKeepaliveDeadFunc dead;
  gpointer user_data;
  GSource *tick;
  gboolean heard; /* since the last tick */
  guint pings;    /* since it was heard last */
};

static void
send_message (NodedevConnection *connection, int procedure)
{
  nd_header header = {
    .prog = ND_KEEPALIVE_PROGRAM,
    .vers = ND_KEEPALIVE_VERSION,
    .proc = procedure,
    .type = ND_TYPE_MESSAGE,
    .status = ND_STATUS_OK,
  };

  nodedev_connection_send (connection, nodedev_packet_new (&header, NULL, NULL, NULL));
}

static gboolean
on_tick (gpointer user_data)
{
  NodedevKeepalive *keepalive = user_data;

  if (keepalive->heard)
    {
      keepalive->heard = FALSE;
      keepalive->pings = 0;
      return G_SOURCE_CONTINUE;
    }
  if (keepalive->pings == keepalive->limits.count)
    {
      nodedev_source_clear (&keepalive->tick);
      keepalive->dead (keepalive->user_data);
      return G_SOURCE_REMOVE;
    }
  keepalive->pings++;
  send_message (keepalive->connection, ND_KEEPALIVE_PING);
  return G_SOURCE_CONTINUE;
}

NodedevKeepalive *
nodedev_keepalive_new (NodedevConnection *connection, NodedevKeepaliveLimits limits,
                       NodedevKeepaliveDeadFunc dead, gpointer user_data)
{
  NodedevKeepalive *keepalive = g_new0 (NodedevKeepalive, 1);

  keepalive->connection = connection;
  keepalive->limits = limits;
  keepalive->dead = dead;
  keepalive->user_data = user_data;
  keepalive->tick = g_timeout_source_new_seconds (limits.interval);
  g_source_set_callback (keepalive->tick, on_tick, keepalive, NULL);
  g_source_attach (keepalive->tick, g_main_context_get_thread_default ());
  return keepalive;
}

void
nodedev_keepalive_free (NodedevKeepalive *keepalive)
{
  nodedev_source_clear (&keepalive->tick);
  g_free (keepalive);
}

void
nodedev_keepalive_hear (NodedevKeepalive *keepalive)
{
  keepalive->heard = TRUE;
}

void
nodedev_keepalive_answer (NodedevConnection *connection, const nd_header *header)
{
  if (header->vers == ND_KEEPALIVE_VERSION && header->type == ND_TYPE_MESSAGE
      && header->proc == ND_KEEPALIVE_PING)
    send_message (connection, ND_KEEPALIVE_PONG);
}
