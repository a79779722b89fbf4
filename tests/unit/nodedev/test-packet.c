/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <string.h>

#include "ccw/error.h"
#include "nodedev/packet.h"
#include "nodedev/rpc-error.h"

static void
assert_length (guint32 wire, gsize limit, gboolean accepted)
{
  guint32 bytes = GUINT32_TO_BE (wire);
  g_autoptr (GError) error = NULL;
  gsize length = 0;

  g_assert_cmpint (nodedev_packet_parse_length ((guint8 *) &bytes, limit, &length, &error), ==,
                   accepted);
  if (accepted)
    g_assert_cmpuint (length, ==, wire);
  else
    g_assert_error (error, NODEDEV_ERROR, VIR_ERR_RPC);
}

static void
test_lengths (void)
{
  assert_length (28, 1000, TRUE);
  assert_length (1000, 1000, TRUE);
  assert_length (27, 1000, FALSE);
  assert_length (0, 1000, FALSE);
  assert_length (1001, 1000, FALSE);
  assert_length (G_MAXUINT32, NODEDEV_PACKET_MAX, FALSE);
}

static const nd_header a_call = { ND_PROGRAM, ND_PROGRAM_VERSION, 113, ND_TYPE_CALL, 77, 0 };

/* Byte for byte what libvirt's format documentation demands. */
static void
test_layout (void)
{
  static const guint8 expected[] = {
    0,    0,    0,    36,   /* length, itself included */
    0x20, 0x00, 0x80, 0x86, /* program */
    0,    0,    0,    1,    /* version */
    0,    0,    0,    113,  /* procedure */
    0,    0,    0,    0,    /* type: call */
    0,    0,    0,    77,   /* serial */
    0,    0,    0,    0,    /* status */
    0,    0,    0,    3,    'c', 's', 's', 0,
  };
  nd_name_args args = { (char *) "css" };
  g_autoptr (GBytes) packet
      = nodedev_packet_new (&a_call, (xdrproc_t) xdr_nd_name_args, &args, NULL);
  gsize length;
  const guint8 *data = g_bytes_get_data (packet, &length);

  g_assert_cmpmem (data, length, expected, sizeof expected);
}

static void
test_header (void)
{
  g_autoptr (GBytes) packet = nodedev_packet_new (&a_call, NULL, NULL, NULL);
  nd_header header;

  g_assert_cmpuint (g_bytes_get_size (packet), ==, ND_LENGTH_SIZE + ND_HEADER_SIZE);
  nodedev_packet_parse_header ((const guint8 *) g_bytes_get_data (packet, NULL) + ND_LENGTH_SIZE,
                               &header);
  g_assert_cmpmem (&header, sizeof header, &a_call, sizeof a_call);
}

static void
test_payload_too_short (void)
{
  static const guint8 bytes[] = { 0, 0, 0, 9, 'c', 's', 's', 0 };
  g_autoptr (GError) error = NULL;
  nd_name_args args = { 0 };

  g_assert_false (nodedev_packet_parse_payload (bytes, sizeof bytes, (xdrproc_t) xdr_nd_name_args,
                                                &args, &error));
  g_assert_error (error, NODEDEV_ERROR, VIR_ERR_RPC);
  xdr_free ((xdrproc_t) xdr_nd_name_args, &args);
}

static void
test_string_too_long (void)
{
  g_autofree char *text = g_strnfill (ND_STRING_MAX + 1, 'x');
  nd_string_ret value = { text };
  g_autoptr (GError) error = NULL;

  g_assert_null (nodedev_packet_new (&a_call, (xdrproc_t) xdr_nd_string_ret, &value, &error));
  g_assert_error (error, NODEDEV_ERROR, VIR_ERR_RPC);
}

static void
parse_error (GBytes *packet, nd_error *error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (packet, &length);
  const gsize start = ND_LENGTH_SIZE + ND_HEADER_SIZE;

  *error = (nd_error){ 0 };
  g_assert_true (nodedev_packet_parse_payload (data + start, length - start,
                                               (xdrproc_t) xdr_nd_error, error, NULL));
}

static void
test_error (void)
{
  g_autoptr (GError) reason
      = g_error_new_literal (CCW_ERROR, CCW_ERROR_IN_USE, "0.0.0001 is in use");
  g_autoptr (GBytes) packet = nodedev_packet_new_error (&a_call, reason);
  nd_header header;
  nd_error error;

  nodedev_packet_parse_header ((const guint8 *) g_bytes_get_data (packet, NULL) + ND_LENGTH_SIZE,
                               &header);
  g_assert_cmpuint (header.type, ==, ND_TYPE_REPLY);
  g_assert_cmpuint (header.status, ==, ND_STATUS_ERROR);
  g_assert_cmpuint (header.serial, ==, 77);
  parse_error (packet, &error);
  g_assert_cmpint (error.code, ==, VIR_ERR_RESOURCE_BUSY);
  g_assert_cmpint (error.domain, ==, VIR_FROM_NODEDEV);
  g_assert_cmpint (error.level, ==, VIR_ERR_ERROR);
  g_assert_cmpstr (*error.message, ==, "resource busy: 0.0.0001 is in use");
  xdr_free ((xdrproc_t) xdr_nd_error, &error);
}

/* What a stranger wrote may come back to him in the text, but not at any length or as no text. */
static void
test_error_with_strange_text (void)
{
  g_autofree char *text = g_strnfill (5 * 1024 * 1024, '\xff');
  g_autoptr (GError) reason = g_error_new_literal (CCW_ERROR, CCW_ERROR_INVALID, text);
  g_autoptr (GBytes) packet = nodedev_packet_new_error (&a_call, reason);
  nd_error error;

  parse_error (packet, &error);
  g_assert_true (g_utf8_validate (*error.message, -1, NULL));
  g_assert_cmpuint (strlen (*error.message), <, 20000);
  xdr_free ((xdrproc_t) xdr_nd_error, &error);
}

static void
test_codes (void)
{
  static const struct
  {
    CcwError ccw;
    int code;
  } expected[] = {
    { CCW_ERROR_INVALID, VIR_ERR_XML_ERROR },
    { CCW_ERROR_NOT_FOUND, VIR_ERR_NO_NODE_DEVICE },
    { CCW_ERROR_EXISTS, VIR_ERR_OPERATION_INVALID },
    { CCW_ERROR_IN_USE, VIR_ERR_RESOURCE_BUSY },
    { CCW_ERROR_STATE, VIR_ERR_OPERATION_INVALID },
    { CCW_ERROR_UNSUPPORTED, VIR_ERR_CONFIG_UNSUPPORTED },
    { CCW_ERROR_SYSTEM, VIR_ERR_OPERATION_FAILED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (CCW_ERROR, (int) expected[i].ccw, "why");

      g_assert_cmpint (nodedev_error_get_code (error), ==, expected[i].code);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nodedev/packet/lengths", test_lengths);
  g_test_add_func ("/nodedev/packet/layout", test_layout);
  g_test_add_func ("/nodedev/packet/header", test_header);
  g_test_add_func ("/nodedev/packet/payload-too-short", test_payload_too_short);
  g_test_add_func ("/nodedev/packet/string-too-long", test_string_too_long);
  g_test_add_func ("/nodedev/packet/error", test_error);
  g_test_add_func ("/nodedev/packet/error-with-strange-text", test_error_with_strange_text);
  g_test_add_func ("/nodedev/packet/codes", test_codes);
  return g_test_run ();
}
