/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rows.h"

#include <string.h>

/* one after the other in memory, from the beginning of a page */
static const Addressing direct = { .orb_flags = ORB_USUAL };
static const Addressing by_4k
    = { .orb_flags = ORB_USUAL, .ccw_flags = CCW_IDA, .piece = 4096, .entry = 8, .stride = 4096 };
static const Addressing by_2k = { .orb_flags = ORB_USUAL | ORB_IDA2K,
                                  .ccw_flags = CCW_IDA,
                                  .piece = 2048,
                                  .entry = 8,
                                  .stride = 2048 };
/* no two pages side by side */
static const Addressing scattered
    = { .orb_flags = ORB_USUAL, .ccw_flags = CCW_IDA, .piece = 4096, .entry = 8, .stride = 8192 };

const Row rows[] = {
  { "4k-sequential", &direct, 1, .by_host_too = true },
  { "4k-random", &direct, 1, .random = true, .by_host_too = true },
  { "track-sequential", &direct, BLOCKS_PER_TRACK, .by_host_too = true },
  { "track-random", &direct, BLOCKS_PER_TRACK, .random = true, .by_host_too = true },
  { "64k-sequential", &direct, 16, .by_host_too = true },
  { "64k-random", &direct, 16, .random = true, .by_host_too = true },
  { "64k-idal-4k", &by_4k, .blocks = 16 },
  { "64k-idal-2k", &by_2k, .blocks = 16 },
  { "64k-scattered", &scattered, .blocks = 16 },
  { "one-ccw-direct", &direct, BLOCKS_PER_TRACK, .by_track = true },
  { "one-ccw-idal-4k", &by_4k, BLOCKS_PER_TRACK, .by_track = true },
  { "one-ccw-idal-2k", &by_2k, BLOCKS_PER_TRACK, .by_track = true },
  { 0 },
};

/* The same places in every run: multiplying by a prime goes round them all. */
static unsigned
place_of (const Row *row, unsigned reading)
{
  unsigned places = REGION_BLOCKS / row->blocks;

  return (row->random ? reading * 101 + 5 : reading) % places;
}

unsigned
row_first_block (const Row *row, unsigned reading)
{
  return FIRST_BLOCK + place_of (row, reading) * row->blocks;
}

/*
 * Behind the CCWs there is nothing: what is there, such as an older program, may be
 * part of this one, for a status modifier can lead there.
 */
Program
row_write_program (Client *client, const Row *row, unsigned reading)
{
  Transfer transfer = { .addressing = row->addressing,
                        .first = row_first_block (row, reading),
                        .count = row->blocks };

  memset (guest (client, PROGRAM_AT, BLOCK), 0, BLOCK);
  return row->by_track ? eckd_write_track_program (client, &transfer, MOST)
                       : eckd_write_blocks_program (client, &transfer);
}
