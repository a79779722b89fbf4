/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model.h"
#include "world.h"

/*
 * One thing that somebody does, a line of text:
 *
 *   VERB PLACE DEVICE UUID VALUE [refuse|kill|orphan AT]
 *
 * with small numbers as in model.h. Which verb takes which of them, and what
 * VALUE means: the table in operation.c. The last two have the daemon's ATth
 * step from then on fail, or kill it before or after that.
 *
 * A line means the same wherever it stands, so that any may be left out of a
 * sequence: what makes no sense at its time is skipped.
 */
typedef struct
{
  guint verb;
  int place;
  int device;
  int uuid;
  int value;
  const char *fate; /* NULL: none */
  guint at;
} Operation;

/* FALSE for a line that is none. */
gboolean operation_parse (const char *line, Operation *operation);
char *operation_to_text (const Operation *operation);

/* Any operation, often with a fate. */
Operation operation_random (GRand *random);

/* Does it make sense now? */
gboolean operation_is_possible (const Operation *operation, const Model *model);

/* Does it in the machine, or asks the daemon for it; what became of it. */
gboolean operation_perform (const Operation *operation, World *world, const Model *model);

/*
 * Does it in the model; with @reacts FALSE as if the daemon had died at once.
 * TRUE when it must succeed.
 */
gboolean operation_predict (const Operation *operation, Model *model, gboolean reacts);

/* Is the daemon not asked for it, so that nobody hears what becomes of it? */
gboolean operation_is_of_others (const Operation *operation);

/* Is it for the test to do, not for this: the daemon is killed (VALUE: told to end), or started? */
gboolean operation_is_kill (const Operation *operation);
gboolean operation_is_start (const Operation *operation);
