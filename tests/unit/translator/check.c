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

/* Returns: (nullable): @len bytes at a host address, if all are in the arena. */
static guint8 *
arena_bytes (const Machine *machine, guint64 address, gsize len)
{
  guint64 offset = address - machine->arena.abs;

  if (address < machine->arena.abs || offset > machine->arena.len ||
      len > machine->arena.len - offset)
    return NULL;
  return machine->arena_bytes + offset;
}

static gboolean
data_block_is_ours (Machine *machine, guint64 address)
{
  guint64 host = address & ~(guint64) (MACHINE_PAGE - 1);
  Page *page = g_hash_table_lookup (machine->by_host, &host);

  return host == MACHINE_SINK || (page != NULL && page->pinned);
}

/* --- The invariant: follow the host program wherever a channel could go. --- */

typedef struct
{
  Machine *machine;
  guint64 block;
  GHashTable *seen;    /* address and way of entering, as one number */
  GQueue *todo;
  char *broken;
} Walk;

enum { AS_COMMAND, AS_FORWARD, AS_BACKWARD };

static void
walk_to (Walk *walk, guint64 address, guint how)
{
  gpointer key = GSIZE_TO_POINTER (address << 2 | how);

  if (g_hash_table_add (walk->seen, key))
    g_queue_push_tail (walk->todo, key);
}

static void
walk_broken (Walk *walk, guint64 ccw, const char *what, guint64 value)
{
  if (walk->broken == NULL)
    walk->broken = g_strdup_printf ("host CCW 0x%" G_GINT64_MODIFIER "x: %s 0x%"
                                    G_GINT64_MODIFIER "x", ccw, what, value);
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
      guint64 idaw = (guint64) word_at (word) << 32 | word_at (word + 4);
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
  guint32 last = count == 0 ? address : backward ? address - count + 1 : address + count - 1;

  if (address / MACHINE_PAGE != MACHINE_SINK / MACHINE_PAGE ||
      last / MACHINE_PAGE != MACHINE_SINK / MACHINE_PAGE)
    walk_broken (walk, at, "direct address outside the sink", address);
}

static void
walk_ccw (Walk *walk, guint64 at, guint how)
{
  guint8 *ccw = arena_bytes (walk->machine, at, 8);

  if (ccw == NULL || at % 8 != 0)
    return walk_broken (walk, at, "CCW outside the arena", at);
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
  if ((word_at (orb + 4) & (ORB_F | ORB_P | ORB_H)) != (ORB_F | ORB_P | ORB_H) ||
      (word_at (orb + 4) & (0xf0000000u | ORB_B | ORB_D | ORB_X | 0x3e)) != 0)
    return g_strdup_printf ("ORB flags 0x%08x", word_at (orb + 4));
  walk.block = (word_at (orb + 4) & ORB_T) != 0 ? 2048 : 4096;
  walk.seen = g_hash_table_new (NULL, NULL);
  walk.todo = g_queue_new ();
  walk_to (&walk, word_at (orb + 8), AS_COMMAND);
  while (!g_queue_is_empty (walk.todo))
    {
      gsize key = GPOINTER_TO_SIZE (g_queue_pop_head (walk.todo));

      walk_ccw (&walk, key >> 2, key & 3);
    }
  g_queue_free (walk.todo);
  g_hash_table_unref (walk.seen);
  return walk.broken;
}

/* --- The same program run twice. --- */

static gboolean
guest_fetch (gpointer ctx, guint64 address, guint8 *to, gsize len)
{
  Page *page = machine_page (ctx, address);

  if (page == NULL || !page->readable)
    return FALSE;
  memcpy (to, page->initial + address % MACHINE_PAGE, len);
  return TRUE;
}

static guint8 *
guest_data (gpointer ctx, guint64 address)
{
  Page *page = machine_page (ctx, address);

  return page != NULL && page->pinnable ? page->bytes + address % MACHINE_PAGE : NULL;
}

static guint64
guest_name (gpointer ctx, guint64 address)
{
  return address;
}

static gboolean
host_fetch (gpointer ctx, guint64 address, guint8 *to, gsize len)
{
  guint8 *bytes = arena_bytes (ctx, address, len);

  /* An address outside is worse than a program check. */
  g_assert_nonnull (bytes);
  memcpy (to, bytes, len);
  return TRUE;
}

static Page *
host_page (Machine *machine, guint64 address)
{
  guint64 host = address & ~(guint64) (MACHINE_PAGE - 1);

  return g_hash_table_lookup (machine->by_host, &host);
}

static guint8 *
host_data (gpointer ctx, guint64 address)
{
  Page *page = host_page (ctx, address);

  g_assert_nonnull (page);
  g_assert_true (page->pinned);
  return page->bytes + address % MACHINE_PAGE;
}

static guint64
host_name (gpointer ctx, guint64 address)
{
  return host_page (ctx, address)->gpa + address % MACHINE_PAGE;
}

ChannelResult *
check_run_guest (Machine *machine, const guint8 *orb, const ChannelStep *steps, guint n_steps)
{
  ChannelMemory memory = { machine, guest_fetch, guest_data, guest_name };

  return channel_run (orb, &memory, steps, n_steps);
}

ChannelResult *
check_run_host (Machine *machine, const struct ccw_xlat *x, const ChannelStep *steps,
                guint n_steps)
{
  ChannelMemory memory = { machine, host_fetch, host_data, host_name };
  guint8 orb[ORB_SIZE];

  ccw_xlat_host_orb (x, orb);
  return channel_run (orb, &memory, steps, n_steps);
}

/* The pages as the run left them go to the caller, those before come back. */
static GPtrArray *
take_pages (Machine *machine)
{
  GPtrArray *taken = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < machine->order->len; i++)
    {
      Page *page = g_ptr_array_index (machine->order, i);

      g_ptr_array_add (taken, g_memdup2 (page->bytes, MACHINE_PAGE));
      memcpy (page->bytes, page->initial, MACHINE_PAGE);
    }
  return taken;
}

static char *
compare_pages (Machine *machine, GPtrArray *guest)
{
  for (guint i = 0; i < machine->order->len; i++)
    {
      Page *page = g_ptr_array_index (machine->order, i);

      if (memcmp (page->bytes, g_ptr_array_index (guest, i), MACHINE_PAGE) != 0)
        return g_strdup_printf ("memory differs in page 0x%" G_GINT64_MODIFIER "x", page->gpa);
    }
  return NULL;
}

static char *
compare_notes (GArray *guest, GArray *host, gboolean prefix)
{
  for (guint i = 0; i < host->len && i < guest->len; i++)
    {
      ChannelNote a = g_array_index (guest, ChannelNote, i);
      ChannelNote b = g_array_index (host, ChannelNote, i);

      if (a.kind != b.kind || a.address != b.address || a.byte != b.byte)
        return g_strdup_printf ("note %u: guest %d 0x%" G_GINT64_MODIFIER "x %02x, host %d 0x%"
                                G_GINT64_MODIFIER "x %02x", i, a.kind, a.address, a.byte,
                                b.kind, b.address, b.byte);
    }
  if (host->len > guest->len || (host->len < guest->len && !prefix))
    return g_strdup_printf ("guest has %u notes, host %u", guest->len, host->len);
  return NULL;
}

static char *
compare_ends (const struct ccw_xlat *x, const ChannelResult *guest, const ChannelResult *host)
{
  guint32 cpa = ccw_xlat_guest_cpa (x, host->cpa);

  if (guest->outcome != host->outcome)
    return g_strdup_printf ("guest's run ends with %s, host's with %s",
                            channel_outcome_name (guest->outcome),
                            channel_outcome_name (host->outcome));
  if (guest->interrupted != host->interrupted)
    return g_strdup ("PCI flag got lost or came up");
  if (guest->outcome == CHANNEL_ENDLESS)
    return NULL;
  if (guest->cpa != cpa)
    return g_strdup_printf ("CCW address is 0x%x for the guest, 0x%x translated",
                            guest->cpa, cpa);
  if (guest->residual != host->residual)
    return g_strdup_printf ("residual count %u, %u", guest->residual, host->residual);
  return NULL;
}

/**
 * check_same_run:
 *
 * Runs the guest's program, then the host's from the same memory. A program
 * with speculative CCWs cut may stop earlier, with a program check.
 *
 * Returns: (transfer full) (nullable): how the runs differ, or %NULL.
 */
char *
check_same_run (Machine *machine, const struct ccw_xlat *x, const guint8 *orb,
                const ChannelStep *steps, guint n_steps)
{
  g_autoptr (ChannelResult) guest = check_run_guest (machine, orb, steps, n_steps);
  g_autoptr (GPtrArray) guest_pages = take_pages (machine);
  g_autoptr (ChannelResult) host = check_run_host (machine, x, steps, n_steps);
  gboolean stopped = x->cut.reason != CCW_XLAT_OK && host->outcome == CHANNEL_PROGRAM_CHECK;
  char *difference = compare_notes (guest->notes, host->notes, stopped);

  if (difference == NULL && !stopped)
    difference = compare_ends (x, guest, host);
  if (difference == NULL && !stopped)
    difference = compare_pages (machine, guest_pages);
  return difference;
}
