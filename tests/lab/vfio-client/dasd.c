/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The subcommands for ECKD disks (3390): what the disk tells about itself, its
 * volume label, and its blocks, as Linux formats them: 12 of 4096 bytes on each
 * of the 15 tracks of a cylinder, from the third track on.
 *
 * Commands and their parameters are those of "IBM 3990/9390 Storage Control
 * Reference" (GA32-0274): READ DEVICE CHARACTERISTICS, SEEK, SEARCH ID EQUAL,
 * READ KEY AND DATA, DEFINE EXTENT, LOCATE RECORD, READ and WRITE DATA, the last
 * two with multi-track.
 */
#include "commands.h"
#include "subchannel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CMD_READ_CHARACTERISTICS 0x64
#define CMD_SEEK 0x07
#define CMD_SEARCH_ID_EQUAL 0x31
#define CMD_READ_KEY_AND_DATA 0x0e
#define CMD_DEFINE_EXTENT 0x63
#define CMD_LOCATE_RECORD 0x47
#define CMD_READ_DATA_MULTITRACK 0x86
#define CMD_WRITE_DATA_MULTITRACK 0x85

/* define extent: what may be written, and that there is only cylinder and head */
#define MASK_NO_WRITES 0x40
#define MASK_UPDATES 0x80
#define ATTRIBUTES_ECKD 0xc0

/* locate record: operations, "the length is given", "no sector is given" */
#define LOCATE_READ 0x06
#define LOCATE_WRITE 0x01
#define LENGTH_VALID 0x80
#define NO_SECTOR 0xff

#define BLOCK 4096u
#define BLOCKS_PER_TRACK 12u
#define HEADS 15u
#define FIRST_BLOCK (2 * BLOCKS_PER_TRACK) /* before are label and VTOC */
#define BLOCKS_MAX 128u

/* the volume label: record 3 of the first track, with a key */
#define LABEL_RECORD 3
#define LABEL_SIZE 84
#define CHARACTERISTICS_SIZE 64

#define PROGRAM_AT MEMORY_START
#define PARAMETERS_AT (MEMORY_START + 0x10000)
#define LISTS_AT (MEMORY_START + 0x100000)
#define DATA_AT (MEMORY_START + 0x200000)

/* addresses of data that are on no boundary, so that a block is in two pages */
#define ODD 0x120u

/* How the data of a CCW are found. */
typedef struct
{
  const char *name;
  uint32_t orb_flags;
  uint8_t ccw_flags;
  unsigned piece; /* bytes that one entry of a list covers, 0 without lists */
  unsigned entry; /* its size */
} Addressing;

static const Addressing addressings[] = {
  { "direct", ORB_USUAL, 0, 0, 0 },
  { "idaw64", ORB_USUAL, CCW_IDA, 4096, 8 },
  { "idaw64-2k", ORB_USUAL | ORB_IDA2K, CCW_IDA, 2048, 8 },
  { "idaw31", ORB_USUAL & ~ORB_IDA64, CCW_IDA, 2048, 4 },
};

/* What to do with which blocks. */
typedef struct
{
  const Addressing *addressing;
  bool write;
  unsigned first;
  unsigned count;
} Transfer;

static void
run_to_normal_end (const Program *program)
{
  Status status = run_program (program);

  if (!is_normal_end (&status))
    die ("ended with %s, sense %02x %02x", status_text (&status), status.ecw[0], status.ecw[1]);
}

static void
print_bytes (Client *client, uint32_t address, unsigned size)
{
  const uint8_t *bytes = guest (client, address, size);
  unsigned i;

  for (i = 0; i < size; i++)
    printf ("%s%02x", i ? " " : "", bytes[i]);
  putchar ('\n');
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
  print_bytes (client, DATA_AT, CHARACTERISTICS_SIZE);
  return 0;
}

/* The way that needs no extent: search until the record comes by. */
int
command_label (Client *client, int argc, char **argv)
{
  Program program = program_begin (client, PROGRAM_AT, ORB_USUAL);
  uint32_t id = PARAMETERS_AT + 8, search;

  (void) argv;
  if (argc)
    return 2;
  memset (guest (client, PARAMETERS_AT, 16), 0, 16);
  *guest (client, id + 4, 1) = LABEL_RECORD;
  program_add (&program, CMD_SEEK, CCW_CC, 6, PARAMETERS_AT);
  search = program_add (&program, CMD_SEARCH_ID_EQUAL, CCW_CC, 5, id);
  program_add (&program, CMD_TIC, 0, 0, search);
  program_add (&program, CMD_READ_KEY_AND_DATA, 0, LABEL_SIZE, DATA_AT);
  run_to_normal_end (&program);
  print_bytes (client, DATA_AT, LABEL_SIZE);
  return 0;
}

/* --- blocks ---------------------------------------------------------------- */

static void
put_track (uint8_t *to, unsigned track)
{
  put_be16 (to, track / HEADS);
  put_be16 (to + 2, track % HEADS);
}

static void
add_define_extent (Program *program, const Transfer *transfer)
{
  uint8_t *extent = guest (program->client, PARAMETERS_AT, 16);
  unsigned last = transfer->first + transfer->count - 1;

  memset (extent, 0, 16);
  extent[0] = transfer->write ? MASK_UPDATES : MASK_NO_WRITES;
  extent[1] = ATTRIBUTES_ECKD;
  put_be16 (extent + 2, BLOCK);
  put_track (extent + 8, transfer->first / BLOCKS_PER_TRACK);
  put_track (extent + 12, last / BLOCKS_PER_TRACK);
  program_add (program, CMD_DEFINE_EXTENT, CCW_CC, 16, PARAMETERS_AT);
}

static void
add_locate_record (Program *program, const Transfer *transfer)
{
  uint8_t *where = guest (program->client, PARAMETERS_AT + 16, 16);

  memset (where, 0, 16);
  where[0] = transfer->write ? LOCATE_WRITE : LOCATE_READ;
  where[1] = LENGTH_VALID;
  where[3] = transfer->count;
  put_track (where + 4, transfer->first / BLOCKS_PER_TRACK);
  put_track (where + 8, transfer->first / BLOCKS_PER_TRACK);
  where[12] = transfer->first % BLOCKS_PER_TRACK + 1;
  where[13] = NO_SECTOR;
  put_be16 (where + 14, BLOCK);
  program_add (program, CMD_LOCATE_RECORD, CCW_CC, 16, PARAMETERS_AT + 16);
}

/* Where byte AT of the data is in memory; pieces of lists are far from another. */
static uint32_t
place_of (const Addressing *addressing, uint32_t at)
{
  if (!addressing->piece)
    return DATA_AT + ODD + at;
  return DATA_AT + at / addressing->piece * (addressing->piece + BLOCK) / BLOCK * BLOCK
         + at % addressing->piece;
}

static void
put_entry (Client *client, const Addressing *addressing, uint32_t at, uint32_t address)
{
  uint8_t *entry = guest (client, at, addressing->entry);

  if (addressing->entry == 8)
    put_be64 (entry, address);
  else
    put_be32 (entry, address);
}

/* The list of one block's pieces; returns where it is. */
static uint32_t
write_list (Client *client, const Addressing *addressing, unsigned block)
{
  unsigned entries = BLOCK / addressing->piece, i;
  uint32_t list = LISTS_AT + block * entries * addressing->entry;

  for (i = 0; i < entries; i++)
    put_entry (client, addressing, list + i * addressing->entry,
               place_of (addressing, block * BLOCK + i * addressing->piece));
  return list;
}

static void
add_blocks (Program *program, const Transfer *transfer)
{
  const Addressing *addressing = transfer->addressing;
  uint8_t command = transfer->write ? CMD_WRITE_DATA_MULTITRACK : CMD_READ_DATA_MULTITRACK;
  uint32_t address;
  unsigned block;

  for (block = 0; block < transfer->count; block++)
    {
      address = addressing->piece ? write_list (program->client, addressing, block)
                                  : place_of (addressing, block * BLOCK);
      program_add (program, command,
                   addressing->ccw_flags | (block + 1 < transfer->count ? CCW_CC : 0), BLOCK,
                   address);
    }
}

static void
run_transfer (Client *client, const Transfer *transfer)
{
  Program program = program_begin (client, PROGRAM_AT, transfer->addressing->orb_flags);

  add_define_extent (&program, transfer);
  add_locate_record (&program, transfer);
  add_blocks (&program, transfer);
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
      uint8_t *bytes = guest (client, place_of (addressing, at), piece);

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
usage (const char *command)
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
    return usage ("read-blocks");
  run_transfer (client, &transfer);
  copy_data (client, &transfer);
  return fflush (stdout) ? 1 : 0;
}

int
command_write_blocks (Client *client, int argc, char **argv)
{
  Transfer transfer = { .write = true };

  if (!parse_transfer (&transfer, argc, argv))
    return usage ("write-blocks");
  copy_data (client, &transfer);
  run_transfer (client, &transfer);
  return 0;
}
