/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "operation.h"

/*
 * Operations in world and model alike, with the model as the judge: after
 * each, world_observe() must come to tell what the model does. Where an
 * operation was cut short there are several truths, of which one must be met;
 * the model is that from then on.
 */
typedef struct
{
  World *world;
  Model model;
  GString *failure; /* empty while there is none */
} Run;

/* How long what must come may take. */
extern guint run_patience_ms;

/* A machine with nothing plugged in, and a daemon that runs. */
Run *run_new (void);
void run_free (Run *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Run, run_free)

/* FALSE when anything is not as it must be: run->failure says what. Skips what makes no sense. */
gboolean run_operation (Run *run, const Operation *operation);

/* Ends the daemon and looks whether it found faults in itself. */
gboolean run_end (Run *run);
