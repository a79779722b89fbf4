// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Thousands of random scenarios. The seed is fixed, so that a failure comes back;
 * CCW_XLAT_SEED gives another.
 */
#include "scenario.h"

#include <stdlib.h>

#define SCENARIOS 60000
#define MAX_BYTES 400

static guint32
seed (void)
{
  const char *text = g_getenv ("CCW_XLAT_SEED");

  return text != NULL ? (guint32) strtoul (text, NULL, 0) : 20261122;
}

typedef struct
{
  guint translated;
  guint compared;
  guint cut;
  guint stopped;
  guint resumed;
  guint refused;
  guint not_there;
  guint no_room;
} Tally;

static void
count_result (Tally *tally, const ScenarioResult *result)
{
  tally->translated += result->translated;
  tally->compared += result->compared;
  tally->cut += result->cut;
  tally->stopped += result->stopped;
  tally->resumed += result->resumed;
  tally->refused += result->ret == -EINVAL;
  tally->not_there += result->ret == -EFAULT;
  tally->no_room += result->ret == -ENOSPC;
}

/* A generator that has gone stale would test nothing. */
static void
check_tally (const Tally *tally)
{
  g_test_message ("%u translated (%u with cuts), %u compared (%u stopped), %u resumed, "
                  "%u refused, %u not there, %u without room",
                  tally->translated, tally->cut, tally->compared, tally->stopped, tally->resumed,
                  tally->refused, tally->not_there, tally->no_room);
  g_assert_cmpuint (tally->compared, >, SCENARIOS / 15);
  g_assert_cmpuint (tally->resumed, >, SCENARIOS / 100);
  g_assert_cmpuint (tally->cut, >, SCENARIOS / 50);
  g_assert_cmpuint (tally->stopped, >, SCENARIOS / 2000);
  g_assert_cmpuint (tally->refused, >, SCENARIOS / 20);
  g_assert_cmpuint (tally->not_there, >, SCENARIOS / 100);
  g_assert_cmpuint (tally->no_room, >, SCENARIOS / 1000);
}

typedef struct
{
  GRand *rand;
  guint8 bytes[MAX_BYTES];
  gsize len;
} Writer;

static guint
below (Writer *writer, guint limit)
{
  return (guint) g_rand_int_range (writer->rand, 0, (gint32) limit);
}

static void
put (Writer *writer, guint byte)
{
  if (writer->len < MAX_BYTES)
    writer->bytes[writer->len++] = (guint8) byte;
}

static void
put_op (Writer *writer, guint op, guint argument)
{
  put (writer, op | argument << 4);
}

/* In one of the bases from @first on: lists begin at base 4, data at 5. */
static void
put_address (Writer *writer, guint first, guint n, guint how)
{
  put (writer, (first + below (writer, n)) | how);
  if ((how & 0x30) == ADDRESS_OFFSET)
    put (writer, below (writer, 16));
  if ((how & 0x30) != ADDRESS_PLAIN)
    put (writer, below (writer, how == ADDRESS_SLOT ? 32 : 256));
}

static void
put_ccws (Writer *writer, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      guint flags = below (writer, 40) == 0 ? 0xff : below (writer, 16);
      gboolean has_list = flags == 3 || flags == 4 || flags == 6 || flags == 13 || flags == 14;

      if (below (writer, 8) == 0)
        {
          put_op (writer, OP_TIC, 1);
          put (writer, below (writer, 12) - 4);
          continue;
        }
      put_op (writer, OP_CCW, below (writer, 16));
      put (writer, flags);
      if (flags == 0xff)
        put (writer, below (writer, 256));
      put (writer, below (writer, 30) == 0 ? 0 : below (writer, 256));
      put_address (writer, has_list ? 4 : 5, has_list ? 1 : 2,
                   has_list ? ADDRESS_SLOT : ADDRESS_OFFSET);
    }
}

/* Where most programs would otherwise run into nothing. */
static void
put_last_ccws (Writer *writer)
{
  for (guint i = 0; i < 3; i++)
    {
      put_op (writer, OP_CCW, below (writer, 16));
      put (writer, 7);
      put (writer, 0x40);
      put_address (writer, 5, 2, ADDRESS_OFFSET);
    }
}

static void
put_lists (Writer *writer)
{
  put_op (writer, OP_AT, 0);
  put (writer, 4);
  for (guint i = 0; i < 5; i++)
    {
      guint how = below (writer, 8) == 0 ? ADDRESS_OFFSET : ADDRESS_BLOCK;

      put_op (writer, OP_IDAWS, below (writer, 4) == 0 ? 15 : 7);
      put_address (writer, 5, 2, below (writer, 4) == 0 ? how | ADDRESS_BACKWARD : how);
    }
}

static void
put_noise (Writer *writer)
{
  for (guint n = below (writer, 3) * 8; n > 0; n--)
    put (writer, below (writer, 256));
}

static void
put_header (Writer *writer)
{
  put (writer, below (writer, 256) & ~(below (writer, 16) == 0 ? 0 : SCENARIO_RAW_ORB));
  put (writer, below (writer, 16) | below (writer, 4) << 4);
  put (writer, below (writer, 256));
  put (writer,
       below (writer, 256)
           & ~(below (writer, 4) == 0 ? 0
                                      : SCRIPT_UNPIN_EARLY | SCRIPT_NO_PIN | SCRIPT_UNPIN_BUILT));
  put (writer, below (writer, 256));
  if ((writer->bytes[0] & SCENARIO_RAW_ORB) != 0)
    for (guint i = 0; i < 4; i++)
      put (writer, 1u << below (writer, 16) & 0xff);
  put (writer, 1 + below (writer, 3));
}

static void
make_scenario (Writer *writer)
{
  writer->len = 0;
  put_header (writer);
  put_ccws (writer, 1 + below (writer, 9));
  put_last_ccws (writer);
  for (guint n = below (writer, 5); n > 0; n--)
    {
      guint argument = below (writer, 8);

      put_op (writer, OP_STEP, argument);
      for (guint i = 0; i < 2 && (argument & 4) == 0; i++)
        put (writer, below (writer, 16));
    }
  put_lists (writer);
  put_op (writer, OP_FLIP, below (writer, 4));
  put_noise (writer);
}

static void
test_scenarios (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed ());
  Writer writer = { .rand = rand };
  Tally tally = { 0 };

  for (guint i = 0; i < SCENARIOS; i++)
    {
      ScenarioResult result;

      make_scenario (&writer);
      result = scenario_run (writer.bytes, writer.len);
      count_result (&tally, &result);
    }
  check_tally (&tally);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/translator/random", test_scenarios);
  return g_test_run ();
}
