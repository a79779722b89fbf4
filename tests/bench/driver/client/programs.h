/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The channel programs that are measured. */
#pragma once

#include "subchannel.h"

/*
 * A chain of COMMANDS equal commands, all with the flag SLI: devices that have
 * nothing to say take any count. The data of each lies STRIDE bytes behind that
 * of the one before.
 */
typedef struct
{
  const char *name;
  uint8_t command;
  bool by_tic; /* a TIC between any two of them */
  uint16_t count;
  unsigned commands;
  uint32_t stride;
  uint32_t block; /* what an IDAW designates; 0: direct */
} BenchProgram;

extern const BenchProgram bench_programs[];

const BenchProgram *find_program (const char *name);
Program write_program (Client *client, const BenchProgram *bench);
