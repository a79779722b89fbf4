/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the threads of a mix have in common, and the one that starts programs. */
#include "mix.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CCWS_MAX 8
#define IDAWS_MAX 4
#define PAGE 4096u
/* a program's IDAW lists lie one behind the other */
#define LIST_SIZE (IDAWS_MAX * 8)

/* how long to wait for a status that need not come */
#define SHORT_WAIT_MS 5

/* of a program that is to be suspended, without an interrupt for that */
#define ORB_ENDLESS (ORB_USUAL | ORB_SUSPEND | ORB_NO_SUSPEND_INTERRUPT)

/* what a virtio device and the 3270 answer to Sense ID first */
#define ID_RESERVED 0xff
#define ID_SIZE 7

Random
random_begin (const Mix *mix, unsigned thread)
{
  Random random = { mix->seed * 7919 + thread };

  return random;
}

/* A random number from 0, below LIMIT. */
unsigned
below (Random *random, unsigned limit)
{
  return rand_r (&random->state) % limit;
}

/* Half of the time none at all: that is when threads meet most closely. */
void
pause_below (Random *random, unsigned microseconds)
{
  struct timespec time = { 0, below (random, microseconds) * 1000L };

  if (below (random, 2))
    nanosleep (&time, NULL);
}

bool
is_excused (const Mix *mix, int error)
{
  const int *excuse;
  unsigned i;

  for (i = 0; i < mix->n_opponents; i++)
    {
      for (excuse = mix->opponents[i]->excuses; *excuse; excuse++)
        {
          if (*excuse == error)
            return true;
        }
    }
  return false;
}

/* Ends the program unless ERROR is 0, OWN_EXCUSE or what an opponent causes. */
void
judge (const Mix *mix, const char *what, int error, int own_excuse)
{
  if (error && error != own_excuse && !is_excused (mix, error))
    die ("%s after %u starts, %u moves: %s", what, mix->starts, mix->moves, strerror (error));
}

static uint32_t
random_data_page (Random *random, unsigned pages)
{
  return MIX_DATA + below (random, MIX_DATA_SIZE / PAGE - pages) * PAGE;
}

static void
add_direct (Program *program, Random *random, uint8_t flags)
{
  uint16_t count = below (random, 4) ? ID_SIZE : 1 + below (random, 3 * PAGE);

  program_add (program, CMD_SENSE_ID, flags | CCW_SLI, count,
               random_data_page (random, 4) + below (random, PAGE));
}

static void
add_indirect (Program *program, Random *random, uint8_t flags, uint32_t list)
{
  unsigned i, idaws = 1 + below (random, IDAWS_MAX);
  uint8_t *idaw = guest (program->client, list, LIST_SIZE);

  for (i = 0; i < idaws; i++)
    put_be64 (idaw + 8 * i, random_data_page (random, 1));
  program_add (program, CMD_SENSE_ID, flags | CCW_SLI | CCW_IDA, idaws * PAGE, list);
}

/* Some Sense IDs into pages near and far; an endless one never begins the last. */
Program
compose (Mix *mix, Random *random)
{
  uint32_t orb = mix->endless ? ORB_ENDLESS : ORB_USUAL;
  Program program = program_begin (&mix->client, MIX_PROGRAM, orb);
  unsigned i, ccws = 1 + below (random, CCWS_MAX);
  uint8_t flags;

  for (i = 0; i < ccws; i++)
    {
      flags = i + 1 < ccws ? CCW_CC : mix->endless ? CCW_SUSPEND : 0;
      if (below (random, 2))
        add_direct (&program, random, flags);
      else
        add_indirect (&program, random, flags, MIX_LISTS + i * LIST_SIZE);
    }
  return program;
}

/* Reads the status there is; returns 0 or the errno. */
int
take_status (Mix *mix)
{
  struct ccw_io_region block;
  ssize_t done
      = pread (mix->client.device, &block, sizeof block, mix->client.region_offset[REGION_IO]);

  return done == sizeof block ? 0 : done < 0 ? errno : EIO;
}

static bool
may_stay_silent (const Mix *mix)
{
  unsigned i;

  for (i = 0; i < mix->n_opponents; i++)
    {
      if (mix->opponents[i]->silent)
        return true;
    }
  return false;
}

static void
await_status (Mix *mix)
{
  bool silent = may_stay_silent (mix);
  struct pollfd waiting = { .fd = mix->client.io_event, .events = POLLIN };
  uint64_t signals;

  if (poll (&waiting, 1, silent ? SHORT_WAIT_MS : PATIENCE_MS) == 1)
    (void) !read (waiting.fd, &signals, sizeof signals);
  else if (!silent)
    die ("no interrupt after %u starts, %u moves", mix->starts, mix->moves);
  judge (mix, "reading the status", take_status (mix), 0);
}

static int
resume (const Program *program)
{
  guest (program->client, program->next - 8, 8)[1] &= ~CCW_SUSPEND;
  return resume_subchannel (program);
}

/*
 * The guest resumes its program, or ends whichever there is; mostly it leaves
 * that to opponents.
 */
static void
end_endless (Mix *mix, Random *random, const Program *program, bool accepted)
{
  unsigned choice = below (random, 8);
  int error;

  if (choice == 0)
    error = clear_subchannel (&mix->client);
  else if (choice == 1)
    error = halt_subchannel (&mix->client);
  else if (choice == 2 && accepted)
    error = resume (program);
  else
    return;
  judge (mix, "ending an endless program", error, EBUSY);
  if (!error)
    await_status (mix);
}

/* Starts a program, with or without looking at what becomes of it. */
void
start_once (Mix *mix, Random *random)
{
  Program program = compose (mix, random);
  int error = start_subchannel (&program);

  mix->starts++;
  judge (mix, "a start", error, EBUSY);
  if (!error)
    mix->accepted++;
  if (mix->endless)
    end_endless (mix, random, &program, !error);
  else if (!error && below (random, 2))
    await_status (mix);
  else if (below (random, 2))
    judge (mix, "reading the status", take_status (mix), 0);
}

/* Whatever was done to it: opened anew, the device answers. */
void
expect_usable (const char *uuid)
{
  Client client = { 0 };
  uint8_t id[ID_SIZE] = { 0 };

  client_open (&client, uuid);
  sense_id (&client, id, sizeof id);
  client_close (&client);
  if (id[0] != ID_RESERVED)
    die ("Sense ID gives nonsense, beginning with %02x", id[0]);
}

/* VFIO counts every page that a device has pinned as locked by its user. */
void
expect_nothing_locked (void)
{
  FILE *file = fopen ("/proc/self/status", "r");
  unsigned long locked = 1;
  char line[256];

  if (!file)
    die_errno ("/proc/self/status");
  while (fgets (line, sizeof line, file))
    {
      if (sscanf (line, "VmLck: %lu kB", &locked) == 1)
        break;
    }
  fclose (file);
  if (locked)
    die ("%lu KiB are still pinned", locked);
}
