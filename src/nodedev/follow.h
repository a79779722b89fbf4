/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/events.h"
#include "nodedev/job-queue.h"

/*
 * Persistent mdevs follow the device that they were defined for.
 *
 * Whoever defines an mdev on a subchannel means the device there. Its device
 * number and kind are noted (mdev/identity.h) when the definition is first
 * seen, whoever made it, and forgotten when its file is gone. When that device
 * answers on another subchannel, after an IPL or a replug, mdevctl's file moves
 * to that subchannel. A device of another kind under the old number is not
 * followed, which is logged.
 */
typedef struct _NodedevFollow NodedevFollow;

/* A device has come, and definitions that were elsewhere with it, to @subchannel. */
typedef void (*NodedevFollowFunc) (const CcwDevId *subchannel, gpointer user_data);

/* @view's host and store, @events, @paths and @queue must outlive it. */
NodedevFollow *nodedev_follow_new (const NodedevView *view, NodedevEvents *events,
                                   const CcwPaths *paths, NodedevJobQueue *queue,
                                   NodedevFollowFunc moved, gpointer user_data);
void nodedev_follow_free (NodedevFollow *follow);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevFollow, nodedev_follow_free)

/* Nothing goes into the queue any more; what is undefined is still forgotten. */
void nodedev_follow_end (NodedevFollow *follow);

/* Looks at all definitions now; those that move are not told of. */
void nodedev_follow_all (NodedevFollow *follow);

/*
 * Notes what is on @config's parent now as the device it is meant for, for a
 * definition that has just been stored; the first there is when that is
 * nothing. On an error the note is as it was. Errors: CCW_ERROR_SYSTEM.
 */
gboolean nodedev_follow_adopt (NodedevFollow *follow, const MdevConfig *config, GError **error);

/*
 * Is there a definition on @subchannel, other than @except_uuid (may be NULL),
 * for which it is worth being kept: one that is meant for the device there
 * now, as far as is known?
 */
gboolean nodedev_follow_needs (NodedevFollow *follow, const CcwDevId *subchannel,
                               const char *except_uuid);
