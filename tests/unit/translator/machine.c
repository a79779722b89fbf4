// SPDX-License-Identifier: LGPL-2.1-or-later
#include "machine.h"

/* Room on both sides of the arena that nothing may touch. */
#define GUARD 64u
#define GUARD_BYTE 0xd7
#define ARENA_GARBAGE 0xa5

/* Host frame numbers are the guest's, times an odd number, modulo this. */
#define FRAMES (1u << 27)
#define SCATTER 2654435761u
#define GATHER 109784913u

/* There in a program that has the address sanitizer in any of its parts. */
extern void __asan_poison_memory_region (const volatile void *start, size_t len)
    __attribute__ ((weak));
extern void __asan_unpoison_memory_region (const volatile void *start, size_t len)
    __attribute__ ((weak));

static guint64
page_of (guint64 address)
{
  return address & ~(guint64) (MACHINE_PAGE - 1);
}

/* --- The arena: exactly as long as said, so that a step beyond shows. --- */

static guint8 *
guard_behind (const Machine *machine)
{
  return machine->arena_bytes + machine->arena.len;
}

static void
guard_arena (Machine *machine)
{
  memset (machine->arena_bytes - GUARD, GUARD_BYTE, GUARD);
  memset (guard_behind (machine), GUARD_BYTE, GUARD);
  if (__asan_poison_memory_region == NULL)
    return;
  __asan_poison_memory_region (machine->arena_bytes - GUARD, GUARD);
  __asan_poison_memory_region (guard_behind (machine), GUARD);
}

static void
open_arena (Machine *machine)
{
  if (machine->arena_bytes != NULL && __asan_unpoison_memory_region != NULL)
    __asan_unpoison_memory_region (machine->arena_bytes - GUARD, machine->arena.len + 2 * GUARD);
}

/**
 * machine_check_arena:
 *
 * Fails if something was written beside the arena. Where there is an address
 * sanitizer it has already said so.
 */
void
machine_check_arena (Machine *machine)
{
  if (__asan_poison_memory_region != NULL)
    return;
  for (guint i = 0; i < GUARD; i++)
    {
      g_assert_cmphex (machine->arena_bytes[-1 - (int) i], ==, GUARD_BYTE);
      g_assert_cmphex (guard_behind (machine)[i], ==, GUARD_BYTE);
    }
}

/**
 * machine_set_arena:
 * @len: bytes
 * @garbage: what all of it holds, for the translator needs no zeros
 */
void
machine_set_arena (Machine *machine, guint32 len, guint8 garbage)
{
  open_arena (machine);
  if (len > machine->arena_capacity)
    {
      if (machine->arena_bytes != NULL)
        g_free (machine->arena_bytes - GUARD);
      machine->arena_bytes = (guint8 *) g_malloc (len + 2 * GUARD) + GUARD;
      machine->arena_capacity = len;
    }
  machine->arena = (struct ccw_xlat_arena){
    .cpu = machine->arena_bytes,
    .abs = MACHINE_ARENA_ABSOLUTE,
    .len = len,
    .sink = MACHINE_SINK,
  };
  memset (machine->arena_bytes, garbage, len);
  guard_arena (machine);
}

/* --- Pages --- */

static Page *
slot_of (Machine *machine, guint64 gpa)
{
  guint64 frame = gpa / MACHINE_PAGE;
  /* Neighbours stay so, for the sake of the cache. */
  guint32 i = (guint32) (frame + frame / MACHINE_PAGES * 7919) % MACHINE_PAGES;

  while (machine->pages[i].generation == machine->generation && machine->pages[i].gpa != gpa)
    i = (i + 1) % MACHINE_PAGES;
  return &machine->pages[i];
}

static Page *
find_page (Machine *machine, guint64 address, gboolean make)
{
  guint64 gpa = page_of (address);
  Page *page = machine->last_page;

  if (page->gpa == gpa && page->generation == machine->generation)
    return page;
  page = slot_of (machine, gpa);
  machine->last_page = page;
  if (page->generation == machine->generation)
    return page;
  if (!make && gpa >= machine->size)
    return NULL;
  g_assert_cmpuint (gpa / MACHINE_PAGE, <, FRAMES);
  g_assert_cmpuint (++machine->n_pages, <, MACHINE_PAGES / 2);
  *page = (Page){
    .gpa = gpa,
    .generation = machine->generation,
    .readable = TRUE,
    .pinnable = TRUE,
  };
  return page;
}

/* Returns: (nullable): the page a guest address is in. */
const Page *
machine_page (Machine *machine, guint64 gpa)
{
  return find_page (machine, gpa, FALSE);
}

/* A page beyond the end of memory. */
void
machine_add_page (Machine *machine, guint64 gpa)
{
  find_page (machine, gpa, TRUE);
}

static Page *
page_there (Machine *machine, guint64 gpa)
{
  Page *page = find_page (machine, gpa, FALSE);

  g_assert_nonnull (page);
  return page;
}

/* Makes a page one that the guest does not have: neither readable nor pinnable. */
void
machine_hide (Machine *machine, guint64 gpa)
{
  Page *page = page_there (machine, gpa);

  page->readable = FALSE;
  page->pinnable = FALSE;
}

void
machine_forbid_pin (Machine *machine, guint64 gpa)
{
  page_there (machine, gpa)->pinnable = FALSE;
}

static guint64
host_of (const Page *page)
{
  guint64 frame = (guint32) (page->gpa / MACHINE_PAGE) * SCATTER % FRAMES;

  /* Never adjacent, so that running over the end of a page shows. */
  return MACHINE_HOST_BASE + frame * 2 * MACHINE_PAGE;
}

/* Returns: (nullable): the guest's page at a host address. */
const Page *
machine_host_page (Machine *machine, guint64 address)
{
  guint64 frame = (address - MACHINE_HOST_BASE) / (2 * MACHINE_PAGE);

  if (address < MACHINE_HOST_BASE || frame >= FRAMES || (address & MACHINE_PAGE) != 0)
    return NULL;
  return find_page (machine, (guint64) ((guint32) frame * GATHER % FRAMES) * MACHINE_PAGE, FALSE);
}

/* --- What pages hold --- */

static Contents *
fresh_contents (Machine *machine, guint64 gpa)
{
  Contents *contents;

  if (machine->n_contents == machine->contents->len)
    g_ptr_array_add (machine->contents, g_new0 (Contents, 1));
  contents = g_ptr_array_index (machine->contents, machine->n_contents++);
  contents->gpa = gpa;
  return contents;
}

static void
widen (Extent *extent, guint32 start, guint32 end)
{
  if (extent->start == extent->end)
    *extent = (Extent){ start, end };
  extent->start = MIN (extent->start, start);
  extent->end = MAX (extent->end, end);
}

static void
wipe (const Machine *machine, Contents *contents)
{
  const Extent *touched = &contents->touched;
  const Extent *read = &contents->read;

  memset (contents->bytes + touched->start, 0, touched->end - touched->start);
  memset (contents->program + touched->start, 0, touched->end - touched->start);
  memset (contents->reads + read->start, 0, read->end - read->start);
  if (!machine->without_data)
    memset (contents->data, 0, sizeof contents->data);
  contents->touched = (Extent){ 0 };
  contents->read = (Extent){ 0 };
}

static void
wipe_contents (Machine *machine)
{
  for (guint i = 0; i < machine->n_contents; i++)
    wipe (machine, g_ptr_array_index (machine->contents, i));
  machine->n_contents = 0;
}

/* Returns: what a page holds that is there. */
Contents *
machine_contents (Machine *machine, guint64 gpa)
{
  Page *page = page_there (machine, gpa);

  if (page->contents == NULL)
    page->contents = fresh_contents (machine, page->gpa);
  return page->contents;
}

static void
copy_in (Machine *machine, guint64 gpa, const guint8 *from, gsize len, gboolean program)
{
  for (gsize done = 0, piece; done < len; done += piece)
    {
      gsize offset = (gpa + done) % MACHINE_PAGE;
      Contents *contents = machine_contents (machine, gpa + done);

      piece = MIN (len - done, MACHINE_PAGE - offset);
      widen (&contents->touched, (guint32) offset, (guint32) (offset + piece));
      memcpy (contents->bytes + offset, from + done, piece);
      if (program)
        memcpy (contents->program + offset, from + done, piece);
    }
}

void
machine_store (Machine *machine, guint64 gpa, const void *bytes, gsize len)
{
  copy_in (machine, gpa, bytes, len, TRUE);
}

/* As machine_store(), but behind the translator's back where it has read already. */
void
machine_change (Machine *machine, guint64 gpa, const void *bytes, gsize len)
{
  copy_in (machine, gpa, bytes, len, FALSE);
}

void
machine_store_word (Machine *machine, guint64 gpa, guint32 value)
{
  guint32 word = GUINT32_TO_BE (value);

  machine_store (machine, gpa, &word, sizeof word);
}

void
machine_store_doubleword (Machine *machine, guint64 gpa, guint64 value)
{
  guint64 doubleword = GUINT64_TO_BE (value);

  machine_store (machine, gpa, &doubleword, sizeof doubleword);
}

void
machine_store_ccw (Machine *machine, guint64 gpa, gboolean format1, guint8 command, guint8 flags,
                   guint16 count, guint32 address)
{
  guint64 word = (guint64) command << 24;

  if (format1)
    machine_store_doubleword (machine, gpa, (word | (guint64) flags << 16 | count) << 32 | address);
  else
    machine_store_doubleword (machine, gpa,
                              (word | (address & 0xffffff)) << 32 | (guint64) flags << 24 | count);
}

/* --- The machine --- */

/**
 * machine_new:
 * @size: bytes of guest memory from address 0 on, a multiple of 4096
 * @arena_len: bytes of the arena
 *
 * Returns: (transfer full): a machine whose memory is all zeros.
 */
Machine *
machine_new (guint64 size, guint32 arena_len)
{
  Machine *machine = g_new0 (Machine, 1);

  machine->last_page = &machine->pages[0];
  machine->contents = g_ptr_array_new_with_free_func (g_free);
  machine_reset (machine, size, arena_len);
  return machine;
}

/**
 * machine_reset:
 *
 * Makes another machine of @machine, as machine_new() would.
 */
void
machine_reset (Machine *machine, guint64 size, guint32 arena_len)
{
  machine->generation++;
  machine->size = size;
  machine->n_pages = 0;
  wipe_contents (machine);
  machine->meddler = NULL;
  machine->read_calls = 0;
  machine->pin_calls = 0;
  machine->pin_failures = 0;
  machine->pinned = 0;
  machine->overlaps = 0;
  machine->pin_error = -EFAULT;
  machine->pin_stop = 0;
  machine_set_arena (machine, arena_len, ARENA_GARBAGE);
}

void
machine_free (Machine *machine)
{
  open_arena (machine);
  g_free (machine->arena_bytes - GUARD);
  g_ptr_array_unref (machine->contents);
  g_free (machine);
}

/* --- Reading --- */

/* What is read first is the program; a second look would see what has changed. */
static void
note_read (Machine *machine, Contents *contents, guint32 offset, guint32 len)
{
  guint32 end = (offset + len + MACHINE_WORD - 1) / MACHINE_WORD;

  widen (&contents->touched, offset, offset + len);
  widen (&contents->read, offset / MACHINE_WORD, end);
  for (guint32 i = offset / MACHINE_WORD; i < end; i++)
    {
      machine->overlaps += contents->reads[i] != 0;
      if (contents->reads[i] == 0)
        memcpy (contents->program + i * MACHINE_WORD, contents->bytes + i * MACHINE_WORD,
                MACHINE_WORD);
      if (contents->reads[i] < G_MAXUINT8)
        contents->reads[i]++;
    }
}

/* Returns: how often the word at a guest address was read. */
guint
machine_reads_of (Machine *machine, guint64 gpa)
{
  return machine_contents (machine, gpa)->reads[gpa % MACHINE_PAGE / MACHINE_WORD];
}

void
machine_forget_reads (Machine *machine)
{
  for (guint i = 0; i < machine->n_contents; i++)
    {
      Contents *contents = g_ptr_array_index (machine->contents, i);

      memset (contents->reads + contents->read.start, 0, contents->read.end - contents->read.start);
      contents->read = (Extent){ 0 };
    }
  machine->overlaps = 0;
}

/* The guest has changed its mind: what was read is what memory holds. */
void
machine_settle (Machine *machine)
{
  for (guint i = 0; i < machine->n_contents; i++)
    {
      Contents *contents = g_ptr_array_index (machine->contents, i);

      const Extent *touched = &contents->touched;

      memcpy (contents->bytes + touched->start, contents->program + touched->start,
              touched->end - touched->start);
    }
}

int
machine_read (void *ctx, u64 gpa, void *buf, u32 len)
{
  Machine *machine = ctx;
  const Page *page = machine_page (machine, gpa);
  guint32 offset = (guint32) (gpa % MACHINE_PAGE);
  Contents *contents;

  machine->read_calls++;
  g_assert_cmpuint (len, >, 0);
  g_assert_cmpuint (offset + len, <=, MACHINE_PAGE);
  if (page == NULL || !page->readable)
    {
      /* A reader may have got half way. */
      memset (buf, 0x5a, len / 2);
      return -EFAULT;
    }
  contents = machine_contents (machine, gpa);
  memcpy (buf, contents->bytes + offset, len);
  note_read (machine, contents, offset, len);
  if (machine->meddler != NULL)
    machine->meddler (machine, gpa, len, machine->meddler_data);
  return 0;
}

/* --- Pinning --- */

static gboolean
can_pin (Machine *machine, guint64 gpa)
{
  const Page *page = machine_page (machine, gpa);

  return page != NULL && page->pinnable;
}

static void
pin_page (Machine *machine, guint64 gpa, u64 *host)
{
  Page *page = page_there (machine, gpa);

  g_assert_false (page->pinned);
  page->pinned = TRUE;
  machine->pinned++;
  *host = host_of (page);
}

static int
try_pin (Machine *machine, guint64 gpa, guint32 npages, u64 *host)
{
  g_assert_cmpuint (gpa % MACHINE_PAGE, ==, 0);
  g_assert_cmpuint (npages, >, 0);
  g_assert_cmpuint (npages, <=, CCW_XLAT_RUN_MAX);
  if (++machine->pin_calls == machine->pin_stop)
    return machine->pin_stop_error;
  for (u32 i = 0; i < npages; i++)
    {
      host[i] = 0xbadbadbadbadbadull;
      if (!can_pin (machine, gpa + (guint64) i * MACHINE_PAGE))
        return machine->pin_error;
    }
  for (u32 i = 0; i < npages; i++)
    pin_page (machine, gpa + (guint64) i * MACHINE_PAGE, &host[i]);
  return 0;
}

int
machine_pin (void *ctx, u64 gpa, u32 npages, u64 *host)
{
  Machine *machine = ctx;
  int ret = try_pin (machine, gpa, npages, host);

  machine->pin_failures += ret != 0;
  return ret;
}

void
machine_unpin (void *ctx, u64 gpa, u32 npages)
{
  Machine *machine = ctx;

  g_assert_cmpuint (npages, >, 0);
  g_assert_cmpuint (npages, <=, CCW_XLAT_RUN_MAX);
  for (u32 i = 0; i < npages; i++)
    {
      Page *page = page_there (machine, gpa + (guint64) i * MACHINE_PAGE);

      g_assert_true (page->pinned);
      page->pinned = FALSE;
      machine->pinned--;
    }
}
