// SPDX-License-Identifier: LGPL-2.1-or-later
#include "random-program.h"

/* Guest memory: programs, IDALs, data; then nothing. */
#define PROGRAM_AREA 0x1000u
#define PROGRAM_BYTES 0x1800u
#define IDAL_AREA 0x3000u
#define IDAL_BYTES 0x1000u
#define DATA_AREA 0x4000u
#define DATA_BYTES 0x1c000u
#define MEMORY_SIZE (DATA_AREA + DATA_BYTES)

static guint8
next_byte (Source *source)
{
  if (source->next < source->len)
    return source->bytes[source->next++];
  if (source->rand != NULL)
    return (guint8) g_rand_int (source->rand);
  /* A short input still makes a whole machine, always the same. */
  return (guint8) (((guint32) source->next++ * 2654435761u) >> 24);
}

static guint32
next_word (Source *source)
{
  guint32 word = 0;

  for (guint i = 0; i < 4; i++)
    word = word << 8 | next_byte (source);
  return word;
}

static guint32
below (Source *source, guint32 limit)
{
  return next_word (source) % limit;
}

static gboolean
one_in (Source *source, guint n)
{
  return next_byte (source) % n == 0;
}

static guint8
command (Source *source)
{
  static const guint8 usual[] = {
    0x01, 0x02, 0x03, 0x04, 0x07, 0x0c, 0x31, 0xe4, 0x86, 0x0c, 0x1f, 0x06,
  };

  return one_in (source, 12) ? next_byte (source) : usual[next_byte (source) % G_N_ELEMENTS (usual)];
}

static guint8
flags (Source *source)
{
  static const guint8 usual[] = {
    0x60, 0x40, 0x60, 0x64, 0x44, 0x80, 0x84, 0x20, 0x00, 0x50, 0x70, 0x68, 0xa0, 0xa4, 0x24, 0x90,
  };

  return one_in (source, 16) ? next_byte (source) : usual[next_byte (source) % G_N_ELEMENTS (usual)];
}

static guint16
count (Source *source)
{
  if (one_in (source, 10))
    return (guint16) next_word (source);
  if (one_in (source, 4))
    return (guint16) (2048 * below (source, 8));
  return (guint16) (1 + below (source, 6000) / (1 + below (source, 200)));
}

static guint32
program_address (Source *source)
{
  guint32 address = PROGRAM_AREA + 8 * below (source, PROGRAM_BYTES / 8);

  return one_in (source, 40) ? next_word (source) : address;
}

static guint32
data_address (Source *source)
{
  if (one_in (source, 40))
    return next_word (source);
  return DATA_AREA + below (source, DATA_BYTES);
}

static guint32
address_for (Source *source, guint8 flag_byte)
{
  if ((flag_byte & 0x04) != 0)
    return IDAL_AREA + (below (source, IDAL_BYTES) & ~(one_in (source, 30) ? 1u : 7u));
  return data_address (source);
}

static void
put_ccw (Machine *machine, Source *source, guint32 at, gboolean format1)
{
  guint8 flag_byte = flags (source);

  if (one_in (source, 7))
    machine_store_ccw (machine, at, format1, 0x08, 0, 0,
                       one_in (source, 2) ? at - 8 * below (source, 4)
                                          : program_address (source));
  else
    machine_store_ccw (machine, at, format1, command (source), flag_byte, count (source),
                       address_for (source, flag_byte));
}

/* Runs of CCWs, for a single one seldom hits another. */
static void
put_programs (Machine *machine, Source *source, guint32 cpa, gboolean format1)
{
  guint32 at = cpa;
  guint runs = 1 + next_byte (source) % 6;

  for (guint run = 0; run < runs; run++)
    {
      guint length = 1 + next_byte (source) % 24;

      for (guint i = 0; i < length; i++, at += 8)
        if (at % 8 == 0 && at >= PROGRAM_AREA && at < PROGRAM_AREA + PROGRAM_BYTES)
          put_ccw (machine, source, at, format1);
      at = PROGRAM_AREA + 8 * below (source, PROGRAM_BYTES / 8);
    }
}

/* IDAWs that designate whole blocks, up or down, and a few that do not. */
static void
put_idals (Machine *machine, Source *source, gboolean format2, guint block)
{
  guint32 size = format2 ? 8 : 4;

  for (guint32 at = IDAL_AREA; at < IDAL_AREA + IDAL_BYTES; at += size)
    {
      guint8 choice = next_byte (source);
      guint32 idaw = DATA_AREA + block * (choice % (DATA_BYTES / block));

      if (choice % 16 == 1)
        idaw += below (source, block);
      else if (choice % 4 == 2)
        idaw += block - 1;
      if (format2)
        machine_store_doubleword (machine, at, choice == 255 ? ~(guint64) 0 : idaw);
      else
        machine_store_word (machine, at, choice == 255 ? ~0u : idaw);
    }
}

static void
spoil_pages (Machine *machine, Source *source)
{
  if (one_in (source, 3))
    machine_hide (machine, below (source, MEMORY_SIZE));
  if (one_in (source, 3))
    machine_forbid_pin (machine, DATA_AREA + below (source, DATA_BYTES));
}

static void
put_steps (ChannelStep *steps, Source *source)
{
  for (guint i = 0; i < PROGRAM_STEPS; i++)
    {
      guint8 choice = next_byte (source);

      steps[i].bytes = choice % 4 == 0 ? below (source, 5000) : CHANNEL_ALL;
      steps[i].status_modifier = choice % 5 == 1;
      steps[i].unit_check = choice % 32 == 7;
    }
}

/**
 * random_program_init:
 * @program: (out caller-allocates): free with random_program_clear()
 * @source: where to take the choices from; must outlive @program
 */
void
random_program_init (RandomProgram *program, Source *source)
{
  static const guint32 arenas[] = { 2048, 3000 & ~7u, 8192, 65536, 65536, 65536 };
  guint32 choice = next_byte (source);
  guint32 orb_flags = (choice & 1 ? ORB_F : 0) | (choice & 2 ? ORB_H : 0) |
                      (choice & 4 ? ORB_T : 0) | (choice & 8 ? ORB_P : 0) |
                      (choice & 16 ? ORB_L : 0) | (choice & 32 ? ORB_S : 0) | 0xff00;
  gboolean format1 = (orb_flags & ORB_F) != 0;
  guint block = (orb_flags & (ORB_H | ORB_T)) == ORB_H ? 4096 : 2048;
  guint32 cpa;

  program->source = source;
  program->machine = machine_new (MEMORY_SIZE, arenas[next_byte (source) % G_N_ELEMENTS (arenas)]);
  cpa = program_address (source);
  put_programs (program->machine, source, cpa, format1);
  put_steps (program->steps, source);
  spoil_pages (program->machine, source);
  put_idals (program->machine, source, (orb_flags & ORB_H) != 0, block);
  check_make_orb (program->orb, orb_flags, cpa);
  machine_snapshot (program->machine);
}

void
random_program_clear (RandomProgram *program)
{
  g_clear_pointer (&program->machine, machine_free);
}

static void
meddle (Machine *machine, guint64 gpa, guint32 len, gpointer data)
{
  RandomProgram *program = data;
  guint8 noise[8];

  /* What has just been read, for a second look; and a word of an IDAL. */
  for (guint i = 0; i < sizeof noise; i++)
    noise[i] = next_byte (program->source);
  machine_store (machine, gpa + below (program->source, len) / 8 * 8, noise,
                 MIN (sizeof noise, len));
  machine_store (machine, IDAL_AREA + 8 * below (program->source, IDAL_BYTES / 8), noise,
                 sizeof noise);
}

/* From now on each read of guest memory changes some of it. */
void
random_program_meddle (RandomProgram *program)
{
  program->machine->meddler = meddle;
  program->machine->meddler_data = program;
}
