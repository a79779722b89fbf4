/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/error.h"
#include "machine.h"
#include "mdev/transition.h"

/* What the tests of transitions have in common: a machine with three devices, and words. */

#define UUID "7e270a25-e163-4922-af60-757fc8ed48c6"
#define OTHER_UUID "a6ea1be5-a3fe-4b0a-9a0e-4bd6a4b3a5ea"

#define TERMINAL "0.0.0313" /* 3270, device 0.0.1234, offline */
#define DISK "0.0.0314"     /* DASD, device 0.0.2b09, online */
#define SHARE "0.0.0002"    /* virtio-9p, device 0.0.0003, comes online by itself */

typedef struct
{
  MockMachine *machine;
  char *root;
  CcwPaths *paths;
} Fixture;

void transition_fixture_add (const char *path, gconstpointer data,
                             void (*test) (Fixture *fixture, gconstpointer data));

CcwDevId parse (const char *text);

/* The mdev @uuid on @parent. */
MdevConfig *wanted (const char *parent, const char *uuid);

/* Transitions, which succeed but for try_start(). */
gboolean try_start (Fixture *fixture, const char *parent, const char *uuid, GError **error);
void start (Fixture *fixture, const char *parent, const char *uuid);
void stop (Fixture *fixture, const char *uuid, gboolean keep_bound);
void give_back (Fixture *fixture, const char *parent);

/* Puts one subchannel, or all, in order; TRUE, or how many, when there was something to do. */
gboolean recover_one (Fixture *fixture, const CcwDevId *subchannel, GError **error);
guint recover (Fixture *fixture);

/* udev's worker has the first mdev's node open, and soon not any more; patience is had with it. */
GThread *open_for_an_instant (Fixture *fixture);

/* The writes to sysfs that a start of UUID on DISK takes, as "at N" of the mock machine counts them. */
enum
{
  START_OFFLINE = 1,
  START_UNBIND,
  START_OVERRIDE,
  START_BIND,
  START_CREATE,
  START_LAST = START_CREATE,
};

/* Those of its stop. */
enum
{
  STOP_REMOVE = 1,
  STOP_UNBIND,
  STOP_OVERRIDE,
  STOP_BIND,
  STOP_ONLINE,
  STOP_LAST = STOP_ONLINE,
};

/* How many they are in truth; they are done. */
guint orders_of_start (Fixture *fixture);
guint orders_of_stop (Fixture *fixture);

void assert_snapshot (Fixture *fixture, const char *expected);

/* A start fails with @code and a message that holds @why, and has written nothing. */
void assert_refused (Fixture *fixture, const char *parent, const char *uuid, CcwError code,
                     const char *why);
void assert_file (Fixture *fixture, const char *path, const char *expected);
void assert_driver (const char *subchannel, const char *expected);

/* Subchannels of which something is remembered. */
guint count_records (Fixture *fixture);
