/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several threads that ask for things which have to do with each other. */
#include "check.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

static void *
unmap_in_thread (void *data)
{
  Client *client = data;
  uint64_t size;

  /* Who comes second finds nothing to unmap; that is no error. */
  return client_try_unmap (client, &size) ? client : NULL;
}

/* VFIO takes two locks in different order for two who unmap: no deadlock. */
static void
unmap_by_two (Client *client)
{
  pthread_t threads[2];
  void *failed;
  unsigned round, i;

  for (round = 0; round < 10; round++)
    {
      start_suspended (client);
      for (i = 0; i < 2; i++)
        expect (pthread_create (&threads[i], NULL, unmap_in_thread, client) == 0);
      for (i = 0; i < 2; i++)
        expect (pthread_join (threads[i], &failed) == 0 && !failed);
      next_status (client);
      client_map (client);
    }
}

/* The status of every clear has been stored, so that a program can start. */
static void
wait_until_idle (Client *client)
{
  uint8_t schib[SCHIB_AREA_SIZE];

  do
    store_subchannel (client, schib);
  while (get_be32 (schib + SCHIB_SCSW) >> 12 & (FCTL_START | FCTL_HALT | FCTL_CLEAR));
}

/* A subchannel is never too busy to be cleared, even if that is going on. */
static void
clear_while_unmapping (Client *client)
{
  pthread_t thread;
  void *failed;
  unsigned round;

  for (round = 0; round < 20; round++)
    {
      start_suspended (client);
      expect (pthread_create (&thread, NULL, unmap_in_thread, client) == 0);
      while (!client_wait (client->io_event, 0))
        expect (clear_subchannel (client) == 0);
      expect (pthread_join (thread, &failed) == 0 && !failed);
      wait_until_idle (client);
      client_wait (client->io_event, 0);
      test_subchannel (client);
      client_map (client);
    }
}

/* Memory and device are given up at the same time. */
static void
close_while_unmapping (Client *client)
{
  const char *uuid = client->uuid;
  pthread_t thread;
  void *failed;
  unsigned round;

  for (round = 0; round < 20; round++)
    {
      start_suspended (client);
      expect (pthread_create (&thread, NULL, unmap_in_thread, client) == 0);
      close (client->device);
      client->device = -1;
      expect (pthread_join (thread, &failed) == 0 && !failed);
      client_close (client);
      client_open (client, uuid);
    }
}

#define ROUNDS 200

static void *
start_again_and_again (void *data)
{
  Client *client = data;
  Program program = program_begin (client, CASE_PROGRAM, ORB_SUSPENDING);
  int error = 0;
  unsigned round;

  program_add (&program, CMD_SENSE_ID, CCW_SLI | CCW_SUSPEND, 7, CASE_DATA);
  for (round = 0; round < ROUNDS; round++)
    {
      error = start_subchannel (&program);
      /* Another program runs; memory went away meanwhile; or is away. */
      if (error && error != EBUSY && error != EAGAIN && error != EFAULT)
        return client;
    }
  return NULL;
}

static void *
reset_again_and_again (void *data)
{
  Client *client = data;
  unsigned round;

  for (round = 0; round < ROUNDS; round++)
    client_reset (client);
  return NULL;
}

static void *
unmap_again_and_again (void *data)
{
  Client *client = data;
  unsigned round;

  for (round = 0; round < ROUNDS; round++)
    {
      client_unmap (client);
      client_map (client);
    }
  return NULL;
}

static void
start_reset_unmap (Client *client)
{
  void *(*const runs[]) (void *data) = {
    start_again_and_again,
    reset_again_and_again,
    unmap_again_and_again,
  };
  pthread_t threads[3];
  void *failed;
  unsigned i;

  for (i = 0; i < 3; i++)
    expect (pthread_create (&threads[i], NULL, runs[i], client) == 0);
  for (i = 0; i < 3; i++)
    expect (pthread_join (threads[i], &failed) == 0 && !failed);
  client_reset (client);
}

const Case thread_cases[] = {
  { "unmap-by-two", "memory given up twice at once", unmap_by_two },
  { "clear-while-unmapping", "clear while memory is given up", clear_while_unmapping },
  { "close-while-unmapping", "device given up while memory is", close_while_unmapping },
  { "start-reset-unmap", "start, reset and memory given up, all at once", start_reset_unmap },
  { NULL, NULL, NULL },
};
