/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each round opens the device, finds it working, starts programs as fast as it
 * can until somebody wants the device back, starts some more, and closes it
 * without waiting for anything.
 */
#include "losses.h"
#include "host.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* fewer programs than this are started before it is taken, */
#define EARLY_STARTS 8
/* and by somebody who was asked to give it back */
#define LATE_STARTS 8

/* the device that can be unplugged: see tests/lab/boot */
#define PLUG_ID "rng3"
#define PLUG_BUS_ID "0.0.0303"

typedef struct
{
  Mix *mix;
  const Loss *loss;
  unsigned after; /* takes it when so many programs were started */
} Taker;

/* Fails unless it is so within PATIENCE_MS. */
static void
await (bool (*is_so) (const char *uuid), const char *uuid, const char *what)
{
  unsigned waited;

  for (waited = 0; !is_so (uuid); waited += 10)
    {
      if (waited > PATIENCE_MS)
        die ("in vain awaited: %s", what);
      usleep (10000);
    }
}

static void
must (int error, const char *what)
{
  if (error)
    die ("%s: %s", what, strerror (error));
}

static int
unbind (const char *uuid)
{
  return host_unbind (host_subchannel_of (uuid));
}

static int
unplug (const char *uuid)
{
  (void) uuid;
  return host_unplug (PLUG_ID);
}

static bool
mdev_is_gone (const char *uuid)
{
  return !host_has_mdev (uuid);
}

static bool
is_unplugged (const char *uuid)
{
  return !host_has_mdev (uuid) && !host_find_subchannel (PLUG_BUS_ID);
}

static bool
is_plugged (const char *uuid)
{
  (void) uuid;
  return host_find_subchannel (PLUG_BUS_ID);
}

/* of the device that is lost; it may have another subchannel each time */
static char subchannel[16];

static void
create_again (const char *uuid)
{
  await (mdev_is_gone, uuid, "the end of the mdev");
  must (host_create_mdev (subchannel, uuid), "creating the mdev");
}

static void
bind_again (const char *uuid)
{
  must (host_bind (subchannel), "binding the subchannel");
  create_again (uuid);
}

static void
plug_again (const char *uuid)
{
  await (is_unplugged, uuid, "the end of the subchannel");
  must (host_plug (PLUG_ID, PLUG_BUS_ID), "plugging the device in");
  await (is_plugged, uuid, "the new subchannel");
  snprintf (subchannel, sizeof subchannel, "%s", host_find_subchannel (PLUG_BUS_ID));
  bind_again (uuid);
}

const Loss losses[] = {
  { "remove", host_remove_mdev, create_again },
  { "unbind", unbind, bind_again },
  { "unplug", unplug, plug_again },
  { NULL, NULL, NULL },
};

static void *
take (void *data)
{
  Taker *taker = data;

  while (taker->mix->starts < taker->after)
    usleep (100);
  must (taker->loss->take (taker->mix->client.uuid), taker->loss->name);
  return NULL;
}

static bool
is_wanted_back (Client *client)
{
  struct pollfd request = { .fd = client->request_event, .events = POLLIN };

  return poll (&request, 1, 0) == 1;
}

static void
use_until_wanted (Mix *mix, Random *random)
{
  unsigned late = below (random, LATE_STARTS);

  while (!is_wanted_back (&mix->client))
    start_once (mix, random);
  while (late--)
    start_once (mix, random);
}

static void
lose_once (Mix *mix, const Loss *loss, Random *random)
{
  Taker taker = { mix, loss, mix->starts + below (random, EARLY_STARTS) };
  pthread_t thread;
  const char *failed;

  failed = client_attach (&mix->client);
  if (failed)
    die_errno (failed);
  if (pthread_create (&thread, NULL, take, &taker))
    die ("no thread");
  use_until_wanted (mix, random);
  client_detach (&mix->client);
  pthread_join (thread, NULL);
  loss->give_back (mix->client.uuid);
  mix->moves++;
}

void
lose_again_and_again (Mix *mix, const Loss *loss)
{
  Random random = random_begin (mix, 0);
  unsigned round;

  snprintf (subchannel, sizeof subchannel, "%s", host_subchannel_of (mix->client.uuid));
  for (round = 0; round < mix->rounds; round++)
    {
      lose_once (mix, loss, &random);
      expect_usable (mix->client.uuid);
    }
}

static void
use_until_killed (Mix *mix, Random *random, int told)
{
  unsigned early = 1 + below (random, EARLY_STARTS);
  const char *failed = client_attach (&mix->client);

  if (failed)
    die_errno (failed);
  while (early--)
    start_once (mix, random);
  if (write (told, "", 1) != 1)
    die_errno ("telling that it is at work");
  for (;;)
    start_once (mix, random);
}

/* Another process is killed amidst its work. */
static void
kill_once (Mix *mix, Random *random)
{
  int told[2], status;
  pid_t child;
  char at_work;

  if (pipe (told))
    die_errno ("pipe");
  child = fork ();
  if (child < 0)
    die_errno ("fork");
  if (!child)
    use_until_killed (mix, random, told[1]);
  close (told[1]);
  if (read (told[0], &at_work, 1) != 1)
    die ("the user ends by itself");
  close (told[0]);
  pause_below (random, 1000);
  kill (child, SIGKILL);
  if (waitpid (child, &status, 0) != child || !WIFSIGNALED (status))
    die ("the user has ended before it was killed");
}

void
kill_again_and_again (Mix *mix)
{
  Random random = random_begin (mix, 0);

  for (; mix->moves < mix->rounds; mix->moves++)
    {
      kill_once (mix, &random);
      expect_usable (mix->client.uuid);
    }
}
