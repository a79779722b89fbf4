// SPDX-License-Identifier: LGPL-2.1-or-later
#include "machine.h"

#define ARENA_ABSOLUTE 0x7ff00000u

static guint64
page_of (guint64 address)
{
  return address & ~(guint64) (MACHINE_PAGE - 1);
}

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

  machine->pages = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  machine->by_host = g_hash_table_new (g_int64_hash, g_int64_equal);
  machine->order = g_ptr_array_new ();
  machine->reads = g_array_new (FALSE, FALSE, sizeof (MachineRead));
  machine->pin_error = -EFAULT;
  for (guint64 gpa = 0; gpa < size; gpa += MACHINE_PAGE)
    machine_add_page (machine, gpa);

  /* Exactly as long as said, so that the address sanitizer sees its end. */
  machine->arena_bytes = g_malloc (arena_len);
  memset (machine->arena_bytes, 0xa5, arena_len);
  machine->arena = (struct ccw_xlat_arena) {
    .cpu = machine->arena_bytes,
    .abs = ARENA_ABSOLUTE,
    .len = arena_len,
    .sink = MACHINE_SINK,
  };
  return machine;
}

void
machine_free (Machine *machine)
{
  g_hash_table_unref (machine->by_host);
  g_hash_table_unref (machine->pages);
  g_ptr_array_unref (machine->order);
  g_array_unref (machine->reads);
  g_free (machine->arena_bytes);
  g_free (machine);
}

/* Host pages are in another order than the guest's, and never adjacent. */
static guint64
scatter (guint index)
{
  return MACHINE_HOST_BASE + (guint64) ((index * 7919u) % 65521u) * 2 * MACHINE_PAGE;
}

void
machine_add_page (Machine *machine, guint64 gpa)
{
  Page *page = g_new0 (Page, 1);

  page->gpa = page_of (gpa);
  page->host = scatter (machine->order->len);
  page->readable = TRUE;
  page->pinnable = TRUE;
  g_hash_table_insert (machine->pages, &page->gpa, page);
  g_hash_table_insert (machine->by_host, &page->host, page);
  g_ptr_array_add (machine->order, page);
}

/* Returns: (nullable): the page a guest address is in. */
Page *
machine_page (Machine *machine, guint64 gpa)
{
  guint64 key = page_of (gpa);

  return g_hash_table_lookup (machine->pages, &key);
}

/* Makes a page one that the guest does not have: neither readable nor pinnable. */
void
machine_hide (Machine *machine, guint64 gpa)
{
  Page *page = machine_page (machine, gpa);

  page->readable = FALSE;
  page->pinnable = FALSE;
}

void
machine_forbid_pin (Machine *machine, guint64 gpa)
{
  machine_page (machine, gpa)->pinnable = FALSE;
}

void
machine_store (Machine *machine, guint64 gpa, const void *bytes, gsize len)
{
  const guint8 *from = bytes;

  for (gsize i = 0; i < len; i++)
    machine_page (machine, gpa + i)->bytes[(gpa + i) % MACHINE_PAGE] = from[i];
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
machine_store_ccw (Machine *machine, guint64 gpa, gboolean format1, guint8 command,
                   guint8 flags, guint16 count, guint32 address)
{
  if (format1)
    {
      machine_store_word (machine, gpa, (guint32) command << 24 | (guint32) flags << 16 | count);
      machine_store_word (machine, gpa + 4, address);
    }
  else
    {
      machine_store_word (machine, gpa, (guint32) command << 24 | (address & 0xffffff));
      machine_store_word (machine, gpa + 4, (guint32) flags << 24 | count);
    }
}

/* Remembers what memory holds now: the channel model fetches programs from there. */
void
machine_snapshot (Machine *machine)
{
  for (guint i = 0; i < machine->order->len; i++)
    {
      Page *page = g_ptr_array_index (machine->order, i);

      memcpy (page->initial, page->bytes, MACHINE_PAGE);
    }
}

/* Returns: whether any byte of guest memory was read more than once. */
gboolean
machine_read_overlaps (Machine *machine)
{
  for (guint i = 0; i < machine->reads->len; i++)
    for (guint j = 0; j < i; j++)
      {
        MachineRead a = g_array_index (machine->reads, MachineRead, i);
        MachineRead b = g_array_index (machine->reads, MachineRead, j);

        if (a.gpa < b.gpa + b.len && b.gpa < a.gpa + a.len)
          return TRUE;
      }
  return FALSE;
}

int
machine_read (void *ctx, u64 gpa, void *buf, u32 len)
{
  Machine *machine = ctx;
  Page *page = machine_page (machine, gpa);
  MachineRead record = { gpa, len };

  g_assert_cmpuint (len, >, 0);
  g_assert_cmpuint (gpa % MACHINE_PAGE + len, <=, MACHINE_PAGE);
  if (page == NULL || !page->readable)
    {
      /* A reader may have got half way. */
      memset (buf, 0x5a, len / 2);
      return -EFAULT;
    }
  memcpy (buf, page->bytes + gpa % MACHINE_PAGE, len);
  g_array_append_val (machine->reads, record);
  if (machine->meddler != NULL)
    machine->meddler (machine, gpa, len, machine->meddler_data);
  return 0;
}

int
machine_pin (void *ctx, u64 gpa, u32 npages, u64 *host)
{
  Machine *machine = ctx;

  machine->pin_calls++;
  g_assert_cmpuint (gpa % MACHINE_PAGE, ==, 0);
  g_assert_cmpuint (npages, >, 0);
  g_assert_cmpuint (npages, <=, CCW_XLAT_RUN_MAX);
  for (u32 i = 0; i < npages; i++)
    {
      Page *page = machine_page (machine, gpa + (guint64) i * MACHINE_PAGE);

      host[i] = 0xbadbadbadbadbadull;
      if (page == NULL || !page->pinnable)
        return machine->pin_error;
    }
  for (u32 i = 0; i < npages; i++)
    {
      Page *page = machine_page (machine, gpa + (guint64) i * MACHINE_PAGE);

      g_assert_false (page->pinned);
      page->pinned = TRUE;
      machine->pinned++;
      host[i] = page->host;
    }
  return 0;
}

void
machine_unpin (void *ctx, u64 gpa, u32 npages)
{
  Machine *machine = ctx;

  g_assert_cmpuint (npages, >, 0);
  for (u32 i = 0; i < npages; i++)
    {
      Page *page = machine_page (machine, gpa + (guint64) i * MACHINE_PAGE);

      g_assert_nonnull (page);
      g_assert_true (page->pinned);
      page->pinned = FALSE;
      machine->pinned--;
    }
}
