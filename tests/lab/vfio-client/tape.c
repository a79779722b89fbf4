/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The subcommand for tapes: records of several sizes are written, then read
 * forward, over the tape mark behind them, and backward, where the first byte
 * that comes from the tape goes to the highest address ("IBM 3480 Magnetic Tape
 * Subsystem Reference", GA32-0042).
 */
#include "commands.h"
#include "subchannel.h"

#include <stdio.h>
#include <string.h>

#define CMD_WRITE 0x01
#define CMD_READ_FORWARD 0x02
#define CMD_READ_BACKWARD 0x0c
#define CMD_REWIND 0x07
#define CMD_WRITE_TAPE_MARK 0x1f

#define DSTAT_UNIT_EXCEPTION 0x01

#define PROGRAM_AT MEMORY_START
#define LIST_AT (MEMORY_START + 0x10000)
#define DATA_AT (MEMORY_START + 0x200000)
#define PIECE 4096u

/* up to several pages, and no multiples of anything */
static const unsigned sizes[] = { 18, 80, 4096, 5000, 32760 };
#define RECORDS (sizeof sizes / sizeof sizes[0])

/* Differs from byte to byte and from record to record. */
static uint8_t
byte_of (unsigned record, unsigned i)
{
  return (i * 7 + record * 31) ^ i >> 8;
}

/*
 * One command that moves SIZE bytes at DATA_AT, directly. Backward its address is
 * that of the last byte.
 */
static Status
run_direct (Client *client, uint8_t command, unsigned size)
{
  Program program = program_begin (client, PROGRAM_AT, ORB_USUAL);
  uint32_t address = command == CMD_READ_BACKWARD ? DATA_AT + size - 1 : DATA_AT;

  program_add (&program, command, CCW_SLI, size ? size : 1, address);
  return run_program (&program);
}

/*
 * The same by way of a list. Backward the first entry is that of the last byte,
 * and the others are those of the last byte of a piece each (Principles of
 * Operation, chapter 15).
 */
static Status
run_with_list (Client *client, uint8_t command, unsigned size)
{
  Program program = program_begin (client, PROGRAM_AT, ORB_USUAL);
  bool backward = command == CMD_READ_BACKWARD;
  unsigned pieces = (size + PIECE - 1) / PIECE, i;

  for (i = 0; i < pieces; i++)
    {
      uint32_t forward = DATA_AT + i * PIECE;
      uint32_t down = i ? DATA_AT + (pieces - i) * PIECE - 1 : DATA_AT + size - 1;

      put_be64 (guest (client, LIST_AT + 8 * i, 8), backward ? down : forward);
    }
  program_add (&program, command, CCW_SLI | CCW_IDA, size, LIST_AT);
  return run_program (&program);
}

static Status
run_command (Client *client, uint8_t command, unsigned size, bool with_list)
{
  return with_list ? run_with_list (client, command, size) : run_direct (client, command, size);
}

static void
expect_end (const Status *status, unsigned dstat, const char *what)
{
  if (status->cc || status->cstat || status->dstat != dstat)
    die ("%s ended with %s, sense %02x %02x", what, status_text (status), status->ecw[0],
         status->ecw[1]);
}

static void
control (Client *client, uint8_t command, const char *what)
{
  Status status = run_direct (client, command, 0);

  expect_end (&status, DSTAT_CHANNEL_END | DSTAT_DEVICE_END, what);
}

static void
write_record (Client *client, unsigned record, bool with_list)
{
  uint8_t *data = guest (client, DATA_AT, sizes[record]);
  Status status;
  unsigned i;

  for (i = 0; i < sizes[record]; i++)
    data[i] = byte_of (record, i);
  status = run_command (client, CMD_WRITE, sizes[record], with_list);
  expect_end (&status, DSTAT_CHANNEL_END | DSTAT_DEVICE_END, "write");
}

static void
read_record (Client *client, unsigned record, uint8_t command, bool with_list)
{
  uint8_t *data = guest (client, DATA_AT, sizes[record]);
  Status status;
  unsigned i;

  memset (data, 0, sizes[record]);
  status = run_command (client, command, sizes[record], with_list);
  expect_end (&status, DSTAT_CHANNEL_END | DSTAT_DEVICE_END, "read");
  for (i = 0; i < sizes[record]; i++)
    {
      if (data[i] != byte_of (record, i))
        die ("command %02x, record %u, byte %u is %02x, not %02x", command, record, i, data[i],
             byte_of (record, i));
    }
}

/* A tape mark ends a read with unit exception and without data. */
static void
read_tape_mark (Client *client, uint8_t command)
{
  Status status = run_direct (client, command, 80);

  expect_end (&status, DSTAT_CHANNEL_END | DSTAT_DEVICE_END | DSTAT_UNIT_EXCEPTION, "tape mark");
}

static void
cycle (Client *client, bool with_list)
{
  unsigned record;

  control (client, CMD_REWIND, "rewind");
  for (record = 0; record < RECORDS; record++)
    write_record (client, record, with_list);
  control (client, CMD_WRITE_TAPE_MARK, "write tape mark");
  control (client, CMD_REWIND, "rewind");
  for (record = 0; record < RECORDS; record++)
    read_record (client, record, CMD_READ_FORWARD, with_list);
  read_tape_mark (client, CMD_READ_FORWARD);
  read_tape_mark (client, CMD_READ_BACKWARD);
  for (record = RECORDS; record-- > 0;)
    read_record (client, record, CMD_READ_BACKWARD, with_list);
  printf ("%zu records forward and backward, %s\n", RECORDS, with_list ? "by lists" : "directly");
}

int
command_tape (Client *client, int argc, char **argv)
{
  (void) argv;
  if (argc)
    {
      fputs ("usage: vfio-client tape UUID\n", stderr);
      return 2;
    }
  cycle (client, false);
  cycle (client, true);
  return 0;
}
