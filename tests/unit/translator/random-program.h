/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Channel programs made from a stream of bytes: the same bytes always give the
 * same machine, so that a random seed and a fuzzer's input are alike. Most of
 * what comes out is nearly right, which is where the mistakes are.
 */
#pragma once

#include "check.h"

typedef struct
{
  const guint8 *bytes;
  gsize len;
  gsize next;
  GRand *rand;            /* (nullable): goes on when the bytes are used up */
} Source;

#define PROGRAM_STEPS 24

typedef struct
{
  Machine *machine;
  guint8 orb[ORB_SIZE];
  ChannelStep steps[PROGRAM_STEPS];
  Source *source;
} RandomProgram;

void random_program_init (RandomProgram *program, Source *source);
void random_program_clear (RandomProgram *program);
void random_program_meddle (RandomProgram *program);
