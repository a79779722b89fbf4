/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mdev/ladder.h"
#include "mdev/transition.h"

/*
 * Walks on the ladder that are written to the record of the subchannel before
 * their first step, so that one which is cut short can be undone or finished.
 * For transitions alone, which hold the lock of the subchannel.
 */

/*
 * From record->from to record->to, all or nothing: what cannot be turned
 * round is finished by the next recovery. @config: the mdev to be made; may
 * be NULL. @witness: is called at the end, before the record says that it is
 * reached; NULL for none. Errors: as of mdev_ladder_walk() and @witness, saying
 * whether undoing failed.
 */
gboolean mdev_walk (MdevRecord *record, const MdevConfig *config, const CcwPaths *paths,
                    const MdevWitness *witness, GError **error);

/*
 * Turns round and goes to record->from. What remains is as if the transition
 * had been one to where it started.
 */
gboolean mdev_walk_back (MdevLadder *ladder, MdevRecord *record, const CcwPaths *paths,
                         GError **error);

/* Logs @what, with fields of its own: one journal query then tells one device's story. */
void mdev_walk_log (const MdevRecord *record, const char *what);
