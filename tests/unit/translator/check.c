// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check.h"

void
check_make_orb (guint8 *orb, guint32 flags, guint32 cpa)
{
  guint32 words[] = { GUINT32_TO_BE (0xcafe0001), GUINT32_TO_BE (flags), GUINT32_TO_BE (cpa) };

  memcpy (orb, words, sizeof words);
}

/**
 * check_translate:
 *
 * Fetches, pins and builds, the way a driver does: after a failure nothing
 * stays pinned.
 *
 * Returns: 0 or -errno of the step that failed.
 */
int
check_translate (Machine *machine, struct ccw_xlat *x, const guint8 *orb)
{
  int ret = ccw_xlat_fetch (x, &machine->arena, orb, machine_read, machine);

  g_assert_cmpuint (machine->pinned, ==, 0);
  if (ret == 0)
    ret = ccw_xlat_pin (x, machine_pin, machine);
  if (ret == 0)
    ret = ccw_xlat_build (x);
  if (ret != 0)
    {
      ccw_xlat_unpin (x, machine_unpin, machine);
      g_assert_cmpuint (machine->pinned, ==, 0);
    }
  return ret;
}

static guint32
word_at (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 | bytes[3];
}

static guint64
doubleword_at (const guint8 *bytes)
{
  return (guint64) word_at (bytes) << 32 | word_at (bytes + 4);
}

/* --- The pages of a program --- */

static guint
runs_of (const struct ccw_xlat *x)
{
  guint runs = 0;
  guint32 length = 0;

  for (u32 i = 0; i < x->nr_pages; i++)
    {
      gboolean goes_on = i > 0 && x->guest_page[i] - x->guest_page[i - 1] == MACHINE_PAGE
                         && length < CCW_XLAT_RUN_MAX;

      length = goes_on ? length + 1 : 1;
      runs += !goes_on;
    }
  return runs;
}

/**
 * check_pages:
 *
 * The pages are in order, each once, and if all are pinned and none failed were
 * so in as few runs as possible.
 *
 * Returns: (transfer full) (nullable): what is wrong, or %NULL.
 */
char *
check_pages (Machine *machine, const struct ccw_xlat *x)
{
  guint pinned = 0;

  for (u32 i = 0; i < x->nr_pages; i++)
    {
      if (x->guest_page[i] % MACHINE_PAGE != 0
          || (i > 0 && x->guest_page[i] <= x->guest_page[i - 1]))
        return g_strdup_printf ("page %u is 0x%" G_GINT64_MODIFIER "x", i, x->guest_page[i]);
      pinned += x->host_page[i] != CCW_XLAT_UNPINNED;
    }
  if (pinned != machine->pinned)
    return g_strdup_printf ("%u pages pinned, %u known of", machine->pinned, pinned);
  if (pinned == x->nr_pages && machine->pin_failures == 0 && machine->pin_calls != runs_of (x))
    return g_strdup_printf ("%u pin calls for %u runs", machine->pin_calls, runs_of (x));
  return NULL;
}

/* --- The invariant: follow the host program wherever a channel could go. --- */

enum
{
  AS_COMMAND,
  AS_FORWARD,
  AS_BACKWARD
};

typedef struct
{
  Machine *machine;
  guint64 block;
  guint8 *seen;   /* for each doubleword of the arena, ways of entering */
  guint32 *to_do; /* doubleword of the arena << 2 | way of entering */
  guint n_to_do;
  char *broken;
} Walk;

/* Returns: (nullable): @len bytes at a host address, if all are in the arena. */
static guint8 *
arena_bytes (const Machine *machine, guint64 address, gsize len)
{
  guint64 offset = address - machine->arena.abs;

  if (address < machine->arena.abs || offset > machine->arena.len
      || len > machine->arena.len - offset)
    return NULL;
  return machine->arena_bytes + offset;
}

static gboolean
data_block_is_ours (Machine *machine, guint64 address)
{
  const Page *page;

  if (address - address % MACHINE_PAGE == machine->arena.sink)
    return TRUE;
  page = machine_host_page (machine, address);
  return page != NULL && page->pinned;
}

static void
walk_broken (Walk *walk, guint64 ccw, const char *what, guint64 value)
{
  if (walk->broken == NULL)
    walk->broken = g_strdup_printf (
        "host CCW 0x%" G_GINT64_MODIFIER "x: %s 0x%" G_GINT64_MODIFIER "x", ccw, what, value);
}

static void
walk_to (Walk *walk, guint64 address, guint how)
{
  guint32 place = (guint32) ((address - walk->machine->arena.abs) / 8);

  if (address % 8 != 0 || arena_bytes (walk->machine, address, 8) == NULL)
    return walk_broken (walk, address, "outside the arena", address);
  if ((walk->seen[place] & 1u << how) != 0)
    return;
  walk->seen[place] |= (guint8) (1u << how);
  walk->to_do[walk->n_to_do++] = place << 2 | how;
}

/* All the data area a count allows, were the device to move it all. */
static void
walk_data (Walk *walk, guint64 at, guint32 list, gint64 count, gboolean backward)
{
  for (guint i = 0; count > 0 || i == 0; i++)
    {
      guint8 *word = arena_bytes (walk->machine, list + i * 8ull, 8);

      if (word == NULL || list % 8 != 0)
        return walk_broken (walk, at, "IDAL outside the arena", list);
      guint64 idaw = doubleword_at (word);
      guint64 offset = idaw % walk->block;

      if (i > 0 && offset != (backward ? walk->block - 1 : 0))
        return; /* the channel stops here: program check */
      if (!data_block_is_ours (walk->machine, idaw))
        return walk_broken (walk, at, "IDAW to a page not ours", idaw);
      count -= (gint64) (backward ? offset + 1 : walk->block - offset);
    }
}

/* Only the sink is below 2 GiB for sure. */
static void
walk_direct (Walk *walk, guint64 at, guint32 address, guint32 count, gboolean backward)
{
  guint64 sink = walk->machine->arena.sink;
  guint32 last = count == 0 ? address : backward ? address - count + 1 : address + count - 1;

  if (address - address % MACHINE_PAGE != sink || last - last % MACHINE_PAGE != sink)
    walk_broken (walk, at, "direct address outside the sink", address);
}

static void
walk_ccw (Walk *walk, guint64 at, guint how)
{
  guint8 *ccw = arena_bytes (walk->machine, at, 8);

  if (ccw[0] == 0x08)
    return walk_to (walk, word_at (ccw + 4), how);
  if (how == AS_COMMAND && ((ccw[0] & 0x0f) == 0 || (ccw[0] & 0x0f) == 8))
    return; /* invalid command: program check */
  guint32 count = (guint32) ccw[2] << 8 | ccw[3];

  /* PoP, "Invalid Count, Format 1": so a zero CCW also ends data chaining. */
  if (count == 0 && (how != AS_COMMAND || (ccw[1] & 0x80) != 0))
    return;
  if (how == AS_COMMAND)
    how = (ccw[0] & 0x0f) == 0x0c ? AS_BACKWARD : AS_FORWARD;
  if ((ccw[1] & 0x01) != 0)
    return walk_broken (walk, at, "MIDA flag", ccw[1]);
  if ((ccw[1] & 0x04) == 0)
    walk_direct (walk, at, word_at (ccw + 4), count, how == AS_BACKWARD);
  else
    walk_data (walk, at, word_at (ccw + 4), count, how == AS_BACKWARD);
  if ((ccw[1] & 0x80) != 0)
    walk_to (walk, at + 8, how);
  else if ((ccw[1] & 0x40) != 0)
    {
      walk_to (walk, at + 8, AS_COMMAND);
      walk_to (walk, at + 16, AS_COMMAND);
    }
}

/* Scratch memory that stays, for the sake of speed, and for check_only_suspends(). */
static guint8 *seen;
static guint32 *to_do;

static void
prepare_walk (Walk *walk)
{
  static gsize capacity;
  gsize places = walk->machine->arena.len / 8;

  if (places > capacity)
    {
      capacity = places;
      seen = g_realloc (seen, places);
      to_do = g_renew (guint32, to_do, 3 * places);
    }
  memset (seen, 0, places);
  walk->seen = seen;
  walk->to_do = to_do;
}

/**
 * check_invariant:
 *
 * Every address a channel could use lies in the arena, the sink or a pinned
 * page, for all of the CCW's count.
 *
 * Returns: (transfer full) (nullable): what is wrong, or %NULL.
 */
char *
check_invariant (Machine *machine, const struct ccw_xlat *x)
{
  guint8 orb[ORB_SIZE];
  Walk walk = { .machine = machine };

  ccw_xlat_host_orb (x, orb);
  if ((word_at (orb + 4) & (ORB_F | ORB_P | ORB_H)) != (ORB_F | ORB_P | ORB_H)
      || (word_at (orb + 4) & (0xf0000000u | ORB_B | ORB_D | ORB_X | 0x3e)) != 0)
    return g_strdup_printf ("ORB flags 0x%08x", word_at (orb + 4));
  walk.block = (word_at (orb + 4) & ORB_T) != 0 ? 2048 : 4096;
  prepare_walk (&walk);
  walk_to (&walk, word_at (orb + 8), AS_COMMAND);
  while (walk.n_to_do > 0 && walk.broken == NULL)
    {
      guint32 next = walk.to_do[--walk.n_to_do];

      walk_ccw (&walk, machine->arena.abs + (next >> 2) * 8ull, next & 3);
    }
  return walk.broken;
}

/**
 * check_only_suspends:
 * @before: the arena when check_invariant() last looked at it
 * @may_change: whether suspend flags may have changed since
 *
 * Returns: (transfer full) (nullable): what else of the program has, or %NULL.
 */
char *
check_only_suspends (Machine *machine, const guint8 *before, gboolean may_change)
{
  for (guint32 i = 0; i < machine->arena.len; i++)
    {
      guint8 flag = may_change && i % 8 == 1 ? 0x02 : 0;

      if (seen[i / 8] != 0 && ((before[i] ^ machine->arena_bytes[i]) & ~flag) != 0)
        return g_strdup_printf ("byte %u of the host program was 0x%02x, is 0x%02x", i, before[i],
                                machine->arena_bytes[i]);
    }
  return NULL;
}

/* --- The same program run twice. --- */

static gboolean
guest_fetch (gpointer ctx, guint64 address, guint8 *to, gsize len)
{
  const Page *page = machine_page (ctx, address);

  if (page == NULL || !page->readable)
    return FALSE;
  if (page->contents == NULL)
    memset (to, 0, len);
  else
    memcpy (to, page->contents->program + address % MACHINE_PAGE, len);
  return TRUE;
}

enum
{
  GUEST,
  HOST
};

static void
set_place (Machine *machine, ChannelPlace *place, guint64 gpa, guint whose)
{
  place->name = gpa;
  place->byte = NULL;
  if (!machine->without_data)
    place->byte = machine_contents (machine, gpa)->data[whose] + gpa % MACHINE_PAGE;
}

static gboolean
guest_find (gpointer ctx, guint64 address, ChannelPlace *place)
{
  const Page *page = machine_page (ctx, address);

  if (page == NULL || !page->pinnable)
    return FALSE;
  set_place (ctx, place, address, GUEST);
  return TRUE;
}

ChannelMemory
check_guest_memory (Machine *machine)
{
  return (ChannelMemory){ machine, guest_fetch, guest_find };
}

/* An address outside is worse than a program check. */
static gboolean
host_fetch (gpointer ctx, guint64 address, guint8 *to, gsize len)
{
  guint8 *bytes = arena_bytes (ctx, address, len);

  g_assert_nonnull (bytes);
  memcpy (to, bytes, len);
  return TRUE;
}

static gboolean
host_find (gpointer ctx, guint64 address, ChannelPlace *place)
{
  const Page *page = machine_host_page (ctx, address);

  g_assert_nonnull (page);
  g_assert_true (page->pinned);
  set_place (ctx, place, page->gpa + address % MACHINE_PAGE, HOST);
  return TRUE;
}

static void
reset_data (Machine *machine)
{
  for (guint i = 0; i < machine->n_contents && !machine->without_data; i++)
    {
      Contents *contents = g_ptr_array_index (machine->contents, i);

      memcpy (contents->data[GUEST], contents->bytes, MACHINE_PAGE);
      memcpy (contents->data[HOST], contents->bytes, MACHINE_PAGE);
    }
}

static char *
compare_data (Machine *machine)
{
  for (guint i = 0; i < machine->n_contents && !machine->without_data; i++)
    {
      Contents *contents = g_ptr_array_index (machine->contents, i);

      if (memcmp (contents->data[GUEST], contents->data[HOST], MACHINE_PAGE) != 0)
        return g_strdup_printf ("memory differs in page 0x%" G_GINT64_MODIFIER "x", contents->gpa);
    }
  return NULL;
}

static gboolean
notes_are_equal (const ChannelNote *a, const ChannelNote *b)
{
  return a->kind == b->kind && a->byte == b->byte && a->len == b->len && a->name == b->name;
}

/* What the host's run moved is how the guest's began. */
static gboolean
note_is_begun (const ChannelNote *guest, const ChannelNote *host)
{
  return guest->kind == host->kind && guest->byte == host->byte && guest->name == host->name
         && guest->len >= host->len;
}

static char *
compare_notes (const ChannelRun *guest, const ChannelRun *host, gboolean stopped)
{
  for (guint i = 0; i < host->n_notes && i < guest->n_notes; i++)
    {
      const ChannelNote *a = &guest->notes[i];
      const ChannelNote *b = &host->notes[i];

      if (!notes_are_equal (a, b) && !(stopped && i + 1 == host->n_notes && note_is_begun (a, b)))
        return g_strdup_printf ("note %u: guest %d 0x%" G_GINT64_MODIFIER
                                "x +%u %02x, host %d 0x%" G_GINT64_MODIFIER "x +%u %02x",
                                i, a->kind, a->name, a->len, a->byte, b->kind, b->name, b->len,
                                b->byte);
    }
  if (host->n_notes > guest->n_notes || (host->n_notes < guest->n_notes && !stopped))
    return g_strdup_printf ("guest has %u notes, host %u", guest->n_notes, host->n_notes);
  return NULL;
}

static char *
compare_ends (const struct ccw_xlat *x, const ChannelRun *guest, const ChannelRun *host)
{
  guint32 cpa = ccw_xlat_guest_cpa (x, host->cpa);

  if (guest->outcome != host->outcome)
    return g_strdup_printf ("guest's run ends with %s, host's with %s",
                            channel_outcome_name (guest->outcome),
                            channel_outcome_name (host->outcome));
  if (guest->outcome == CHANNEL_ENDLESS)
    return NULL;
  if (guest->cpa != cpa)
    return g_strdup_printf ("CCW address is 0x%x for the guest, 0x%x translated", guest->cpa, cpa);
  if (guest->residual != host->residual)
    return g_strdup_printf ("residual count %u, %u", guest->residual, host->residual);
  return NULL;
}

static char *
compare_all (const Comparison *comparison)
{
  char *difference = compare_notes (&comparison->guest, &comparison->host, FALSE);

  if (difference == NULL)
    difference = compare_ends (comparison->x, &comparison->guest, &comparison->host);
  if (difference == NULL)
    difference = compare_data (comparison->machine);
  return difference;
}

/*
 * A program whose speculative CCWs were cut may stop where they were, with a
 * program check, for better reasons or worse: see comparison_may_stop().
 */
static char *
compare (Comparison *comparison)
{
  char *difference = compare_all (comparison);

  comparison->stopped_early = difference != NULL && comparison->x->cut.reason != CCW_XLAT_OK
                              && comparison->host.outcome == CHANNEL_PROGRAM_CHECK;
  if (!comparison->stopped_early)
    return difference;
  g_free (difference);
  return compare_notes (&comparison->guest, &comparison->host, TRUE);
}

/**
 * comparison_start:
 * @comparison: (out caller-allocates): keep it for comparison_resume()
 *
 * Runs the guest's program, and the host's from the same memory.
 *
 * Returns: (transfer full) (nullable): how the runs differ, or %NULL.
 */
char *
comparison_start (Comparison *comparison, Machine *machine, const struct ccw_xlat *x,
                  const guint8 *orb, const ChannelDevice *device)
{
  guint8 host_orb[ORB_SIZE];

  comparison->machine = machine;
  comparison->x = x;
  comparison->device = *device;
  comparison->guest_memory = check_guest_memory (machine);
  comparison->host_memory = (ChannelMemory){ machine, host_fetch, host_find };
  memcpy (comparison->orb, orb, ORB_SIZE);
  ccw_xlat_host_orb (x, host_orb);
  reset_data (machine);
  channel_start (&comparison->guest, orb, &comparison->guest_memory, &comparison->device);
  channel_start (&comparison->host, host_orb, &comparison->host_memory, &comparison->device);
  return compare (comparison);
}

/**
 * comparison_resume:
 * @comparison: whose runs are both suspended
 *
 * Returns: (transfer full) (nullable): how the runs differ, or %NULL.
 */
char *
comparison_resume (Comparison *comparison)
{
  channel_resume (&comparison->guest);
  channel_resume (&comparison->host);
  return compare (comparison);
}

/**
 * comparison_may_stop:
 * @comparison: one that stopped early
 *
 * A speculative CCW may be cut only for what the channel could stop at, too: if
 * the device moves all the CCW at the stop asks for, and nothing is suspended,
 * the guest's own program gives the program check there.
 */
gboolean
comparison_may_stop (Comparison *comparison)
{
  ChannelDevice device = comparison->device;
  guint commands = comparison->host.commands;

  device.never_suspends = TRUE;
  device.n_steps = MIN (device.n_steps, commands - comparison->host.chaining_data);
  channel_start (&comparison->guest, comparison->orb, &comparison->guest_memory, &device);
  return comparison->guest.outcome == CHANNEL_PROGRAM_CHECK
         && comparison->guest.commands <= commands + 1;
}
