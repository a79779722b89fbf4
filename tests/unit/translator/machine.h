/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest's memory and a host to go with it, for tests of the translator: the
 * guest's pages are somewhere else on the host, scattered, so that no guest
 * address is ever valid on the host nor the other way round.
 */
#pragma once

#include <glib.h>

#include "translator.h"

#define MACHINE_PAGE 4096u

/* Guest addresses stay below this, host data pages above. */
#define MACHINE_HOST_BASE 0x0000700000000000ull

/* Below 2 GiB, as the arena is. */
#define MACHINE_SINK 0x7fe00000ull

typedef struct Machine Machine;

/* Called behind each read of guest memory, to change it meanwhile. */
typedef void (*MachineMeddler) (Machine *machine, guint64 gpa, guint32 len, gpointer data);

struct Machine
{
  GHashTable *pages;       /* guest page address -> Page */
  GHashTable *by_host;     /* host page address -> Page */
  GPtrArray *order;        /* Pages as added */
  GArray *reads;           /* MachineRead, as they came */
  struct ccw_xlat_arena arena;
  guint8 *arena_bytes;
  guint8 sink[MACHINE_PAGE];
  MachineMeddler meddler;
  gpointer meddler_data;
  guint pin_calls;
  guint pinned;            /* pages pinned now */
  int pin_error;           /* what pinning an unpinnable page gives */
};

typedef struct
{
  guint64 gpa;
  guint64 host;
  guint8 bytes[MACHINE_PAGE];
  guint8 initial[MACHINE_PAGE];  /* as machine_snapshot() found it */
  gboolean readable;
  gboolean pinnable;
  gboolean pinned;
} Page;

typedef struct
{
  guint64 gpa;
  guint32 len;
} MachineRead;

Machine *machine_new (guint64 size, guint32 arena_len);
void machine_free (Machine *machine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Machine, machine_free)

void machine_add_page (Machine *machine, guint64 gpa);
Page *machine_page (Machine *machine, guint64 gpa);
void machine_hide (Machine *machine, guint64 gpa);
void machine_forbid_pin (Machine *machine, guint64 gpa);

void machine_store (Machine *machine, guint64 gpa, const void *bytes, gsize len);
void machine_store_ccw (Machine *machine, guint64 gpa, gboolean format1, guint8 command,
                        guint8 flags, guint16 count, guint32 address);
void machine_store_word (Machine *machine, guint64 gpa, guint32 value);
void machine_store_doubleword (Machine *machine, guint64 gpa, guint64 value);
void machine_snapshot (Machine *machine);
gboolean machine_read_overlaps (Machine *machine);

/* The translator's callbacks; ctx is the Machine. */
int machine_read (void *ctx, u64 gpa, void *buf, u32 len);
int machine_pin (void *ctx, u64 gpa, u32 npages, u64 *host);
void machine_unpin (void *ctx, u64 gpa, u32 npages);
