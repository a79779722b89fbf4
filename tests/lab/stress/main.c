/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stress: the command line. */
#include "host.h"
#include "losses.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of user space, by its own kernel's measure: who is stuck for so long hangs. */
#define HANG_SECONDS 300

typedef struct
{
  Mix *mix;
  unsigned number;
} Thread;

static const char usage[]
    = "usage: stress UUID OPPONENT[,OPPONENT...] ending|endless ROUNDS SEED\n"
      "\n"
      "One thread starts channel programs on the mediated subchannel UUID, which end\n"
      "by themselves or do not; one thread for each opponent does what its name says:\n"
      "  look halt clear eventfds reset unmap scribble reopen path\n"
      "or, alone, the device is taken away and given back in each round:\n"
      "  remove unbind unplug kill\n"
      "Exit status: 0 all was well and the device works, 1 not so, 2 wrong usage.\n";

static void
one_has_finished (Mix *mix)
{
  mix->unfinished--;
}

static void *
run_starter (void *data)
{
  Mix *mix = ((Thread *) data)->mix;
  Random random = random_begin (mix, 0);
  unsigned round;

  for (round = 0; round < mix->rounds || mix->unfinished; round++)
    {
      start_once (mix, &random);
      if (round + 1 == mix->rounds)
        one_has_finished (mix);
    }
  return NULL;
}

static void *
run_opponent (void *data)
{
  Thread *thread = data;
  Mix *mix = thread->mix;
  const Opponent *opponent = mix->opponents[thread->number];
  Random random = random_begin (mix, thread->number + 1);
  unsigned round, rounds = 1 + mix->rounds / opponent->rounds_per_move;

  for (round = 0; round < rounds || mix->unfinished; round++)
    {
      opponent->move (mix, &random);
      mix->moves++;
      if (round + 1 == rounds)
        one_has_finished (mix);
    }
  return NULL;
}

/* All threads go on until each has done its rounds. */
static void
run_threads (Mix *mix)
{
  Thread thread[OPPONENTS_MAX + 1];
  pthread_t id[OPPONENTS_MAX + 1];
  unsigned i;

  mix->unfinished = mix->n_opponents + 1;
  for (i = 0; i <= mix->n_opponents; i++)
    {
      thread[i] = (Thread){ mix, i };
      if (pthread_create (&id[i], NULL, i < mix->n_opponents ? run_opponent : run_starter,
                          &thread[i]))
        die ("no thread");
    }
  for (i = 0; i <= mix->n_opponents; i++)
    pthread_join (id[i], NULL);
}

static void
run_opponents (Mix *mix)
{
  const char *failed = client_attach (&mix->client);

  if (failed)
    die_errno (failed);
  run_threads (mix);
  client_detach (&mix->client);
}

static const Opponent *
find_opponent (const char *name)
{
  const Opponent *opponent;

  for (opponent = opponents; opponent->name; opponent++)
    {
      if (!strcmp (opponent->name, name))
        return opponent;
    }
  return NULL;
}

static const Loss *
find_loss (const char *name)
{
  const Loss *loss;

  for (loss = losses; loss->name; loss++)
    {
      if (!strcmp (loss->name, name))
        return loss;
    }
  return NULL;
}

static bool
add_opponents (Mix *mix, char *names)
{
  const Opponent *opponent;
  char *name;

  for (name = strtok (names, ","); name; name = strtok (NULL, ","))
    {
      opponent = find_opponent (name);
      if (!opponent || mix->n_opponents == OPPONENTS_MAX)
        return false;
      mix->opponents[mix->n_opponents++] = opponent;
    }
  return mix->n_opponents;
}

/* To be asked for the device, and to find that there is none any more. */
static const Opponent whoever_takes_it = {
  .name = "taker",
  .silent = true,
  .excuses = { ENODEV, EIO, EACCES },
};

static bool
run_mix (Mix *mix, char *names)
{
  const Loss *loss = find_loss (names);
  bool killed = !strcmp (names, "kill");

  if (!loss && !killed)
    {
      if (!add_opponents (mix, names))
        return false;
      run_opponents (mix);
      return true;
    }
  mix->opponents[mix->n_opponents++] = &whoever_takes_it;
  if (killed)
    kill_again_and_again (mix);
  else
    lose_again_and_again (mix, loss);
  return true;
}

/* Counts are shared with processes that will be killed. */
static Mix *
new_mix (char **argv)
{
  Mix *mix = mmap (NULL, sizeof *mix, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  if (mix == MAP_FAILED)
    die_errno ("mmap");
  mix->endless = !strcmp (argv[3], "endless");
  mix->rounds = atoi (argv[4]);
  mix->seed = atoi (argv[5]);
  client_open (&mix->client, argv[1]);
  client_detach (&mix->client);
  return mix;
}

int
main (int argc, char **argv)
{
  Mix *mix;

  if (argc != 6)
    {
      fputs (usage, argc == 2 && !strcmp (argv[1], "--help") ? stdout : stderr);
      return argc == 2 && !strcmp (argv[1], "--help") ? 0 : 2;
    }
  alarm (HANG_SECONDS);
  mix = new_mix (argv);
  if (!run_mix (mix, argv[2]))
    {
      fputs (usage, stderr);
      return 2;
    }
  expect_usable (argv[1]);
  expect_nothing_locked ();
  printf ("%u starts, %u accepted, %u moves\n", mix->starts, mix->accepted, mix->moves);
  if (!mix->accepted || !mix->moves)
    die ("nothing has happened");
  return 0;
}
