/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mdev/config.h"
#include "mdev/record.h"

/*
 * The way between host and guest, as a ladder. Each rung is one change to
 * the kernel's state, with a move up (towards the guest) and a move down
 * (towards the host). Starting is going up, giving back is going down,
 * undoing is turning round. Every move first looks whether its effect is
 * there already and waits until it is, so a move may be repeated at any
 * point of a walk that was cut short.
 */

/* How long a move waits for its effect. */
extern guint mdev_ladder_patience_ms;

typedef struct
{
  const MdevRecord *record;
  const MdevConfig *config; /* for its attributes; NULL: none to be written */
  MdevPosition position;
} MdevLadder;

/*
 * Walks from ladder->position to @to. On failure position is where it stands:
 * the rung that failed counts as passed, so that turning round undoes what
 * there is of it. Errors: CCW_ERROR_SYSTEM, CCW_ERROR_NOT_FOUND.
 */
gboolean mdev_ladder_walk (MdevLadder *ladder, MdevPosition to, GError **error);
