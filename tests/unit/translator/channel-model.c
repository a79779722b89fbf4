// SPDX-License-Identifier: LGPL-2.1-or-later
#include "channel-model.h"

#include <string.h>

/* No block is smaller: bytes within one are found together. */
#define PIECE 2048u

enum
{
  MOVE_NOTHING,
  MOVE_OUT,
  MOVE_IN,
  MOVE_IN_BACKWARD,
};

typedef struct
{
  guint8 command;
  gboolean chain_data;
  gboolean chain_command;
  gboolean suppress_length;
  gboolean skip;
  gboolean interrupt;
  gboolean indirect;
  gboolean suspend;
  gboolean modified_indirect;
  guint32 count;
  guint32 address;
} Ccw;

static guint32
word_at (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 | bytes[3];
}

/* --- Notes --- */

static guint64
name_behind (const ChannelNote *note)
{
  switch (note->kind)
    {
    case NOTE_FROM_MEMORY:
    case NOTE_TO_MEMORY:
      return note->name + note->len;
    case NOTE_BACKWARD:
      return note->name - note->len;
    default:
      return 0;
    }
}

static gboolean
note_goes_on (const ChannelNote *last, ChannelNoteKind kind, guint64 name)
{
  return last->kind == kind && kind != NOTE_COMMAND && kind != NOTE_INTERRUPTION
         && name_behind (last) == name;
}

/* Two runs of the same bytes have the same notes, however they were cut. */
static void
note (ChannelRun *run, ChannelNoteKind kind, guint64 name, guint32 len, guint8 byte)
{
  ChannelNote *last = &run->notes[run->n_notes];

  if (run->n_notes > 0 && note_goes_on (last - 1, kind, name))
    last[-1].len += len;
  else if (run->n_notes < CHANNEL_NOTES)
    {
      *last = (ChannelNote){ kind, byte, len, name };
      run->n_notes++;
    }
}

/* --- CCWs --- */

static Ccw
decode (const ChannelRun *run, const guint8 *raw)
{
  guint8 flags = run->format1 ? raw[1] : raw[4];
  const guint8 *count = run->format1 ? raw + 2 : raw + 6;

  return (Ccw){
    .command = raw[0],
    .chain_data = (flags & 0x80) != 0,
    .chain_command = (flags & 0xc0) == 0x40,
    .suppress_length = (flags & 0x20) != 0,
    .skip = (flags & 0x10) != 0,
    .interrupt = (flags & 0x08) != 0,
    .indirect = (flags & 0x04) != 0,
    .suspend = (flags & 0x02) != 0,
    .modified_indirect = (flags & 0x01) != 0,
    .count = (guint32) count[0] << 8 | count[1],
    .address = run->format1 ? word_at (raw + 4) : word_at (raw) & 0xffffff,
  };
}

static gboolean
is_tic (const ChannelRun *run, const guint8 *raw)
{
  return run->format1 ? raw[0] == 0x08 : (raw[0] & 0x0f) == 0x08;
}

static guint
move_of (guint8 command)
{
  if (command == 0x03)
    return MOVE_NOTHING;
  if ((command & 0x0f) == 0x0c)
    return MOVE_IN_BACKWARD;
  if ((command & 0x0f) == 0x04 || (command & 0x03) == 0x02)
    return MOVE_IN;
  return MOVE_OUT;
}

/* PoP, "Program Check": what is invalid about a CCW itself. */
static gboolean
ccw_is_valid (const ChannelRun *run, const Ccw *ccw)
{
  guint8 code = ccw->command & 0x0f;

  if (!run->chaining_data && (code == 0 || code == 0x08))
    return FALSE;
  if (ccw->modified_indirect)
    return FALSE;
  if (ccw->suspend && !run->device->never_suspends && (run->chaining_data || !run->suspend_control))
    return FALSE;
  if (ccw->count != 0)
    return TRUE;
  return run->format1 && !run->chaining_data && !ccw->chain_data;
}

/* --- Data --- */

/* Where byte number @index of a CCW's data is, and how many lie beside it. */
static gboolean
locate_direct (const ChannelRun *run, const Ccw *ccw, guint32 index, guint64 *address)
{
  if (run->move == MOVE_IN_BACKWARD && index > ccw->address)
    return FALSE;
  *address = run->move == MOVE_IN_BACKWARD ? (guint64) ccw->address - index
                                           : (guint64) ccw->address + index;
  return *address < run->limit;
}

static gboolean
fetch_idaw (const ChannelRun *run, const Ccw *ccw, guint64 index, guint64 *idaw)
{
  guint8 raw[8];
  guint64 at = ccw->address + index * run->idaw_size;

  if (ccw->address % run->idaw_size != 0 || at >= run->limit)
    return FALSE;
  if (!run->memory->fetch (run->memory->ctx, at, raw, run->idaw_size))
    return FALSE;
  *idaw = word_at (raw);
  if (run->idaw_size == 8)
    *idaw = *idaw << 32 | word_at (raw + 4);
  return run->idaw_size == 8 || *idaw >> 31 == 0;
}

static gboolean
locate_indirect (const ChannelRun *run, const Ccw *ccw, guint32 index, guint64 *address)
{
  gboolean backward = run->move == MOVE_IN_BACKWARD;
  guint64 block = run->block;
  guint64 first, idaw, in_first, behind;

  if (!fetch_idaw (run, ccw, 0, &first))
    return FALSE;
  in_first = backward ? first % block + 1 : block - first % block;
  if (index < in_first)
    {
      *address = backward ? first - index : first + index;
      return TRUE;
    }
  behind = index - in_first;
  if (!fetch_idaw (run, ccw, 1 + behind / block, &idaw))
    return FALSE;
  if (idaw % block != (backward ? block - 1 : 0))
    return FALSE;
  *address = backward ? idaw - behind % block : idaw + behind % block;
  return TRUE;
}

/* What a device sends is a function of the command and the place in its data. */
static guint8
device_byte (const ChannelRun *run, guint32 index)
{
  guint32 place = run->moved + index;

  return (guint8) (run->commands * 37 + place * 11 + (place >> 8));
}

static void
copy_piece (const ChannelRun *run, guint8 *to, guint32 len)
{
  for (guint32 i = 0; i < len; i++)
    {
      if (run->move == MOVE_IN)
        to[i] = device_byte (run, i);
      else if (run->move == MOVE_IN_BACKWARD)
        *(to - i) = device_byte (run, i);
    }
}

/* Returns: bytes moved, all in one block; 0 for a program check. */
static guint32
move_piece (ChannelRun *run, const Ccw *ccw, guint32 index, guint32 most)
{
  static const ChannelNoteKind kinds[] = {
    [MOVE_OUT] = NOTE_FROM_MEMORY,
    [MOVE_IN] = NOTE_TO_MEMORY,
    [MOVE_IN_BACKWARD] = NOTE_BACKWARD,
  };
  guint64 address;
  guint32 len;
  ChannelPlace place;

  if (!(ccw->indirect ? locate_indirect : locate_direct) (run, ccw, index, &address)
      || !run->memory->find (run->memory->ctx, address, &place))
    return 0;
  len = (guint32) (run->move == MOVE_IN_BACKWARD ? address % PIECE + 1 : PIECE - address % PIECE);
  len = MIN (len, most);
  if (place.byte != NULL)
    copy_piece (run, place.byte, len);
  note (run, kinds[run->move], place.name, len, 0);
  return len;
}

/* Moves the data of one CCW. Returns: FALSE for a program check. */
static gboolean
move_data (ChannelRun *run, const Ccw *ccw)
{
  guint32 want = run->move == MOVE_NOTHING ? 0 : ccw->count;
  guint32 len;

  if (run->step.bytes != CHANNEL_ALL)
    want = MIN (want, run->step.bytes - run->moved);
  if (ccw->skip && run->move != MOVE_OUT && want > 0)
    {
      note (run, NOTE_SKIPPED, 0, want, 0);
      run->moved += want;
    }
  else
    for (guint32 i = 0; i < want; i += len, run->moved += len)
      {
        len = move_piece (run, ccw, i, want - i);
        if (len == 0)
          return FALSE;
      }
  run->residual = ccw->count - want;
  return TRUE;
}

static gboolean
device_has_more (const ChannelRun *run)
{
  return run->move != MOVE_NOTHING
         && (run->step.bytes == CHANNEL_ALL || run->moved < run->step.bytes);
}

static gboolean
length_is_incorrect (const ChannelRun *run, const Ccw *ccw)
{
  if (run->device->relentless)
    return FALSE;
  if (ccw->chain_data)
    return TRUE;
  if (ccw->suppress_length)
    return FALSE;
  if (run->move == MOVE_NOTHING)
    return ccw->count != 0 && !run->suppress_immediate;
  if (run->step.bytes == CHANNEL_ALL)
    return FALSE;
  return run->residual != 0 || device_has_more (run);
}

/* --- The program --- */

static void
start_command (ChannelRun *run, const Ccw *ccw)
{
  static const ChannelStep everything = { .bytes = CHANNEL_ALL };

  run->move = move_of (ccw->command);
  run->step = run->commands < run->device->n_steps ? run->device->steps[run->commands] : everything;
  run->moved = 0;
  /* No device has a status modifier for NOP, sense and Sense ID. */
  if (ccw->command == 0x03 || ccw->command == 0x04 || ccw->command == 0xe4)
    run->step.status_modifier = FALSE;
  run->commands++;
  note (run, NOTE_COMMAND, 0, 0, ccw->command);
}

/* One CCW that is no TIC. Returns: whether the channel goes on. */
static gboolean
execute (ChannelRun *run, const Ccw *ccw)
{
  run->outcome = CHANNEL_PROGRAM_CHECK;
  if (!ccw_is_valid (run, ccw))
    return FALSE;
  if (ccw->suspend && !run->device->never_suspends)
    {
      run->outcome = CHANNEL_SUSPENDED;
      return FALSE;
    }
  if (!run->chaining_data)
    start_command (run, ccw);
  if (ccw->interrupt)
    note (run, NOTE_INTERRUPTION, 0, 0, 0);
  if (!move_data (run, ccw))
    return FALSE;
  run->chaining_data = ccw->chain_data && (device_has_more (run) || run->device->relentless);
  if (run->chaining_data)
    return TRUE;
  run->outcome = CHANNEL_INCORRECT_LENGTH;
  if (length_is_incorrect (run, ccw))
    return FALSE;
  run->outcome = run->step.unit_check ? CHANNEL_UNIT_CHECK : CHANNEL_DONE;
  return !run->step.unit_check && ccw->chain_command;
}

/* A TIC: not the first CCW, nor the target of another (PoP, "Transfer in Channel"). */
static gboolean
transfer (ChannelRun *run, const guint8 *raw)
{
  if (!run->tic_allowed)
    return FALSE;
  if (run->format1 && (raw[1] | raw[2] | raw[3] | (raw[4] & 0x80)) != 0)
    return FALSE;
  run->tic_allowed = FALSE;
  run->ccw = decode (run, raw).address;
  return TRUE;
}

static gboolean
next_ccw (ChannelRun *run)
{
  guint8 raw[8];
  Ccw ccw;

  run->outcome = CHANNEL_PROGRAM_CHECK;
  run->cpa = (guint32) run->ccw + 8;
  if (run->ccw % 8 != 0 || run->ccw >= run->limit
      || !run->memory->fetch (run->memory->ctx, run->ccw, raw, sizeof raw))
    return FALSE;
  if (is_tic (run, raw))
    return transfer (run, raw);
  ccw = decode (run, raw);
  run->tic_allowed = TRUE;
  run->ccws++;
  if (!execute (run, &ccw))
    return FALSE;
  run->ccw += 8;
  if (!run->chaining_data && run->step.status_modifier)
    run->ccw += 8;
  return TRUE;
}

static gboolean
is_watched (const ChannelRun *run)
{
  return run->device->relentless && run->chaining_data && run->ccw == run->device->unless_chained;
}

static void
go_on (ChannelRun *run)
{
  while (run->ccws < run->device->max_ccws && run->n_notes < CHANNEL_NOTES && !is_watched (run))
    if (!next_ccw (run))
      return;
  run->outcome = CHANNEL_ENDLESS;
}

/**
 * channel_start:
 * @run: (out caller-allocates): what happens
 * @orb: 12 bytes, command mode
 * @memory: where the program and its data are; must outlive @run
 * @device: what it does; must outlive @run
 */
void
channel_start (ChannelRun *run, const guint8 *orb, const ChannelMemory *memory,
               const ChannelDevice *device)
{
  gboolean format2_idaws = (orb[5] & 0x02) != 0;

  memset (run, 0, G_STRUCT_OFFSET (ChannelRun, notes));
  run->memory = memory;
  run->device = device;
  run->format1 = (orb[5] & 0x80) != 0;
  run->suspend_control = (orb[4] & 0x08) != 0;
  run->suppress_immediate = !run->format1 || (orb[7] & 0x80) != 0;
  run->idaw_size = format2_idaws ? 8 : 4;
  run->block = format2_idaws && (orb[5] & 0x01) == 0 ? 4096 : 2048;
  run->limit = run->format1 ? G_GUINT64_CONSTANT (1) << 31 : 1u << 24;
  run->ccw = word_at (orb + 8);
  go_on (run);
}

/**
 * channel_resume:
 * @run: a run that was suspended
 *
 * The CCW it was suspended at is fetched anew (PoP, "Resume Subchannel").
 */
void
channel_resume (ChannelRun *run)
{
  g_assert (run->outcome == CHANNEL_SUSPENDED);
  go_on (run);
}

const char *
channel_outcome_name (ChannelOutcome outcome)
{
  static const char *const names[] = {
    [CHANNEL_DONE] = "done",
    [CHANNEL_PROGRAM_CHECK] = "program-check",
    [CHANNEL_INCORRECT_LENGTH] = "incorrect-length",
    [CHANNEL_UNIT_CHECK] = "unit-check",
    [CHANNEL_SUSPENDED] = "suspended",
    [CHANNEL_ENDLESS] = "endless",
  };

  return names[outcome];
}
