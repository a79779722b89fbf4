/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/connection.h"

#include <sys/socket.h>

#include "nodedev/source.h"

/* asm-generic/socket.h, since Linux 6.5; s390x has the same number. */
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

/* Read at once; an input buffer from which more was taken is made anew. */
#define CHUNK (64 * 1024)

/*
 * Packets handled before other clients get their turn, and after how many
 * microseconds none is any more: a list may be of 65,536 devices.
 */
#define PACKETS_A_TURN 16
#define TURN_US 5000

/* While more than this waits to be sent, no further call is taken. */
#define QUEUE_COMFORTABLE (1024 * 1024)

struct _NodedevConnection
{
  grefcount references;
  GSocket *socket; /* NULL once closed */
  gboolean readonly;
  gsize packet_max;
  NodedevProcess peer;
  const NodedevConnectionFuncs *funcs;
  gpointer user_data;

  GByteArray *input; /* starts at the length of a packet */
  GSource *read_source;
  GSource *more_source; /* @input holds a whole packet that has not had its turn */
  gboolean taking;      /* inside take_packets(), which decides what to wait for at its end */

  GQueue output;       /* of GBytes */
  gsize output_sent;   /* of the first in @output */
  gsize output_queued; /* bytes still to send, in all */
  gsize unasked;       /* bytes of the packets in @output that nobody asked for: events */
  GSource *write_source;

  guint held;
  gsize held_bytes;
  NodedevAccount *account; /* NULL: without a budget */
  GSource *end_source;     /* it is going to be closed by the main loop */
};

static void take_packets (NodedevConnection *connection);
static void update_sources (NodedevConnection *connection);

static void
read_credentials (NodedevConnection *connection)
{
  g_autoptr (GCredentials) credentials = g_socket_get_credentials (connection->socket, NULL);

  connection->peer = (NodedevProcess){ .pid = -1, .uid = -1 };
  if (credentials == NULL)
    return;
  connection->peer.uid = (gint64) g_credentials_get_unix_user (credentials, NULL);
  connection->peer.pid = (gint64) g_credentials_get_unix_pid (credentials, NULL);
  connection->peer.start_time = nodedev_process_read_start_time (connection->peer.pid);
}

NodedevConnection *
nodedev_connection_new (GSocket *socket, gboolean readonly, const NodedevConnectionFuncs *funcs,
                        gpointer user_data)
{
  NodedevConnection *connection = g_new0 (NodedevConnection, 1);

  g_ref_count_init (&connection->references);
  connection->socket = socket;
  connection->readonly = readonly;
  connection->packet_max = readonly ? NODEDEV_PACKET_MAX_READONLY : NODEDEV_PACKET_MAX;
  connection->funcs = funcs;
  connection->user_data = user_data;
  connection->input = g_byte_array_new ();
  g_queue_init (&connection->output);
  g_socket_set_blocking (socket, FALSE);
  read_credentials (connection);
  return connection;
}

NodedevConnection *
nodedev_connection_ref (NodedevConnection *connection)
{
  g_ref_count_inc (&connection->references);
  return connection;
}

void
nodedev_connection_unref (NodedevConnection *connection)
{
  if (!g_ref_count_dec (&connection->references))
    return;
  g_assert (connection->socket == NULL);
  g_byte_array_unref (connection->input);
  g_free (connection);
}

void
nodedev_connection_close (NodedevConnection *connection)
{
  g_autoptr (NodedevConnection) keep = nodedev_connection_ref (connection);

  if (connection->socket == NULL)
    return;
  nodedev_source_clear (&connection->read_source);
  nodedev_source_clear (&connection->more_source);
  nodedev_source_clear (&connection->write_source);
  nodedev_source_clear (&connection->end_source);
  g_socket_close (connection->socket, NULL);
  g_clear_object (&connection->socket);
  g_queue_clear_full (&connection->output, (GDestroyNotify) g_bytes_unref);
  g_clear_pointer (&connection->account, nodedev_account_close);
  connection->funcs->closed (connection, connection->user_data);
}

static void
log_disconnecting (const NodedevConnection *connection, const char *reason)
{
  g_message ("disconnecting process %" G_GINT64_FORMAT ": %s", connection->peer.pid, reason);
}

static void
close_because (NodedevConnection *connection, const char *reason)
{
  log_disconnecting (connection, reason);
  nodedev_connection_close (connection);
}

static gboolean
on_end (gpointer user_data)
{
  nodedev_connection_close (user_data);
  return G_SOURCE_REMOVE;
}

/*
 * Ends it from the main loop: whoever sends need not expect that the
 * connection, and what hangs on it, is gone on return.
 */
static void
end_later (NodedevConnection *connection)
{
  nodedev_source_clear (&connection->read_source);
  nodedev_source_clear (&connection->more_source);
  nodedev_source_clear (&connection->write_source);
  connection->end_source = g_idle_source_new ();
  g_source_set_priority (connection->end_source, G_PRIORITY_DEFAULT);
  g_source_set_callback (connection->end_source, on_end, connection, NULL);
  g_source_attach (connection->end_source, g_main_context_get_thread_default ());
}

static void
end_because (NodedevConnection *connection, const char *reason)
{
  log_disconnecting (connection, reason);
  end_later (connection);
}

static gboolean
is_alive (const NodedevConnection *connection)
{
  return connection->socket != NULL && connection->end_source == NULL;
}

/* --- input ---------------------------------------------------------------- */

/*
 * Length of the whole packet at @offset of the input, 0 while there is none.
 * FALSE when what stands there cannot be one; there is no way to find the
 * next packet after such.
 */
static gboolean
find_packet (const NodedevConnection *connection, gsize offset, gsize *length, GError **error)
{
  const GByteArray *input = connection->input;
  gsize available = input->len - offset;
  gsize announced;

  *length = 0;
  if (available < ND_LENGTH_SIZE)
    return TRUE;
  if (!nodedev_packet_parse_length (input->data + offset, connection->packet_max, &announced,
                                    error))
    return FALSE;
  if (announced <= available)
    *length = announced;
  return TRUE;
}

static gboolean
may_take_call (const NodedevConnection *connection)
{
  return is_alive (connection) && connection->held < NODEDEV_CONNECTION_HOLD_MAX
         && connection->held_bytes < NODEDEV_CONNECTION_HOLD_BYTES_MAX
         && connection->output_queued <= QUEUE_COMFORTABLE;
}

static void
deliver (NodedevConnection *connection, const guint8 *packet, gsize length)
{
  nd_header header;

  nodedev_packet_parse_header (packet + ND_LENGTH_SIZE, &header);
  connection->funcs->packet (connection, &header, packet + ND_LENGTH_SIZE + ND_HEADER_SIZE,
                             length - ND_LENGTH_SIZE - ND_HEADER_SIZE, connection->user_data);
}

/*
 * Forgets the first @used bytes. A buffer that a long packet made large is not kept, whatever
 * follows in it: it would count for as little as that.
 */
static void
consume (NodedevConnection *connection, gsize used)
{
  GByteArray *input = connection->input;

  if (used <= CHUNK)
    {
      g_byte_array_remove_range (input, 0, (guint) used);
      return;
    }
  connection->input = g_byte_array_new ();
  g_byte_array_append (connection->input, input->data + used, input->len - (guint) used);
  g_byte_array_unref (input);
}

static gboolean
on_more (gpointer user_data)
{
  NodedevConnection *connection = user_data;

  nodedev_source_clear (&connection->more_source);
  take_packets (connection);
  return G_SOURCE_REMOVE;
}

static void
take_packets (NodedevConnection *connection)
{
  g_autoptr (NodedevConnection) keep = nodedev_connection_ref (connection);
  g_autoptr (GError) error = NULL;
  gint64 end = g_get_monotonic_time () + TURN_US;
  gsize offset = 0;
  gsize length = 0;

  connection->taking = TRUE;
  for (guint n = 0; n < PACKETS_A_TURN && may_take_call (connection); n++)
    {
      if (!find_packet (connection, offset, &length, &error))
        {
          close_because (connection, error->message);
          return;
        }
      if (length == 0)
        break;
      deliver (connection, connection->input->data + offset, length);
      offset += length;
      if (g_get_monotonic_time () >= end)
        break;
    }
  consume (connection, offset);
  connection->taking = FALSE;
  update_sources (connection);
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  NodedevConnection *connection = user_data;
  g_autoptr (GError) error = NULL;
  guint had = connection->input->len;
  gssize got;

  g_byte_array_set_size (connection->input, had + CHUNK);
  got = g_socket_receive (socket, (char *) connection->input->data + had, CHUNK, NULL, &error);
  g_byte_array_set_size (connection->input, had + (guint) MAX (got, 0));
  if (got > 0)
    take_packets (connection);
  else if (got == 0 || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    nodedev_connection_close (connection);
  return G_SOURCE_CONTINUE;
}

/* --- output --------------------------------------------------------------- */

/* Of @packet, what nobody asked for: all or nothing. */
static gsize
count_unasked (GBytes *packet)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (packet, &size);
  nd_header header;

  nodedev_packet_parse_header (bytes + ND_LENGTH_SIZE, &header);
  return header.type == ND_TYPE_MESSAGE ? size : 0;
}

static void
drop_sent (NodedevConnection *connection, gsize sent)
{
  g_autoptr (GBytes) first = g_bytes_ref (g_queue_peek_head (&connection->output));

  connection->output_queued -= sent;
  connection->output_sent += sent;
  if (connection->output_sent < g_bytes_get_size (first))
    return;
  g_bytes_unref (g_queue_pop_head (&connection->output));
  connection->output_sent = 0;
  connection->unasked -= count_unasked (first);
}

/* Sends as much as the socket takes now. FALSE: the other end is gone. */
static gboolean
flush (NodedevConnection *connection)
{
  while (!g_queue_is_empty (&connection->output))
    {
      g_autoptr (GError) error = NULL;
      gsize size;
      const char *data = g_bytes_get_data (g_queue_peek_head (&connection->output), &size);
      gssize sent = g_socket_send (connection->socket, data + connection->output_sent,
                                   size - connection->output_sent, NULL, &error);

      if (sent < 0)
        return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
      drop_sent (connection, (gsize) sent);
    }
  return TRUE;
}

static gboolean
on_writable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  NodedevConnection *connection = user_data;

  if (!flush (connection))
    nodedev_connection_close (connection);
  else
    update_sources (connection);
  return G_SOURCE_CONTINUE;
}

void
nodedev_connection_send (NodedevConnection *connection, GBytes *packet)
{
  g_autoptr (GBytes) owned = packet;

  if (!is_alive (connection))
    return;
  connection->output_queued += g_bytes_get_size (owned);
  connection->unasked += count_unasked (owned);
  g_queue_push_tail (&connection->output, g_steal_pointer (&owned));
  if (!flush (connection))
    end_later (connection);
  else if (connection->unasked > NODEDEV_CONNECTION_QUEUE_MAX)
    end_because (connection, "it does not read what it is sent");
  else
    update_sources (connection);
}

/* --- what to wait for ----------------------------------------------------- */

/* Who shares a budget waits while those are served who need none, the trusted ones. */
static int
get_priority (const NodedevConnection *connection)
{
  return connection->account != NULL ? G_PRIORITY_DEFAULT + 1 : G_PRIORITY_DEFAULT;
}

static void
set_socket_source (NodedevConnection *connection, GSource **source, gboolean wanted,
                   GIOCondition condition, GSocketSourceFunc func)
{
  if (wanted == (*source != NULL))
    return;
  if (!wanted)
    {
      nodedev_source_clear (source);
      return;
    }
  *source = g_socket_create_source (connection->socket, condition, NULL);
  /*
   * It never does, for nothing here turns the main loop. But otherwise GLib takes it off
   * the loop and puts it on again around each call, which are three system calls more
   * than the three that a call needs.
   */
  g_source_set_can_recurse (*source, TRUE);
  g_source_set_priority (*source, get_priority (connection));
  g_source_set_callback (*source, G_SOURCE_FUNC (func), connection, NULL);
  g_source_attach (*source, g_main_context_get_thread_default ());
}

static void
set_more_source (NodedevConnection *connection, gboolean wanted)
{
  if (wanted == (connection->more_source != NULL))
    return;
  if (!wanted)
    {
      nodedev_source_clear (&connection->more_source);
      return;
    }
  connection->more_source = g_idle_source_new ();
  g_source_set_priority (connection->more_source, get_priority (connection));
  g_source_set_callback (connection->more_source, on_more, connection, NULL);
  g_source_attach (connection->more_source, g_main_context_get_thread_default ());
}

static void
on_overdrawn (gpointer user_data)
{
  NodedevConnection *connection = user_data;

  if (!is_alive (connection))
    return;
  end_because (connection, "it holds the most of what may be held for all such clients");
}

/* Everything that its client makes us keep; what is small for each client is not counted. */
static void
book_memory (NodedevConnection *connection)
{
  if (connection->account != NULL && is_alive (connection))
    nodedev_account_set (connection->account, connection->input->len + connection->output_queued
                                                  + connection->held_bytes);
}

/*
 * Waits for the socket to have more only when all that came has been taken,
 * so that the input never holds more than one packet and one chunk. A length
 * that makes no sense also counts as a packet: its turn ends the connection.
 */
static void
update_sources (NodedevConnection *connection)
{
  gboolean may_take = may_take_call (connection);
  gsize length;
  gboolean waiting;

  book_memory (connection);
  if (!is_alive (connection) || connection->taking)
    return;
  waiting = !find_packet (connection, 0, &length, NULL) || length > 0;
  set_more_source (connection, may_take && waiting);
  set_socket_source (connection, &connection->read_source, may_take && !waiting, G_IO_IN,
                     on_readable);
  set_socket_source (connection, &connection->write_source, connection->output_queued > 0, G_IO_OUT,
                     on_writable);
}

void
nodedev_connection_set_packet_max (NodedevConnection *connection, gsize max)
{
  connection->packet_max = max;
}

void
nodedev_connection_start (NodedevConnection *connection)
{
  update_sources (connection);
}

void
nodedev_connection_set_budget (NodedevConnection *connection, NodedevBudget *budget)
{
  connection->account = nodedev_account_open (budget, on_overdrawn, connection);
}

void
nodedev_connection_hold (NodedevConnection *connection, gsize bytes)
{
  connection->held++;
  connection->held_bytes += bytes;
}

void
nodedev_connection_release (NodedevConnection *connection, gsize bytes)
{
  g_assert (connection->held > 0 && connection->held_bytes >= bytes);
  connection->held--;
  connection->held_bytes -= bytes;
  update_sources (connection);
}

gboolean
nodedev_connection_is_readonly (const NodedevConnection *connection)
{
  return connection->readonly;
}

NodedevProcess
nodedev_connection_get_peer (const NodedevConnection *connection)
{
  return connection->peer;
}

int
nodedev_connection_open_peer (const NodedevConnection *connection)
{
  int pidfd = -1;
  socklen_t size = sizeof pidfd;

  if (connection->socket == NULL
      || getsockopt (g_socket_get_fd (connection->socket), SOL_SOCKET, SO_PEERPIDFD, &pidfd, &size)
             != 0)
    return -1;
  return pidfd;
}
