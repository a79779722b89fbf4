/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The subcommands for ECKD disks (3390): what the disk tells about itself, its
 * volume label, and its blocks (eckd.h), from the third track on.
 *
 * Commands and their parameters are those of "IBM 3990/9390 Storage Control
 * Reference" (GA32-0274): READ DEVICE CHARACTERISTICS and READ KEY AND DATA.
 */
#include "commands.h"
#include "eckd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CMD_READ_CHARACTERISTICS 0x64
#define CMD_READ_KEY_AND_DATA 0x0e

/* the volume label: record 3 of the first track, with a key */
#define LABEL_RECORD 3
#define LABEL_SIZE 84
#define CHARACTERISTICS_SIZE 64

/* addresses of data that are on no boundary, so that a block is in two pages */
#define ODD 0x120u

/* and pieces of which no two are in adjacent pages */
#define FAR (2 * BLOCK)

static const Addressing addressings[] = {
  { .name = "direct", .orb_flags = ORB_USUAL, .offset = ODD },
  { "idaw64", ORB_USUAL, CCW_IDA, 4096, 8, FAR, 0 },
  { "idaw64-2k", ORB_USUAL | ORB_IDA2K, CCW_IDA, 2048, 8, FAR, 0 },
  { "idaw31", ORB_USUAL & ~ORB_IDA64, CCW_IDA, 2048, 4, FAR, 0 },
};

static void
run_to_normal_end (const Program *program)
{
  Status status = run_program (program);

  if (!is_normal_end (&status))
    die ("ended with %s, sense %02x %02x", status_text (&status), status.ecw[0], status.ecw[1]);
}

int
command_characteristics (Client *client, int argc, char **argv)
{
  Program program = program_begin (client, PROGRAM_AT, ORB_USUAL);

  (void) argv;
  if (argc)
    return 2;
  program_add (&program, CMD_READ_CHARACTERISTICS, 0, CHARACTERISTICS_SIZE, DATA_AT);
  run_to_normal_end (&program);
  print_hex (guest (client, DATA_AT, CHARACTERISTICS_SIZE), CHARACTERISTICS_SIZE);
  return 0;
}

/* The way that needs no extent: search until the record comes by. */
int
command_label (Client *client, int argc, char **argv)
{
  Program program = eckd_write_search_program (client, LABEL_RECORD);

  (void) argv;
  if (argc)
    return 2;
  program_add (&program, CMD_READ_KEY_AND_DATA, 0, LABEL_SIZE, DATA_AT);
  run_to_normal_end (&program);
  print_hex (guest (client, DATA_AT, LABEL_SIZE), LABEL_SIZE);
  return 0;
}

/* --- blocks ---------------------------------------------------------------- */

static void
run_transfer (Client *client, const Transfer *transfer)
{
  Program program = eckd_write_blocks_program (client, transfer);

  run_to_normal_end (&program);
}

/* All data between memory and standard input or output, in pieces that lie together. */
static void
copy_data (Client *client, const Transfer *transfer)
{
  const Addressing *addressing = transfer->addressing;
  unsigned piece = addressing->piece ? addressing->piece : BLOCK;
  uint32_t at;

  for (at = 0; at < transfer->count * BLOCK; at += piece)
    {
      uint8_t *bytes = guest (client, eckd_data_address (addressing, at), piece);

      if (transfer->write ? fread (bytes, piece, 1, stdin) != 1
                          : fwrite (bytes, piece, 1, stdout) != 1)
        die ("%s: not all of the data", transfer->write ? "input" : "output");
    }
}

static const Addressing *
find_addressing (const char *name)
{
  size_t i;

  for (i = 0; i < sizeof addressings / sizeof addressings[0]; i++)
    {
      if (!strcmp (addressings[i].name, name))
        return &addressings[i];
    }
  return NULL;
}

static bool
parse_transfer (Transfer *transfer, int argc, char **argv)
{
  if (argc != 3)
    return false;
  transfer->first = strtoul (argv[0], NULL, 10);
  transfer->count = strtoul (argv[1], NULL, 10);
  transfer->addressing = find_addressing (argv[2]);
  return transfer->first >= FIRST_BLOCK && transfer->count && transfer->count <= BLOCKS_MAX
         && transfer->addressing;
}

static int
blocks_usage (const char *command)
{
  fprintf (stderr,
           "usage: vfio-client %s UUID FIRST COUNT direct|idaw64|idaw64-2k|idaw31\n"
           "FIRST is at least %u, COUNT is 1 to %u\n",
           command, FIRST_BLOCK, BLOCKS_MAX);
  return 2;
}

int
command_read_blocks (Client *client, int argc, char **argv)
{
  Transfer transfer = { .write = false };

  if (!parse_transfer (&transfer, argc, argv))
    return blocks_usage ("read-blocks");
  run_transfer (client, &transfer);
  copy_data (client, &transfer);
  return fflush (stdout) ? 1 : 0;
}

int
command_write_blocks (Client *client, int argc, char **argv)
{
  Transfer transfer = { .write = true };

  if (!parse_transfer (&transfer, argc, argv))
    return blocks_usage ("write-blocks");
  copy_data (client, &transfer);
  run_transfer (client, &transfer);
  return 0;
}
