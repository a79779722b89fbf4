/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Work that changes the host. Each piece has subjects, such as a subchannel
 * and a UUID. Jobs that share a subject are done one after the other, in the
 * order in which they were asked for; others at the same time, so that a
 * write which hangs in the kernel holds up nobody but those who need the same
 * device. A job with several subjects waits for those before it in each;
 * since every job waits for earlier ones alone, none waits in a circle.
 *
 * A job has three steps. prepare() runs in the main context when the job's
 * turn comes: it sees everything that earlier jobs on its subjects did,
 * checks that the job still makes sense and may read and change the model.
 * work() runs in a thread of its own, and may block; it touches nothing that
 * the main context uses. finish() runs in the main context again, always,
 * with the error of the step that failed or NULL. Meanwhile the main loop
 * keeps turning.
 */
typedef struct _NodedevJobQueue NodedevJobQueue;

typedef struct
{
  gboolean (*prepare) (gpointer job, GError **error);
  gboolean (*work) (gpointer job, GError **error);    /* NULL: nothing that blocks */
  void (*finish) (gpointer job, const GError *error); /* also frees @job */
} NodedevJobFuncs;

/* How many work at the same time at most, those that hang included. */
#define NODEDEV_JOB_QUEUE_THREADS_MAX 64

/* After how long it is logged that a job still works, and how long its end waits for one. */
extern guint nodedev_job_queue_slow_ms;
extern guint nodedev_job_queue_end_patience_ms;

/* The main context meant above is the thread-default one of this call. */
NodedevJobQueue *nodedev_job_queue_new (void);

/*
 * Finishes the jobs under way, for which it waits, and the waiting ones with
 * an error without beginning them. FALSE when some have not done their work
 * within nodedev_job_queue_end_patience_ms: those are not finished, nor who
 * waits behind them, and nothing that they use may be freed while the process
 * lives.
 */
gboolean nodedev_job_queue_end (NodedevJobQueue *queue);

/* Ends it first, unless it has ended; one in which a job still works is left as it is. */
void nodedev_job_queue_free (NodedevJobQueue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevJobQueue, nodedev_job_queue_free)

/* How many jobs on @subject have not ended. */
guint nodedev_job_queue_count (const NodedevJobQueue *queue, const char *subject);

/*
 * Adds @job behind all others on any of its @subjects, a list that ends with
 * NULL and is copied. One without subjects waits for nobody. None of its
 * steps runs before this returns.
 */
void nodedev_job_queue_push (NodedevJobQueue *queue, const char *const *subjects,
                             const NodedevJobFuncs *funcs, gpointer job);
