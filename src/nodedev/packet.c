/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/packet.h"

#include <string.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "nodedev/rpc-error.h"

gboolean
nodedev_packet_parse_length (const guint8 *bytes, gsize limit, gsize *length, GError **error)
{
  guint32 wire;

  memcpy (&wire, bytes, sizeof wire);
  *length = GUINT32_FROM_BE (wire);
  if (*length < ND_LENGTH_SIZE + ND_HEADER_SIZE)
    {
      g_set_error (error, NODEDEV_ERROR, VIR_ERR_RPC,
                   "packet of %" G_GSIZE_FORMAT " bytes is too short for a header", *length);
      return FALSE;
    }
  if (*length > limit)
    {
      g_set_error (error, NODEDEV_ERROR, VIR_ERR_RPC,
                   "packet of %" G_GSIZE_FORMAT " bytes is longer than %" G_GSIZE_FORMAT, *length,
                   limit);
      return FALSE;
    }
  return TRUE;
}

/* XDR's memory streams take a length of 32 bits and a pointer that is not const. */
static void
open_for_reading (XDR *xdr, const guint8 *bytes, gsize length)
{
  xdrmem_create (xdr, (char *) bytes, (guint) length, XDR_DECODE);
}

void
nodedev_packet_parse_header (const guint8 *bytes, nd_header *header)
{
  XDR xdr;

  open_for_reading (&xdr, bytes, ND_HEADER_SIZE);
  /* Six numbers from 24 bytes: there is nothing that could fail. */
  if (!xdr_nd_header (&xdr, header))
    g_assert_not_reached ();
  xdr_destroy (&xdr);
}

gboolean
nodedev_packet_parse_payload (const guint8 *bytes, gsize length, xdrproc_t filter, gpointer value,
                              GError **error)
{
  XDR xdr;
  gboolean decoded;

  open_for_reading (&xdr, bytes, length);
  decoded = filter (&xdr, value);
  xdr_destroy (&xdr);
  if (!decoded)
    g_set_error_literal (error, NODEDEV_ERROR, VIR_ERR_RPC, "Unable to decode message payload");
  return decoded;
}

static gboolean
encode_head (XDR *xdr, gsize size, const nd_header *header)
{
  nd_header copy = *header;
  u_int length = (u_int) size;

  return xdr_u_int (xdr, &length) && xdr_nd_header (xdr, &copy);
}

static gboolean
encode (guint8 *bytes, gsize size, const nd_header *header, xdrproc_t filter, gpointer value)
{
  XDR xdr;
  gboolean encoded;

  xdrmem_create (&xdr, (char *) bytes, (u_int) size, XDR_ENCODE);
  encoded = (header == NULL || encode_head (&xdr, size, header))
            && (filter == NULL || filter (&xdr, value));
  xdr_destroy (&xdr);
  return encoded;
}

GBytes *
nodedev_packet_new (const nd_header *header, xdrproc_t filter, gconstpointer value, GError **error)
{
  gsize payload = filter == NULL ? 0 : xdr_sizeof (filter, (gpointer) value);
  gsize size = ND_LENGTH_SIZE + ND_HEADER_SIZE + payload;
  g_autofree guint8 *bytes = g_malloc (size);

  /* xdr_sizeof() answers 0 when the filter refuses the value. */
  if ((filter != NULL && payload == 0) || !encode (bytes, size, header, filter, (gpointer) value))
    {
      g_set_error_literal (error, NODEDEV_ERROR, VIR_ERR_RPC, "Unable to encode message payload");
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&bytes), size);
}

GBytes *
nodedev_packet_new_raw (const nd_header *header, GBytes *payload)
{
  gsize length;
  gconstpointer data = g_bytes_get_data (payload, &length);
  gsize size = ND_LENGTH_SIZE + ND_HEADER_SIZE + length;
  guint8 *bytes = g_malloc (size);

  if (!encode (bytes, size, header, NULL, NULL))
    g_assert_not_reached ();
  if (length > 0)
    memcpy (bytes + ND_LENGTH_SIZE + ND_HEADER_SIZE, data, length);
  return g_bytes_new_take (bytes, size);
}

GBytes *
nodedev_packet_encode (xdrproc_t filter, gconstpointer value)
{
  gsize size = filter == NULL ? 0 : xdr_sizeof (filter, (gpointer) value);
  guint8 *bytes = g_malloc (size);

  if (!encode (bytes, size, NULL, filter, (gpointer) value))
    g_assert_not_reached ();
  return g_bytes_new_take (bytes, size);
}

nd_header
nodedev_packet_reply_header (const nd_header *call, nd_status status)
{
  nd_header header = *call;

  header.type = ND_TYPE_REPLY;
  header.status = status;
  return header;
}

/* A message holds what a client sent us; cut what would not fit in a packet. */
#define MESSAGE_MAX 4096

static char *
make_message (const GError *reason)
{
  g_autofree char *whole = nodedev_error_get_message (reason);

  if (strlen (whole) > MESSAGE_MAX)
    whole[MESSAGE_MAX] = '\0';
  return g_utf8_make_valid (whole, -1);
}

GBytes *
nodedev_packet_new_error (const nd_header *call, const GError *reason)
{
  nd_header header = nodedev_packet_reply_header (call, ND_STATUS_ERROR);
  g_autofree char *message = make_message (reason);
  nd_error payload = {
    .code = nodedev_error_get_code (reason),
    .domain = nodedev_error_get_domain (reason),
    .message = &message,
    .level = VIR_ERR_ERROR,
    .str1 = &message,
    .int1 = -1,
    .int2 = -1,
  };
  GBytes *packet = nodedev_packet_new (&header, (xdrproc_t) xdr_nd_error, &payload, NULL);

  g_assert (packet != NULL);
  return packet;
}
