// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Translates channel programs, each once and in the order of its arguments, the way
 * the driver does: from ORB to host ORB, one interruption, and the end of the I/O.
 *
 *   bench-translator FILE...
 *
 * Prints for each: name, CCWs, bytes, pages, reads of guest memory, calls to pin.
 * Instructions are callgrind's to count: all of bench_round_trip() but the calls
 * of machine_read(), machine_pin() and machine_unpin(), which are others' work.
 */
#include "vector.h"

#include <stdlib.h>

/* The driver's, so that the first piece that is read is as long as there. */
#define ARENA_SIZE (256u * 1024)

static guint32
word (const guint8 *bytes)
{
  guint32 value;

  memcpy (&value, bytes, sizeof value);
  return GUINT32_FROM_BE (value);
}

int bench_round_trip (struct ccw_xlat *x, Machine *machine, const guint8 *orb);

/* Returns: 0 or -errno. */
G_GNUC_NO_INLINE int
bench_round_trip (struct ccw_xlat *x, Machine *machine, const guint8 *orb)
{
  guint8 host_orb[CCW_XLAT_ORB_SIZE];
  int ret = ccw_xlat_fetch (x, &machine->arena, orb, machine_read, machine);

  if (ret == 0)
    ret = ccw_xlat_pin (x, machine_pin, machine);
  if (ret == 0)
    ret = ccw_xlat_build (x);
  if (ret == 0)
    {
      ccw_xlat_host_orb (x, host_orb);
      if (ccw_xlat_guest_cpa (x, word (host_orb + 8) + 8) != word (orb + 8) + 8)
        ret = -EIO;
    }
  ccw_xlat_unpin (x, machine_unpin, machine);
  return ret;
}

static void
bench (const char *path)
{
  /* Always in the same place: where things lie counts for memset(). */
  static struct ccw_xlat x;
  g_autofree char *base = g_path_get_basename (path);
  guint8 orb[CCW_XLAT_ORB_SIZE];
  Vector vector;
  int ret;

  vector_read (&vector, path);
  vector_orb (&vector, orb);
  machine_set_arena (vector.machine, ARENA_SIZE, 0);
  ret = bench_round_trip (&x, vector.machine, orb);
  if (ret != 0)
    vector_broken (&vector, "%s: %s", g_strerror (-ret), ccw_xlat_reason_text (x.error.reason));
  g_assert_cmpuint (vector.machine->pinned, ==, 0);
  g_print ("%.*s\t%u\t%u\t%u\t%u\t%u\n", (int) strcspn (base, "."), base, x.nr_ccws, x.nr_bytes,
           x.nr_pages, vector.machine->read_calls, vector.machine->pin_calls);
  vector_clear (&vector);
}

int
main (int argc, char **argv)
{
  if (argc < 2)
    {
      g_printerr ("usage: %s FILE...\n", argv[0]);
      return 2;
    }
  for (int i = 1; i < argc; i++)
    bench (argv[i]);
  return 0;
}
