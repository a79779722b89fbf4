/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"
#include "ccw/paths.h"

/*
 * One at a time on each subchannel, and with each UUID, whoever does it: the
 * daemon's threads, the command line, a hook. What two transitions on
 * different subchannels could still get into each other's way with is the
 * UUID alone, which is taken once in the whole system; so a start that is
 * refused for its UUID has changed nothing, not even for a moment.
 *
 * One file, RUN/lock, of which each locks its own bytes (fcntl(2), open file
 * description locks). The kernel lets go of them when a process dies; of one
 * that hangs in the kernel, when the kernel is done.
 */
typedef int MdevLock;

#define MDEV_LOCK_NONE (-1)

/* How long mdev_lock_take() waits for others. */
extern guint mdev_lock_patience_ms;

/*
 * @uuid: NULL, or one that the transition makes active or removes. Errors:
 * CCW_ERROR_STATE when others have held it for too long, CCW_ERROR_SYSTEM.
 */
gboolean mdev_lock_take (MdevLock *lock, const CcwPaths *paths, const CcwDevId *subchannel,
                         const char *uuid, GError **error);

/*
 * For those who start and stop mdevs on behalf of guests: one at a time for
 * each of @uuids (lower case), around the transitions and what is kept of
 * them. Taken before the locks of transitions. Errors as above.
 */
gboolean mdev_lock_take_guests (MdevLock *lock, const CcwPaths *paths, GPtrArray *uuids,
                                GError **error);

/* Gives up whatever was taken. */
void mdev_lock_clear (MdevLock *lock);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MdevLock, mdev_lock_clear)
