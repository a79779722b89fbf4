/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the daemon behind us is sent, and when. */
#include <gio/gunixsocketaddress.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "nodedev/packet.h"
#include "nodedev/rpc-error.h"
#include "nodedev/session.h"
#include "nodedev/source.h"
#include "raw-client.h"
#include "test-backend.h"

#define OTHERS_DEVICE "pci_0000_00_02_0"
/* By this it knows the first registration that it answers. */
#define REGISTERED 40
/* Calls before the first of a client: authentication, keepalive, open. */
#define HANDSHAKE 3
#define WITH(type, args) (xdrproc_t) xdr_##type, &(args)

/* A daemon in this thread: it notes what it is asked, and answers the rest as far as needed. */
typedef struct
{
  char *path;
  GSocket *listener;
  GSource *source;
  NodedevConnection *connection;
  GArray *procedures;    /* of int, as they came */
  GArray *registrations; /* of nd_header, not answered yet */
  GArray *deregistered;  /* of int: what it has answered a registration with */
  nd_header identity;    /* the last virConnectSetIdentity; proc 0 when there was none */
  GHashTable *numbers;   /* of that: name -> guint64 *, those that are numbers */
  gboolean answers_pings;
  guint pings;
  gboolean closed;
} Upstream;

typedef struct
{
  TestBackend test;
  Upstream upstream;
  NodedevOthers others;
  NodedevSession *session;
  RawClient *client;
} Fixture;

/* --- the daemon behind us ------------------------------------------------- */

static void
answer (NodedevConnection *connection, const nd_header *call, xdrproc_t filter, gconstpointer value)
{
  nd_header header = nodedev_packet_reply_header (call, ND_STATUS_OK);

  nodedev_connection_send (connection, nodedev_packet_new (&header, filter, value, NULL));
}

static void
on_keepalive (Upstream *upstream, const nd_header *header)
{
  upstream->pings++;
  if (upstream->answers_pings)
    nodedev_keepalive_answer (upstream->connection, header);
}

static void
note_identity (Upstream *upstream, const nd_header *header, const guint8 *payload, gsize length)
{
  nd_set_identity_args args = { 0 };

  upstream->identity = *header;
  g_assert_true (nodedev_packet_parse_payload (payload, length,
                                               (xdrproc_t) xdr_nd_set_identity_args, &args, NULL));
  for (u_int i = 0; i < args.params.params_len; i++)
    {
      const nd_typed_param *param = &args.params.params_val[i];
      guint64 number = param->value.nd_typed_value_u.ul;

      if (param->value.type == VIR_TYPED_PARAM_ULLONG || param->value.type == VIR_TYPED_PARAM_LLONG)
        g_hash_table_replace (upstream->numbers, g_strdup (param->field),
                              g_memdup2 (&number, sizeof number));
    }
  xdr_free ((xdrproc_t) xdr_nd_set_identity_args, (char *) &args);
}

static void
note_deregistered (Upstream *upstream, const guint8 *payload, gsize length)
{
  nd_event_deregister_args args = { 0 };

  g_assert_true (nodedev_packet_parse_payload (
      payload, length, (xdrproc_t) xdr_nd_event_deregister_args, &args, NULL));
  g_array_append_val (upstream->deregistered, args.callback_id);
}

static void
on_packet (NodedevConnection *connection, const nd_header *header, const guint8 *payload,
           gsize length, gpointer user_data)
{
  Upstream *upstream = user_data;
  int none = ND_AUTH_NONE;
  nd_auth_list_ret ways = { .types = { 1, &none } };
  nd_int_ret yes = { 1 };

  if (header->prog == ND_KEEPALIVE_PROGRAM)
    {
      on_keepalive (upstream, header);
      return;
    }
  g_array_append_val (upstream->procedures, header->proc);
  if (header->proc == ND_PROC_AUTH_LIST)
    answer (connection, header, WITH (nd_auth_list_ret, ways));
  else if (header->proc == ND_PROC_CONNECT_SUPPORTS_FEATURE)
    answer (connection, header, WITH (nd_int_ret, yes));
  else if (header->proc == ND_PROC_CONNECT_OPEN)
    answer (connection, header, NULL, NULL);
  else if (header->proc == ND_PROC_CONNECT_SET_IDENTITY)
    note_identity (upstream, header, payload, length);
  else if (header->proc == ND_PROC_EVENT_REGISTER)
    g_array_append_val (upstream->registrations, *header);
  else if (header->proc == ND_PROC_EVENT_DEREGISTER)
    note_deregistered (upstream, payload, length);
}

static void
on_closed (NodedevConnection *connection, gpointer user_data)
{
  ((Upstream *) user_data)->closed = TRUE;
}

static const NodedevConnectionFuncs connection_funcs = { on_packet, on_closed };

static gboolean
on_connect (GSocket *listener, GIOCondition condition, gpointer user_data)
{
  Upstream *upstream = user_data;
  GSocket *socket = g_socket_accept (listener, NULL, NULL);

  g_clear_pointer (&upstream->connection, nodedev_connection_unref);
  upstream->connection = nodedev_connection_new (socket, FALSE, &connection_funcs, upstream);
  nodedev_connection_start (upstream->connection);
  return G_SOURCE_CONTINUE;
}

static void
upstream_accept (Upstream *upstream)
{
  upstream->source = g_socket_create_source (upstream->listener, G_IO_IN, NULL);
  g_source_set_callback (upstream->source, G_SOURCE_FUNC (on_connect), upstream, NULL);
  g_source_attach (upstream->source, NULL);
}

static void
upstream_init (Upstream *upstream, const char *root)
{
  g_autoptr (GSocketAddress) address = NULL;

  *upstream = (Upstream){ .path = g_build_filename (root, "upstream", NULL) };
  upstream->procedures = g_array_new (FALSE, FALSE, sizeof (int));
  upstream->numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  upstream->registrations = g_array_new (FALSE, FALSE, sizeof (nd_header));
  upstream->deregistered = g_array_new (FALSE, FALSE, sizeof (int));
  address = g_unix_socket_address_new (upstream->path);
  upstream->listener
      = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_assert_true (g_socket_bind (upstream->listener, address, FALSE, NULL));
  g_assert_true (g_socket_listen (upstream->listener, NULL));
  upstream_accept (upstream);
}

static void
upstream_clear (Upstream *upstream)
{
  nodedev_source_clear (&upstream->source);
  nodedev_connection_close (upstream->connection);
  nodedev_connection_unref (upstream->connection);
  g_object_unref (upstream->listener);
  g_array_unref (upstream->registrations);
  g_array_unref (upstream->deregistered);
  g_array_unref (upstream->procedures);
  g_hash_table_unref (upstream->numbers);
  g_free (upstream->path);
}

/* Answers all registrations that wait. */
static void
answer_registrations (Upstream *upstream)
{
  for (guint i = 0; i < upstream->registrations->len; i++)
    {
      nd_int_ret id = { .value = REGISTERED + (int) i };

      answer (upstream->connection, &g_array_index (upstream->registrations, nd_header, i),
              WITH (nd_int_ret, id));
    }
  g_array_set_size (upstream->registrations, 0);
}

static void
refuse (Upstream *upstream, const nd_header *call)
{
  g_autoptr (GError) error = g_error_new_literal (NODEDEV_ERROR, VIR_ERR_OPERATION_DENIED, "no");

  nodedev_connection_send (upstream->connection, nodedev_packet_new_error (call, error));
}

/* --- fixture -------------------------------------------------------------- */

static void
on_ended (NodedevSession *session, gpointer user_data)
{
}

/* A client of the user @uid. */
static void
fixture_init_for (Fixture *f, uid_t uid, gboolean readonly)
{
  int fds[2];

  test_backend_init (&f->test);
  upstream_init (&f->upstream, f->test.root);
  f->others = (NodedevOthers){ .socket = f->upstream.path, .keepalive = { 1, 1 } };
  f->test.backend.others = &f->others;
  g_assert_cmpint (seteuid (uid), ==, 0);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_assert_cmpint (seteuid (getuid ()), ==, 0);
  f->client = raw_client_new (fds[1]);
  f->session = nodedev_session_new (&f->test.backend, g_socket_new_from_fd (fds[0], NULL), readonly,
                                    on_ended, f);
  g_assert_true (raw_client_open (f->client, 0));
}

static void
fixture_init (Fixture *f)
{
  fixture_init_for (f, geteuid (), FALSE);
}

static void
fixture_clear (Fixture *f)
{
  nodedev_session_close (f->session);
  raw_client_free (f->client);
  upstream_clear (&f->upstream);
  test_backend_clear (&f->test);
}

static void
send_call (Fixture *f, int procedure, xdrproc_t filter, gconstpointer args)
{
  g_autoptr (GBytes) call = raw_client_make_call (f->client, procedure, filter, args);

  g_assert_true (
      raw_client_send (f->client, g_bytes_get_data (call, NULL), g_bytes_get_size (call)));
}

static void
subscribe (Fixture *f)
{
  nd_event_register_args lifecycle = { VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, NULL };

  send_call (f, ND_PROC_EVENT_REGISTER, WITH (nd_event_register_args, lifecycle));
}

/* Until nothing happens by itself any more. */
static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* For the user "joe". */
static void
set_identity (Fixture *f)
{
  nd_typed_param user = { .field = (char *) "user-name" };
  nd_set_identity_args identity = { .params = { 1, &user } };

  user.value.type = VIR_TYPED_PARAM_STRING;
  user.value.nd_typed_value_u.s = (char *) "joe";
  send_call (f, ND_PROC_CONNECT_SET_IDENTITY, WITH (nd_set_identity_args, identity));
}

static void
look_up (Fixture *f)
{
  nd_name_args name = { (char *) OTHERS_DEVICE };

  send_call (f, ND_PROC_LOOKUP_BY_NAME, WITH (nd_name_args, name));
}

static void
list_all (Fixture *f)
{
  nd_list_all_args all = { 1, 0 };

  send_call (f, ND_PROC_LIST_ALL_DEVICES, WITH (nd_list_all_args, all));
}

/* Status of the answer to the next call of @procedure; those of others are dropped. */
static guint
wait_for_answer (Fixture *f, int procedure)
{
  nd_header header = { 0 };

  while (header.proc != procedure)
    {
      g_autoptr (GBytes) packet = raw_client_receive (f->client, &header);

      g_assert_nonnull (packet);
    }
  return header.status;
}

static void
wait_for_procedures (Fixture *f, guint n)
{
  while (f->upstream.procedures->len < n)
    g_main_context_iteration (NULL, TRUE);
}

/* --- tests ---------------------------------------------------------------- */

/* What a client does after it subscribed is to be heard by it. */
static void
test_subscriptions_come_first (void)
{
  static const int expected[]
      = { ND_PROC_AUTH_LIST, ND_PROC_CONNECT_SUPPORTS_FEATURE, ND_PROC_CONNECT_OPEN,
          ND_PROC_EVENT_REGISTER, ND_PROC_LOOKUP_BY_NAME };
  Fixture f;

  fixture_init (&f);
  subscribe (&f);
  look_up (&f);
  wait_for_procedures (&f, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpint (g_array_index (f.upstream.procedures, int, i), ==, expected[i]);
  fixture_clear (&f);
}

/* A daemon behind us that does not answer does not make a client's registrations pile up. */
static void
test_registrations_are_bounded (void)
{
  guint n = 1 + 4 * NODEDEV_CONNECTION_HOLD_MAX;
  Fixture f;

  fixture_init (&f);
  subscribe (&f);
  wait_for_procedures (&f, HANDSHAKE + 1);
  for (guint i = 1; i < n; i++)
    subscribe (&f);
  settle ();
  g_assert_cmpuint (f.upstream.registrations->len, ==, NODEDEV_CONNECTION_HOLD_MAX);
  while (f.upstream.procedures->len < HANDSHAKE + n)
    {
      answer_registrations (&f.upstream);
      g_main_context_iteration (NULL, TRUE);
    }
  fixture_clear (&f);
}

/* Something came: as one registered with @id hears it. */
static void
tell_lifecycle (Upstream *upstream, int id, const char *device)
{
  nd_header header = { ND_PROGRAM, ND_PROGRAM_VERSION, ND_PROC_EVENT_LIFECYCLE, ND_TYPE_MESSAGE };
  nd_event_lifecycle_msg message = { id, { (char *) device }, VIR_NODE_DEVICE_EVENT_CREATED, 0 };

  nodedev_connection_send (
      upstream->connection,
      nodedev_packet_new (&header, WITH (nd_event_lifecycle_msg, message), NULL));
}

static gboolean
parse (GBytes *packet, xdrproc_t filter, gpointer value)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);

  return nodedev_packet_parse_payload (data + RAW_CLIENT_PAYLOAD, size - RAW_CLIENT_PAYLOAD, filter,
                                       value, NULL);
}

/* Subscribed, with the daemon behind us, too; the number by which the client knows it. */
static int
subscribe_and_wait (Fixture *f)
{
  nd_header header = { 0 };
  nd_int_ret ret = { 0 };

  subscribe (f);
  while (header.proc != ND_PROC_EVENT_REGISTER)
    {
      g_autoptr (GBytes) packet = raw_client_receive (f->client, &header);

      if (header.proc == ND_PROC_EVENT_REGISTER)
        g_assert_true (parse (packet, (xdrproc_t) xdr_nd_int_ret, &ret));
    }
  wait_for_procedures (f, HANDSHAKE + 1);
  return ret.value;
}

/* The client hears of @device next, by the number @id. */
static void
assert_hears (Fixture *f, int id, const char *device)
{
  nd_header header;
  nd_event_lifecycle_msg message = { 0 };
  g_autoptr (GBytes) packet = raw_client_receive (f->client, &header);

  g_assert_nonnull (packet);
  g_assert_cmpint (header.proc, ==, ND_PROC_EVENT_LIFECYCLE);
  g_assert_true (parse (packet, (xdrproc_t) xdr_nd_event_lifecycle_msg, &message));
  g_assert_cmpint (message.callback_id, ==, id);
  g_assert_cmpstr (message.dev.name, ==, device);
  xdr_free ((xdrproc_t) xdr_nd_event_lifecycle_msg, (char *) &message);
}

/* Its events come by the client's own number; of what is ours we tell ourselves. */
static void
test_events (void)
{
  nd_header cut = { ND_PROGRAM, ND_PROGRAM_VERSION, ND_PROC_EVENT_LIFECYCLE, ND_TYPE_MESSAGE };
  nd_header unknown = { ND_PROGRAM, ND_PROGRAM_VERSION, ND_PROC_CONNECT_OPEN, ND_TYPE_MESSAGE };
  Fixture f;
  int id;

  fixture_init (&f);
  id = subscribe_and_wait (&f);
  answer_registrations (&f.upstream);
  tell_lifecycle (&f.upstream, REGISTERED, OTHERS_DEVICE);
  assert_hears (&f, id, OTHERS_DEVICE);
  tell_lifecycle (&f.upstream, REGISTERED, "css_0_0_0313");
  tell_lifecycle (&f.upstream, REGISTERED + 1, OTHERS_DEVICE);
  nodedev_connection_send (f.upstream.connection, nodedev_packet_new (&cut, NULL, NULL, NULL));
  nodedev_connection_send (f.upstream.connection, nodedev_packet_new (&unknown, NULL, NULL, NULL));
  tell_lifecycle (&f.upstream, REGISTERED, "net_eth0");
  assert_hears (&f, id, "net_eth0");
  fixture_clear (&f);
}

static void
unsubscribe (Fixture *f, int id)
{
  nd_event_deregister_args args = { .callback_id = id };

  send_call (f, ND_PROC_EVENT_DEREGISTER, WITH (nd_event_deregister_args, args));
  g_assert_cmpuint (wait_for_answer (f, ND_PROC_EVENT_DEREGISTER), ==, ND_STATUS_OK);
}

static void
assert_deregistered (Fixture *f)
{
  while (f->upstream.deregistered->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (f->upstream.deregistered->len, ==, 1);
  g_assert_cmpint (g_array_index (f->upstream.deregistered, int, 0), ==, REGISTERED);
}

/* Whoever wants to hear no more is not told what still comes, and it is told so. */
static void
test_unsubscribe (void)
{
  nd_header header = { 0 };
  Fixture f;
  int id;

  fixture_init (&f);
  id = subscribe_and_wait (&f);
  answer_registrations (&f.upstream);
  settle ();
  unsubscribe (&f, id);
  tell_lifecycle (&f.upstream, REGISTERED, OTHERS_DEVICE);
  assert_deregistered (&f);
  settle ();
  send_call (&f, ND_PROC_CONNECT_GET_TYPE, NULL, NULL);
  g_bytes_unref (raw_client_receive (f.client, &header));
  g_assert_cmpint (header.proc, ==, ND_PROC_CONNECT_GET_TYPE);
  fixture_clear (&f);
}

/* Before it has answered: it learns of that when it has. */
static void
test_unsubscribe_early (void)
{
  Fixture f;
  int id;

  fixture_init (&f);
  id = subscribe_and_wait (&f);
  unsubscribe (&f, id);
  settle ();
  g_assert_cmpuint (f.upstream.deregistered->len, ==, 0);
  answer_registrations (&f.upstream);
  assert_deregistered (&f);
  fixture_clear (&f);
}

/* What is called for somebody is not taken for ours. */
static void
test_identity_comes_first (void)
{
  Fixture f;

  fixture_init (&f);
  set_identity (&f);
  look_up (&f);
  wait_for_procedures (&f, HANDSHAKE + 1);
  settle ();
  g_assert_cmpuint (f.upstream.procedures->len, ==, HANDSHAKE + 1);
  g_assert_cmpint (f.upstream.identity.proc, ==, ND_PROC_CONNECT_SET_IDENTITY);
  answer (f.upstream.connection, &f.upstream.identity, NULL, NULL);
  wait_for_procedures (&f, HANDSHAKE + 2);
  g_assert_cmpint (g_array_index (f.upstream.procedures, int, HANDSHAKE + 1), ==,
                   ND_PROC_LOOKUP_BY_NAME);
  fixture_clear (&f);
}

static guint64
get_number (const Upstream *upstream, const char *name)
{
  const guint64 *number = g_hash_table_lookup (upstream->numbers, name);

  g_assert_nonnull (number);
  return *number;
}

/* Nor is what an ordinary user calls, who told nothing. */
static void
test_ordinary_user (void)
{
  Fixture f;

  if (geteuid () != 0)
    {
      g_test_skip ("needs root, to be somebody else");
      return;
    }
  fixture_init_for (&f, 65534, TRUE);
  look_up (&f);
  wait_for_procedures (&f, HANDSHAKE + 1);
  g_assert_cmpint (f.upstream.identity.proc, ==, ND_PROC_CONNECT_SET_IDENTITY);
  g_assert_cmpuint (get_number (&f.upstream, VIR_CONNECT_IDENTITY_UNIX_USER_ID), ==, 65534);
  g_assert_cmpuint (get_number (&f.upstream, VIR_CONNECT_IDENTITY_PROCESS_ID), ==,
                    (guint64) getpid ());
  g_assert_cmpuint (get_number (&f.upstream, VIR_CONNECT_IDENTITY_PROCESS_TIME), ==,
                    nodedev_process_read_start_time (getpid ()));
  fixture_clear (&f);
}

/* Told while it is up already: subscriptions made while it is not taken yet are not lost. */
static void
test_identity_changes (void)
{
  Fixture f;

  fixture_init (&f);
  look_up (&f);
  wait_for_procedures (&f, HANDSHAKE + 1);
  set_identity (&f);
  subscribe (&f);
  wait_for_procedures (&f, HANDSHAKE + 2);
  settle ();
  g_assert_cmpuint (f.upstream.registrations->len, ==, 0);
  answer (f.upstream.connection, &f.upstream.identity, NULL, NULL);
  wait_for_procedures (&f, HANDSHAKE + 3);
  settle ();
  g_assert_cmpuint (f.upstream.registrations->len, ==, 1);
  fixture_clear (&f);
}

static void
test_identity_refused (void)
{
  Fixture f;

  fixture_init (&f);
  set_identity (&f);
  look_up (&f);
  wait_for_procedures (&f, HANDSHAKE + 1);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*for another user*");
  refuse (&f.upstream, &f.upstream.identity);
  g_assert_cmpuint (wait_for_answer (&f, ND_PROC_LOOKUP_BY_NAME), ==, ND_STATUS_ERROR);
  g_test_assert_expected_messages ();
  settle ();
  g_assert_true (f.upstream.closed);
  g_assert_cmpuint (f.upstream.procedures->len, ==, HANDSHAKE + 1);
  fixture_clear (&f);
}

/* A list ends without one that hangs: with ours. */
static void
test_hangs (void)
{
  Fixture f;

  fixture_init (&f);
  list_all (&f);
  wait_for_procedures (&f, HANDSHAKE + 1);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*it hangs*");
  g_assert_cmpuint (wait_for_answer (&f, ND_PROC_LIST_ALL_DEVICES), ==, ND_STATUS_OK);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (f.upstream.pings, ==, 1);
  fixture_clear (&f);
}

/* One that is there but takes long is waited for: twice as long as one that hangs. */
static void
test_is_slow (void)
{
  Fixture f;

  fixture_init (&f);
  f.upstream.answers_pings = TRUE;
  list_all (&f);
  while (f.upstream.pings < 3)
    g_main_context_iteration (NULL, TRUE);
  settle ();
  g_assert_false (f.upstream.closed);
  fixture_clear (&f);
}

/* However many clients miss it, the log tells that once, and once that it is back. */
static void
test_one_warning (void)
{
  Fixture f;

  fixture_init (&f);
  f.others.is_missed = TRUE;
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "*answers again*");
  look_up (&f);
  wait_for_procedures (&f, HANDSHAKE + 1);
  g_test_assert_expected_messages ();
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*cannot be asked*");
  nodedev_source_clear (&f.upstream.source);
  g_socket_close (f.upstream.listener, NULL);
  nodedev_connection_close (f.upstream.connection);
  g_assert_cmpuint (wait_for_answer (&f, ND_PROC_LOOKUP_BY_NAME), ==, ND_STATUS_ERROR);
  look_up (&f);
  g_assert_cmpuint (wait_for_answer (&f, ND_PROC_LOOKUP_BY_NAME), ==, ND_STATUS_ERROR);
  nodedev_session_end_open (f.session);
  g_assert_true (raw_client_open (f.client, 0));
  look_up (&f);
  g_assert_cmpuint (wait_for_answer (&f, ND_PROC_LOOKUP_BY_NAME), ==, ND_STATUS_ERROR);
  g_test_assert_expected_messages ();
  fixture_clear (&f);
}

/* Those who wait to be let in by the daemon behind us. */
static GArray *
fill_backlog (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  GArray *waiting = g_array_new (FALSE, FALSE, sizeof (int));
  int fd;

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  do
    {
      fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      g_array_append_val (waiting, fd);
    }
  while (connect (fd, (struct sockaddr *) &address, sizeof address) == 0);
  return waiting;
}

/* One that has many to let in before us is there, and its devices are. */
static void
test_is_crowded (void)
{
  nd_name_args name = { (char *) OTHERS_DEVICE };
  g_autoptr (GArray) waiting = NULL;
  Fixture f;

  fixture_init (&f);
  nodedev_source_clear (&f.upstream.source);
  g_assert_cmpint (listen (g_socket_get_fd (f.upstream.listener), 0), ==, 0);
  waiting = fill_backlog (f.upstream.path);
  send_call (&f, ND_PROC_LOOKUP_BY_NAME, WITH (nd_name_args, name));
  settle ();
  g_assert_cmpuint (f.upstream.procedures->len, ==, 0);
  /* The last could not even wait. */
  for (guint i = 0; i + 1 < waiting->len; i++)
    g_object_unref (g_socket_accept (f.upstream.listener, NULL, NULL));
  for (guint i = 0; i < waiting->len; i++)
    close (g_array_index (waiting, int, i));
  upstream_accept (&f.upstream);
  while (f.upstream.procedures->len <= HANDSHAKE)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (g_array_index (f.upstream.procedures, int, HANDSHAKE), ==,
                   ND_PROC_LOOKUP_BY_NAME);
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nodedev/forward/subscriptions-come-first", test_subscriptions_come_first);
  g_test_add_func ("/nodedev/forward/registrations-are-bounded", test_registrations_are_bounded);
  g_test_add_func ("/nodedev/forward/events", test_events);
  g_test_add_func ("/nodedev/forward/unsubscribe", test_unsubscribe);
  g_test_add_func ("/nodedev/forward/unsubscribe-early", test_unsubscribe_early);
  g_test_add_func ("/nodedev/forward/identity-comes-first", test_identity_comes_first);
  g_test_add_func ("/nodedev/forward/ordinary-user", test_ordinary_user);
  g_test_add_func ("/nodedev/forward/identity-changes", test_identity_changes);
  g_test_add_func ("/nodedev/forward/identity-refused", test_identity_refused);
  g_test_add_func ("/nodedev/forward/hangs", test_hangs);
  g_test_add_func ("/nodedev/forward/is-slow", test_is_slow);
  g_test_add_func ("/nodedev/forward/is-crowded", test_is_crowded);
  g_test_add_func ("/nodedev/forward/one-warning", test_one_warning);
  return g_test_run ();
}
