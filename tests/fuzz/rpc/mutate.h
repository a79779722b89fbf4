/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Changes @packet, a valid one, in one to four ways: bits, bytes, numbers at
 * the borders of their ranges, lengths, pieces cut out, doubled or taken from
 * @other. Mostly the packet's own length still fits, so that what is inside
 * is looked at. The caller frees the result.
 */
GByteArray *rpc_mutate (GRand *random, GBytes *packet, GBytes *other);
