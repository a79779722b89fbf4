/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "machine.h"
#include "tree.h"

/* What the machine remembers of a subchannel beside its files. */
typedef struct
{
  char *name;   /* "0.0.0313" */
  char *device; /* "0.0.1234", NULL for none */
  const struct _MockKind *kind;
  gboolean online; /* state to come back with when the device is recognised */
  guint index;     /* numbers what hangs below the device, kept for its life */
  char *rival;     /* UUID of the mdev that somebody makes before the next one; NULL */
} MockSubchannel;

typedef struct
{
  char *order;
  int error;
  guint times;
} MockFault;

/* Writes that take their time. */
typedef struct
{
  char *order;
  guint ms;
  guint times;
} MockDelay;

typedef enum
{
  MOCK_FATE_NONE,
  MOCK_FATE_REFUSE,
  MOCK_FATE_IGNORE,
  MOCK_FATE_KILL,
  MOCK_FATE_ORPHAN,
} MockFate;

struct _MockMachine
{
  MockTree tree;
  GRecMutex lock;          /* guards all below and the files */
  GHashTable *subchannels; /* name -> MockSubchannel */
  GPtrArray *faults;       /* of MockFault */
  GPtrArray *delays;       /* of MockDelay */
  MockFate fate;           /* of the order number fate_at */
  guint fate_at;
  char *struck;    /* what it struck; NULL: nothing yet */
  GString *mounts; /* text of /proc/self/mountinfo */
  GString *swaps;
  GString *consoles;
  GHashTable *next_index; /* kind's name -> how many there have been */
  guint n_orders;
  gboolean quiet;      /* no events now */
  gboolean is_mounted; /* over /sys, see mount.c */

  struct _MockKernel *kernel;
};

/* --- devices.c: what hangs below a subchannel ------------------------------ */

const struct _MockKind *mock_kind_find (const char *name);

void mock_subchannel_create (MockMachine *machine, MockSubchannel *subchannel, const char *type);
/* @driver is the one that is bound, or NULL. */
void mock_subchannel_tell_driver (MockMachine *machine, MockSubchannel *subchannel,
                                  const char *driver);
void mock_subchannel_delete (MockMachine *machine, MockSubchannel *subchannel);

/* The ccw device appears below its subchannel, with driver and online state, or goes. */
void mock_device_register (MockMachine *machine, MockSubchannel *subchannel);
void mock_device_unregister (MockMachine *machine, MockSubchannel *subchannel);
void mock_device_orphan (MockMachine *machine, MockSubchannel *subchannel);

/* 0 or an errno. */
int mock_device_set_online (MockMachine *machine, MockSubchannel *subchannel, gboolean online);

MockSubchannel *mock_find_by_device (MockMachine *machine, const char *device);

/* "/sys/devices/css0/0.0.0313" and below; the caller frees them. */
char *mock_subchannel_path (const MockSubchannel *subchannel, const char *leaf);
char *mock_device_path (const MockSubchannel *subchannel, const char *leaf);

void mock_emit (MockMachine *machine, const char *action, const char *subsystem, const char *path);

/* --- mount.c: a machine that is mounted ------------------------------------ */

/* The folder in memory for its files; NULL unless mock_mount_prepare() was called. */
const char *mock_mount_get_memory (void);
void mock_mount_end (void);

/* --- kernel.c: what the kernel does ---------------------------------------- */

struct _MockKernel *mock_kernel_start (MockMachine *machine);
void mock_kernel_stop (struct _MockKernel *kernel);

/* Somebody writes @data to the file @path below /sys, of whom no fault is asked; 0 or an errno. */
int mock_kernel_carry_out (MockMachine *machine, const char *path, const char *data);

/* Waits until nothing is left to do; not from the kernel's own thread. */
void mock_kernel_settle (struct _MockKernel *kernel);

/* Whoever waits by "delay" has waited long enough. With the machine's lock held. */
void mock_kernel_hurry (struct _MockKernel *kernel);

/* Lets the drivers have a subchannel, as the bus does with a new one. */
void mock_kernel_probe (MockMachine *machine, MockSubchannel *subchannel);

/* The same for one that has been there since the machine was started: all at once. */
void mock_kernel_adopt (MockMachine *machine, MockSubchannel *subchannel);
void mock_kernel_unbind (MockMachine *machine, MockSubchannel *subchannel);
