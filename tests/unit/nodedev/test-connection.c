/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gio/gio.h>
#include <malloc.h>
#include <string.h>
#include <sys/socket.h>

#include "nodedev/connection.h"
#include "raw-client.h"

/* A connection and the other end of its socket. */
typedef struct
{
  NodedevConnection *connection;
  RawClient *client;
  guint n_packets;
  guint n_closed;
  guint last_serial;
  gsize last_length;
  gsize answer;           /* bytes of payload to answer each packet with */
  gulong takes;           /* microseconds that each packet takes */
  guint turns_others_had; /* when its first packet came: packets that the others had had */
  const guint *others;
  gboolean hold;
} Fixture;

static GBytes *
make (int type, guint serial, gsize payload)
{
  nd_header header = { ND_PROGRAM, ND_PROGRAM_VERSION, 1, type, serial, 0 };
  g_autofree char *text = g_strnfill (payload, 'x');
  nd_name_args args = { text };

  return nodedev_packet_new (&header, (xdrproc_t) xdr_nd_name_args, &args, NULL);
}

static GBytes *
make_packet (guint serial, gsize payload)
{
  return make (ND_TYPE_CALL, serial, payload);
}

static GBytes *
make_event (gsize payload)
{
  return make (ND_TYPE_MESSAGE, 0, payload);
}

static void
on_packet (NodedevConnection *connection, const nd_header *header, const guint8 *payload,
           gsize length, gpointer user_data)
{
  Fixture *f = user_data;

  g_assert_cmpuint (f->n_closed, ==, 0);
  if (f->n_packets == 0 && f->others != NULL)
    f->turns_others_had = *f->others;
  f->n_packets++;
  g_usleep (f->takes);
  f->last_serial = header->serial;
  f->last_length = length;
  if (f->hold)
    nodedev_connection_hold (connection, length);
  if (f->answer > 0)
    nodedev_connection_send (connection, make_packet (header->serial, f->answer));
}

static void
on_closed (NodedevConnection *connection, gpointer user_data)
{
  Fixture *f = user_data;

  f->n_closed++;
}

static const NodedevConnectionFuncs funcs = { on_packet, on_closed };

/* @budget: NULL for none. */
static void
fixture_init_with (Fixture *f, gboolean readonly, NodedevBudget *budget)
{
  int fds[2];

  *f = (Fixture){ 0 };
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  f->connection = nodedev_connection_new (g_socket_new_from_fd (fds[0], NULL), readonly, &funcs, f);
  f->client = raw_client_new (fds[1]);
  if (budget != NULL)
    nodedev_connection_set_budget (f->connection, budget);
  nodedev_connection_start (f->connection);
}

static void
fixture_init (Fixture *f, gboolean readonly)
{
  fixture_init_with (f, readonly, NULL);
}

static void
fixture_clear (Fixture *f)
{
  nodedev_connection_close (f->connection);
  g_assert_cmpuint (f->n_closed, ==, 1);
  nodedev_connection_unref (f->connection);
  raw_client_free (f->client);
}

static void
send_bytes (Fixture *f, GBytes *bytes)
{
  g_assert_true (
      raw_client_send (f->client, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)));
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
wait_for_packets (Fixture *f, guint n)
{
  gint64 end = g_get_monotonic_time () + RAW_CLIENT_PATIENCE;

  while (f->n_packets < n && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (f->n_packets, ==, n);
}

static void
send_many (Fixture *f, guint n)
{
  g_autoptr (GByteArray) many = g_byte_array_new ();

  for (guint i = 1; i <= n; i++)
    {
      g_autoptr (GBytes) packet = make_packet (i, i);

      g_byte_array_append (many, g_bytes_get_data (packet, NULL),
                           (guint) g_bytes_get_size (packet));
    }
  g_assert_true (raw_client_send (f->client, many->data, many->len));
}

/* Many packets in one piece, and one packet in many pieces. */
static void
test_packets_and_pieces (void)
{
  g_autoptr (GBytes) one = make_packet (1000, 300);
  const guint8 *data = g_bytes_get_data (one, NULL);
  Fixture f;

  fixture_init (&f, FALSE);
  send_many (&f, 100);
  wait_for_packets (&f, 100);
  g_assert_cmpuint (f.last_serial, ==, 100);
  g_assert_cmpuint (f.last_length, ==, 4 + 100);
  for (gsize i = 0; i < g_bytes_get_size (one); i++)
    {
      g_assert_cmpuint (f.n_packets, ==, 100);
      g_assert_true (raw_client_send (f.client, data + i, 1));
      settle ();
    }
  wait_for_packets (&f, 101);
  g_assert_cmpuint (f.last_serial, ==, 1000);
  fixture_clear (&f);
}

static void
test_longest_packet (void)
{
  g_autoptr (GBytes) longest = make_packet (1, ND_STRING_MAX);
  Fixture f;

  fixture_init (&f, FALSE);
  send_bytes (&f, longest);
  wait_for_packets (&f, 1);
  g_assert_cmpuint (f.last_length, ==, 4 + ND_STRING_MAX);
  fixture_clear (&f);
}

static void
assert_length_closes (guint32 length, gboolean readonly)
{
  guint32 wire = GUINT32_TO_BE (length);
  Fixture f;

  fixture_init (&f, readonly);
  g_assert_true (raw_client_send (f.client, &wire, sizeof wire));
  g_assert_true (raw_client_is_closed (f.client));
  g_assert_cmpuint (f.n_closed, ==, 1);
  g_assert_cmpuint (f.n_packets, ==, 0);
  fixture_clear (&f);
}

static void
test_impossible_lengths (void)
{
  assert_length_closes (0, FALSE);
  assert_length_closes (27, FALSE);
  assert_length_closes (NODEDEV_PACKET_MAX + 1, FALSE);
  assert_length_closes (G_MAXUINT32, FALSE);
  assert_length_closes (NODEDEV_PACKET_MAX_READONLY + 1, TRUE);
}

/* What came before a mistake is still answered. */
static void
test_mistake_behind_packet (void)
{
  g_autoptr (GBytes) packet = make_packet (1, 10);
  Fixture f;

  fixture_init (&f, FALSE);
  send_bytes (&f, packet);
  g_assert_true (raw_client_send (f.client, "\0\0\0\0", 4));
  g_assert_true (raw_client_is_closed (f.client));
  g_assert_cmpuint (f.n_packets, ==, 1);
  fixture_clear (&f);
}

static void
test_other_end_goes (void)
{
  g_autoptr (GBytes) packet = make_packet (1, 10);
  Fixture f;

  fixture_init (&f, FALSE);
  g_assert_true (raw_client_send (f.client, g_bytes_get_data (packet, NULL), 20));
  raw_client_free (f.client);
  while (f.n_closed == 0)
    g_main_context_iteration (NULL, TRUE);
  nodedev_connection_send (f.connection, g_bytes_ref (packet));
  nodedev_connection_close (f.connection);
  g_assert_cmpuint (f.n_closed, ==, 1);
  nodedev_connection_unref (f.connection);
}

/* Whoever asks and does not read is not served further, and costs a bounded amount. */
static void
test_client_that_does_not_read (void)
{
  g_autoptr (GBytes) call = make_packet (1, 1);
  g_autoptr (GByteArray) calls = g_byte_array_new ();
  const guint n_calls = 1000;
  nd_header header;
  Fixture f;

  fixture_init (&f, FALSE);
  f.answer = 100 * 1024;
  for (guint i = 0; i < n_calls; i++)
    g_byte_array_append (calls, g_bytes_get_data (call, NULL), (guint) g_bytes_get_size (call));
  g_assert_true (raw_client_send (f.client, calls->data, calls->len));
  settle ();
  g_assert_cmpuint (f.n_packets, <, 50);
  for (guint i = 0; i < n_calls; i++)
    {
      g_autoptr (GBytes) answer = raw_client_receive (f.client, &header);

      g_assert_nonnull (answer);
      g_assert_cmpuint (g_bytes_get_size (answer), >, f.answer);
    }
  g_assert_cmpuint (f.n_packets, ==, n_calls);
  fixture_clear (&f);
}

/* Whoever lets events pile up is disconnected, and not from within the sending. */
static void
test_events_pile_up (void)
{
  g_autoptr (GBytes) event = make_event (64 * 1024);
  guint n_most = NODEDEV_CONNECTION_QUEUE_MAX / (64 * 1024) + 20;
  Fixture f;

  fixture_init (&f, FALSE);
  for (guint i = 0; i < n_most; i++)
    nodedev_connection_send (f.connection, g_bytes_ref (event));
  g_assert_cmpuint (f.n_closed, ==, 0);
  settle ();
  g_assert_cmpuint (f.n_closed, ==, 1);
  fixture_clear (&f);
}

static void
test_calls_under_way (void)
{
  Fixture f;

  fixture_init (&f, FALSE);
  f.hold = TRUE;
  for (guint i = 0; i < NODEDEV_CONNECTION_HOLD_MAX + 5; i++)
    {
      g_autoptr (GBytes) call = make_packet (i, 1);

      send_bytes (&f, call);
    }
  settle ();
  g_assert_cmpuint (f.n_packets, ==, NODEDEV_CONNECTION_HOLD_MAX);
  for (guint i = 0; i < 5; i++)
    {
      nodedev_connection_release (f.connection, f.last_length);
      settle ();
      g_assert_cmpuint (f.n_packets, ==, NODEDEV_CONNECTION_HOLD_MAX + i + 1);
    }
  fixture_clear (&f);
}

/* All calls under way may be answered at once, as long lists are when the daemon behind goes. */
static void
test_many_answers (void)
{
  const gsize size = NODEDEV_CONNECTION_QUEUE_MAX / 8;
  g_autoptr (GBytes) event = make_event (1);
  nd_header header;
  Fixture f;

  fixture_init (&f, FALSE);
  for (guint i = 0; i < NODEDEV_CONNECTION_HOLD_MAX; i++)
    nodedev_connection_send (f.connection, make (ND_TYPE_REPLY, i, size));
  nodedev_connection_send (f.connection, g_bytes_ref (event));
  for (guint i = 0; i <= NODEDEV_CONNECTION_HOLD_MAX; i++)
    {
      g_autoptr (GBytes) packet = raw_client_receive (f.client, &header);

      g_assert_nonnull (packet);
    }
  g_assert_cmpuint (header.type, ==, ND_TYPE_MESSAGE);
  g_assert_cmpuint (f.n_closed, ==, 0);
  fixture_clear (&f);
}

/* Long calls that wait for somebody else count by their length, not only by their number. */
static void
test_long_calls_under_way (void)
{
  const gsize size = 3 * 1024 * 1024;
  Fixture f;

  fixture_init (&f, FALSE);
  f.hold = TRUE;
  for (guint i = 1; i <= 3; i++)
    {
      g_autoptr (GBytes) call = make_packet (i, size);

      send_bytes (&f, call);
      wait_for_packets (&f, i);
    }
  g_assert_cmpuint (3 * size, >, NODEDEV_CONNECTION_HOLD_BYTES_MAX);
  {
    g_autoptr (GBytes) call = make_packet (4, 1);

    send_bytes (&f, call);
  }
  settle ();
  g_assert_cmpuint (f.n_packets, ==, 3);
  nodedev_connection_release (f.connection, f.last_length);
  wait_for_packets (&f, 4);
  fixture_clear (&f);
}

/* The one for whom the most is kept goes when it becomes too much; all is given back. */
static void
test_budget (void)
{
  const gsize size = 64 * 1024;
  g_autoptr (NodedevBudget) budget = nodedev_budget_new (20 * size);
  g_autoptr (GBytes) half = make_packet (1, 2 * size);
  g_autoptr (GBytes) event = make_event (size);
  Fixture small;
  Fixture great;

  fixture_init_with (&small, FALSE, budget);
  fixture_init_with (&great, FALSE, budget);
  g_assert_true (raw_client_send (small.client, g_bytes_get_data (half, NULL), size));
  settle ();
  g_assert_cmpuint (nodedev_budget_get_used (budget), ==, size);
  for (guint i = 0; i < 40; i++)
    {
      nodedev_connection_send (great.connection, g_bytes_ref (event));
      g_assert_cmpuint (nodedev_budget_get_used (budget), <=, 20 * size);
    }
  settle ();
  g_assert_cmpuint (great.n_closed, ==, 1);
  g_assert_cmpuint (small.n_closed, ==, 0);
  g_assert_cmpuint (nodedev_budget_get_used (budget), ==, size);
  fixture_clear (&great);
  fixture_clear (&small);
  g_assert_cmpuint (nodedev_budget_get_used (budget), ==, 0);
}

/* AddressSanitizer's, where programs are built with it. */
extern size_t __sanitizer_get_current_allocated_bytes (void) __attribute__ ((weak));

static gsize
get_allocated (void)
{
  struct mallinfo2 info;

  if (__sanitizer_get_current_allocated_bytes != NULL)
    return __sanitizer_get_current_allocated_bytes ();
  info = mallinfo2 ();
  return info.uordblks + info.hblkhd;
}

/* A long packet leaves nothing large behind, though the next one has begun. */
static void
test_long_and_begun (void)
{
  g_autoptr (GByteArray) both = g_byte_array_new ();
  g_autoptr (GBytes) longest = make_packet (1, ND_STRING_MAX);
  gsize before;
  Fixture f;

  g_byte_array_append (both, g_bytes_get_data (longest, NULL), (guint) g_bytes_get_size (longest));
  g_byte_array_append (both, g_bytes_get_data (longest, NULL), ND_LENGTH_SIZE);
  fixture_init (&f, FALSE);
  before = get_allocated ();
  g_assert_true (raw_client_send (f.client, both->data, both->len));
  wait_for_packets (&f, 1);
  settle ();
  g_assert_cmpuint (get_allocated (), <, before + ND_STRING_MAX / 4);
  fixture_clear (&f);
}

/* What takes long is one packet a turn. */
static void
test_slow_turns (void)
{
  Fixture slow;
  Fixture other;

  fixture_init (&slow, FALSE);
  fixture_init (&other, FALSE);
  slow.takes = 20000;
  other.others = &slow.n_packets;
  send_many (&slow, 10);
  while (slow.n_packets == 0)
    g_main_context_iteration (NULL, FALSE);
  send_many (&other, 1);
  wait_for_packets (&other, 1);
  g_assert_cmpuint (other.turns_others_had, <=, 2);
  wait_for_packets (&slow, 10);
  fixture_clear (&slow);
  fixture_clear (&other);
}

/* Who needs no budget is served before those who share one, whoever came first. */
static void
test_trusted_first (void)
{
  NodedevBudget *budget = nodedev_budget_new (G_MAXSIZE);
  Fixture ordinary;
  Fixture trusted;

  fixture_init_with (&ordinary, FALSE, budget);
  fixture_init (&trusted, FALSE);
  trusted.others = &ordinary.n_packets;
  send_many (&ordinary, 100);
  send_many (&trusted, 1);
  wait_for_packets (&trusted, 1);
  g_assert_cmpuint (trusted.turns_others_had, ==, 0);
  wait_for_packets (&ordinary, 100);
  fixture_clear (&ordinary);
  fixture_clear (&trusted);
  nodedev_budget_free (budget);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nodedev/connection/packets-and-pieces", test_packets_and_pieces);
  g_test_add_func ("/nodedev/connection/longest-packet", test_longest_packet);
  g_test_add_func ("/nodedev/connection/impossible-lengths", test_impossible_lengths);
  g_test_add_func ("/nodedev/connection/mistake-behind-packet", test_mistake_behind_packet);
  g_test_add_func ("/nodedev/connection/other-end-goes", test_other_end_goes);
  g_test_add_func ("/nodedev/connection/client-that-does-not-read", test_client_that_does_not_read);
  g_test_add_func ("/nodedev/connection/events-pile-up", test_events_pile_up);
  g_test_add_func ("/nodedev/connection/calls-under-way", test_calls_under_way);
  g_test_add_func ("/nodedev/connection/many-answers", test_many_answers);
  g_test_add_func ("/nodedev/connection/long-calls-under-way", test_long_calls_under_way);
  g_test_add_func ("/nodedev/connection/long-and-begun", test_long_and_begun);
  g_test_add_func ("/nodedev/connection/budget", test_budget);
  g_test_add_func ("/nodedev/connection/slow-turns", test_slow_turns);
  g_test_add_func ("/nodedev/connection/trusted-first", test_trusted_first);
  return g_test_run ();
}
