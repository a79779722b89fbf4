/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ccw-bench: what a round trip costs, from writing the I/O region over the
 * eventfd to reading the region, as QEMU does it. In a machine that is emulated
 * with a fixed time for each instruction, nanoseconds are instructions.
 */
#include "../profile/marks.h"
#include "programs.h"
#include "round-trip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WARM_UP 50
#define BATCHES 15
#define BATCH 100

static uint64_t
now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static void
round_trips (Client *client, const struct ccw_io_region *request, unsigned count)
{
  while (count--)
    round_trip (client, request);
}

/* Writes the program and runs it a few times; returns the request that starts it. */
static struct ccw_io_region
prepare (Client *client, const BenchProgram *bench)
{
  Program program = write_program (client, bench);
  struct ccw_io_region request = round_trip_request (&program);

  round_trips (client, &request, WARM_UP);
  return request;
}

static int
compare (const void *a, const void *b)
{
  const uint64_t *left = a, *right = b;

  return (*left > *right) - (*left < *right);
}

/* One line: name; median, lowest and highest of the batches. */
static void
measure (Client *client, const BenchProgram *bench)
{
  struct ccw_io_region request = prepare (client, bench);
  uint64_t took[BATCHES], began;
  unsigned i;

  for (i = 0; i < BATCHES; i++)
    {
      began = now_ns ();
      round_trips (client, &request, BATCH);
      took[i] = (now_ns () - began) / BATCH;
    }
  qsort (took, BATCHES, sizeof took[0], compare);
  printf ("%s\t%llu\t%llu\t%llu\n", bench->name, (unsigned long long) took[BATCHES / 2],
          (unsigned long long) took[0], (unsigned long long) took[BATCHES - 1]);
}

/*
 * Runs each of all programs, so that the kernel's allocators are in the same
 * state whichever of them are measured then.
 */
static void
settle (Client *client)
{
  const BenchProgram *bench;

  for (bench = bench_programs; bench->name; bench++)
    prepare (client, bench);
}

/* Measures those named, or all. */
static int
command_measure (Client *client, int argc, char **argv)
{
  const BenchProgram *bench;
  int i;

  settle (client);
  for (bench = bench_programs; !argc && bench->name; bench++)
    measure (client, bench);
  for (i = 0; i < argc; i++)
    measure (client, find_program (argv[i]));
  return 0;
}

/* Round trips between the marks that the emulator's plugin knows. */
static int
command_profile (Client *client, const char *name, unsigned count)
{
  struct ccw_io_region request;

  settle (client);
  request = prepare (client, find_program (name));
  profile_mark (PROFILE_BEGIN);
  round_trips (client, &request, count);
  profile_mark (PROFILE_END);
  return 0;
}

static int
command_list (void)
{
  const BenchProgram *bench;

  for (bench = bench_programs; bench->name; bench++)
    puts (bench->name);
  return 0;
}

/* Waits until whoever started us has done something and sends a line. */
static void
take_turns (const char *word)
{
  char line[16];

  puts (word);
  if (!fgets (line, sizeof line, stdin))
    die ("nobody is there");
}

/* Round trips between two lines on standard input, for others to watch. */
static int
command_repeat (Client *client, const char *name, unsigned count)
{
  struct ccw_io_region request = prepare (client, find_program (name));

  take_turns ("ready");
  round_trips (client, &request, count);
  take_turns ("done");
  return 0;
}

static int
usage (void)
{
  fputs ("usage: ccw-bench list\n"
         "       ccw-bench measure UUID [PROGRAM...]\n"
         "       ccw-bench repeat UUID PROGRAM COUNT\n"
         "       ccw-bench profile UUID PROGRAM COUNT\n",
         stderr);
  return 2;
}

int
main (int argc, char **argv)
{
  Client client = { 0 };
  int status;

  setvbuf (stdout, NULL, _IOLBF, 0);
  if (argc == 2 && !strcmp (argv[1], "list"))
    return command_list ();
  if (argc < 3)
    return usage ();
  client_open (&client, argv[2]);
  use_small_pages (&client);
  if (!strcmp (argv[1], "measure"))
    status = command_measure (&client, argc - 3, argv + 3);
  else if (!strcmp (argv[1], "repeat") && argc == 5)
    status = command_repeat (&client, argv[3], atoi (argv[4]));
  else if (!strcmp (argv[1], "profile") && argc == 5)
    status = command_profile (&client, argv[3], atoi (argv[4]));
  else
    status = usage ();
  client_close (&client);
  return status;
}
