/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The subcommands for what goes wrong with a device: programs that it ends with a
 * unit check, status that nobody has asked for, and disks that are used without
 * pause while somebody does something to them.
 */
#include "commands.h"
#include "eckd.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CMD_SENSE 0x04
#define SENSE_SIZE 32

#define DSTAT_ATTENTION 0x80

/* extended control information is there: the sense bytes, see the ESW's word 1 */
#define ESW_CONCURRENT_SENSE 0x01000000u

/* how long an interrupt may need on a machine that does something else, too */
#define STREAM_PATIENCE_MS 120000

/* between two attempts to start a program that is refused */
#define PAUSE_NS 20000000

/* by lists, with blocks that are in no adjacent pages */
static const Addressing by_lists = { "", ORB_USUAL, CCW_IDA, BLOCK, 8, 2 * BLOCK, 0 };

static volatile sig_atomic_t is_to_end;

static uint8_t *
block_of (Client *client, unsigned block)
{
  return guest (client, eckd_data_address (&by_lists, block * BLOCK), BLOCK);
}

/* --- unit checks ---------------------------------------------------------- */

static const uint8_t *
ask_for_sense (Client *client)
{
  Program program = program_begin (client, PROGRAM_AT, ORB_USUAL);
  Status status;

  program_add (&program, CMD_SENSE, CCW_SLI, SENSE_SIZE, DATA_AT);
  memset (guest (client, DATA_AT, SENSE_SIZE), 0, SENSE_SIZE);
  status = run_program (&program);
  if (!is_normal_end (&status))
    die ("Sense ended with %s", status_text (&status));
  return guest (client, DATA_AT, SENSE_SIZE);
}

/* Prints the status, and the sense bytes that came with it or, else, that the device tells. */
static void
print_end (Client *client, const Status *status)
{
  bool is_concurrent = get_be32 (status->esw + 4) & ESW_CONCURRENT_SENSE;
  const uint8_t *sense = is_concurrent ? status->ecw : ask_for_sense (client);
  unsigned i;

  printf ("dstat %02x cstat %02x sense", status->dstat, status->cstat);
  for (i = 0; i < SENSE_SIZE; i++)
    printf (" %02x", sense[i]);
  putchar ('\n');
}

/* One command that moves a byte. */
static Program
command_program (Client *client, unsigned code)
{
  Program program = program_begin (client, PROGRAM_AT, ORB_USUAL);

  program_add (&program, code, CCW_SLI, 1, DATA_AT);
  return program;
}

/* Searches the first track's record of that number, and does nothing with it. */
static Program
search_program (Client *client, unsigned record)
{
  Program program = eckd_write_search_program (client, record);

  program_add (&program, CMD_NOP, CCW_SLI, 1, DATA_AT);
  return program;
}

/* Reads blocks of which the last ones are not in the extent. */
static Program
extent_program (Client *client, char **argv)
{
  const Transfer transfer = {
    .addressing = &by_lists,
    .first = strtoul (argv[0], NULL, 10),
    .count = strtoul (argv[1], NULL, 10),
    .beyond = strtoul (argv[2], NULL, 10),
  };

  return eckd_write_blocks_program (client, &transfer);
}

int
command_fault (Client *client, int argc, char **argv)
{
  Program program;
  Status status;

  if (argc == 2 && !strcmp (argv[0], "command"))
    program = command_program (client, strtoul (argv[1], NULL, 16));
  else if (argc == 2 && !strcmp (argv[0], "record"))
    program = search_program (client, strtoul (argv[1], NULL, 10));
  else if (argc == 4 && !strcmp (argv[0], "extent"))
    program = extent_program (client, argv + 1);
  else
    return usage ("fault UUID command CODE | record NUMBER | extent FIRST COUNT BEYOND");
  status = run_program (&program);
  print_end (client, &status);
  return status.dstat & DSTAT_UNIT_CHECK ? 0 : 1;
}

/* --- a program that goes on --------------------------------------------------- */

/* Writes a block, and then does nothing for ever, which it tells each time. */
static Program
busy_program (Client *client, unsigned block)
{
  const Transfer transfer = { .addressing = &by_lists, .write = true, .first = block, .count = 1 };
  Program program = eckd_write_blocks_program (client, &transfer);
  uint32_t again;

  guest (client, program.next - 8, 8)[1] |= CCW_CC;
  again = program_add (&program, CMD_NOP, CCW_CC | CCW_SLI | CCW_PCI, 1, DATA_AT);
  program_tic (&program, again);
  return program;
}

int
command_busy (Client *client, int argc, char **argv)
{
  Program program;
  Status status;
  int error;

  if (argc != 1)
    return usage ("busy UUID BLOCK");
  program = busy_program (client, strtoul (argv[0], NULL, 10));
  error = start_subchannel (&program);
  if (error)
    die ("the program was refused: %s", strerror (error));
  do
    if (!wait_for_status (client, &status))
      die ("no interrupt");
    else
      puts (status_text (&status));
  while (!(status.stctl & STCTL_SECONDARY));
  return 0;
}

/* --- status that nobody has asked for --------------------------------------- */

int
command_await (Client *client, int argc, char **argv)
{
  Status status;

  (void) argv;
  if (argc)
    return usage ("await UUID");
  puts ("waiting");
  if (!client_wait (client->io_event, STREAM_PATIENCE_MS))
    die ("no interrupt");
  status = test_subchannel (client);
  puts (status_text (&status));
  return 0;
}

/* --- a disk in use ---------------------------------------------------------- */

typedef enum
{
  OUTCOME_NONE,
  OUTCOME_WORKS,
  OUTCOME_REFUSED,
  OUTCOME_CLEARED,
  OUTCOME_CHECKED,
  OUTCOME_WANTED_BACK,
} Outcome;

/* A stream of transfers of the same blocks. */
typedef struct
{
  Client *client;
  Transfer transfer;
  uint8_t generation; /* of what was written last */
  unsigned long done;
  bool had_attention;
  Outcome last;
  char text[128]; /* about what was last */
} Stream;

static void
end_soon (int signal_number)
{
  (void) signal_number;
  is_to_end = 1;
}

/* Waits for an interrupt, or for the wish to have the device back. */
static bool
wait_for_either (Client *client)
{
  struct pollfd fds[] = {
    { .fd = client->io_event, .events = POLLIN },
    { .fd = client->request_event, .events = POLLIN },
  };
  int ready;

  do
    ready = poll (fds, 2, STREAM_PATIENCE_MS);
  while (ready < 0 && errno == EINTR);
  if (ready <= 0)
    die ("no interrupt");
  return fds[0].revents & POLLIN && client_wait (client->io_event, 0);
}

/* A clear, the end of a program that the driver has cleared, comes alone. */
static bool
is_over (const Status *status)
{
  return status->cc || status->stctl & STCTL_SECONDARY || status->fctl & FCTL_CLEAR;
}

static void
note_attention (Stream *stream, const Status *status)
{
  if (!(status->dstat & DSTAT_ATTENTION))
    return;
  if (!stream->had_attention)
    puts ("attention");
  stream->had_attention = true;
}

/* Attention that comes with the end of a program is no fault of the program. */
static bool
has_worked (const Status *status)
{
  Status without = *status;

  without.dstat &= ~DSTAT_ATTENTION;
  return is_normal_end (&without);
}

static Outcome
judge (Stream *stream, const Status *status)
{
  if (has_worked (status))
    return OUTCOME_WORKS;
  snprintf (stream->text, sizeof stream->text, "%s", status_text (status));
  return status->fctl & FCTL_CLEAR ? OUTCOME_CLEARED : OUTCOME_CHECKED;
}

static Outcome
run_once (Stream *stream)
{
  Program program = eckd_write_blocks_program (stream->client, &stream->transfer);
  Status status = { 0 };
  int error;

  if (client_wait (stream->client->request_event, 0))
    return OUTCOME_WANTED_BACK;
  error = start_subchannel (&program);
  if (error)
    {
      snprintf (stream->text, sizeof stream->text, "%s", strerror (error));
      return OUTCOME_REFUSED;
    }
  do
    {
      if (!wait_for_either (stream->client))
        return OUTCOME_WANTED_BACK;
      status = test_subchannel (stream->client);
      note_attention (stream, &status);
    }
  while (!is_over (&status));
  return judge (stream, &status);
}

static uint8_t
byte_of (const Stream *stream, unsigned block, unsigned i)
{
  return i * 13 + block * 7 + stream->generation;
}

static void
fill (Stream *stream)
{
  unsigned block, i;

  stream->generation++;
  for (block = 0; block < stream->transfer.count; block++)
    for (i = 0; i < BLOCK; i++)
      block_of (stream->client, block)[i] = byte_of (stream, block, i);
}

static void
compare (Stream *stream)
{
  unsigned block, i;

  for (block = 0; block < stream->transfer.count; block++)
    for (i = 0; i < BLOCK; i++)
      if (block_of (stream->client, block)[i] != byte_of (stream, block, i))
        die ("block %u, byte %u is not what was written", block, i);
}

/* Says what has come of an attempt, with what there is to say about it. */
static void
tell (const Stream *stream, Outcome outcome)
{
  static const char *const names[]
      = { "", "works", "refused", "cleared", "checked", "wanted back" };
  bool has_text = outcome != OUTCOME_WORKS && outcome != OUTCOME_WANTED_BACK;

  printf ("%s%s%s\n", names[outcome], has_text ? ": " : "", has_text ? stream->text : "");
}

/* Repeated until it works, or there is reason to stop. */
static bool
transfer_all (Stream *stream, bool write)
{
  const struct timespec pause = { .tv_nsec = PAUSE_NS };
  Outcome outcome;

  stream->transfer.write = write;
  for (;;)
    {
      outcome = run_once (stream);
      if (outcome != stream->last)
        tell (stream, outcome);
      stream->last = outcome;
      if (outcome == OUTCOME_WORKS)
        return true;
      if (is_to_end || outcome == OUTCOME_WANTED_BACK)
        return false;
      nanosleep (&pause, NULL);
    }
}

/*
 * Writes blocks, reads them again and compares, until SIGTERM. Says what comes of
 * it each time that this is other than before.
 */
int
command_stream (Client *client, int argc, char **argv)
{
  Stream stream = { .client = client, .transfer.addressing = &by_lists };

  if (argc != 2)
    return usage ("stream UUID FIRST COUNT");
  signal (SIGTERM, end_soon);
  stream.transfer.first = strtoul (argv[0], NULL, 10);
  stream.transfer.count = strtoul (argv[1], NULL, 10);
  while (!is_to_end)
    {
      fill (&stream);
      if (!transfer_all (&stream, true) || !transfer_all (&stream, false))
        break;
      compare (&stream);
      stream.done++;
    }
  printf ("%s after %lu\n", stream.last == OUTCOME_WORKS ? "done" : "stopped", stream.done);
  return stream.done ? 0 : 1;
}
