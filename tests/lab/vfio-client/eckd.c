/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Commands and their parameters are those of "IBM 3990/9390 Storage Control
 * Reference" (GA32-0274): SEEK, SEARCH ID EQUAL, DEFINE EXTENT, LOCATE RECORD,
 * READ TRACK, READ and WRITE DATA, the last two with multi-track.
 */
#include "eckd.h"

#include <string.h>

#define CMD_SEEK 0x07
#define CMD_SEARCH_ID_EQUAL 0x31
#define CMD_DEFINE_EXTENT 0x63
#define CMD_LOCATE_RECORD 0x47
#define CMD_READ_DATA_MULTITRACK 0x86
#define CMD_WRITE_DATA_MULTITRACK 0x85
#define CMD_READ_TRACK 0xde

/* define extent: what may be written, and that there is only cylinder and head */
#define MASK_NO_WRITES 0x40
#define MASK_UPDATES 0x80
#define ATTRIBUTES_ECKD 0xc0

/* locate record: operations (tracks from their home address on), "the length is given", "no
   sector is given" */
#define LOCATE_READ 0x06
#define LOCATE_WRITE 0x01
#define LOCATE_READ_TRACKS 0x4c
#define LENGTH_VALID 0x80
#define NO_SECTOR 0xff

#define HEADS 15u

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
  unsigned last = transfer->first + transfer->count - transfer->beyond - 1;

  memset (extent, 0, 16);
  extent[0] = transfer->write ? MASK_UPDATES : MASK_NO_WRITES;
  extent[1] = ATTRIBUTES_ECKD;
  put_be16 (extent + 2, BLOCK);
  put_track (extent + 8, transfer->first / BLOCKS_PER_TRACK);
  put_track (extent + 12, last / BLOCKS_PER_TRACK);
  program_add (program, CMD_DEFINE_EXTENT, CCW_CC, 16, PARAMETERS_AT);
}

/* OPERATION on COUNT blocks or tracks, of which the first is RECORD of its track. */
static void
add_locate_record (Program *program, uint8_t operation, unsigned count, unsigned track,
                   unsigned record)
{
  uint8_t *where = guest (program->client, PARAMETERS_AT + 16, 16);

  memset (where, 0, 16);
  where[0] = operation;
  where[1] = LENGTH_VALID;
  where[3] = count;
  put_track (where + 4, track);
  put_track (where + 8, track);
  where[12] = record;
  where[13] = NO_SECTOR;
  put_be16 (where + 14, BLOCK);
  program_add (program, CMD_LOCATE_RECORD, CCW_CC, 16, PARAMETERS_AT + 16);
}

/* Where byte AT of the data is in memory. */
uint32_t
eckd_data_address (const Addressing *addressing, uint32_t at)
{
  uint32_t data = DATA_AT + addressing->offset;

  if (!addressing->piece)
    return data + at;
  return data + at / addressing->piece * addressing->stride + at % addressing->piece;
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

/* The list for SIZE bytes from AT on, which is where a piece begins; returns where it is. */
static uint32_t
write_list (Client *client, const Addressing *addressing, uint32_t at, unsigned size)
{
  uint32_t list = LISTS_AT + at / addressing->piece * addressing->entry;
  uint32_t entry = list, end = at + size;

  for (; at < end; at += addressing->piece, entry += addressing->entry)
    put_entry (client, addressing, entry, eckd_data_address (addressing, at));
  return list;
}

/* A command for SIZE bytes of the data from AT on. */
static void
add_data (Program *program, const Addressing *addressing, uint8_t command, uint8_t flags,
          uint32_t at, uint16_t size)
{
  uint32_t address = addressing->piece ? write_list (program->client, addressing, at, size)
                                       : eckd_data_address (addressing, at);

  program_add (program, command, addressing->ccw_flags | flags, size, address);
}

Program
eckd_write_search_program (Client *client, uint8_t record)
{
  Program program = program_begin (client, PROGRAM_AT, ORB_USUAL);
  uint32_t id = PARAMETERS_AT + 8, search;

  memset (guest (client, PARAMETERS_AT, 16), 0, 16);
  *guest (client, id + 4, 1) = record;
  program_add (&program, CMD_SEEK, CCW_CC, 6, PARAMETERS_AT);
  search = program_add (&program, CMD_SEARCH_ID_EQUAL, CCW_CC, 5, id);
  program_add (&program, CMD_TIC, 0, 0, search);
  return program;
}

/* Reads or writes blocks, each with a CCW of its own. */
Program
eckd_write_blocks_program (Client *client, const Transfer *transfer)
{
  Program program = program_begin (client, PROGRAM_AT, transfer->addressing->orb_flags);
  uint8_t command = transfer->write ? CMD_WRITE_DATA_MULTITRACK : CMD_READ_DATA_MULTITRACK;
  unsigned block;

  add_define_extent (&program, transfer);
  add_locate_record (&program, transfer->write ? LOCATE_WRITE : LOCATE_READ, transfer->count,
                     transfer->first / BLOCKS_PER_TRACK, transfer->first % BLOCKS_PER_TRACK + 1);
  for (block = 0; block < transfer->count; block++)
    add_data (&program, transfer->addressing, command, block + 1 < transfer->count ? CCW_CC : 0,
              block * BLOCK, BLOCK);
  return program;
}

/*
 * Reads all there is on the track of the first block with one CCW, into a buffer of
 * SIZE bytes: for each record its count field, key and data.
 */
Program
eckd_write_track_program (Client *client, const Transfer *transfer, uint16_t size)
{
  Program program = program_begin (client, PROGRAM_AT, transfer->addressing->orb_flags);

  add_define_extent (&program, transfer);
  add_locate_record (&program, LOCATE_READ_TRACKS, 1, transfer->first / BLOCKS_PER_TRACK, 0);
  add_data (&program, transfer->addressing, CMD_READ_TRACK, CCW_SLI, 0, size);
  return program;
}
