// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Thousands of random programs. The seed is fixed, so that a failure comes back;
 * CCW_XLAT_SEED gives another.
 */
#include "random-program.h"

#include <stdlib.h>

#define PROGRAMS 6000

static guint32
seed (void)
{
  const char *text = g_getenv ("CCW_XLAT_SEED");

  return text != NULL ? (guint32) strtoul (text, NULL, 0) : 20261122;
}

typedef struct
{
  guint translated;
  guint refused;
  guint cut;
  guint not_pinned;
} Tally;

static void
count_result (Tally *tally, const struct ccw_xlat *x, int ret)
{
  tally->translated += ret == 0;
  tally->cut += ret == 0 && x->cut.reason != CCW_XLAT_OK;
  tally->refused += ret == -EINVAL || ret == -ENOSPC;
  tally->not_pinned += ret == -EFAULT;
}

/* A generator that has gone stale would test nothing. */
static void
check_tally (const Tally *tally)
{
  g_test_message ("%u translated (%u with cuts), %u refused, %u not there",
                  tally->translated, tally->cut, tally->refused, tally->not_pinned);
  g_assert_cmpuint (tally->translated, >, PROGRAMS / 10);
  g_assert_cmpuint (tally->cut, >, PROGRAMS / 50);
  g_assert_cmpuint (tally->refused, >, PROGRAMS / 10);
  g_assert_cmpuint (tally->not_pinned, >, PROGRAMS / 100);
}

/*
 * Taking over suspend flags changes no others, whatever is in memory meanwhile;
 * and nothing at all where the guest's program is as it was.
 */
static void
refresh (RandomProgram *program, struct ccw_xlat *x, gboolean meddled)
{
  const gsize size = x->nr_slots * 8;
  guint8 *host = program->machine->arena_bytes;
  g_autofree guint8 *before = g_memdup2 (host, size);
  int ret = ccw_xlat_refresh_suspend (x, machine_read, program->machine);

  g_assert_true (ret == 0 || meddled);
  for (gsize i = 0; i < size; i++)
    {
      guint8 may_change = ret == 0 && meddled && i % 8 == 1 ? 0x02 : 0;

      g_assert_cmphex ((before[i] ^ host[i]) & ~may_change, ==, 0);
    }
}

static void
one_program (Source *source, guint number, gboolean meddled, Tally *tally)
{
  RandomProgram program;
  struct ccw_xlat x;
  g_autofree char *wrong = NULL;
  int ret;

  random_program_init (&program, source);
  if (meddled)
    random_program_meddle (&program);
  ret = check_translate (program.machine, &x, program.orb);
  count_result (tally, &x, ret);
  if (ret == 0)
    {
      refresh (&program, &x, meddled);
      wrong = check_invariant (program.machine, &x);
      if (wrong == NULL && !meddled)
        wrong = check_same_run (program.machine, &x, program.orb, program.steps, PROGRAM_STEPS);
      ccw_xlat_unpin (&x, machine_unpin, program.machine);
    }
  if (wrong != NULL)
    g_error ("program %u of seed %u: %s", number, seed (), wrong);
  g_assert_cmpuint (program.machine->pinned, ==, 0);
  random_program_clear (&program);
}

static void
many_programs (gboolean meddled)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed ());
  Source source = { .rand = rand };
  Tally tally = { 0 };

  for (guint i = 0; i < PROGRAMS; i++)
    one_program (&source, i, meddled, &tally);
  check_tally (&tally);
}

static void
test_same_behaviour (void)
{
  many_programs (FALSE);
}

static void
test_changing_memory (void)
{
  many_programs (TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/translator/random/same-behaviour", test_same_behaviour);
  g_test_add_func ("/translator/random/changing-memory", test_changing_memory);
  return g_test_run ();
}
