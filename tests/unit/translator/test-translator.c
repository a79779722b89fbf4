// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The translator's interface: what a driver relies on that is not a matter of
 * one channel program or another. Programs are in vectors/.
 */
#include "check.h"

#define CPA 0x1000u
#define CHAIN 0x40
#define SUSPEND 0x02
#define INDIRECT 0x04

typedef struct
{
  Machine *machine;
  guint8 orb[ORB_SIZE];
  struct ccw_xlat x;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->machine = machine_new (0x40000, 65536);
  check_make_orb (fixture->orb, ORB_F | ORB_P | ORB_H | 0x8000, CPA);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  ccw_xlat_unpin (&fixture->x, machine_unpin, fixture->machine);
  g_assert_cmpuint (fixture->machine->pinned, ==, 0);
  machine_free (fixture->machine);
}

static int
fetch (Fixture *fixture)
{
  return ccw_xlat_fetch (&fixture->x, &fixture->machine->arena, fixture->orb, machine_read,
                         fixture->machine);
}

static void
put_ccw (Fixture *fixture, guint32 at, guint8 command, guint8 flags, guint16 count, guint32 address)
{
  machine_store_ccw (fixture->machine, at, TRUE, command, flags, count, address);
}

static guint32
word (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 | bytes[3];
}

static void
build (Fixture *fixture)
{
  g_assert_cmpint (fetch (fixture), ==, 0);
  g_assert_cmpint (ccw_xlat_pin (&fixture->x, machine_pin, fixture->machine), ==, 0);
  g_assert_cmpint (ccw_xlat_build (&fixture->x), ==, 0);
}

static guint8 *
host_ccw (Fixture *fixture, guint index)
{
  return fixture->machine->arena_bytes + (fixture->x.host_cpa - fixture->machine->arena.abs)
         + index * 8;
}

/* --- ORB --- */

static guint32
host_flags (Fixture *fixture, guint32 guest_flags)
{
  guint8 orb[ORB_SIZE];

  check_make_orb (fixture->orb, guest_flags, CPA);
  g_assert_cmpint (fetch (fixture), ==, 0);
  ccw_xlat_host_orb (&fixture->x, orb);
  g_assert_cmphex (word (orb), ==, 0);
  return word (orb + 4);
}

static void
test_orb_whitelist (Fixture *fixture, gconstpointer data)
{
  const guint32 ours = ORB_F | ORB_P | ORB_H;
  const guint32 guests = ORB_S | ORB_Y | ORB_I | ORB_A | ORB_U | ORB_L | 0xff00;

  put_ccw (fixture, CPA, 0x03, 0x20, 1, 0);
  g_assert_cmphex (host_flags (fixture, ORB_F), ==, ours);
  g_assert_cmphex (host_flags (fixture, ORB_F | guests), ==, ours | guests);
  /* Key, C, M, X, and T without a list: nothing for the host. */
  g_assert_cmphex (host_flags (fixture, ORB_F | 0xf0000000u | ORB_C | ORB_M | ORB_X | ORB_T), ==,
                   ours);
}

static void
test_orb_refused (Fixture *fixture, gconstpointer data)
{
  put_ccw (fixture, CPA, 0x03, 0x20, 1, 0);
  for (guint32 bit = 1; bit != 0; bit <<= 1)
    {
      gboolean refused = (bit & (ORB_B | ORB_D | 0x3e)) != 0;

      check_make_orb (fixture->orb, ORB_F | bit, CPA);
      g_assert_cmpint (fetch (fixture), ==, refused ? -EOPNOTSUPP : 0);
    }
}

static void
test_orb_format0_suppresses_length (Fixture *fixture, gconstpointer data)
{
  machine_store_ccw (fixture->machine, CPA, FALSE, 0x03, 0x20, 1, 0);
  g_assert_cmphex (host_flags (fixture, 0) & ORB_L, ==, ORB_L);
}

static void
test_prefetch_is_noted (Fixture *fixture, gconstpointer data)
{
  put_ccw (fixture, CPA, 0x03, 0x20, 1, 0);
  g_assert_cmpint (fetch (fixture), ==, 0);
  g_assert_false (fixture->x.prefetch_forced);
  host_flags (fixture, ORB_F);
  g_assert_true (fixture->x.prefetch_forced);
}

/* --- Arena --- */

static void
test_arena_refused (Fixture *fixture, gconstpointer data)
{
  struct ccw_xlat_arena good = fixture->machine->arena;
  struct ccw_xlat_arena bad[] = { good, good, good, good, good, good, good, good, good };

  put_ccw (fixture, CPA, 0x03, 0x20, 1, 0);
  bad[0].cpu = NULL;
  bad[1].cpu = (guint8 *) good.cpu + 4;
  bad[2].abs += 4;
  bad[3].abs = 0x80000000u - good.len + 8;
  bad[4].len = CCW_XLAT_ARENA_MIN - 8;
  bad[5].len -= 4;
  bad[6].sink += 2048;
  bad[7].sink = 0x80000000u;
  bad[8].abs = 0x80000000u;
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      int ret = ccw_xlat_fetch (&fixture->x, &bad[i], fixture->orb, machine_read, fixture->machine);

      g_assert_cmpint (ret, ==, -ERANGE);
      g_assert_cmpint (fixture->x.error.reason, ==, CCW_XLAT_ARENA);
    }
  good.abs = 0x80000000u - good.len;
  g_assert_cmpint (
      ccw_xlat_fetch (&fixture->x, &good, fixture->orb, machine_read, fixture->machine), ==, 0);
}

/* Every size between too small and enough: never beyond the end, never half done. */
static void
test_arena_every_size (Fixture *fixture, gconstpointer data)
{
  gboolean fits = FALSE;
  g_autofree char *wrong = NULL;

  for (guint32 i = 0; i < 40; i++)
    put_ccw (fixture, CPA + 8 * i, 0x02, CHAIN, 5000, 0x8000 + 5000 * i % 0x20000);
  put_ccw (fixture, CPA + 8 * 40, 0x02, 0, 5000, 0x8000);
  for (guint32 len = CCW_XLAT_ARENA_MIN; !fits; len += 8)
    {
      int ret;

      machine_set_arena (fixture->machine, len, (guint8) len);
      ret = check_translate (fixture->machine, &fixture->x, fixture->orb);
      fits = ret == 0;
      if (!fits)
        g_assert_cmpint (ret, ==, -ENOSPC);
      g_assert_cmpuint (len, <, 16384);
    }
  wrong = check_invariant (fixture->machine, &fixture->x);
  g_assert_cmpstr (wrong, ==, NULL);
}

/* --- Reading --- */

typedef struct
{
  Machine *machine;
  guint reads_of_list;
} Turncoat;

static void
change_list (Machine *machine, guint64 gpa, guint32 len, gpointer data)
{
  Turncoat *turncoat = data;

  if (gpa != 0x2000)
    return;
  turncoat->reads_of_list++;
  machine_store_doubleword (machine, 0x2000, 0x9000);
  machine_store_doubleword (machine, 0x2008, 0xa000);
}

/* The list that was measured must be the list that is used. */
static void
test_idal_changes_after_read (Fixture *fixture, gconstpointer data)
{
  Turncoat turncoat = { fixture->machine, 0 };
  g_autofree char *wrong = NULL;

  put_ccw (fixture, CPA, 0x02, INDIRECT, 4096, 0x2000);
  machine_store_doubleword (fixture->machine, 0x2000, 0x5800);
  machine_store_doubleword (fixture->machine, 0x2008, 0x6000);
  fixture->machine->meddler = change_list;
  fixture->machine->meddler_data = &turncoat;
  g_assert_cmpint (check_translate (fixture->machine, &fixture->x, fixture->orb), ==, 0);
  g_assert_cmpuint (turncoat.reads_of_list, ==, 1);
  g_assert_cmpuint (fixture->x.nr_pages, ==, 2);
  g_assert_cmphex (fixture->x.guest_page[0], ==, 0x5000);
  g_assert_cmphex (fixture->x.guest_page[1], ==, 0x6000);
  wrong = check_invariant (fixture->machine, &fixture->x);
  g_assert_cmpstr (wrong, ==, NULL);
}

/* A first IDAW that changed once read would ask for one more word. */
static void
test_idal_grows_after_read (Fixture *fixture, gconstpointer data)
{
  Turncoat turncoat = { fixture->machine, 0 };

  put_ccw (fixture, CPA, 0x02, INDIRECT, 4096, 0x2000);
  machine_store_doubleword (fixture->machine, 0x2000, 0x5000);
  fixture->machine->meddler = change_list;
  fixture->machine->meddler_data = &turncoat;
  g_assert_cmpint (check_translate (fixture->machine, &fixture->x, fixture->orb), ==, 0);
  g_assert_cmpuint (fixture->x.nr_pages, ==, 1);
  g_assert_cmphex (fixture->x.guest_page[0], ==, 0x5000);
}

/*
 * Lists side by side come with the second: what the guest makes of them later does not
 * count. The last begins with the last word that came and ends behind it.
 */
static void
test_idals_side_by_side (Fixture *fixture, gconstpointer data)
{
  static const guint32 lists[] = { 0x1ff8, 0x2000, 0x2008, 0x2000 + 32 * 8 };
  Turncoat turncoat = { fixture->machine, 0 };

  for (guint32 i = 0; i < 4; i++)
    {
      put_ccw (fixture, CPA + 8 * i, 0x02, i < 3 ? INDIRECT | CHAIN : INDIRECT, 4096, lists[i]);
      machine_store_doubleword (fixture->machine, lists[i], 0x5000 + i * 0x1000);
    }
  machine_store_doubleword (fixture->machine, lists[3], 0x8800);
  machine_store_doubleword (fixture->machine, lists[3] + 8, 0x9000);
  fixture->machine->meddler = change_list;
  fixture->machine->meddler_data = &turncoat;
  g_assert_cmpint (check_translate (fixture->machine, &fixture->x, fixture->orb), ==, 0);
  g_assert_cmpuint (fixture->machine->read_calls, ==, 4);
  g_assert_cmpuint (turncoat.reads_of_list, ==, 1);
  g_assert_cmpuint (fixture->x.nr_pages, ==, 5);
  for (guint i = 0; i < 5; i++)
    g_assert_cmphex (fixture->x.guest_page[i], ==, 0x5000 + i * 0x1000);
}

static void
test_nothing_stays_after_failure (Fixture *fixture, gconstpointer data)
{
  put_ccw (fixture, CPA, 0x02, CHAIN, 4096, 0x8000);
  put_ccw (fixture, CPA + 8, 0x08, 0, 0, 0x10000000);
  g_assert_cmpint (fetch (fixture), ==, -EFAULT);
  g_assert_cmpuint (fixture->x.nr_pages, ==, 0);
  g_assert_false (ccw_xlat_uses (&fixture->x, 0, G_MAXUINT64));
  g_assert_cmphex (ccw_xlat_guest_cpa (&fixture->x, (guint32) fixture->machine->arena.abs + 8), ==,
                   0);
  g_assert_cmpint (ccw_xlat_pin (&fixture->x, machine_pin, fixture->machine), ==, 0);
  g_assert_cmpint (ccw_xlat_build (&fixture->x), ==, 0);
  g_assert_cmpuint (fixture->machine->pin_calls, ==, 0);
}

/* What is read and not reached is no CCW of the host's program. */
static void
test_rest_is_zero (Fixture *fixture, gconstpointer data)
{
  static const guint8 nothing[24 * 8];

  put_ccw (fixture, CPA, 0x03, 0x20, 1, 0);
  for (guint32 i = 1; i < 30; i++)
    put_ccw (fixture, CPA + 8 * i, 0x02, CHAIN, 64, 0x4000);
  build (fixture);
  g_assert_cmpuint (fixture->x.nr_pages, ==, 0);
  g_assert_cmpmem (host_ccw (fixture, 1), sizeof nothing, nothing, sizeof nothing);
}

/* --- Pages --- */

static void
test_pages_sorted_unique (Fixture *fixture, gconstpointer data)
{
  static const guint32 starts[] = { 0x20000, 0x3000, 0x21000, 0x3800, 0x5000, 0x20800, 0x4000 };

  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    put_ccw (fixture, CPA + 8 * i, 0x02, i + 1 < G_N_ELEMENTS (starts) ? CHAIN : 0, 16, starts[i]);
  g_assert_cmpint (fetch (fixture), ==, 0);
  g_assert_cmpuint (fixture->x.nr_pages, ==, 5);
  for (guint i = 1; i < fixture->x.nr_pages; i++)
    g_assert_cmphex (fixture->x.guest_page[i - 1], <, fixture->x.guest_page[i]);
  g_assert_cmpint (ccw_xlat_pin (&fixture->x, machine_pin, fixture->machine), ==, 0);
  g_assert_cmpuint (fixture->machine->pin_calls, ==, 2);
  g_assert_cmpuint (fixture->machine->pinned, ==, 5);
  g_assert_cmpint (ccw_xlat_pin (&fixture->x, machine_pin, fixture->machine), ==, 0);
  g_assert_cmpuint (fixture->machine->pin_calls, ==, 2);
}

/* A run too long for one call is pinned, and given back, in as few as can be. */
static void
test_long_run (Fixture *fixture, gconstpointer data)
{
  const guint pages = 2 * CCW_XLAT_RUN_MAX + 1;

  g_clear_pointer (&fixture->machine, machine_free);
  fixture->machine = machine_new (0x400000, 65536);
  for (guint32 i = 0; i < pages; i++)
    put_ccw (fixture, CPA + 8 * i, 0x02, i + 1 < pages ? CHAIN : 0, 4096, 0x10000 + i * 0x1000);
  build (fixture);
  g_assert_cmpuint (fixture->x.nr_pages, ==, pages);
  g_assert_cmpuint (fixture->machine->pin_calls, ==, 3);
  g_assert_cmpuint (fixture->machine->pinned, ==, pages);
}

static void
test_pin_stops_for_a_signal (Fixture *fixture, gconstpointer data)
{
  put_ccw (fixture, CPA, 0x02, CHAIN, 8192, 0x8000);
  put_ccw (fixture, CPA + 8, 0x02, 0, 16, 0x20000);
  machine_forbid_pin (fixture->machine, 0x9000);
  fixture->machine->pin_error = -EINTR;
  g_assert_cmpint (fetch (fixture), ==, 0);
  g_assert_cmpint (ccw_xlat_pin (&fixture->x, machine_pin, fixture->machine), ==, -EINTR);
  g_assert_cmpuint (fixture->machine->pin_calls, ==, 1);
  g_assert_cmpint (ccw_xlat_build (&fixture->x), ==, -EFAULT);
  g_assert_cmpint (fixture->x.error.reason, ==, CCW_XLAT_PIN);
  g_assert_cmphex (fixture->x.error.guest_ccw, ==, CPA);
}

static void
test_uses (Fixture *fixture, gconstpointer data)
{
  put_ccw (fixture, CPA, 0x02, 0, 8192, 0x8000);
  g_assert_cmpint (fetch (fixture), ==, 0);
  g_assert_true (ccw_xlat_uses (&fixture->x, 0x8000, 1));
  g_assert_true (ccw_xlat_uses (&fixture->x, 0x9fff, 1));
  g_assert_true (ccw_xlat_uses (&fixture->x, 0, 0x8001));
  g_assert_true (ccw_xlat_uses (&fixture->x, 0, G_MAXUINT64));
  g_assert_false (ccw_xlat_uses (&fixture->x, 0, 0x8000));
  g_assert_false (ccw_xlat_uses (&fixture->x, 0xa000, G_MAXUINT64));
  g_assert_false (ccw_xlat_uses (&fixture->x, 0x8000, 0));
}

static void
test_unpin_once (Fixture *fixture, gconstpointer data)
{
  put_ccw (fixture, CPA, 0x02, 0, 8192, 0x8000);
  g_assert_cmpint (check_translate (fixture->machine, &fixture->x, fixture->orb), ==, 0);
  g_assert_cmpuint (fixture->machine->pinned, ==, 2);
  ccw_xlat_unpin (&fixture->x, machine_unpin, fixture->machine);
  ccw_xlat_unpin (&fixture->x, machine_unpin, fixture->machine);
  g_assert_cmpuint (fixture->machine->pinned, ==, 0);
}

/* --- Resume --- */

#define RING 3

static void
put_ring (Fixture *fixture, gboolean format1, guint suspended)
{
  for (guint i = 0; i < RING; i++)
    machine_store_ccw (fixture->machine, CPA + i * 8, format1, 0x02,
                       CHAIN | (i == suspended ? SUSPEND : 0), 64, 0x4000 + i * 0x1000);
  machine_store_ccw (fixture->machine, CPA + RING * 8, format1, 0x08, 0, 0, CPA);
}

static int
refresh (Fixture *fixture)
{
  return ccw_xlat_refresh_suspend (&fixture->x, machine_read, fixture->machine);
}

/* Only the CCW so numbered has the flag; RING: none has. */
static void
assert_suspends_at (Fixture *fixture, guint suspended)
{
  for (guint i = 0; i < RING; i++)
    g_assert_cmphex (host_ccw (fixture, i)[1] & SUSPEND, ==, i == suspended ? SUSPEND : 0);
}

/* Round the ring: the flag goes on for one CCW as it goes off for another. */
static void
suspend_flag_moves (Fixture *fixture, gboolean format1)
{
  guint8 before[RING * 8 + 8];

  if (!format1)
    check_make_orb (fixture->orb, ORB_P | ORB_S | 0x8000, CPA);
  put_ring (fixture, format1, 0);
  build (fixture);
  assert_suspends_at (fixture, 0);
  memcpy (before, host_ccw (fixture, 0), sizeof before);
  for (guint i = 1; i <= RING + 1; i++)
    {
      put_ring (fixture, format1, i % (RING + 1));
      g_assert_cmpint (refresh (fixture), ==, 0);
      assert_suspends_at (fixture, i % (RING + 1));
    }
  g_assert_cmpmem (host_ccw (fixture, 0), sizeof before, before, sizeof before);
}

static void
test_suspend_moves (Fixture *fixture, gconstpointer data)
{
  suspend_flag_moves (fixture, TRUE);
}

static void
test_suspend_moves_format0 (Fixture *fixture, gconstpointer data)
{
  suspend_flag_moves (fixture, FALSE);
}

/* Nothing of the host program changes, not even a flag that could. */
static void
assert_refused (Fixture *fixture, int error, enum ccw_xlat_reason reason, guint32 guest_ccw)
{
  guint8 before[RING * 8];

  memcpy (before, host_ccw (fixture, 0), sizeof before);
  g_assert_cmpint (refresh (fixture), ==, error);
  g_assert_cmpint (fixture->x.error.reason, ==, reason);
  g_assert_cmphex (fixture->x.error.guest_ccw, ==, guest_ccw);
  g_assert_cmpmem (host_ccw (fixture, 0), sizeof before, before, sizeof before);
}

static void
test_suspend_other_changes (Fixture *fixture, gconstpointer data)
{
  const struct
  {
    guint8 command, flags;
    guint16 count;
    guint32 address;
  } changed[] = {
    { 0x01, CHAIN, 64, 0x6000 },
    { 0x02, CHAIN | 0x20, 64, 0x6000 },
    { 0x02, CHAIN, 63, 0x6000 },
    { 0x02, CHAIN, 64, 0x6001 },
  };

  put_ring (fixture, TRUE, 0);
  build (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (changed); i++)
    {
      put_ring (fixture, TRUE, 1);
      put_ccw (fixture, CPA + 16, changed[i].command, changed[i].flags, changed[i].count,
               changed[i].address);
      assert_refused (fixture, -EOPNOTSUPP, CCW_XLAT_CHANGED, CPA + 16);
    }
  put_ring (fixture, TRUE, 1);
  g_assert_cmpint (refresh (fixture), ==, 0);
  assert_suspends_at (fixture, 1);
}

static void
test_suspend_unreadable (Fixture *fixture, gconstpointer data)
{
  put_ring (fixture, TRUE, 0);
  build (fixture);
  machine_hide (fixture->machine, CPA);
  assert_refused (fixture, -EFAULT, CCW_XLAT_READ_CCW, CPA);
}

/* Behind the last CCW but one: only a status modifier leads there. */
static void
test_suspend_speculative (Fixture *fixture, gconstpointer data)
{
  put_ccw (fixture, CPA, 0x02, CHAIN | SUSPEND, 64, 0x4000);
  put_ccw (fixture, CPA + 8, 0x02, 0, 64, 0x5000);
  put_ccw (fixture, CPA + 16, 0x02, 0, 64, 0x6000);
  build (fixture);
  put_ccw (fixture, CPA, 0x02, CHAIN, 64, 0x4000);
  put_ccw (fixture, CPA + 16, 0x02, SUSPEND, 64, 0x6000);
  g_assert_cmpint (refresh (fixture), ==, 0);
  assert_suspends_at (fixture, 2);
  put_ccw (fixture, CPA + 8, 0x02, SUSPEND, 64, 0x5000);
  put_ccw (fixture, CPA + 16, 0xff, 0, 1, 0);
  g_assert_cmpint (refresh (fixture), ==, 0);
  g_assert_cmphex (host_ccw (fixture, 1)[1] & SUSPEND, ==, SUSPEND);
  g_assert_cmphex (host_ccw (fixture, 2)[0], ==, 0x02);
  g_assert_cmphex (host_ccw (fixture, 2)[1] & SUSPEND, ==, SUSPEND);
}

/* --- CCW addresses --- */

static void
test_guest_cpa (Fixture *fixture, gconstpointer data)
{
  guint32 base = (guint32) fixture->machine->arena.abs;
  guint32 first;
  guint8 orb[ORB_SIZE];

  put_ccw (fixture, CPA, 0x02, CHAIN, 16, 0x8000);
  put_ccw (fixture, CPA + 8, 0x08, 0, 0, 0x3000);
  put_ccw (fixture, 0x3000, 0x02, 0, 16, 0x8000);
  g_assert_cmpint (check_translate (fixture->machine, &fixture->x, fixture->orb), ==, 0);
  ccw_xlat_host_orb (&fixture->x, orb);
  first = word (orb + 8);
  g_assert_cmphex (ccw_xlat_guest_cpa (&fixture->x, first), ==, CPA);
  g_assert_cmphex (ccw_xlat_guest_cpa (&fixture->x, first + 8), ==, CPA + 8);
  g_assert_cmphex (ccw_xlat_guest_cpa (&fixture->x, first + 4), ==, 0);
  g_assert_cmphex (ccw_xlat_guest_cpa (&fixture->x, 0), ==, 0);
  g_assert_cmphex (ccw_xlat_guest_cpa (&fixture->x, base - 8), ==, 0);
  g_assert_cmphex (ccw_xlat_guest_cpa (&fixture->x, base + 65536), ==, 0);
  g_assert_cmphex (ccw_xlat_guest_cpa (&fixture->x, G_MAXUINT32 & ~7u), ==, 0);
}

/* TIC targets are absolute addresses, not what the CPU calls the arena. */
static void
test_tic_is_absolute (Fixture *fixture, gconstpointer data)
{
  guint8 orb[ORB_SIZE];
  const guint8 *tic;
  guint32 target;

  put_ccw (fixture, CPA, 0x02, CHAIN, 16, 0x8000);
  put_ccw (fixture, CPA + 8, 0x08, 0, 0, 0x3000);
  put_ccw (fixture, 0x3000, 0x02, 0, 16, 0x8000);
  g_assert_cmpint (check_translate (fixture->machine, &fixture->x, fixture->orb), ==, 0);
  ccw_xlat_host_orb (&fixture->x, orb);
  tic = fixture->machine->arena_bytes + (word (orb + 8) - fixture->machine->arena.abs) + 8;
  target = word (tic + 4);
  g_assert_cmphex (word (tic), ==, 0x08000000);
  g_assert_cmphex (target, >=, fixture->machine->arena.abs);
  g_assert_cmphex (target, <, fixture->machine->arena.abs + fixture->machine->arena.len);
  g_assert_cmphex (ccw_xlat_guest_cpa (&fixture->x, target), ==, 0x3000);
}

/* Many segments, each entered by a TIC: more than any stack would bear. */
static void
test_tic_ladder_without_end (Fixture *fixture, gconstpointer data)
{
  for (guint32 at = 0x3f000; at >= 0x2000; at -= 16)
    {
      put_ccw (fixture, at, 0x03, CHAIN | 0x20, 1, 0);
      put_ccw (fixture, at + 8, 0x08, 0, 0, at - 16);
    }
  check_make_orb (fixture->orb, ORB_F | ORB_P | ORB_H, 0x3f000);
  g_assert_cmpint (fetch (fixture), ==, -ENOSPC);
  g_assert_cmpint (fixture->x.error.reason, ==, CCW_XLAT_SPACE);
}

/* The arena is the only bound: more CCWs than 16 bits count, in one go. */
static void
test_many_ccws (Fixture *fixture, gconstpointer data)
{
  const guint32 ccws = 70000;
  g_autofree char *wrong = NULL;

  g_clear_pointer (&fixture->machine, machine_free);
  fixture->machine = machine_new (0x100000, 4 << 20);
  fixture->machine->arena.abs = 0x40000000;
  for (guint32 i = 0; i < ccws; i++)
    put_ccw (fixture, CPA + 8 * i, 0x03, (i + 1 < ccws ? CHAIN : 0) | 0x20, 1, 0);
  build (fixture);
  g_assert_cmpuint (fixture->x.nr_ccws, ==, ccws);
  wrong = check_invariant (fixture->machine, &fixture->x);
  g_assert_cmpstr (wrong, ==, NULL);
}

static void
test_reason_texts (void)
{
  g_autoptr (GHashTable) texts = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint reason = CCW_XLAT_OK; reason <= CCW_XLAT_CHANGED; reason++)
    g_assert_true (g_hash_table_add (texts, (gpointer) ccw_xlat_reason_text (reason)));
  g_assert_cmpstr (ccw_xlat_reason_text (CCW_XLAT_CHANGED + 1), ==, "unknown reason");
  g_assert_cmpstr (ccw_xlat_reason_text (G_MAXINT), ==, "unknown reason");
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "orb/whitelist", test_orb_whitelist },
    { "orb/refused", test_orb_refused },
    { "orb/format0-suppresses-length", test_orb_format0_suppresses_length },
    { "orb/prefetch-is-noted", test_prefetch_is_noted },
    { "arena/refused", test_arena_refused },
    { "arena/every-size", test_arena_every_size },
    { "read/idal-changes", test_idal_changes_after_read },
    { "read/idal-grows", test_idal_grows_after_read },
    { "read/idals-side-by-side", test_idals_side_by_side },
    { "read/nothing-stays-after-failure", test_nothing_stays_after_failure },
    { "read/rest-is-zero", test_rest_is_zero },
    { "pages/sorted-unique", test_pages_sorted_unique },
    { "pages/long-run", test_long_run },
    { "pages/signal", test_pin_stops_for_a_signal },
    { "pages/uses", test_uses },
    { "pages/unpin-once", test_unpin_once },
    { "resume/suspend-moves", test_suspend_moves },
    { "resume/suspend-moves-format0", test_suspend_moves_format0 },
    { "resume/other-changes", test_suspend_other_changes },
    { "resume/unreadable", test_suspend_unreadable },
    { "resume/speculative", test_suspend_speculative },
    { "cpa/guest", test_guest_cpa },
    { "cpa/tic-is-absolute", test_tic_is_absolute },
    { "cpa/tic-ladder", test_tic_ladder_without_end },
    { "cpa/many-ccws", test_many_ccws },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strconcat ("/translator/", tests[i].name, NULL);

      g_test_add (path, Fixture, NULL, set_up, tests[i].run, tear_down);
    }
  g_test_add_func ("/translator/reason-texts", test_reason_texts);
  return g_test_run ();
}
