/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Channel programs that read and write the blocks of an ECKD disk (3390) which
 * Linux has formatted: 12 of 4096 bytes on each of the 15 tracks of a cylinder.
 */
#pragma once

#include "subchannel.h"

#define BLOCK 4096u
#define BLOCKS_PER_TRACK 12u
#define FIRST_BLOCK (2 * BLOCKS_PER_TRACK) /* before are label and VTOC */
#define BLOCKS_MAX 128u

/* where programs and what belongs to them are in the guest's memory */
#define PROGRAM_AT MEMORY_START
#define PARAMETERS_AT (MEMORY_START + 0x10000)
#define LISTS_AT (MEMORY_START + 0x100000)
#define DATA_AT (MEMORY_START + 0x200000)

/* How the data of a CCW are found. */
typedef struct
{
  const char *name;
  uint32_t orb_flags;
  uint8_t ccw_flags;
  unsigned piece;  /* bytes that one entry of a list covers, 0 without lists */
  unsigned entry;  /* its size */
  unsigned stride; /* from one piece to the next in memory */
  unsigned offset; /* where the data begin, from DATA_AT */
} Addressing;

/* What to do with which blocks. */
typedef struct
{
  const Addressing *addressing;
  bool write;
  unsigned first;
  unsigned count;
  unsigned beyond; /* so many of them, the last ones, are outside of the extent */
} Transfer;

/*
 * Searches the first track for a record, until it comes by or the track has gone by; with
 * command chaining, so that what is to be done with it can be added.
 */
Program eckd_write_search_program (Client *client, uint8_t record);

Program eckd_write_blocks_program (Client *client, const Transfer *transfer);
Program eckd_write_track_program (Client *client, const Transfer *transfer, uint16_t size);
uint32_t eckd_data_address (const Addressing *addressing, uint32_t at);
