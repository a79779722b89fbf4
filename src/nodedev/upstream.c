/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/upstream.h"

#include <gio/gunixsocketaddress.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "nodedev/connection.h"
#include "nodedev/rpc-error.h"
#include "nodedev/source.h"

#define URI "nodedev:///system"

/* A daemon that systemd has to start first needs a moment. */
#define HANDSHAKE_SECONDS 20

/* Looking again whether it takes a connection, while more than it can take wait. */
#define CONNECT_PAUSE_MS 100

/* libvirt's own limit of a packet (VIR_NET_MESSAGE_MAX): a daemon that we chose may send what it may. */
#define PACKET_MAX (32 * 1024 * 1024)

typedef enum
{
  DOWN,
  CONNECTING,     /* others wait for it, too */
  AUTHENTICATING, /* the ways to authenticate were asked for */
  ASKING_KEEPALIVE,
  OPENING,
  IDENTIFYING, /* it was told for whom we call */
  UP,
} State;

struct _NodedevUpstream
{
  char *path;
  NodedevKeepaliveLimits limits;
  gboolean readonly;
  const NodedevUpstreamFuncs *funcs;
  gpointer user_data;

  State state;
  NodedevConnection *connection; /* unless DOWN or CONNECTING */
  GSource *pause;                /* while CONNECTING */
  NodedevKeepalive *keepalive;   /* NULL before it is up, or when it has none */
  gboolean has_keepalive;
  GSource *deadline; /* of the handshake */
  GHashTable *calls; /* serial -> Call, those that were sent */
  GQueue waiting;    /* of Call: to be sent when it is up */
  guint last_serial;
  GBytes *identity;
  guint identities_sent; /* and not answered */
};

typedef struct
{
  int procedure;
  GBytes *payload;
  NodedevReplyFunc func;
  gpointer user_data;
} Call;

static Call *
call_new (int procedure, GBytes *payload, NodedevReplyFunc func, gpointer user_data)
{
  Call *call = g_new0 (Call, 1);

  call->procedure = procedure;
  call->payload = g_bytes_ref (payload);
  call->func = func;
  call->user_data = user_data;
  return call;
}

static void
call_free (gpointer data)
{
  Call *call = data;

  g_bytes_unref (call->payload);
  g_free (call);
}

static void
call_end (Call *call, const GError *error, nd_status status, const guint8 *payload, gsize length)
{
  if (call->func != NULL)
    call->func (error, status, payload, length, call->user_data);
  call_free (call);
}

static void
call_fail (Call *call, const GError *error)
{
  call_end (call, error, ND_STATUS_ERROR, NULL, 0);
}

/* --- sending -------------------------------------------------------------- */

/* Takes @call over. */
static void
send_call (NodedevUpstream *upstream, Call *call)
{
  nd_header header = {
    .prog = ND_PROGRAM,
    .vers = ND_PROGRAM_VERSION,
    .proc = call->procedure,
    .type = ND_TYPE_CALL,
    .serial = ++upstream->last_serial,
    .status = ND_STATUS_OK,
  };

  g_hash_table_insert (upstream->calls, GUINT_TO_POINTER (header.serial), call);
  nodedev_connection_send (upstream->connection, nodedev_packet_new_raw (&header, call->payload));
}

static void
send_xdr (NodedevUpstream *upstream, int procedure, xdrproc_t filter, gconstpointer args,
          NodedevReplyFunc func)
{
  g_autoptr (GBytes) payload = nodedev_packet_encode (filter, args);

  send_call (upstream, call_new (procedure, payload, func, upstream));
}

/* --- the end -------------------------------------------------------------- */

static void
fail_all (NodedevUpstream *upstream, const GError *error)
{
  g_autoptr (GList) sent = g_hash_table_get_values (upstream->calls);
  GQueue waiting = upstream->waiting;

  g_hash_table_steal_all (upstream->calls);
  g_queue_init (&upstream->waiting);
  for (GList *item = sent; item != NULL; item = item->next)
    call_fail (item->data, error);
  while (!g_queue_is_empty (&waiting))
    call_fail (g_queue_pop_head (&waiting), error);
}

/* After this nothing of the connection is left, whether or not it was still open. */
static void
drop_connection (NodedevUpstream *upstream)
{
  g_autoptr (NodedevConnection) connection = g_steal_pointer (&upstream->connection);

  nodedev_source_clear (&upstream->deadline);
  nodedev_source_clear (&upstream->pause);
  g_clear_pointer (&upstream->keepalive, nodedev_keepalive_free);
  if (connection != NULL)
    nodedev_connection_close (connection);
}

static void
go_down (NodedevUpstream *upstream, const char *reason)
{
  g_autoptr (GError) error
      = g_error_new (NODEDEV_ERROR, VIR_ERR_NO_CONNECT, "%s: %s", upstream->path, reason);

  upstream->state = DOWN;
  drop_connection (upstream);
  upstream->funcs->down (upstream, error->message, upstream->user_data);
  fail_all (upstream, error);
}

/* --- answers and events --------------------------------------------------- */

static void
on_reply (NodedevUpstream *upstream, const nd_header *header, const guint8 *payload, gsize length)
{
  gpointer key = GUINT_TO_POINTER (header->serial);
  Call *call = g_hash_table_lookup (upstream->calls, key);

  if (call == NULL)
    return;
  g_hash_table_steal (upstream->calls, key);
  call_end (call, NULL, header->status, payload, length);
}

static void
on_packet (NodedevConnection *connection, const nd_header *header, const guint8 *payload,
           gsize length, gpointer user_data)
{
  NodedevUpstream *upstream = user_data;

  if (upstream->keepalive != NULL)
    nodedev_keepalive_hear (upstream->keepalive);
  if (header->prog == ND_KEEPALIVE_PROGRAM)
    nodedev_keepalive_answer (connection, header);
  if (header->prog != ND_PROGRAM)
    return;
  if (header->type == ND_TYPE_REPLY)
    on_reply (upstream, header, payload, length);
  else if (header->type == ND_TYPE_MESSAGE)
    upstream->funcs->message (upstream, header, payload, length, upstream->user_data);
}

static void
on_closed (NodedevConnection *connection, gpointer user_data)
{
  NodedevUpstream *upstream = user_data;

  /* Else it is us who close. */
  if (upstream->connection != NULL)
    go_down (upstream, "the connection was lost");
}

static const NodedevConnectionFuncs connection_funcs = { on_packet, on_closed };

/* --- handshake ------------------------------------------------------------ */

static gboolean
on_deadline (gpointer user_data)
{
  go_down (user_data, "it does not answer");
  return G_SOURCE_REMOVE;
}

static void
set_deadline (NodedevUpstream *upstream)
{
  nodedev_source_clear (&upstream->deadline);
  upstream->deadline = g_timeout_source_new_seconds (HANDSHAKE_SECONDS);
  g_source_set_callback (upstream->deadline, on_deadline, upstream, NULL);
  g_source_attach (upstream->deadline, g_main_context_get_thread_default ());
}

static void
on_dead (gpointer user_data)
{
  go_down (user_data, "it hangs");
}

static void
go_up (NodedevUpstream *upstream)
{
  nodedev_source_clear (&upstream->deadline);
  upstream->state = UP;
  if (upstream->has_keepalive && upstream->keepalive == NULL)
    upstream->keepalive
        = nodedev_keepalive_new (upstream->connection, upstream->limits, on_dead, upstream);
  /* Subscriptions before the calls that they are to hear the effect of. */
  upstream->funcs->up (upstream, upstream->user_data);
  while (!g_queue_is_empty (&upstream->waiting))
    send_call (upstream, g_queue_pop_head (&upstream->waiting));
}

/* Calls wait until it has taken the last identity that it was told. */
static void
on_identity_reply (const GError *error, nd_status status, const guint8 *payload, gsize length,
                   gpointer user_data)
{
  NodedevUpstream *upstream = user_data;

  if (error != NULL)
    return;
  if (status != ND_STATUS_OK)
    go_down (upstream, "it does not let us call for another user");
  else if (--upstream->identities_sent == 0)
    go_up (upstream);
}

static void
send_identity (NodedevUpstream *upstream)
{
  upstream->state = IDENTIFYING;
  upstream->identities_sent++;
  send_call (upstream, call_new (ND_PROC_CONNECT_SET_IDENTITY, upstream->identity,
                                 on_identity_reply, upstream));
}

static void
on_open_reply (const GError *error, nd_status status, const guint8 *payload, gsize length,
               gpointer user_data)
{
  NodedevUpstream *upstream = user_data;

  if (error != NULL)
    return;
  if (status != ND_STATUS_OK)
    go_down (upstream, "it refuses to open " URI);
  else if (upstream->identity != NULL)
    send_identity (upstream);
  else
    go_up (upstream);
}

static void
on_keepalive_reply (const GError *error, nd_status status, const guint8 *payload, gsize length,
                    gpointer user_data)
{
  NodedevUpstream *upstream = user_data;
  char *name = (char *) URI;
  nd_open_args args = { .name = &name, .flags = upstream->readonly ? VIR_CONNECT_RO : 0 };
  nd_int_ret supported = { 0 };

  if (error != NULL)
    return;
  upstream->has_keepalive = status == ND_STATUS_OK
                            && nodedev_packet_parse_payload (
                                payload, length, (xdrproc_t) xdr_nd_int_ret, &supported, NULL)
                            && supported.value;
  upstream->state = OPENING;
  send_xdr (upstream, ND_PROC_CONNECT_OPEN, (xdrproc_t) xdr_nd_open_args, &args, on_open_reply);
}

static gboolean
offers_no_authentication (const guint8 *payload, gsize length)
{
  nd_auth_list_ret list = { 0 };
  gboolean offered = FALSE;

  if (nodedev_packet_parse_payload (payload, length, (xdrproc_t) xdr_nd_auth_list_ret, &list, NULL))
    for (u_int i = 0; i < list.types.types_len; i++)
      offered |= list.types.types_val[i] == ND_AUTH_NONE;
  xdr_free ((xdrproc_t) xdr_nd_auth_list_ret, (char *) &list);
  return offered;
}

static void
on_auth_reply (const GError *error, nd_status status, const guint8 *payload, gsize length,
               gpointer user_data)
{
  NodedevUpstream *upstream = user_data;
  nd_supports_feature_args args = { ND_FEATURE_KEEPALIVE };

  if (error != NULL)
    return;
  if (status != ND_STATUS_OK || !offers_no_authentication (payload, length))
    {
      go_down (upstream, "it wants authentication");
      return;
    }
  upstream->state = ASKING_KEEPALIVE;
  send_xdr (upstream, ND_PROC_CONNECT_SUPPORTS_FEATURE, (xdrproc_t) xdr_nd_supports_feature_args,
            &args, on_keepalive_reply);
}

static GSocket *
connect_socket (const char *path, GError **error)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);

  if (socket == NULL)
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  return g_socket_connect (socket, address, NULL, error) ? g_steal_pointer (&socket) : NULL;
}

/* Takes over @socket. */
static void
begin_handshake (NodedevUpstream *upstream, GSocket *socket)
{
  upstream->state = AUTHENTICATING;
  upstream->identities_sent = 0;
  upstream->connection = nodedev_connection_new (socket, FALSE, &connection_funcs, upstream);
  nodedev_connection_set_packet_max (upstream->connection, PACKET_MAX);
  nodedev_connection_start (upstream->connection);
  send_xdr (upstream, ND_PROC_AUTH_LIST, NULL, NULL, on_auth_reply);
}

static gboolean on_pause_over (gpointer user_data);

static void
try_again_soon (NodedevUpstream *upstream)
{
  upstream->pause = g_timeout_source_new (CONNECT_PAUSE_MS);
  g_source_set_callback (upstream->pause, on_pause_over, upstream, NULL);
  g_source_attach (upstream->pause, g_main_context_get_thread_default ());
}

/* A daemon that is there, and has not let in those before us yet, is waited for. */
static void
try_to_connect (NodedevUpstream *upstream)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket = connect_socket (upstream->path, &error);

  if (socket != NULL)
    begin_handshake (upstream, socket);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    try_again_soon (upstream);
  else
    go_down (upstream, error->message);
}

static gboolean
on_pause_over (gpointer user_data)
{
  NodedevUpstream *upstream = user_data;

  nodedev_source_clear (&upstream->pause);
  try_to_connect (upstream);
  return G_SOURCE_REMOVE;
}

void
nodedev_upstream_connect (NodedevUpstream *upstream)
{
  if (upstream->state != DOWN)
    return;
  upstream->state = CONNECTING;
  set_deadline (upstream);
  try_to_connect (upstream);
}

/* --- life, calls ---------------------------------------------------------- */

NodedevUpstream *
nodedev_upstream_new (const char *path, NodedevKeepaliveLimits keepalive, gboolean readonly,
                      const NodedevUpstreamFuncs *funcs, gpointer user_data)
{
  NodedevUpstream *upstream = g_new0 (NodedevUpstream, 1);

  upstream->path = g_strdup (path);
  upstream->limits = keepalive;
  upstream->readonly = readonly;
  upstream->funcs = funcs;
  upstream->user_data = user_data;
  upstream->calls = g_hash_table_new_full (NULL, NULL, NULL, call_free);
  g_queue_init (&upstream->waiting);
  return upstream;
}

void
nodedev_upstream_free (NodedevUpstream *upstream)
{
  g_autoptr (GError) error
      = g_error_new_literal (NODEDEV_ERROR, VIR_ERR_NO_CONNECT, "the client is gone");

  upstream->state = DOWN;
  drop_connection (upstream);
  fail_all (upstream, error);
  g_hash_table_unref (upstream->calls);
  g_clear_pointer (&upstream->identity, g_bytes_unref);
  g_free (upstream->path);
  g_free (upstream);
}

gboolean
nodedev_upstream_is_up (const NodedevUpstream *upstream)
{
  return upstream->state == UP;
}

void
nodedev_upstream_set_identity (NodedevUpstream *upstream, GBytes *payload)
{
  g_clear_pointer (&upstream->identity, g_bytes_unref);
  upstream->identity = g_bytes_ref (payload);
  if (upstream->state != UP && upstream->state != IDENTIFYING)
    return;
  set_deadline (upstream);
  send_identity (upstream);
}

void
nodedev_upstream_call (NodedevUpstream *upstream, int procedure, GBytes *payload,
                       NodedevReplyFunc func, gpointer user_data)
{
  Call *call = call_new (procedure, payload, func, user_data);

  if (upstream->state == UP)
    {
      send_call (upstream, call);
      return;
    }
  g_queue_push_tail (&upstream->waiting, call);
  nodedev_upstream_connect (upstream);
}
