/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dialogue.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arguments.h"
#include "nodedev/packet.h"
#include "nodedev/session.h"
#include "stranger.h"
#include "test-backend.h"

#define UUID "d3b07384-d9a0-4c9b-8f3e-5a1c0de0c0de"
#define PARENT 0x0313

/* What the first byte of the input says. */
#define HAS_UPSTREAM (1u << 0)
#define IS_READONLY (1u << 1)
#define IS_OPEN (1u << 2)      /* the client opens by the book */
#define SHAKES_HANDS (1u << 3) /* so does the daemon behind us */

/* Longer than anything takes that is not stuck, in seconds. */
#define PATIENCE 20

/* Each costs the daemon several files and threads; what one more leads to, two have shown. */
#define NEWS_MAX 2

typedef struct
{
  NodedevSession *session; /* NULL once ended */
  Stranger *client;
  Stranger *upstream; /* NULL while we are not connected to it */
  GSocket *listener;
  NodedevOthers others;
  NodedevBackend backend;
  guint kind;
  guint n_news;
  gboolean has_caught_up; /* the daemon, with all that has been asked of it or has happened */
} Dialogue;

/* One for all dialogues: what one of them leaves behind, the next would trip over. */
static TestBackend *
get_backend (void)
{
  static TestBackend test;

  if (test.root == NULL)
    test_backend_init (&test);
  if (mdev_store_get (test.backend.view.store, UUID, &(CcwDevId){ 0, 0, PARENT }) == NULL)
    test_backend_define (&test, UUID, PARENT);
  return &test;
}

/* --- the daemon behind us ------------------------------------------------- */

static void
listen_for_us (Dialogue *dialogue, const char *root)
{
  g_autofree char *path = g_build_filename (root, "upstream", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);

  unlink (path);
  dialogue->listener
      = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_assert_true (g_socket_bind (dialogue->listener, address, FALSE, NULL));
  g_assert_true (g_socket_listen (dialogue->listener, NULL));
  g_socket_set_blocking (dialogue->listener, FALSE);
  dialogue->others = (NodedevOthers){
    .socket = g_steal_pointer (&path),
    .keepalive = { NODEDEV_KEEPALIVE_INTERVAL, NODEDEV_KEEPALIVE_COUNT },
  };
  dialogue->backend.others = &dialogue->others;
}

static void
hang_up_upstream (Dialogue *dialogue)
{
  g_clear_pointer (&dialogue->upstream, stranger_free);
}

/* A new connection means that ours has ended. */
static void
accept_us (Dialogue *dialogue)
{
  GSocket *socket
      = dialogue->listener == NULL ? NULL : g_socket_accept (dialogue->listener, NULL, NULL);

  if (socket == NULL)
    return;
  hang_up_upstream (dialogue);
  dialogue->upstream = stranger_new (dup (g_socket_get_fd (socket)), TRUE);
  g_object_unref (socket);
}

static void
answer (Stranger *upstream, const nd_header *call, guint status, const GByteArray *payload)
{
  nd_header header = *call;

  header.type = ND_TYPE_REPLY;
  header.status = status;
  stranger_send (upstream, &header, payload->data, payload->len);
}

/* Before it is up: offers no authentication, does keepalive, opens. */
static void
shake_hands (Dialogue *dialogue)
{
  static const guint8 zeros[8] = { 0, 0, 0, 1, 0, 0, 0, 0 };
  nd_header call;

  while (dialogue->upstream != NULL && stranger_peek_call (dialogue->upstream, 0, &call)
         && (call.proc == ND_PROC_AUTH_LIST || call.proc == ND_PROC_CONNECT_OPEN
             || call.proc == ND_PROC_CONNECT_SUPPORTS_FEATURE))
    {
      GByteArray payload = { (guint8 *) zeros, call.proc == ND_PROC_CONNECT_OPEN ? 0 : 8 };

      if (call.proc == ND_PROC_CONNECT_SUPPORTS_FEATURE)
        payload.len = 4;
      stranger_take_call (dialogue->upstream, 0);
      answer (dialogue->upstream, &call, ND_STATUS_OK, &payload);
    }
}

/* --- turns ---------------------------------------------------------------- */

/* Lets our end do what it can now, and the other ends hear of it. */
static gboolean
turn (Dialogue *dialogue)
{
  gboolean happened = g_main_context_iteration (NULL, FALSE);

  happened |= stranger_listen (dialogue->client);
  accept_us (dialogue);
  if (dialogue->upstream != NULL)
    happened |= stranger_listen (dialogue->upstream);
  if ((dialogue->kind & SHAKES_HANDS) != 0)
    shake_hands (dialogue);
  return happened;
}

static void
settle (Dialogue *dialogue)
{
  while (turn (dialogue))
    ;
}

static gboolean
on_impatient (gpointer what)
{
  g_error ("%s", (const char *) what);
  return G_SOURCE_REMOVE;
}

/* What threads do takes some time; whatever comes of it wakes the daemon's main loop. */
static void
wait_until (Dialogue *dialogue, gboolean (*done) (const Dialogue *dialogue), const char *what)
{
  guint patience = 0;

  settle (dialogue);
  if (!done (dialogue))
    patience = g_timeout_add_seconds (PATIENCE, on_impatient, (gpointer) what);
  while (!done (dialogue))
    {
      g_main_context_iteration (NULL, TRUE);
      settle (dialogue);
    }
  if (patience != 0)
    g_source_remove (patience);
}

/* --- steps ---------------------------------------------------------------- */

static void
step_call (Dialogue *dialogue, Input *input)
{
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  int procedure = arguments_pick_procedure (input_take_byte (input));

  arguments_append_call (payload, procedure, input);
  stranger_call (dialogue->client, procedure, payload->data, payload->len);
}

/* A header as the input has it, and what it has behind it. */
static void
send_any_packet (Stranger *stranger, Input *input)
{
  static const guint32 programs[] = { ND_PROGRAM, ND_KEEPALIVE_PROGRAM, 0x20008087 };
  nd_header header = { .prog = programs[input_take_byte (input) % G_N_ELEMENTS (programs)] };
  gsize length;
  const guint8 *payload;

  header.vers = input_take_byte (input);
  header.proc = (int) input_take_number (input);
  header.type = input_take_byte (input);
  header.serial = input_take_byte (input);
  header.status = input_take_byte (input);
  payload = input_take (input, input_take_byte (input), &length);
  stranger_send (stranger, &header, payload, length);
}

static void
send_any_bytes (Stranger *stranger, Input *input)
{
  gsize length;
  const guint8 *bytes = input_take (input, input_take_byte (input), &length);

  stranger_send_bytes (stranger, bytes, length);
}

static void
step_packet (Dialogue *dialogue, Input *input)
{
  send_any_packet (dialogue->client, input);
}

static void
step_bytes (Dialogue *dialogue, Input *input)
{
  send_any_bytes (dialogue->client, input);
}

static void
step_turn (Dialogue *dialogue, Input *input)
{
  settle (dialogue);
}

/* Answers one of the calls that we have made there, by its type or not. */
static void
step_answer (Dialogue *dialogue, Input *input)
{
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  guint choice = input_take_byte (input);
  guint status = input_take_byte (input) % 4;
  nd_header call;
  gsize length;
  const guint8 *bytes;

  settle (dialogue);
  if (dialogue->upstream == NULL || !stranger_peek_call (dialogue->upstream, choice & 15, &call))
    return;
  stranger_take_call (dialogue->upstream, choice & 15);
  if ((choice & 16) == 0)
    arguments_append_answer (payload, call.proc, status, input);
  else
    {
      bytes = input_take (input, input_take_byte (input), &length);
      g_byte_array_append (payload, bytes, (guint) length);
    }
  answer (dialogue->upstream, &call, status, payload);
}

static void
step_event (Dialogue *dialogue, Input *input)
{
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  nd_header header = { ND_PROGRAM, ND_PROGRAM_VERSION, ND_PROC_EVENT_LIFECYCLE, ND_TYPE_MESSAGE };

  header.proc += input_take_byte (input) & 1;
  arguments_append_event (payload, input);
  settle (dialogue);
  if (dialogue->upstream != NULL)
    stranger_send (dialogue->upstream, &header, payload->data, payload->len);
}

static void
step_upstream_packet (Dialogue *dialogue, Input *input)
{
  settle (dialogue);
  if (dialogue->upstream != NULL)
    send_any_packet (dialogue->upstream, input);
}

static void
step_upstream_bytes (Dialogue *dialogue, Input *input)
{
  settle (dialogue);
  if (dialogue->upstream != NULL)
    send_any_bytes (dialogue->upstream, input);
}

static void
step_upstream_end (Dialogue *dialogue, Input *input)
{
  settle (dialogue);
  hang_up_upstream (dialogue);
}

/* A definition comes or goes, so that there is an event. */
static void
step_news (Dialogue *dialogue, Input *input)
{
  MdevStore *store = dialogue->backend.view.store;
  CcwDevId parent = { 0, 0, PARENT };

  if (dialogue->n_news++ >= NEWS_MAX)
    return;
  mdev_store_remove (store, UUID, &parent, NULL);
  get_backend ();
}

static void (*const steps[]) (Dialogue *, Input *) = {
  step_call,           step_call,         step_call,   step_packet, step_bytes,
  step_turn,           step_answer,       step_answer, step_event,  step_upstream_packet,
  step_upstream_bytes, step_upstream_end, step_news,
};

/* --- the whole ------------------------------------------------------------ */

static void
on_ended (NodedevSession *session, gpointer user_data)
{
  ((Dialogue *) user_data)->session = NULL;
}

static void
begin (Dialogue *dialogue, guint kind)
{
  static const guint8 open[] = { 0, 0, 0, 0, 0, 0, 0, 0 };
  TestBackend *test = get_backend ();
  int fds[2];

  *dialogue = (Dialogue){ .backend = test->backend, .kind = kind };
  if ((kind & HAS_UPSTREAM) != 0)
    listen_for_us (dialogue, test->root);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  dialogue->client = stranger_new (fds[1], FALSE);
  if ((kind & IS_READONLY) != 0)
    stranger_set_packet_max (dialogue->client, NODEDEV_PACKET_MAX_READONLY);
  dialogue->session = nodedev_session_new (&dialogue->backend, g_socket_new_from_fd (fds[0], NULL),
                                           (kind & IS_READONLY) != 0, on_ended, dialogue);
  if ((kind & IS_OPEN) != 0)
    stranger_call (dialogue->client, ND_PROC_CONNECT_OPEN, open, sizeof open);
}

static gboolean
is_answered (const Dialogue *dialogue)
{
  return stranger_is_answered (dialogue->client);
}

static gboolean
has_ended (const Dialogue *dialogue)
{
  return dialogue->session == NULL;
}

static gboolean
has_caught_up (const Dialogue *dialogue)
{
  return dialogue->has_caught_up;
}

static void
on_caught_up (const char *name, const GError *error, gpointer user_data)
{
  ((Dialogue *) user_data)->has_caught_up = TRUE;
}

/*
 * What nobody waits for, such as following a definition that came or went, is done before the next
 * dialogue begins, which it would disturb; from many of them it would pile up. Changes of a
 * subchannel are made in their order: one that is refused when its turn comes is the last.
 */
static void
catch_up (Dialogue *dialogue)
{
  CcwDevId parent = { 0, 0, PARENT };
  g_autofree char *name = nodedev_mdev_name (UUID, &parent);

  nodedev_service_destroy (dialogue->backend.service, name, on_caught_up, dialogue);
  wait_until (dialogue, has_caught_up, "what has happened is not done with");
}

/* The daemon behind us goes for good, so that nothing waits for it; then the client. */
static void
end (Dialogue *dialogue)
{
  settle (dialogue);
  if (dialogue->listener != NULL)
    g_socket_close (dialogue->listener, NULL);
  g_clear_object (&dialogue->listener);
  hang_up_upstream (dialogue);
  wait_until (dialogue, is_answered, "a call has not been answered");
  stranger_hang_up (dialogue->client);
  wait_until (dialogue, has_ended, "the client has left, its session has not ended");
  catch_up (dialogue);
  stranger_free (dialogue->client);
  g_free (dialogue->others.socket);
}

void
dialogue_run (const guint8 *data, gsize size)
{
  Input input = { data, size };
  Dialogue dialogue;

  begin (&dialogue, input_take_byte (&input));
  while (input.left > 0)
    steps[input_take_byte (&input) % G_N_ELEMENTS (steps)](&dialogue, &input);
  end (&dialogue);
}
