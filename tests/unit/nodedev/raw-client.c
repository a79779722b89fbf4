/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "raw-client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "nodedev/packet.h"

/* Far from those of packets that tests make themselves. */
#define FIRST_SERIAL 0x40000000

struct _RawClient
{
  int fd;
  guint32 serial;
};

RawClient *
raw_client_new (int fd)
{
  RawClient *client = g_new0 (RawClient, 1);

  client->fd = fd;
  client->serial = FIRST_SERIAL;
  fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK);
  return client;
}

RawClient *
raw_client_connect (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return raw_client_new (fd);
  close (fd);
  return NULL;
}

void
raw_client_free (RawClient *client)
{
  close (client->fd);
  g_free (client);
}

int
raw_client_get_fd (const RawClient *client)
{
  return client->fd;
}

/* Lets the other end go on, and waits a little for @events. */
static void
wait_a_little (RawClient *client, short events)
{
  struct pollfd poll_fd = { .fd = client->fd, .events = events };

  if (!g_main_context_iteration (NULL, FALSE))
    poll (&poll_fd, 1, 2);
}

gssize
raw_client_send_some (RawClient *client, gconstpointer bytes, gsize length)
{
  gssize sent = send (client->fd, bytes, length, MSG_NOSIGNAL);

  return sent < 0 && errno == EAGAIN ? 0 : sent;
}

gboolean
raw_client_send (RawClient *client, gconstpointer bytes, gsize length)
{
  gint64 end = g_get_monotonic_time () + RAW_CLIENT_PATIENCE;
  const char *next = bytes;

  while (length > 0)
    {
      gssize sent = raw_client_send_some (client, next, length);

      if (sent < 0 || g_get_monotonic_time () > end)
        return FALSE;
      next += sent;
      length -= (gsize) sent;
      if (sent == 0)
        wait_a_little (client, POLLOUT);
    }
  return TRUE;
}

static gboolean
receive_all (RawClient *client, guint8 *bytes, gsize length)
{
  gint64 end = g_get_monotonic_time () + RAW_CLIENT_PATIENCE;

  while (length > 0)
    {
      gssize got = recv (client->fd, bytes, length, 0);

      if (got == 0 || (got < 0 && errno != EAGAIN) || g_get_monotonic_time () > end)
        return FALSE;
      if (got < 0)
        wait_a_little (client, POLLIN);
      else
        {
          bytes += got;
          length -= (gsize) got;
        }
    }
  return TRUE;
}

GBytes *
raw_client_receive (RawClient *client, nd_header *header)
{
  guint8 start[RAW_CLIENT_PAYLOAD];
  g_autofree guint8 *packet = NULL;
  gsize length;

  if (!receive_all (client, start, sizeof start))
    return NULL;
  g_assert_true (nodedev_packet_parse_length (start, G_MAXINT32, &length, NULL));
  packet = g_malloc (length);
  memcpy (packet, start, sizeof start);
  if (!receive_all (client, packet + sizeof start, length - sizeof start))
    return NULL;
  nodedev_packet_parse_header (packet + ND_LENGTH_SIZE, header);
  return g_bytes_new_take (g_steal_pointer (&packet), length);
}

gboolean
raw_client_is_closed (RawClient *client)
{
  gint64 end = g_get_monotonic_time () + RAW_CLIENT_PATIENCE;
  char dropped[4096];

  while (g_get_monotonic_time () < end)
    {
      gssize got = recv (client->fd, dropped, sizeof dropped, 0);

      if (got == 0 || (got < 0 && errno != EAGAIN))
        return TRUE;
      wait_a_little (client, POLLIN);
    }
  return FALSE;
}

GBytes *
raw_client_make_call (RawClient *client, int procedure, xdrproc_t filter, gconstpointer args)
{
  nd_header header = {
    .prog = ND_PROGRAM,
    .vers = ND_PROGRAM_VERSION,
    .proc = procedure,
    .type = ND_TYPE_CALL,
    .serial = ++client->serial,
    .status = ND_STATUS_OK,
  };
  GBytes *packet = nodedev_packet_new (&header, filter, args, NULL);

  g_assert_nonnull (packet);
  return packet;
}

GBytes *
raw_client_call (RawClient *client, int procedure, xdrproc_t filter, gconstpointer args,
                 nd_header *answer)
{
  g_autoptr (GBytes) call = raw_client_make_call (client, procedure, filter, args);
  GBytes *packet;

  if (!raw_client_send (client, g_bytes_get_data (call, NULL), g_bytes_get_size (call)))
    return NULL;
  while ((packet = raw_client_receive (client, answer)) != NULL)
    {
      if (answer->type == ND_TYPE_REPLY && answer->serial == client->serial)
        return packet;
      g_bytes_unref (packet);
    }
  return NULL;
}

gboolean
raw_client_open (RawClient *client, guint flags)
{
  char *name = (char *) "nodedev:///system";
  nd_open_args args = { .name = &name, .flags = flags };
  nd_header answer;
  g_autoptr (GBytes) packet = raw_client_call (client, ND_PROC_CONNECT_OPEN,
                                               (xdrproc_t) xdr_nd_open_args, &args, &answer);

  return packet != NULL && answer.status == ND_STATUS_OK;
}

static void
parse_error (GBytes *packet, nd_error *error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (packet, &length);

  *error = (nd_error){ 0 };
  g_assert_true (nodedev_packet_parse_payload (data + RAW_CLIENT_PAYLOAD,
                                               length - RAW_CLIENT_PAYLOAD,
                                               (xdrproc_t) xdr_nd_error, error, NULL));
  g_assert_nonnull (error->message);
}

int
raw_client_get_error (GBytes *packet)
{
  nd_error error;

  parse_error (packet, &error);
  xdr_free ((xdrproc_t) xdr_nd_error, (char *) &error);
  return error.code;
}

char *
raw_client_get_message (GBytes *packet)
{
  nd_error error;
  char *message;

  parse_error (packet, &error);
  message = g_strdup (*error.message);
  xdr_free ((xdrproc_t) xdr_nd_error, (char *) &error);
  return message;
}
