// SPDX-License-Identifier: LGPL-2.1-or-later
#include "channel-model.h"

#define MAX_COMMANDS 400
#define MAX_BYTES 400000u

typedef enum
{
  MOVE_NOTHING,
  MOVE_OUT,
  MOVE_IN,
  MOVE_IN_BACKWARD,
} Move;

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

typedef struct
{
  const ChannelMemory *memory;
  const ChannelStep *steps;
  guint n_steps;
  guint commands;
  gboolean format1;
  gboolean suspend_control;
  gboolean suppress_immediate;
  guint idaw_size;
  guint64 block;
  Move move;
  ChannelStep step;
  guint32 moved;           /* bytes of this command, over data chaining */
  ChannelResult *result;
} Channel;

static guint32
word_at (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 | bytes[3];
}

static void
note (Channel *channel, ChannelNoteKind kind, guint64 address, guint8 byte)
{
  ChannelNote entry = { kind, address, byte };

  g_array_append_val (channel->result->notes, entry);
}

static Ccw
decode (const Channel *channel, const guint8 *raw)
{
  guint8 flags = channel->format1 ? raw[1] : raw[4];
  const guint8 *count = channel->format1 ? raw + 2 : raw + 6;

  return (Ccw) {
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
    .address = channel->format1 ? word_at (raw + 4) : word_at (raw) & 0xffffff,
  };
}

static gboolean
is_tic (const Channel *channel, const guint8 *raw)
{
  return channel->format1 ? raw[0] == 0x08 : (raw[0] & 0x0f) == 0x08;
}

static Move
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

/* Where the byte number @index of a CCW's data area is; FALSE: program check. */
static gboolean
locate_direct (const Channel *channel, const Ccw *ccw, guint32 index, guint64 *address)
{
  guint64 limit = channel->format1 ? G_GUINT64_CONSTANT (1) << 31 : 1u << 24;

  if (channel->move == MOVE_IN_BACKWARD && index > ccw->address)
    return FALSE;
  *address = channel->move == MOVE_IN_BACKWARD ? (guint64) ccw->address - index
                                               : (guint64) ccw->address + index;
  return *address < limit;
}

static gboolean
fetch_idaw (const Channel *channel, const Ccw *ccw, guint64 index, guint64 *idaw)
{
  guint8 raw[8];
  guint64 at = ccw->address + index * channel->idaw_size;

  if (ccw->address % channel->idaw_size != 0 || at >> (channel->format1 ? 31 : 24) != 0)
    return FALSE;
  if (!channel->memory->fetch (channel->memory->ctx, at, raw, channel->idaw_size))
    return FALSE;
  *idaw = word_at (raw);
  if (channel->idaw_size == 8)
    *idaw = *idaw << 32 | word_at (raw + 4);
  return channel->idaw_size == 8 || *idaw >> 31 == 0;
}

static gboolean
locate_indirect (const Channel *channel, const Ccw *ccw, guint32 index, guint64 *address)
{
  gboolean backward = channel->move == MOVE_IN_BACKWARD;
  guint64 block = channel->block;
  guint64 first, idaw, in_first, behind;

  if (!fetch_idaw (channel, ccw, 0, &first))
    return FALSE;
  in_first = backward ? first % block + 1 : block - first % block;
  if (index < in_first)
    {
      *address = backward ? first - index : first + index;
      return TRUE;
    }
  behind = index - in_first;
  if (!fetch_idaw (channel, ccw, 1 + behind / block, &idaw))
    return FALSE;
  if (idaw % block != (backward ? block - 1 : 0))
    return FALSE;
  *address = backward ? idaw - behind % block : idaw + behind % block;
  return TRUE;
}

/* What a device sends is a function of the command and the place in its data. */
static guint8
device_byte (const Channel *channel)
{
  return (guint8) (channel->commands * 37 + channel->moved * 11 + (channel->moved >> 8));
}

static gboolean
move_byte (Channel *channel, const Ccw *ccw, guint32 index)
{
  gboolean input = channel->move != MOVE_OUT;
  guint64 address;
  guint8 *byte;

  if (input && ccw->skip)
    {
      note (channel, NOTE_SKIPPED, 0, device_byte (channel));
      return TRUE;
    }
  if (!(ccw->indirect ? locate_indirect : locate_direct) (channel, ccw, index, &address))
    return FALSE;
  byte = channel->memory->data (channel->memory->ctx, address);
  if (byte == NULL)
    return FALSE;
  if (input)
    *byte = device_byte (channel);
  note (channel, input ? NOTE_TO_MEMORY : NOTE_FROM_MEMORY,
        channel->memory->name (channel->memory->ctx, address), *byte);
  return TRUE;
}

/* Moves the data of one CCW. Returns: FALSE for a program check. */
static gboolean
move_data (Channel *channel, const Ccw *ccw)
{
  guint32 want = channel->move == MOVE_NOTHING ? 0 : ccw->count;

  if (channel->step.bytes != CHANNEL_ALL)
    want = MIN (want, channel->step.bytes - channel->moved);
  for (guint32 i = 0; i < want; i++, channel->moved++)
    if (!move_byte (channel, ccw, i))
      return FALSE;
  channel->result->residual = ccw->count - want;
  return TRUE;
}

/* PoP, "Program Check": what is invalid about a CCW itself. */
static gboolean
ccw_is_valid (const Channel *channel, const Ccw *ccw, gboolean chaining_data)
{
  guint8 code = ccw->command & 0x0f;

  if (!chaining_data && (code == 0 || code == 0x08))
    return FALSE;
  if (ccw->modified_indirect)
    return FALSE;
  if (ccw->count != 0)
    return TRUE;
  return channel->format1 && !chaining_data && !ccw->chain_data;
}

static void
start_command (Channel *channel, const Ccw *ccw)
{
  static const ChannelStep everything = { .bytes = CHANNEL_ALL };

  channel->move = move_of (ccw->command);
  channel->step = channel->commands < channel->n_steps ? channel->steps[channel->commands]
                                                       : everything;
  channel->moved = 0;
  channel->commands++;
  note (channel, NOTE_COMMAND, 0, ccw->command);
}

static gboolean
device_has_more (const Channel *channel)
{
  return channel->move != MOVE_NOTHING &&
         (channel->step.bytes == CHANNEL_ALL || channel->moved < channel->step.bytes);
}

static gboolean
length_is_incorrect (const Channel *channel, const Ccw *ccw)
{
  if (ccw->chain_data)
    return TRUE;
  if (ccw->suppress_length)
    return FALSE;
  if (channel->move == MOVE_NOTHING)
    return ccw->count != 0 && !channel->suppress_immediate;
  if (channel->step.bytes == CHANNEL_ALL)
    return FALSE;
  return channel->result->residual != 0 || device_has_more (channel);
}

/* One CCW that is no TIC. Returns: whether the channel goes on. */
static gboolean
execute (Channel *channel, const Ccw *ccw, gboolean *chaining_data)
{
  ChannelResult *result = channel->result;

  result->outcome = CHANNEL_PROGRAM_CHECK;
  if (!ccw_is_valid (channel, ccw, *chaining_data))
    return FALSE;
  if (ccw->suspend)
    {
      if (channel->suspend_control)
        result->outcome = CHANNEL_SUSPENDED;
      return FALSE;
    }
  if (!*chaining_data)
    start_command (channel, ccw);
  result->interrupted |= ccw->interrupt;
  if (!move_data (channel, ccw))
    return FALSE;
  *chaining_data = ccw->chain_data && device_has_more (channel);
  if (*chaining_data)
    return TRUE;
  result->outcome = CHANNEL_INCORRECT_LENGTH;
  if (length_is_incorrect (channel, ccw))
    return FALSE;
  result->outcome = channel->step.unit_check ? CHANNEL_UNIT_CHECK : CHANNEL_DONE;
  return !channel->step.unit_check && ccw->chain_command;
}

static void
run (Channel *channel, guint32 cpa)
{
  guint64 limit = channel->format1 ? G_GUINT64_CONSTANT (1) << 31 : 1u << 24;
  ChannelResult *result = channel->result;
  gboolean chaining_data = FALSE;
  gboolean tic_allowed = FALSE;
  guint8 raw[8];

  while (channel->commands < MAX_COMMANDS && result->notes->len < MAX_BYTES)
    {
      result->outcome = CHANNEL_PROGRAM_CHECK;
      result->cpa = cpa + 8;
      if (cpa % 8 != 0 || cpa >= limit ||
          !channel->memory->fetch (channel->memory->ctx, cpa, raw, sizeof raw))
        return;
      Ccw ccw = decode (channel, raw);

      if (is_tic (channel, raw))
        {
          if (!tic_allowed)
            return;
          if (channel->format1 && (raw[1] | raw[2] | raw[3] | (raw[4] & 0x80)) != 0)
            return;
          tic_allowed = FALSE;
          cpa = ccw.address;
          continue;
        }
      tic_allowed = TRUE;
      if (!execute (channel, &ccw, &chaining_data))
        return;
      cpa += 8;
      if (!chaining_data && channel->step.status_modifier)
        cpa += 8;
    }
  result->outcome = CHANNEL_ENDLESS;
}

/**
 * channel_run:
 * @orb: 12 bytes, command mode
 * @memory: where the program and its data are
 * @steps: (array length=n_steps): what the device does with each command; behind
 *   them it moves what it is asked to
 *
 * Returns: (transfer full): what happened.
 */
ChannelResult *
channel_run (const guint8 *orb, const ChannelMemory *memory, const ChannelStep *steps,
             guint n_steps)
{
  ChannelResult *result = g_new0 (ChannelResult, 1);
  gboolean format2_idaws = (orb[5] & 0x02) != 0;
  Channel channel = {
    .memory = memory,
    .steps = steps,
    .n_steps = n_steps,
    .format1 = (orb[5] & 0x80) != 0,
    .suspend_control = (orb[4] & 0x08) != 0,
    .suppress_immediate = (orb[5] & 0x80) == 0 || (orb[7] & 0x80) != 0,
    .idaw_size = format2_idaws ? 8 : 4,
    .block = format2_idaws && (orb[5] & 0x01) == 0 ? 4096 : 2048,
    .result = result,
  };

  result->notes = g_array_new (FALSE, FALSE, sizeof (ChannelNote));
  run (&channel, word_at (orb + 8));
  return result;
}

void
channel_result_free (ChannelResult *result)
{
  g_array_unref (result->notes);
  g_free (result);
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
