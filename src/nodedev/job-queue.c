/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/job-queue.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "nodedev/rpc-error.h"
#include "nodedev/source.h"

typedef struct
{
  const NodedevJobFuncs *funcs;
  gpointer job;
  GSource *worked; /* made by the main context, attached by the thread when the work is done */
  GError *error;   /* of the work; the thread's until then */
} Entry;

struct _NodedevJobQueue
{
  GMainContext *context;
  GThreadPool *thread; /* one */
  GQueue waiting;      /* of Entry */
  Entry *current;      /* its work is under way */
  GSource *begin;      /* the first that waits is about to begin */
};

static void begin_soon (NodedevJobQueue *queue);

static GSource *
new_source (NodedevJobQueue *queue, GSourceFunc func)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, queue, NULL);
  return source;
}

static void
finish (Entry *entry, const GError *error)
{
  nodedev_source_clear (&entry->worked);
  entry->funcs->finish (entry->job, error);
  g_clear_error (&entry->error);
  g_free (entry);
}

static void
finish_current (NodedevJobQueue *queue)
{
  Entry *entry = g_steal_pointer (&queue->current);

  finish (entry, entry->error);
}

static gboolean
on_worked (gpointer user_data)
{
  NodedevJobQueue *queue = user_data;

  finish_current (queue);
  begin_soon (queue);
  return G_SOURCE_REMOVE;
}

/* In the thread. Once the source is attached, the entry is the main context's again. */
static void
do_work (gpointer data, gpointer user_data)
{
  Entry *entry = data;
  NodedevJobQueue *queue = user_data;
  g_autoptr (GSource) worked = g_source_ref (entry->worked);

  entry->funcs->work (entry->job, &entry->error);
  g_source_attach (worked, queue->context);
}

static void
begin (NodedevJobQueue *queue, Entry *entry)
{
  g_autoptr (GError) error = NULL;

  if (!entry->funcs->prepare (entry->job, &error) || entry->funcs->work == NULL)
    {
      finish (entry, error);
      return;
    }
  queue->current = entry;
  entry->worked = new_source (queue, on_worked);
  /* Fails only when no thread can be made; with an exclusive pool there is one already. */
  g_thread_pool_push (queue->thread, entry, NULL);
}

static gboolean
on_begin (gpointer user_data)
{
  NodedevJobQueue *queue = user_data;

  nodedev_source_clear (&queue->begin);
  begin (queue, g_queue_pop_head (&queue->waiting));
  begin_soon (queue);
  return G_SOURCE_REMOVE;
}

static void
begin_soon (NodedevJobQueue *queue)
{
  if (queue->current != NULL || queue->begin != NULL || g_queue_is_empty (&queue->waiting))
    return;
  queue->begin = new_source (queue, on_begin);
  g_source_attach (queue->begin, queue->context);
}

NodedevJobQueue *
nodedev_job_queue_new (void)
{
  NodedevJobQueue *queue = g_new0 (NodedevJobQueue, 1);

  queue->context = g_main_context_ref_thread_default ();
  queue->thread = g_thread_pool_new (do_work, queue, 1, TRUE, NULL);
  g_queue_init (&queue->waiting);
  return queue;
}

static void
refuse_waiting (NodedevJobQueue *queue)
{
  g_autoptr (GError) error = g_error_new_literal (NODEDEV_ERROR, VIR_ERR_OPERATION_FAILED,
                                                  "the daemon is being stopped, try again later");
  Entry *entry;

  while ((entry = g_queue_pop_head (&queue->waiting)) != NULL)
    finish (entry, error);
}

void
nodedev_job_queue_free (NodedevJobQueue *queue)
{
  g_thread_pool_free (queue->thread, FALSE, TRUE);
  if (queue->current != NULL)
    finish_current (queue);
  nodedev_source_clear (&queue->begin);
  refuse_waiting (queue);
  g_main_context_unref (queue->context);
  g_free (queue);
}

guint
nodedev_job_queue_get_length (const NodedevJobQueue *queue)
{
  return queue->waiting.length;
}

void
nodedev_job_queue_push (NodedevJobQueue *queue, const NodedevJobFuncs *funcs, gpointer job)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->funcs = funcs;
  entry->job = job;
  g_queue_push_tail (&queue->waiting, entry);
  begin_soon (queue);
}
