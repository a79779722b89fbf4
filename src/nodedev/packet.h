/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "nodedev/protocol.h"

/*
 * Packets of libvirt's wire protocol: bytes to header and payload, and back.
 * Nothing here knows a procedure; nothing here trusts a number it read.
 *
 * Errors are NODEDEV_ERROR with VIR_ERR_RPC.
 */

/*
 * The longest packet we take, in bytes: one XML text of the greatest length
 * with room for what stands around it. libvirt's own limit of 32 MiB is for
 * calls that we do not serve.
 */
#define NODEDEV_PACKET_MAX (ND_STRING_MAX + 64 * 1024)

/* The longest from a client that may only read: such calls carry no XML. */
#define NODEDEV_PACKET_MAX_READONLY (64 * 1024)

/*
 * Reads the length at @bytes, ND_LENGTH_SIZE of them, into @length, which
 * counts itself. Errors: shorter than a header, or longer than @limit.
 */
gboolean nodedev_packet_parse_length (const guint8 *bytes, gsize limit, gsize *length,
                                      GError **error);

/* Reads the header at @bytes, ND_HEADER_SIZE of them, from behind the length. */
void nodedev_packet_parse_header (const guint8 *bytes, nd_header *header);

/*
 * Decodes @length bytes of payload by @filter into @value, which the caller
 * has zeroed and afterwards frees by xdr_free(), on errors too.
 */
gboolean nodedev_packet_parse_payload (const guint8 *bytes, gsize length, xdrproc_t filter,
                                       gpointer value, GError **error);

/*
 * A whole packet. @filter and @value are the payload, @filter NULL for none.
 * NULL with an error when the payload cannot be encoded: a string or a list
 * longer than the protocol allows.
 */
GBytes *nodedev_packet_new (const nd_header *header, xdrproc_t filter, gconstpointer value,
                            GError **error);

/* The same of a @payload that is encoded already. */
GBytes *nodedev_packet_new_raw (const nd_header *header, GBytes *payload);

/* @value as a payload; nothing for a @filter of NULL. It must be one that can be encoded. */
GBytes *nodedev_packet_encode (xdrproc_t filter, gconstpointer value);

/* The answer to @call that says why it failed. Never NULL. */
GBytes *nodedev_packet_new_error (const nd_header *call, const GError *reason);

/* The header of the answer to @call. */
nd_header nodedev_packet_reply_header (const nd_header *call, nd_status status);
