/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stranger.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nodedev/packet.h"

#define CHUNK 65536

struct _Stranger
{
  int fd; /* -1: closed */
  gboolean is_daemon;
  gsize packet_max;
  guint32 serial;
  GByteArray *sent;     /* what of it is not a whole packet yet */
  GByteArray *received; /* the same */
  GArray *owed;         /* nd_header of the calls that are to be answered */
  guint pongs_owed;
  GArray *calls;             /* nd_header of the calls that a daemon got */
  gboolean has_lost_framing; /* may be disconnected from here on */
  gboolean is_disconnected;
};

Stranger *
stranger_new (int fd, gboolean is_daemon)
{
  Stranger *stranger = g_new0 (Stranger, 1);

  fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK);
  stranger->fd = fd;
  stranger->is_daemon = is_daemon;
  stranger->packet_max = NODEDEV_PACKET_MAX;
  stranger->sent = g_byte_array_new ();
  stranger->received = g_byte_array_new ();
  stranger->owed = g_array_new (FALSE, FALSE, sizeof (nd_header));
  stranger->calls = g_array_new (FALSE, FALSE, sizeof (nd_header));
  return stranger;
}

void
stranger_free (Stranger *stranger)
{
  stranger_hang_up (stranger);
  g_byte_array_unref (stranger->sent);
  g_byte_array_unref (stranger->received);
  g_array_unref (stranger->owed);
  g_array_unref (stranger->calls);
  g_free (stranger);
}

void
stranger_set_packet_max (Stranger *stranger, gsize max)
{
  stranger->packet_max = max;
}

void
stranger_hang_up (Stranger *stranger)
{
  if (stranger->fd >= 0)
    close (stranger->fd);
  stranger->fd = -1;
}

/* --- packets -------------------------------------------------------------- */

static guint32
get_number (const guint8 *bytes)
{
  guint32 wire;

  memcpy (&wire, bytes, sizeof wire);
  return GUINT32_FROM_BE (wire);
}

/* Without the product's own reading of it, which is what is tested. */
static nd_header
get_header (const guint8 *packet)
{
  return (nd_header){
    .prog = get_number (packet + 4),
    .vers = get_number (packet + 8),
    .proc = (int) get_number (packet + 12),
    .type = get_number (packet + 16),
    .serial = get_number (packet + 20),
    .status = get_number (packet + 24),
  };
}

/* Length of the packet at the front of @bytes; 0: not all of it is there, 1: it cannot be one. */
static gsize
find_packet (const GByteArray *bytes, gsize max)
{
  gsize length = bytes->len < 4 ? 0 : get_number (bytes->data);

  if (bytes->len < 4)
    return 0;
  if (length < 28 || length > max)
    return 1;
  return length <= bytes->len ? length : 0;
}

/* --- what is sent --------------------------------------------------------- */

static gboolean
is_call (const nd_header *header)
{
  return header->type == ND_TYPE_CALL || header->type == ND_TYPE_CALL_WITH_FDS;
}

static gboolean
is_ping (const nd_header *header)
{
  return header->vers == ND_KEEPALIVE_VERSION && header->type == ND_TYPE_MESSAGE
         && header->proc == ND_KEEPALIVE_PING;
}

/* What the packet that has been sent obliges the daemon to. */
static void
owe (Stranger *stranger, const nd_header *header)
{
  if (header->prog == ND_KEEPALIVE_PROGRAM)
    stranger->pongs_owed += is_ping (header);
  else if (!stranger->is_daemon && is_call (header))
    g_array_append_val (stranger->owed, *header);
}

static void
count_sent (Stranger *stranger)
{
  gsize length;

  while (!stranger->has_lost_framing
         && (length = find_packet (stranger->sent, stranger->packet_max)) != 0)
    {
      stranger->has_lost_framing = length == 1;
      if (length == 1)
        return;
      nd_header header = get_header (stranger->sent->data);

      owe (stranger, &header);
      g_byte_array_remove_range (stranger->sent, 0, (guint) length);
    }
}

/* A few hundred bytes at a time, and we read: what the socket does not take is our fault. */
void
stranger_send_bytes (Stranger *stranger, const guint8 *bytes, gsize length)
{
  gssize sent;

  if (stranger->fd < 0 || stranger->is_disconnected || length == 0)
    return;
  sent = send (stranger->fd, bytes, length, MSG_NOSIGNAL);
  if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
    return;
  g_assert_cmpint (sent, ==, (gssize) length);
  g_byte_array_append (stranger->sent, bytes, (guint) length);
  count_sent (stranger);
}

static void
append_number (GByteArray *packet, guint32 number)
{
  guint32 wire = GUINT32_TO_BE (number);

  g_byte_array_append (packet, (const guint8 *) &wire, sizeof wire);
}

void
stranger_send (Stranger *stranger, const nd_header *header, const guint8 *payload, gsize length)
{
  g_autoptr (GByteArray) packet = g_byte_array_new ();

  append_number (packet, (guint32) (28 + length));
  append_number (packet, header->prog);
  append_number (packet, header->vers);
  append_number (packet, (guint32) header->proc);
  append_number (packet, header->type);
  append_number (packet, header->serial);
  append_number (packet, header->status);
  if (length > 0)
    g_byte_array_append (packet, payload, (guint) length);
  stranger_send_bytes (stranger, packet->data, packet->len);
}

void
stranger_call (Stranger *stranger, int procedure, const guint8 *payload, gsize length)
{
  nd_header header = { ND_PROGRAM,   ND_PROGRAM_VERSION, procedure,
                       ND_TYPE_CALL, ++stranger->serial, ND_STATUS_OK };

  stranger_send (stranger, &header, payload, length);
}

/* --- what comes ----------------------------------------------------------- */

/* Takes the call that @answer is the answer to off what is owed. */
static void
settle_debt (Stranger *stranger, const nd_header *answer)
{
  for (guint i = 0; i < stranger->owed->len; i++)
    {
      const nd_header *call = &g_array_index (stranger->owed, nd_header, i);

      if (call->serial != answer->serial || call->proc != answer->proc || call->prog != answer->prog
          || call->vers != answer->vers)
        continue;
      g_array_remove_index (stranger->owed, i);
      return;
    }
  g_error ("an answer to no call: procedure %d, serial %u", answer->proc, answer->serial);
}

static void
take_keepalive (Stranger *stranger, const nd_header *header)
{
  if (header->proc != ND_KEEPALIVE_PONG)
    return;
  g_assert_cmpuint (stranger->pongs_owed, >, 0);
  stranger->pongs_owed--;
}

static void
take_packet (Stranger *stranger, const nd_header *header)
{
  if (header->prog == ND_KEEPALIVE_PROGRAM)
    take_keepalive (stranger, header);
  else if (stranger->is_daemon)
    {
      g_assert_cmpuint (header->type, ==, ND_TYPE_CALL);
      g_array_append_val (stranger->calls, *header);
    }
  else if (header->type == ND_TYPE_REPLY)
    settle_debt (stranger, header);
  else
    g_assert_true (
        header->type == ND_TYPE_MESSAGE
        && (header->proc == ND_PROC_EVENT_LIFECYCLE || header->proc == ND_PROC_EVENT_UPDATE));
}

static void
take_packets (Stranger *stranger)
{
  gsize length;

  while ((length = find_packet (stranger->received, G_MAXINT32)) != 0)
    {
      nd_header header;

      g_assert_cmpuint (length, >, 1);
      header = get_header (stranger->received->data);
      take_packet (stranger, &header);
      g_byte_array_remove_range (stranger->received, 0, (guint) length);
    }
}

static void
be_disconnected (Stranger *stranger)
{
  if (!stranger->is_daemon && !stranger->has_lost_framing)
    g_error ("a client that did no wrong was disconnected");
  stranger->is_disconnected = TRUE;
}

gboolean
stranger_listen (Stranger *stranger)
{
  static guint8 bytes[CHUNK];
  gssize got;

  if (stranger->fd < 0 || stranger->is_disconnected)
    return FALSE;
  got = recv (stranger->fd, bytes, sizeof bytes, 0);
  if (got < 0 && errno == EAGAIN)
    return FALSE;
  if (got > 0)
    {
      g_byte_array_append (stranger->received, bytes, (guint) got);
      take_packets (stranger);
    }
  else
    be_disconnected (stranger);
  return TRUE;
}

gboolean
stranger_is_answered (const Stranger *stranger)
{
  return stranger->is_disconnected || (stranger->owed->len == 0 && stranger->pongs_owed == 0);
}

/* --- a daemon's calls ----------------------------------------------------- */

gboolean
stranger_peek_call (const Stranger *stranger, guint n, nd_header *call)
{
  if (n >= stranger->calls->len)
    return FALSE;
  *call = g_array_index (stranger->calls, nd_header, n);
  return TRUE;
}

void
stranger_take_call (Stranger *stranger, guint n)
{
  g_array_remove_index (stranger->calls, n);
}
