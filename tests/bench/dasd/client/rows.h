/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is read of the disk, and how. */
#pragma once

#include "eckd.h"

/* the blocks that are read, behind label and VTOC: 24 tracks */
#define REGION_BLOCKS (24 * BLOCKS_PER_TRACK)

/* the most one CCW can say */
#define MOST 65535

typedef struct
{
  const char *name;
  const Addressing *addressing;
  unsigned blocks;  /* in one reading */
  bool random;      /* else one after the other */
  bool by_track;    /* by one CCW that reads a track, into MOST bytes */
  bool by_host_too; /* the host can read so as well */
} Row;

extern const Row rows[];

unsigned row_first_block (const Row *row, unsigned reading);
Program row_write_program (Client *client, const Row *row, unsigned reading);
