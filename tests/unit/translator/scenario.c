// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_STEPS 24
#define MAX_MEDDLES 8
#define MAX_CCWS 64
#define MAX_FLIPS 8
#define MAX_STORES 800 /* what one input may write, in doublewords */
#define RUN_CCWS 80    /* how far the model follows a program */
#define ROOMY_ARENA (1u << 20)

typedef struct
{
  guint64 gpa;
  guint8 bytes[8];
} Meddle;

typedef struct
{
  const guint8 *bytes;
  gsize len;
  gsize next;

  Machine *machine;
  guint8 orb[ORB_SIZE];
  guint32 orb_flags;
  gboolean meddled;
  guint8 script;
  guint8 noise;
  guint8 garbage;
  guint64 cursor;
  guint stores;
  gboolean pin_stops;
  ChannelStep steps[MAX_STEPS];
  guint n_steps;
  Meddle meddles[MAX_MEDDLES];
  guint n_meddles;
  guint next_meddle;
  guint64 ccws[MAX_CCWS]; /* where OP_CCW put some */
  guint n_ccws;
  guint8 flips[MAX_FLIPS];
  guint n_flips;
  struct ccw_xlat x;
  ScenarioResult result;
} Scenario;

/* By SIGABRT, which every fuzzer takes for a finding. */
static G_GNUC_PRINTF (1, 2) G_NORETURN void fail (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
  abort ();
}

/* --- Telling it in the language of the vectors --- */

static gboolean showing;

static G_GNUC_PRINTF (1, 2) void print (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vprintf (format, args);
  va_end (args);
}

/* A fuzzer has no time even for a call. */
#define show(...)                                                                                  \
  do                                                                                               \
    {                                                                                              \
      if (showing)                                                                                 \
        print (__VA_ARGS__);                                                                       \
    }                                                                                              \
  while (0)

static void
show_flags (guint8 flags)
{
  static const struct
  {
    guint8 flag;
    const char *name;
  } names[] = {
    { 0x80, "cd" },  { 0x40, "cc" },  { 0x20, "sli" }, { 0x10, "skp" },
    { 0x08, "pci" }, { 0x04, "ida" }, { 0x02, "s" },   { 0x01, "mida" },
  };
  const char *between = "";

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if ((flags & names[i].flag) != 0)
      {
        show ("%s%s", between, names[i].name);
        between = "+";
      }
  show (flags == 0 ? "- " : " ");
}

static void
show_orb (guint32 flags, guint64 cpa)
{
  static const struct
  {
    guint32 flag;
    const char *name;
  } names[] = {
    { ORB_S, "S" }, { ORB_C, "C" }, { ORB_M, "M" }, { ORB_Y, "Y" }, { ORB_F, "F" },
    { ORB_P, "P" }, { ORB_I, "I" }, { ORB_A, "A" }, { ORB_U, "U" }, { ORB_B, "B" },
    { ORB_H, "H" }, { ORB_T, "T" }, { ORB_L, "L" }, { ORB_D, "D" }, { ORB_X, "X" },
  };

  show ("orb ");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if ((flags & names[i].flag) != 0)
      show ("%s ", names[i].name);
  show ("0x%x\nat 0x%" G_GINT64_MODIFIER "x\n", (guint32) cpa, cpa);
}

/* --- Reading the input --- */

static gboolean
at_end (const Scenario *s)
{
  return s->next >= s->len;
}

static guint8
take_byte (Scenario *s)
{
  return at_end (s) ? 0 : s->bytes[s->next++];
}

static guint16
take_half (Scenario *s)
{
  guint16 high = take_byte (s);

  return (guint16) (high << 8 | take_byte (s));
}

static guint32
take_word (Scenario *s)
{
  guint32 high = take_half (s);

  return high << 16 | take_half (s);
}

static guint64
take_address (Scenario *s)
{
  const guint64 bases[] = {
    0,
    0x1000,
    0x2000,
    0x3000,
    0x4000,
    0x10000,
    0x20000,
    0x30000,
    s->machine->size - 0x1000,
    s->machine->size - 0x2000,
    0xfff000,
    0x1000000,
    0x7ffff000,
    G_GUINT64_CONSTANT (0x100000000),
    s->cursor,
  };
  guint8 how = take_byte (s);
  guint64 address;

  if ((how & 0x0f) == ADDRESS_EXPLICIT)
    {
      address = (guint64) take_word (s) << 32;
      return address | take_word (s);
    }
  address = bases[how & 0x0f];
  switch (how & 0x30)
    {
    case ADDRESS_SLOT:
      address += 8 * (guint64) take_byte (s);
      break;
    case ADDRESS_OFFSET:
      address += take_half (s);
      break;
    case ADDRESS_BLOCK:
      address += 2048 * (guint64) take_byte (s);
      break;
    }
  return (how & ADDRESS_BACKWARD) != 0 ? address - 1 : address;
}

/* --- Statements --- */

static gboolean
format1 (const Scenario *s)
{
  return (s->orb_flags & ORB_F) != 0;
}

/* Only where there is memory, and not without end. */
static gboolean
may_store (Scenario *s, guint64 gpa)
{
  if (s->stores >= MAX_STORES || gpa > G_MAXUINT64 - 8 || machine_page (s->machine, gpa) == NULL
      || machine_page (s->machine, gpa + 7) == NULL)
    return FALSE;
  s->stores++;
  return TRUE;
}

static void
put_doubleword (Scenario *s, const guint8 *bytes)
{
  show ("# raw %02x%02x%02x%02x %02x%02x%02x%02x\n", bytes[0], bytes[1], bytes[2], bytes[3],
        bytes[4], bytes[5], bytes[6], bytes[7]);
  if (may_store (s, s->cursor))
    machine_store (s->machine, s->cursor, bytes, 8);
  s->cursor += 8;
}

static void
put_ccw (Scenario *s, guint8 code, guint8 flags, guint16 count, guint64 address)
{
  show ("ccw 0x%02x ", code);
  show_flags (flags);
  show ("%u 0x%x\n", count, (guint32) address);
  if (s->n_ccws < MAX_CCWS && s->cursor % 8 == 0)
    s->ccws[s->n_ccws++] = s->cursor;
  if (may_store (s, s->cursor))
    machine_store_ccw (s->machine, s->cursor, format1 (s), code, flags, count, (guint32) address);
  s->cursor += 8;
}

static guint8
take_flags (Scenario *s)
{
  static const guint8 usual[] = {
    0x60, 0x40, 0x60, 0x64, 0x44, 0x80, 0x84, 0x20, 0x00, 0x50, 0x70, 0x68, 0xa0, 0xa4, 0x24, 0x90,
  };
  guint8 byte = take_byte (s);

  return byte < 0xe0 ? usual[byte % G_N_ELEMENTS (usual)] : take_byte (s);
}

static guint16
take_count (Scenario *s)
{
  guint8 byte = take_byte (s);
  guint16 number = byte >> 2;

  switch (byte & 3)
    {
    case 0:
      return number;
    case 1:
      return (guint16) (number % 32 * 2048 + number / 32);
    case 2:
      return take_half (s);
    default:
      return (guint16) (1 + number * 64);
    }
}

static void
do_ccw (Scenario *s, guint8 code)
{
  guint8 flags = take_flags (s);
  guint16 count = take_count (s);

  put_ccw (s, code, flags, count, take_address (s));
}

static guint8
usual_code (guint argument)
{
  static const guint8 usual[] = {
    0x01, 0x02, 0x03, 0x04, 0x07, 0x0c, 0x31, 0xe4, 0x86, 0x0c, 0x1f, 0x06, 0x03, 0x02, 0x29, 0x9c,
  };

  return usual[argument];
}

static void
do_raw (Scenario *s)
{
  guint8 bytes[8];

  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = take_byte (s);
  put_doubleword (s, bytes);
}

static void
put_tic (Scenario *s, guint64 target)
{
  show ("tic 0x%x\n", (guint32) target);
  if (may_store (s, s->cursor))
    machine_store_ccw (s->machine, s->cursor, format1 (s), 0x08, 0, 0, (guint32) target);
  s->cursor += 8;
}

static void
do_tic (Scenario *s, guint argument)
{
  if ((argument & 1) != 0)
    put_tic (s, s->cursor + (guint64) (8 * (gint64) (gint8) take_byte (s)));
  else
    put_tic (s, take_address (s));
}

static void
put_idaw (Scenario *s, guint64 idaw)
{
  gboolean format2 = (s->orb_flags & ORB_H) != 0;

  show ("idaw 0x%" G_GINT64_MODIFIER "x\n", idaw);
  if (may_store (s, s->cursor))
    {
      if (format2)
        machine_store_doubleword (s->machine, s->cursor, idaw);
      else
        machine_store_word (s->machine, s->cursor, (guint32) idaw);
    }
  s->cursor += format2 ? 8 : 4;
}

/* Each in the block behind the one before, or in the one before that. */
static void
do_idaws (Scenario *s, guint argument)
{
  guint64 block = (s->orb_flags & (ORB_H | ORB_T)) == ORB_H ? 4096 : 2048;
  guint64 idaw = take_address (s);

  for (guint i = 0; i <= (argument & 7); i++)
    {
      put_idaw (s, idaw);
      if ((argument & 8) != 0)
        idaw -= idaw % block + 1;
      else
        idaw += block - idaw % block;
    }
}

static void
do_repeat (Scenario *s, guint argument)
{
  guint times = argument * 16u + take_byte (s) % 16u;
  guint8 bytes[8];

  if (machine_page (s->machine, s->cursor - 8) == NULL || s->cursor % 8 != 0)
    return;
  memcpy (bytes,
          machine_contents (s->machine, s->cursor - 8)->bytes + (s->cursor - 8) % MACHINE_PAGE,
          sizeof bytes);
  for (guint i = 0; i < times; i++)
    put_doubleword (s, bytes);
}

static void
do_spoil (Scenario *s, const char *name, void (*spoil) (Machine *machine, guint64 gpa))
{
  guint64 gpa = take_address (s);

  show ("%s 0x%" G_GINT64_MODIFIER "x\n", name, gpa);
  if (machine_page (s->machine, gpa) != NULL)
    spoil (s->machine, gpa);
}

static void
do_step (Scenario *s, guint argument)
{
  ChannelStep step = {
    .bytes = (argument & 4) != 0 ? CHANNEL_ALL : take_half (s),
    .status_modifier = argument & 1,
    .unit_check = (argument & 2) != 0,
  };

  if (step.bytes == CHANNEL_ALL)
    show ("device all");
  else
    show ("device %u", step.bytes);
  show ("%s%s\n", step.status_modifier ? " sm" : "", step.unit_check ? " uc" : "");
  if (s->n_steps < MAX_STEPS)
    s->steps[s->n_steps++] = step;
}

static void
do_page (Scenario *s)
{
  guint64 gpa = take_address (s);

  show ("page 0x%" G_GINT64_MODIFIER "x\n", gpa);
  if (gpa >> 39 == 0)
    machine_add_page (s->machine, gpa);
}

static void
do_meddle (Scenario *s)
{
  Meddle meddle = { .gpa = take_address (s) };

  for (guint i = 0; i < sizeof meddle.bytes; i++)
    meddle.bytes[i] = take_byte (s);
  show ("# meddle at 0x%" G_GINT64_MODIFIER "x\n", meddle.gpa);
  if (s->n_meddles < MAX_MEDDLES && may_store (s, meddle.gpa))
    s->meddles[s->n_meddles++] = meddle;
}

static void
do_flip (Scenario *s, guint argument)
{
  if (s->n_flips < MAX_FLIPS)
    s->flips[s->n_flips++] = (guint8) (argument * 4);
}

static int
take_error (Scenario *s)
{
  static const int errors[] = { -EINTR, -ENOMEM, -EFAULT, -EINVAL, -ENOENT, -EPERM, -EAGAIN };

  return errors[take_byte (s) % G_N_ELEMENTS (errors)];
}

static void
do_pin_fails (Scenario *s, guint argument)
{
  s->machine->pin_stop = argument;
  s->machine->pin_stop_error = take_error (s);
  s->machine->pin_error = take_error (s);
  s->pin_stops = TRUE;
}

/* More segments than any fixed number of them; each leads to the next. */
static void
do_segments (Scenario *s, guint argument)
{
  for (guint i = 0; i <= argument; i++)
    {
      put_ccw (s, 0x03, 0x60, 1, 0);
      put_tic (s, s->cursor + 0x1000 - 8);
      s->cursor += 0x1000 - 16;
      show ("at 0x%" G_GINT64_MODIFIER "x\n", s->cursor);
    }
}

static void
do_statement (Scenario *s)
{
  guint8 byte = take_byte (s);
  guint argument = byte >> 4;

  switch (byte & 0x0f)
    {
    case OP_AT:
      s->cursor = take_address (s);
      show ("at 0x%" G_GINT64_MODIFIER "x\n", s->cursor);
      return;
    case OP_CCW:
      return do_ccw (s, usual_code (argument));
    case OP_CODE:
      return do_ccw (s, take_byte (s));
    case OP_RAW:
      return do_raw (s);
    case OP_TIC:
      return do_tic (s, argument);
    case OP_IDAWS:
      return do_idaws (s, argument);
    case OP_REPEAT:
      return do_repeat (s, argument);
    case OP_HOLE:
      return do_spoil (s, "hole", machine_hide);
    case OP_UNPINNABLE:
      return do_spoil (s, "unpinnable", machine_forbid_pin);
    case OP_STEP:
      return do_step (s, argument);
    case OP_GAP:
      s->cursor += 8 * argument;
      show ("at 0x%" G_GINT64_MODIFIER "x\n", s->cursor);
      return;
    case OP_PAGE:
      return do_page (s);
    case OP_MEDDLE:
      return do_meddle (s);
    case OP_FLIP:
      return do_flip (s, argument);
    case OP_PIN_FAILS:
      return do_pin_fails (s, argument);
    case OP_SEGMENTS:
      return do_segments (s, argument);
    }
}

/* --- Header --- */

static guint32
orb_flags_of (guint8 byte)
{
  static const struct
  {
    guint8 bit;
    guint32 flag;
  } bits[] = {
    { SCENARIO_F, ORB_F }, { SCENARIO_H, ORB_H }, { SCENARIO_T, ORB_T },
    { SCENARIO_P, ORB_P }, { SCENARIO_L, ORB_L }, { SCENARIO_S, ORB_S },
  };
  guint32 flags = 0x8000;

  for (guint i = 0; i < G_N_ELEMENTS (bits); i++)
    if ((byte & bits[i].bit) != 0)
      flags |= bits[i].flag;
  return flags;
}

static guint64
memory_size (guint choice)
{
  static const guint64 sizes[] = {
    0x40000,
    0x40000,
    0x40000,
    0x40000,
    0x4000,
    0x10000,
    0x1000000,
    0x1001000,
    0x2000000,
    0x7ffff000,
    0x80000000,
    0x80001000,
    G_GUINT64_CONSTANT (0x100000000),
    G_GUINT64_CONSTANT (0x8000000000),
    0x2000,
    0x40000,
  };

  return sizes[choice];
}

static guint32
arena_len (guint choice)
{
  static const guint32 lens[] = {
    8192, 2048, 2056, 2304, 3072,  4096,  4104,  6144,
    8192, 8192, 8192, 8192, 16384, 16384, 32768, 65536,
  };

  return lens[choice];
}

static void
place_arena (Scenario *s, guint choice)
{
  static const guint64 sinks[] = {
    MACHINE_SINK,
    0x200000,
    0x40000000,
    0x7fdff000,
  };
  struct ccw_xlat_arena *arena = &s->machine->arena;
  const guint64 places[] = {
    MACHINE_ARENA_ABSOLUTE,
    0,
    0x80000000u - arena->len,
    0x1000,
  };

  arena->abs = places[choice & 3];
  arena->sink = sinks[choice >> 2 & 3];
}

static void
take_header (Scenario *s)
{
  guint8 bits = take_byte (s);
  guint8 sizes = take_byte (s);
  guint8 places = take_byte (s);

  s->script = take_byte (s);
  s->noise = take_byte (s);
  s->meddled = (bits & SCENARIO_MEDDLE) != 0;
  s->garbage = places >> 4 == 0 ? 0xa5 : (guint8) ((places >> 4) * 0x11);
  s->orb_flags = orb_flags_of (bits);
  if ((bits & SCENARIO_RAW_ORB) != 0)
    s->orb_flags ^= take_word (s);
  machine_reset (s->machine, memory_size (sizes >> 4), 0);
  machine_set_arena (s->machine, arena_len (sizes & 0x0f), s->garbage);
  place_arena (s, places & 0x0f);
  s->cursor = take_address (s);
  check_make_orb (s->orb, s->orb_flags, (guint32) s->cursor);
  show ("memory 0x%" G_GINT64_MODIFIER "x\narena %u\n", s->machine->size, s->machine->arena.len);
  show ("# script 0x%02x%s\n", s->script, s->meddled ? ", memory changes" : "");
  show_orb (s->orb_flags, s->cursor);
}

/* --- A guest that changes its memory --- */

/* What has just been read, for a second look; and something else. */
static void
meddle (Machine *machine, guint64 gpa, guint32 len, gpointer data)
{
  Scenario *s = data;
  Contents *contents = machine_contents (machine, gpa);
  guint8 *read = contents->bytes + gpa % MACHINE_PAGE;
  const Meddle *other;

  for (guint32 i = 0; i < len; i++)
    read[i] ^= (guint8) (s->noise | 1);
  if (s->n_meddles == 0)
    return;
  other = &s->meddles[s->next_meddle++ % s->n_meddles];
  machine_change (machine, other->gpa, other->bytes, sizeof other->bytes);
}

/* --- What must hold --- */

static void
hold (Scenario *s, char *wrong)
{
  if (wrong != NULL)
    fail ("%s", wrong);
  machine_check_arena (s->machine);
}

static guint32
word_of (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 | bytes[3];
}

static guint32
host_word (const Scenario *s)
{
  guint8 orb[ORB_SIZE];

  ccw_xlat_host_orb (&s->x, orb);
  return word_of (orb + 4);
}

/* The ORB by whitelist. */
static void
hold_orb (const Scenario *s)
{
  guint32 taken = ORB_S | ORB_Y | ORB_I | ORB_A | ORB_U | ORB_L | 0xff00;
  guint32 flags = (s->orb_flags & taken) | ORB_F | ORB_P | ORB_H;

  if (!format1 (s))
    flags |= ORB_L;
  g_assert_cmphex (host_word (s) & ~ORB_T, ==, flags);
  if ((s->orb_flags & (ORB_H | ORB_T)) == ORB_H)
    g_assert_cmphex (host_word (s) & ORB_T, ==, 0);
}

static int
error_of (enum ccw_xlat_reason reason)
{
  switch (reason)
    {
    case CCW_XLAT_OK:
      return 0;
    case CCW_XLAT_ARENA:
      return -ERANGE;
    case CCW_XLAT_ORB_TRANSPORT:
    case CCW_XLAT_ORB_MIDAW:
    case CCW_XLAT_ORB_RESERVED:
    case CCW_XLAT_CHANGED:
      return -EOPNOTSUPP;
    case CCW_XLAT_READ_CCW:
    case CCW_XLAT_READ_IDAW:
    case CCW_XLAT_PIN:
      return -EFAULT;
    case CCW_XLAT_SPACE:
      return -ENOSPC;
    default:
      return -EINVAL;
    }
}

static void
hold_error (const Scenario *s, int ret)
{
  g_assert_cmpint (ret, ==, error_of (s->x.error.reason));
}

static gboolean
page_in (const Scenario *s, guint64 gpa, guint64 len)
{
  for (u32 i = 0; i < s->x.nr_pages; i++)
    {
      guint64 page = s->x.guest_page[i];

      /* Both ends included, for the last byte there is may be in it. */
      if (len != 0 && page <= gpa + (len - 1) && gpa <= page + (MACHINE_PAGE - 1))
        return TRUE;
    }
  return FALSE;
}

/* Questions that may come at any time. */
static void
ask (Scenario *s)
{
  guint64 near = s->x.nr_pages > 0 ? s->x.guest_page[s->noise % s->x.nr_pages] : s->cursor;
  const struct
  {
    guint64 gpa, len;
  } ranges[] = {
    { near, 1 },     { near + MACHINE_PAGE - 1, 1 },     { near + MACHINE_PAGE, 1 },
    { near, 0 },     { near > 0 ? near - 1 : 0, 1 },     { 0, near },
    { 0, near + 1 }, { near - near % 0x10000, 0x10000 }, { 0, G_MAXUINT64 },
  };

  if ((s->script & SCRIPT_ASK) == 0)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    g_assert_cmpint (ccw_xlat_uses (&s->x, ranges[i].gpa, ranges[i].len), ==,
                     page_in (s, ranges[i].gpa, ranges[i].len));
  ccw_xlat_guest_cpa (&s->x, (guint32) s->cursor);
  ccw_xlat_guest_cpa (&s->x, (guint32) s->machine->arena.abs + s->noise * 8u);
  ccw_xlat_guest_cpa (&s->x, (guint32) s->machine->arena.abs + s->machine->arena.len);
  ccw_xlat_guest_cpa (&s->x, (guint32) s->machine->arena.abs - 8);
}

/* --- Reading each byte once --- */

static gboolean
is_tic (const Scenario *s, const guint8 *ccw)
{
  return format1 (s) ? ccw[0] == 0x08 : (ccw[0] & 0x0f) == 0x08;
}

static gboolean
word_is_read (Scenario *s, guint64 gpa)
{
  const Page *page = machine_page (s->machine, gpa);

  return page != NULL && page->contents != NULL
         && page->contents->reads[gpa % MACHINE_PAGE / MACHINE_WORD] != 0;
}

static void
explain_word (Contents *contents, guint64 gpa)
{
  guint8 *explained = &contents->explained[gpa % MACHINE_PAGE / MACHINE_WORD];

  if (*explained < G_MAXUINT8)
    ++*explained;
}

/* The words that may have been read as this CCW's IDAL have one read less to explain. */
static void
explain_list (Scenario *s, const guint8 *ccw)
{
  guint8 flags = format1 (s) ? ccw[1] : ccw[4];
  guint32 address = word_of (ccw + (format1 (s) ? 4 : 0));
  guint size = (s->orb_flags & ORB_H) != 0 ? 8 : 4;

  if ((flags & 0x04) == 0)
    return;
  if (!format1 (s))
    address &= 0xffffff;
  for (guint i = 0; i < 33 * size / MACHINE_WORD; i++)
    {
      guint64 gpa = (guint64) address / MACHINE_WORD * MACHINE_WORD + i * MACHINE_WORD;

      if (word_is_read (s, gpa))
        explain_word (machine_contents (s->machine, gpa), gpa);
    }
}

/*
 * A word may be read as a CCW, once, and as part of the IDAL of each CCW that
 * designates it; more would be looking twice.
 */
static void
hold_reads (Scenario *s)
{
  Machine *machine = s->machine;

  if (machine->overlaps == 0)
    return;
  for (guint i = 0; i < machine->n_contents; i++)
    {
      Contents *contents = g_ptr_array_index (machine->contents, i);

      memset (contents->explained + contents->read.start, 0,
              contents->read.end - contents->read.start);
    }
  for (guint i = 0; i < machine->n_contents; i++)
    {
      Contents *contents = g_ptr_array_index (machine->contents, i);

      for (guint word = contents->read.start & ~1u; word < contents->read.end; word += 2)
        if (contents->reads[word] != 0)
          explain_list (s, contents->program + word * MACHINE_WORD);
    }
  for (guint i = 0; i < machine->n_contents; i++)
    {
      Contents *contents = g_ptr_array_index (machine->contents, i);

      for (guint word = contents->read.start; word < contents->read.end; word++)
        if (contents->reads[word] > contents->explained[word] + 1)
          fail ("0x%" G_GINT64_MODIFIER "x was read %u times", contents->gpa + word * MACHINE_WORD,
                contents->reads[word]);
    }
}

/* --- Running it --- */

static Comparison comparison;

static ChannelDevice
device (const Scenario *s)
{
  return (ChannelDevice){ .steps = s->steps, .n_steps = s->n_steps, .max_ccws = RUN_CCWS };
}

static guint8
flags_before (Scenario *s, guint64 gpa)
{
  guint64 at = gpa - 8 + (format1 (s) ? 1 : 4);

  if (gpa < 8 || !word_is_read (s, at))
    return 0;
  return machine_contents (s->machine, at)->program[at % MACHINE_PAGE];
}

static gboolean
tic_leads_to (Scenario *s, guint32 gpa)
{
  for (guint i = 0; i < s->machine->n_contents; i++)
    {
      const Contents *contents = g_ptr_array_index (s->machine->contents, i);

      for (guint word = contents->read.start & ~1u; word < contents->read.end; word += 2)
        {
          const guint8 *ccw = contents->program + word * MACHINE_WORD;
          guint32 address = word_of (ccw + (format1 (s) ? 4 : 0));

          if (is_tic (s, ccw) && (address ^ gpa) << (format1 (s) ? 0 : 8) == 0)
            return TRUE;
        }
    }
  return FALSE;
}

/* A CCW may be another thing where data is chained to it. */
static gboolean
might_be_chained_to (Scenario *s, guint32 gpa)
{
  return (flags_before (s, gpa) & 0x80) != 0 || tic_leads_to (s, gpa);
}

/* Data may be wrong that a CCW moves only if it is chained to. */
static gboolean
is_about_data (enum ccw_xlat_reason reason)
{
  return reason == CCW_XLAT_DATA_ADDRESS || reason == CCW_XLAT_IDAW || reason == CCW_XLAT_READ_IDAW
         || reason == CCW_XLAT_PIN;
}

/*
 * What is refused must be what a channel would not do: without status modifiers
 * there is one way through a program, and it must end with a program check.
 */
static void
hold_refusal (Scenario *s, int ret)
{
  enum ccw_xlat_reason reason = s->x.error.reason;
  /* Data chaining may move nothing where entering the CCW anew would move some. */
  ChannelDevice relentless = {
    .max_ccws = RUN_CCWS,
    .never_suspends = TRUE,
    .relentless = TRUE,
    .unless_chained = s->x.error.guest_ccw,
  };

  g_assert_cmpint (ret, !=, -ERANGE);
  if (ret == -EOPNOTSUPP)
    g_assert_cmphex (s->orb_flags & (ORB_B | ORB_D | 0x3e), !=, 0);
  if ((ret != -EINVAL && ret != -EFAULT) || reason == CCW_XLAT_DIRECTION)
    return;
  comparison.guest_memory = check_guest_memory (s->machine);
  channel_start (&comparison.guest, s->orb, &comparison.guest_memory, &relentless);
  if (comparison.guest.outcome != CHANNEL_PROGRAM_CHECK
      && comparison.guest.outcome != CHANNEL_ENDLESS
      && !(is_about_data (reason) && might_be_chained_to (s, s->x.error.guest_ccw)))
    fail ("refused for 0x%x: %s; yet the guest's run ends with %s", s->x.error.guest_ccw,
          ccw_xlat_reason_text (reason), channel_outcome_name (comparison.guest.outcome));
}

/* Whether each byte was read once, so that it is clear what the guest's program was. */
static gboolean
program_is_clear (const Scenario *s)
{
  return !s->meddled || s->machine->overlaps == 0;
}

static int
translate_again (Scenario *s, guint32 arena)
{
  ccw_xlat_unpin (&s->x, machine_unpin, s->machine);
  machine_settle (s->machine);
  machine_set_arena (s->machine, arena, s->garbage);
  return check_translate (s->machine, &s->x, s->orb);
}

/* The guest address of the CCW the host's run ended with. */
static guint32
last_ccw (const Scenario *s)
{
  return ccw_xlat_guest_cpa (&s->x, comparison.host.cpa) - 8;
}

/*
 * Whether the stop is one the channel would understand, or one that only a
 * translation minds: that a CCW is entered both forward and backward, or is good
 * as the one and bad as the other.
 */
static gboolean
may_stop (Scenario *s)
{
  return comparison_may_stop (&comparison) || might_be_chained_to (s, last_ccw (s));
}

/* Other cuts must be for want of room. */
static void
hold_cut (Scenario *s)
{
  ChannelDevice plan = device (s);

  if (s->x.cut.reason == CCW_XLAT_SPACE || may_stop (s))
    return;
  g_assert_cmpint (translate_again (s, ROOMY_ARENA), ==, 0);
  hold (s, comparison_start (&comparison, s->machine, &s->x, s->orb, &plan));
  if (comparison.stopped_early && !may_stop (s))
    fail ("the host's run stops at 0x%x, the guest's goes on", last_ccw (s));
}

static void
compare_runs (Scenario *s)
{
  ChannelDevice plan = device (s);

  hold (s, comparison_start (&comparison, s->machine, &s->x, s->orb, &plan));
  s->result.compared = TRUE;
}

/* --- Resuming --- */

/* The guest turns a CCW's suspend flag over, unless that would change something else. */
static void
flip (Scenario *s, guint64 gpa)
{
  const Page *page = machine_page (s->machine, gpa);
  guint32 offset = (guint32) (gpa % MACHINE_PAGE);
  guint8 flags;

  if (!word_is_read (s, gpa) || !word_is_read (s, gpa + MACHINE_WORD)
      || is_tic (s, page->contents->program + offset)
      || page->contents->explained[offset / MACHINE_WORD] != 0
      || page->contents->explained[offset / MACHINE_WORD + 1] != 0)
    return;
  offset += format1 (s) ? 1 : 4;
  flags = page->contents->program[offset] ^ 0x02;
  machine_store (s->machine, gpa + (format1 (s) ? 1 : 4), &flags, 1);
}

static gboolean
both_suspended (void)
{
  return comparison.guest.outcome == CHANNEL_SUSPENDED
         && comparison.host.outcome == CHANNEL_SUSPENDED;
}

static void
explain_reads (Scenario *s)
{
  s->machine->overlaps = MAX (s->machine->overlaps, 1);
  hold_reads (s);
}

/*
 * The guest resumes its program: it has turned off the flag of the CCW it is
 * suspended at, perhaps turned on others.
 */
static void
resume (Scenario *s)
{
  gboolean suspended = both_suspended ();
  guint64 at = comparison.guest.ccw;

  explain_reads (s);
  if (suspended)
    flip (s, at);
  for (guint i = 0; i < s->n_flips && s->n_ccws > 0; i++)
    flip (s, s->ccws[s->flips[i] % s->n_ccws]);
  machine_forget_reads (s->machine);
  hold_error (s, ccw_xlat_refresh_suspend (&s->x, machine_read, s->machine));
  g_assert_cmpint (s->x.error.reason, ==, CCW_XLAT_OK);
  g_assert_cmpuint (s->machine->overlaps, ==, 0);
  if (suspended)
    hold (s, comparison_resume (&comparison));
  else
    compare_runs (s);
  s->result.resumed = TRUE;
}

/* Whatever the guest has changed, no more than suspend flags change on the host. */
static void
resume_meddled (Scenario *s)
{
  static guint8 before[65536];
  int ret;

  memcpy (before, s->machine->arena_bytes, s->machine->arena.len);
  s->machine->meddler = meddle;
  s->machine->meddler_data = s;
  ret = ccw_xlat_refresh_suspend (&s->x, machine_read, s->machine);
  s->machine->meddler = NULL;
  hold_error (s, ret);
  hold (s, check_only_suspends (s->machine, before, ret == 0));
  hold (s, check_invariant (s->machine, &s->x));
}

/* --- The driver's script --- */

static gboolean
script_has (const Scenario *s, guint8 bit)
{
  return (s->script & bit) != 0;
}

static void
fetch (Scenario *s)
{
  int ret = ccw_xlat_fetch (&s->x, &s->machine->arena, s->orb, machine_read, s->machine);

  s->result.ret = ret;
  s->machine->meddler = NULL;
  hold_error (s, ret);
  hold_reads (s);
  g_assert_cmpuint (s->machine->pin_calls, ==, 0);
  if (ret == 0)
    return hold (s, check_pages (s->machine, &s->x));
  g_assert_cmpuint (s->x.nr_pages, ==, 0);
  if (program_is_clear (s))
    hold_refusal (s, ret);
}

/* Returns: whether what build will find is up to the guest alone. */
static gboolean
pin (Scenario *s)
{
  int ret;

  if (script_has (s, SCRIPT_NO_PIN))
    return FALSE;
  ret = ccw_xlat_pin (&s->x, machine_pin, s->machine);
  hold (s, check_pages (s->machine, &s->x));
  if (script_has (s, SCRIPT_PIN_TWICE))
    ccw_xlat_pin (&s->x, machine_pin, s->machine);
  ask (s);
  if (script_has (s, SCRIPT_UNPIN_EARLY))
    {
      ccw_xlat_unpin (&s->x, machine_unpin, s->machine);
      g_assert_cmpuint (s->machine->pinned, ==, 0);
      return FALSE;
    }
  return ret == 0 && !s->pin_stops;
}

static void
build (Scenario *s, gboolean fair)
{
  int ret = ccw_xlat_build (&s->x);

  s->result.ret = ret;
  hold_error (s, ret);
  ask (s);
  if (ret == 0)
    {
      hold_orb (s);
      hold (s, check_invariant (s->machine, &s->x));
      s->result.translated = TRUE;
      s->result.cut = s->x.cut.reason != CCW_XLAT_OK;
    }
  else if (fair && program_is_clear (s))
    hold_refusal (s, ret);
}

static void
run (Scenario *s, gboolean fair)
{
  if (script_has (s, SCRIPT_RESUME_MEDDLED))
    return resume_meddled (s);
  if (!fair || !program_is_clear (s))
    return;
  compare_runs (s);
  s->result.stopped = comparison.stopped_early;
  if (s->result.stopped)
    return hold_cut (s);
  if (!script_has (s, SCRIPT_RESUME))
    return;
  if (s->meddled)
    machine_settle (s->machine);
  resume (s);
}

static void
finish (Scenario *s)
{
  ccw_xlat_unpin (&s->x, machine_unpin, s->machine);
  g_assert_cmpuint (s->machine->pinned, ==, 0);
  ask (s);
  ccw_xlat_unpin (&s->x, machine_unpin, s->machine);
  machine_check_arena (s->machine);
}

static void
drive (Scenario *s)
{
  gboolean fair;

  if (s->meddled)
    {
      s->machine->meddler = meddle;
      s->machine->meddler_data = s;
    }
  fetch (s);
  ask (s);
  if (s->result.ret == 0)
    {
      fair = pin (s);
      build (s, fair);
      if (s->result.translated && script_has (s, SCRIPT_UNPIN_BUILT))
        ccw_xlat_unpin (&s->x, machine_unpin, s->machine);
      else if (s->result.translated)
        run (s, fair);
    }
  else
    {
      /* Nothing was fetched: every call is safe, and does nothing. */
      g_assert_cmpint (ccw_xlat_pin (&s->x, machine_pin, s->machine), ==, 0);
      g_assert_cmpuint (s->machine->pin_calls, ==, 0);
    }
  finish (s);
}

/* The struct has held another program: nothing of that may be left. */
static void
drive_again (Scenario *s)
{
  int ret;

  s->machine->pin_stop = 0;
  s->machine->pin_error = -EFAULT;
  ret = translate_again (s, s->machine->arena.len);
  if (ret == 0)
    hold (s, check_invariant (s->machine, &s->x));
  finish (s);
}

/**
 * scenario_run:
 *
 * Makes and runs a scenario; what must hold and does not ends the program.
 *
 * Returns: what came of it.
 */
ScenarioResult
scenario_run (const guint8 *bytes, gsize len)
{
  static Machine *machine;
  Scenario s = { .bytes = bytes, .len = len };

  if (machine == NULL)
    machine = machine_new (0, CCW_XLAT_ARENA_MIN);
  machine->without_data = TRUE;
  s.machine = machine;
  take_header (&s);
  while (!at_end (&s))
    do_statement (&s);
  if (showing)
    fflush (stdout);
  drive (&s);
  if (script_has (&s, SCRIPT_AGAIN))
    drive_again (&s);
  s.result.meddled = s.meddled;
  return s.result;
}

/**
 * scenario_show:
 *
 * As scenario_run(), but prints the scenario first, as near to a vector as that
 * can tell it.
 */
void
scenario_show (const guint8 *bytes, gsize len)
{
  showing = TRUE;
  scenario_run (bytes, len);
  showing = FALSE;
}
