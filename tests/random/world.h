/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libvirt/libvirt.h>

#include "machine.h"
#include "model.h"

/*
 * The real thing: virtccwd in a mock machine with nothing plugged in, a root
 * of its own for its files, and libvirt's client library to talk to it. Every
 * change that the daemon makes to a file is a step that the machine may have
 * fail or the daemon die at. What cannot be (a daemon that does not start)
 * ends the test.
 */
typedef struct
{
  MockMachine *machine;
  char *folder;
  char *root; /* given to the daemon */
  char *socket;
  char *log;                /* file */
  GPid daemon;              /* 0: none */
  virConnectPtr connection; /* NULL: none */
} World;

/* The daemon is not started yet. */
World *world_new (void);
void world_free (World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

/* Answers on return; one that the machine has killed before that is started again. */
void world_start_daemon (World *world);

/* Sends @signal and waits for its end. */
void world_end_daemon (World *world, int signal);

/* Has the daemon died? Then it is waited for, and can be started again. */
gboolean world_has_lost_daemon (World *world);

/* What the daemons have said; the caller frees it. */
char *world_read_log (const World *world);

/* Below the root, "etc/mdevctl.d" and so on; the caller frees it. */
char *world_path (const World *world, const char *folder, const char *parent, const char *leaf);

#define WORLD_DEFINITIONS "etc/mdevctl.d"
#define WORLD_NOTES "var/lib/virt-ccw/identities"
#define WORLD_RECORDS "run/virt-ccw/subchannels"

/*
 * What there is now, of machine, daemon and files, as text: as
 * model_to_text() tells what there must be, but for what may or may not be
 * there by @model. The caller frees it.
 */
char *world_observe (World *world, const Model *model);

/* Has a daemon that is dead left a change of a subchannel half done? */
gboolean world_is_half_done (World *world);
