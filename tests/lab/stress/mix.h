/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A mix: one thread that starts programs, and others that do to the subchannel
 * what may happen to it meanwhile. What they do is random, and the same each
 * time that the seed is; how long they do it is counted in rounds.
 */
#pragma once

#include "../vfio-client/subchannel.h"

#include <stdatomic.h>

/* what the mixes use of the guest's memory; nothing else is in it */
#define MIX_PROGRAM MEMORY_START
#define MIX_LISTS (MEMORY_START + 0x100000)
#define MIX_DATA (MEMORY_START + 0x200000)
#define MIX_DATA_SIZE 0x40000

#define OPPONENTS_MAX 8
#define EXCUSES_MAX 8

/* random numbers of one thread */
typedef struct
{
  unsigned state;
} Random;

typedef struct Mix Mix;

/* somebody who does something to the subchannel again and again */
typedef struct
{
  const char *name;
  void (*move) (Mix *mix, Random *random);
  unsigned rounds_per_move; /* how much slower this is than a start */
  bool silent;              /* an interrupt may stay away because of it */
  /* with which errors others may meet because of it, ended by 0 */
  int excuses[EXCUSES_MAX];
} Opponent;

struct Mix
{
  Client client;
  bool endless; /* programs do not end by themselves */
  unsigned rounds;
  unsigned seed;
  const Opponent *opponents[OPPONENTS_MAX];
  unsigned n_opponents;
  atomic_uint unfinished; /* threads that have not done their rounds */
  atomic_uint starts;
  atomic_uint accepted;
  atomic_uint moves;
};

extern const Opponent opponents[];

Random random_begin (const Mix *mix, unsigned thread);
unsigned below (Random *random, unsigned limit);
void pause_below (Random *random, unsigned microseconds);

bool is_excused (const Mix *mix, int error);
void judge (const Mix *mix, const char *what, int error, int own_excuse);

Program compose (Mix *mix, Random *random);
void start_once (Mix *mix, Random *random);
int take_status (Mix *mix);

void expect_usable (const char *uuid);
void expect_nothing_locked (void);
