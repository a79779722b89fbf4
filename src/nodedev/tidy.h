/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/events.h"
#include "nodedev/job-queue.h"

/*
 * Gives back what others left: a subchannel that was taken for an mdev and
 * has neither mdev nor definition any more, since somebody else, such as
 * mdevctl, removed its last mdev or undefined its last definition. Nobody
 * asked for it, so failures are told to the log alone.
 */
typedef struct _NodedevTidy NodedevTidy;

/*
 * Follows @events until it is freed. @view's host and store, @events and
 * @paths must outlive it and the jobs that it adds to @queue.
 */
NodedevTidy *nodedev_tidy_new (const NodedevView *view, NodedevEvents *events,
                               const CcwPaths *paths, NodedevJobQueue *queue);

/* Its jobs stay in the queue; it adds no other. Free it before the queue. */
void nodedev_tidy_free (NodedevTidy *tidy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevTidy, nodedev_tidy_free)

/*
 * Looks at every subchannel that was taken and not given back; a change of it
 * that a predecessor left half done is put in order first.
 */
void nodedev_tidy_all (NodedevTidy *tidy);
