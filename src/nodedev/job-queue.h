/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Work that changes the host, one piece after the other, in the order in
 * which it was asked for.
 *
 * A job has three steps. prepare() runs in the main context when the job's
 * turn comes: it sees everything that earlier jobs did, checks that the job
 * still makes sense and may read and change the model. work() runs in the
 * queue's one thread, and may block; it touches nothing that the main context
 * uses. finish() runs in the main context again, always, with the error of
 * the step that failed or NULL. Meanwhile the main loop keeps turning.
 */
typedef struct _NodedevJobQueue NodedevJobQueue;

typedef struct
{
  gboolean (*prepare) (gpointer job, GError **error);
  gboolean (*work) (gpointer job, GError **error); /* NULL: nothing that blocks */
  void (*finish) (gpointer job, const GError *error); /* also frees @job */
} NodedevJobFuncs;

NodedevJobQueue *nodedev_job_queue_new (void);

/*
 * Finishes the job under way, which blocks until its work is done, and the
 * waiting ones with an error without beginning them.
 */
void nodedev_job_queue_free (NodedevJobQueue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevJobQueue, nodedev_job_queue_free)

/* How many jobs wait for their turn. */
guint nodedev_job_queue_get_length (const NodedevJobQueue *queue);

/* Adds @job to the end. None of its steps runs before this returns. */
void nodedev_job_queue_push (NodedevJobQueue *queue, const NodedevJobFuncs *funcs, gpointer job);
