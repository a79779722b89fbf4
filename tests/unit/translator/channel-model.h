/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A channel subsystem in small, written from the Principles of Operation and
 * knowing nothing of the translator: it executes a channel program CCW by CCW
 * over whatever memory it is given, with a scripted device, and notes each
 * command and each byte moved. Running a guest's program and its translation
 * must give the same notes.
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
  CHANNEL_ENDLESS,    /* stopped by the model after many commands */
} ChannelOutcome;

/* What the device does with one command. */
typedef struct
{
  guint32 bytes;      /* moves at most so many; CHANNEL_ALL: what the CCWs say */
  gboolean status_modifier;
  gboolean unit_check;
} ChannelStep;

#define CHANNEL_ALL G_MAXUINT32

typedef struct
{
  gpointer ctx;
  /* Copies CCWs and IDAWs; FALSE if not all of it is there. */
  gboolean (*fetch) (gpointer ctx, guint64 address, guint8 *to, gsize len);
  /* One byte of data; NULL if it is not there. */
  guint8 *(*data) (gpointer ctx, guint64 address);
  /* The name of a data address in the notes. */
  guint64 (*name) (gpointer ctx, guint64 address);
} ChannelMemory;

typedef enum
{
  NOTE_COMMAND,       /* address: 0, byte: command code */
  NOTE_FROM_MEMORY,
  NOTE_TO_MEMORY,
  NOTE_SKIPPED,       /* address: 0 */
} ChannelNoteKind;

typedef struct
{
  ChannelNoteKind kind;
  guint64 address;
  guint8 byte;
} ChannelNote;

typedef struct
{
  ChannelOutcome outcome;
  guint32 cpa;        /* 8 behind the last CCW used */
  guint32 residual;   /* of the last CCW used */
  gboolean interrupted; /* a CCW with the PCI flag was used */
  GArray *notes;      /* ChannelNote */
} ChannelResult;

ChannelResult *channel_run (const guint8 *orb, const ChannelMemory *memory,
                            const ChannelStep *steps, guint n_steps);
void channel_result_free (ChannelResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ChannelResult, channel_result_free)

const char *channel_outcome_name (ChannelOutcome outcome);
