/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A channel subsystem in small, written from the Principles of Operation and
 * knowing nothing of the translator: it executes a channel program CCW by CCW
 * over whatever memory it is given, with a scripted device, and notes each
 * command, each interruption and each byte moved. Running a guest's program and
 * its translation must give the same notes.
 *
 * It allocates nothing, so that a fuzzer can run it a hundred thousand times a
 * second: bytes that lie one behind the other are one note.
 */
#pragma once

#include <glib.h>

typedef enum
{
  CHANNEL_DONE,
  CHANNEL_PROGRAM_CHECK,
  CHANNEL_INCORRECT_LENGTH,
  CHANNEL_UNIT_CHECK,
  CHANNEL_SUSPENDED,
  CHANNEL_ENDLESS, /* stopped by the model, after many CCWs normally */
} ChannelOutcome;

/* What the device does with one command. */
typedef struct
{
  guint32 bytes; /* moves at most so many; CHANNEL_ALL: what the CCWs say */
  gboolean status_modifier;
  gboolean unit_check;
} ChannelStep;

#define CHANNEL_ALL G_MAXUINT32

typedef struct
{
  const ChannelStep *steps; /* behind them, everything is moved and ends well */
  guint n_steps;
  guint max_ccws; /* of those that are no TIC */
  gboolean never_suspends;
  gboolean relentless;    /* nothing but a program check stops it... */
  guint64 unless_chained; /* ...or data chaining to this CCW */
} ChannelDevice;

/* Where a byte of data is. */
typedef struct
{
  guint64 name; /* what the notes call it: the same for guest and host */
  guint8 *byte; /* (nullable): nothing is copied */
} ChannelPlace;

typedef struct
{
  gpointer ctx;
  /* Copies CCWs and IDAWs; FALSE if not all of it is there. */
  gboolean (*fetch) (gpointer ctx, guint64 address, guint8 *to, gsize len);
  /* Finds a byte of data, and so all others of its 2 KiB; FALSE if not there. */
  gboolean (*find) (gpointer ctx, guint64 address, ChannelPlace *place);
} ChannelMemory;

typedef enum
{
  NOTE_COMMAND,      /* byte: command code */
  NOTE_INTERRUPTION, /* a CCW with the PCI flag */
  NOTE_FROM_MEMORY,  /* len bytes from name on */
  NOTE_TO_MEMORY,
  NOTE_BACKWARD, /* to memory: len bytes from name on down */
  NOTE_SKIPPED,  /* len bytes */
} ChannelNoteKind;

typedef struct
{
  ChannelNoteKind kind;
  guint8 byte;
  guint32 len;
  guint64 name;
} ChannelNote;

#define CHANNEL_NOTES 4096

typedef struct
{
  ChannelOutcome outcome;
  guint32 cpa;      /* 8 behind the last CCW used */
  guint32 residual; /* of the last CCW used */
  guint n_notes;

  /* private: */
  const ChannelMemory *memory;
  const ChannelDevice *device;
  gboolean format1;
  gboolean suspend_control;
  gboolean suppress_immediate;
  guint idaw_size;
  guint64 block;
  guint64 limit; /* of addresses in CCWs */
  guint64 ccw;   /* the next */
  guint ccws;
  guint commands;
  guint move;
  gboolean chaining_data;
  gboolean tic_allowed;
  ChannelStep step;
  guint32 moved; /* bytes of this command, over data chaining */

  ChannelNote notes[CHANNEL_NOTES]; /* public; last, for only n_notes are ever set */
} ChannelRun;

void channel_start (ChannelRun *run, const guint8 *orb, const ChannelMemory *memory,
                    const ChannelDevice *device);
void channel_resume (ChannelRun *run);
const char *channel_outcome_name (ChannelOutcome outcome);
