/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest's memory and a host to go with it, for tests of the translator: the
 * guest's pages are somewhere else on the host, scattered, so that no guest
 * address is ever valid on the host nor the other way round.
 *
 * Memory is sparse, and a machine that is reset keeps what it has allocated: a
 * fuzzer makes a hundred thousand machines a second.
 */
#pragma once

#include <glib.h>

#include "translator.h"

#define MACHINE_PAGE 4096u
/* What memory is read in, at the least: one format-1 IDAW. */
#define MACHINE_WORD 4u

/* Guest addresses stay below this, host data pages above. */
#define MACHINE_HOST_BASE 0x0000700000000000ull

/* Below 2 GiB, as the arena is. */
#define MACHINE_SINK 0x7fe00000ull
#define MACHINE_ARENA_ABSOLUTE 0x7ff00000u

typedef struct Machine Machine;

/* Called behind each read of guest memory, to change it meanwhile. */
typedef void (*MachineMeddler) (Machine *machine, guint64 gpa, guint32 len, gpointer data);

/* Part of a page. */
typedef struct
{
  guint32 start;
  guint32 end; /* not below start; both equal: nothing */
} Extent;

/*
 * Those not in use are all zeros; only what was touched has to be made so again,
 * which is what the extents are for.
 */
typedef struct
{
  guint64 gpa;
  Extent touched; /* of bytes and program */
  Extent read;
  guint8 bytes[MACHINE_PAGE];                    /* what memory holds now */
  guint8 program[MACHINE_PAGE];                  /* as it was, or as the translator found it */
  guint8 reads[MACHINE_PAGE / MACHINE_WORD];     /* of each word, up to 255 */
  guint8 explained[MACHINE_PAGE / MACHINE_WORD]; /* for scenario.c: reads there may be */
  guint8 data[2][MACHINE_PAGE];                  /* what the runs of guest and host make of it */
} Contents;

typedef struct
{
  guint64 gpa;
  guint32 generation; /* in use if it is the machine's */
  gboolean readable;
  gboolean pinnable;
  gboolean pinned;
  Contents *contents; /* (nullable): zeros, and never read */
} Page;

#define MACHINE_PAGES 131072u /* that anybody has looked at; a power of two */

struct Machine
{
  guint64 size;              /* plain pages are below; others are made */
  Page pages[MACHINE_PAGES]; /* by a hash of the address */
  guint32 generation;
  Page *last_page; /* looked at; the next is often the same */
  guint n_pages;
  GPtrArray *contents; /* all there are; the first n_contents are in use */
  guint n_contents;
  struct ccw_xlat_arena arena;
  guint8 *arena_bytes;
  gsize arena_capacity;
  MachineMeddler meddler;
  gpointer meddler_data;
  gboolean without_data; /* runs only name the bytes they move */
  guint read_calls;
  guint pin_calls;
  guint pin_failures;
  guint pinned;   /* pages pinned now */
  guint overlaps; /* words read more than once since machine_forget_reads() */
  int pin_error;  /* what pinning an unpinnable page gives */
  guint pin_stop; /* the call that fails with pin_stop_error, from 1 on */
  int pin_stop_error;
};

Machine *machine_new (guint64 size, guint32 arena_len);
void machine_reset (Machine *machine, guint64 size, guint32 arena_len);
void machine_free (Machine *machine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Machine, machine_free)

void machine_add_page (Machine *machine, guint64 gpa);
const Page *machine_page (Machine *machine, guint64 gpa);
const Page *machine_host_page (Machine *machine, guint64 address);
Contents *machine_contents (Machine *machine, guint64 gpa);
void machine_hide (Machine *machine, guint64 gpa);
void machine_forbid_pin (Machine *machine, guint64 gpa);

void machine_store (Machine *machine, guint64 gpa, const void *bytes, gsize len);
void machine_store_ccw (Machine *machine, guint64 gpa, gboolean format1, guint8 command,
                        guint8 flags, guint16 count, guint32 address);
void machine_store_word (Machine *machine, guint64 gpa, guint32 value);
void machine_store_doubleword (Machine *machine, guint64 gpa, guint64 value);
guint machine_reads_of (Machine *machine, guint64 gpa);
void machine_forget_reads (Machine *machine);
void machine_settle (Machine *machine);
void machine_change (Machine *machine, guint64 gpa, const void *bytes, gsize len);
void machine_set_arena (Machine *machine, guint32 len, guint8 garbage);
void machine_check_arena (Machine *machine);

/* The translator's callbacks; ctx is the Machine. */
int machine_read (void *ctx, u64 gpa, void *buf, u32 len);
int machine_pin (void *ctx, u64 gpa, u32 npages, u64 *host);
void machine_unpin (void *ctx, u64 gpa, u32 npages);
