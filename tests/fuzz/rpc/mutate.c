/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mutate.h"

#include <string.h>

/* Grown beyond this, a packet is left as it is. */
#define SIZE_MAX_MUTATED (256 * 1024)

typedef void (*Mutation) (GRand *random, GByteArray *packet, GBytes *other);

static guint
below (GRand *random, guint limit)
{
  return limit == 0 ? 0 : (guint) g_rand_int_range (random, 0, (gint32) limit);
}

static void
flip_bit (GRand *random, GByteArray *packet, GBytes *other)
{
  if (packet->len > 0)
    packet->data[below (random, packet->len)] ^= (guint8) (1u << below (random, 8));
}

static void
set_byte (GRand *random, GByteArray *packet, GBytes *other)
{
  if (packet->len > 0)
    packet->data[below (random, packet->len)] = (guint8) below (random, 256);
}

/* XDR is made of four-byte numbers: one of them becomes one that is easily forgotten. */
static void
set_number (GRand *random, GByteArray *packet, GBytes *other)
{
  static const guint32 numbers[]
      = { 0,          1,          2,          3,          4,          5,          7,
          8,          0xff,       0x100,      0x7fff,     0xffff,     0x10000,    0x10001,
          0x3fffff,   0x400000,   0x400001,   0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff,
          0x20008086, 0x6b656570, 0x20008087, 285,        123,        428,        447 };
  guint32 number = GUINT32_TO_BE (numbers[below (random, G_N_ELEMENTS (numbers))]);

  if (packet->len >= 4)
    memcpy (packet->data + below (random, packet->len / 4) * 4, &number, sizeof number);
}

static void
truncate_packet (GRand *random, GByteArray *packet, GBytes *other)
{
  g_byte_array_set_size (packet, below (random, packet->len + 1));
}

static void
cut_out (GRand *random, GByteArray *packet, GBytes *other)
{
  guint start = below (random, packet->len);

  if (start < packet->len)
    g_byte_array_remove_range (packet, start, below (random, packet->len - start) + 1);
}

static void
insert (GByteArray *packet, guint position, const guint8 *bytes, gsize length)
{
  guint old = packet->len;

  g_byte_array_set_size (packet, old + (guint) length);
  memmove (packet->data + position + length, packet->data + position, old - position);
  memcpy (packet->data + position, bytes, length);
}

static void
repeat_piece (GRand *random, GByteArray *packet, GBytes *other)
{
  guint start = below (random, packet->len);
  guint length = below (random, MIN (packet->len - start, 64) + 1);
  guint times = 1 + below (random, 200);
  g_autofree guint8 *piece = NULL;

  if (length == 0)
    return;
  piece = g_memdup2 (packet->data + start, length);
  while (times-- > 0 && packet->len < SIZE_MAX_MUTATED)
    insert (packet, start, piece, length);
}

static void
splice (GRand *random, GByteArray *packet, GBytes *other)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (other, &size);
  guint start = below (random, (guint) size);
  gsize length = below (random, (guint) size - start) + 1;

  insert (packet, below (random, packet->len + 1), bytes + start, length);
}

static void
insert_noise (GRand *random, GByteArray *packet, GBytes *other)
{
  guint8 noise[32];
  guint length = 1 + below (random, sizeof noise);

  for (guint i = 0; i < length; i++)
    noise[i] = (guint8) below (random, 256);
  insert (packet, below (random, packet->len + 1), noise, length);
}

static const Mutation mutations[]
    = { flip_bit,   flip_bit,        set_byte, set_byte,     set_number, set_number,
        set_number, truncate_packet, cut_out,  repeat_piece, splice,     insert_noise };

static void
fix_length (GByteArray *packet)
{
  guint32 length = GUINT32_TO_BE (packet->len);

  if (packet->len >= sizeof length)
    memcpy (packet->data, &length, sizeof length);
}

GByteArray *
rpc_mutate (GRand *random, GBytes *packet, GBytes *other)
{
  GByteArray *mutated = g_byte_array_new ();
  guint n = 1 + below (random, 4);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (packet, &size);

  g_byte_array_append (mutated, bytes, (guint) size);
  while (n-- > 0)
    mutations[below (random, G_N_ELEMENTS (mutations))](random, mutated, other);
  if (below (random, 10) > 0)
    fix_length (mutated);
  return mutated;
}
