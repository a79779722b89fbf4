/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/job-queue.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "nodedev/rpc-error.h"
#include "nodedev/source.h"

guint nodedev_job_queue_slow_ms = 30 * 1000;
guint nodedev_job_queue_end_patience_ms = 20 * 1000;

/* Those who share a subject, in their order; there is one as long as it has anybody in it. */
typedef struct
{
  char *subject;
  GQueue entries; /* of Entry; the first has its turn, as far as this lane goes */
} Lane;

typedef struct
{
  NodedevJobQueue *queue;
  const NodedevJobFuncs *funcs;
  gpointer job;
  GPtrArray *lanes; /* of Lane */
  guint n_behind;   /* lanes in which somebody is before it */
  GThread *thread;  /* does its work; NULL: none does */
  GSource *slow;    /* until its work is done: to tell that it takes long */
  GError *error;    /* of the work; the thread's until that is done */
} Entry;

struct _NodedevJobQueue
{
  GMainContext *context;
  GHashTable *lanes;   /* subject -> Lane, which owns both */
  GQueue ready;        /* of Entry: has its turn in every lane, and waits to begin */
  guint n_working;     /* entries with a thread */
  GAsyncQueue *worked; /* of Entry: handed back by their threads */
  GSource *on_worked;  /* wakes the main context for those */
  GSource *begin;      /* the first that is ready is about to begin */
  gboolean is_ending;
};

static void begin_soon (NodedevJobQueue *queue);

/* --- order ---------------------------------------------------------------- */

static void
lane_free (gpointer data)
{
  Lane *lane = data;

  g_queue_clear (&lane->entries);
  g_free (lane->subject);
  g_free (lane);
}

static Lane *
get_lane (NodedevJobQueue *queue, const char *subject)
{
  Lane *lane = g_hash_table_lookup (queue->lanes, subject);

  if (lane != NULL)
    return lane;
  lane = g_new0 (Lane, 1);
  lane->subject = g_strdup (subject);
  g_queue_init (&lane->entries);
  g_hash_table_insert (queue->lanes, lane->subject, lane);
  return lane;
}

static void
enter_lane (Entry *entry, Lane *lane)
{
  /* The same subject twice. */
  if (g_queue_peek_tail (&lane->entries) == entry)
    return;
  entry->n_behind += !g_queue_is_empty (&lane->entries);
  g_queue_push_tail (&lane->entries, entry);
  g_ptr_array_add (entry->lanes, lane);
}

/* One that needs no thread does not wait for one, behind those that do. */
static void
make_ready (Entry *entry)
{
  if (entry->funcs->work == NULL)
    g_queue_push_head (&entry->queue->ready, entry);
  else
    g_queue_push_tail (&entry->queue->ready, entry);
}

/* Whoever is behind @entry in @lane only comes one further. */
static void
leave_lane (Entry *entry, Lane *lane)
{
  Entry *next;

  g_queue_pop_head (&lane->entries);
  next = g_queue_peek_head (&lane->entries);
  if (next == NULL)
    g_hash_table_remove (entry->queue->lanes, lane->subject);
  else if (--next->n_behind == 0)
    make_ready (next);
}

static void
leave_lanes (Entry *entry)
{
  for (guint i = 0; i < entry->lanes->len; i++)
    leave_lane (entry, g_ptr_array_index (entry->lanes, i));
  g_ptr_array_set_size (entry->lanes, 0);
}

/* --- one job -------------------------------------------------------------- */

/* Before it leaves its lanes: whoever comes next sees what finish() did. */
static void
finish (Entry *entry, const GError *error)
{
  NodedevJobQueue *queue = entry->queue;

  entry->funcs->finish (entry->job, error);
  leave_lanes (entry);
  g_ptr_array_unref (entry->lanes);
  g_clear_error (&entry->error);
  g_free (entry);
  begin_soon (queue);
}

static gboolean
on_slow (gpointer user_data)
{
  const Entry *entry = user_data;
  const Lane *lane = entry->lanes->len > 0 ? g_ptr_array_index (entry->lanes, 0) : NULL;

  g_warning ("a change of %s has been under way for %u s; the kernel may be waiting for its "
             "device, and further changes of it wait",
             lane != NULL ? lane->subject : "the host", nodedev_job_queue_slow_ms / 1000);
  return G_SOURCE_REMOVE;
}

static void
watch_slow (Entry *entry)
{
  entry->slow = g_timeout_source_new (nodedev_job_queue_slow_ms);
  g_source_set_callback (entry->slow, on_slow, entry, NULL);
  g_source_attach (entry->slow, entry->queue->context);
}

/* In the thread. Once pushed, the entry is the main context's again. */
static gpointer
do_work (gpointer data)
{
  Entry *entry = data;
  NodedevJobQueue *queue = entry->queue;
  g_autoptr (GSource) on_worked = g_source_ref (queue->on_worked);

  entry->funcs->work (entry->job, &entry->error);
  g_async_queue_push (queue->worked, entry);
  g_source_set_ready_time (on_worked, 0);
  return NULL;
}

static void
finish_worked (Entry *entry)
{
  g_thread_join (g_steal_pointer (&entry->thread));
  nodedev_source_clear (&entry->slow);
  entry->queue->n_working--;
  finish (entry, entry->error);
}

static gboolean
on_worked (gpointer user_data)
{
  NodedevJobQueue *queue = user_data;
  Entry *entry;

  /* Before looking: what is handed back after this wakes us again. */
  g_source_set_ready_time (queue->on_worked, -1);
  while ((entry = g_async_queue_try_pop (queue->worked)) != NULL)
    finish_worked (entry);
  return G_SOURCE_CONTINUE;
}

static void
begin (Entry *entry)
{
  g_autoptr (GError) error = NULL;

  if (entry->funcs->prepare (entry->job, &error) && entry->funcs->work != NULL)
    entry->thread = g_thread_try_new ("change", do_work, entry, &error);
  if (entry->thread == NULL)
    {
      finish (entry, error);
      return;
    }
  entry->queue->n_working++;
  watch_slow (entry);
}

/* --- whose turn it is ----------------------------------------------------- */

static gboolean
on_begin (gpointer user_data)
{
  NodedevJobQueue *queue = user_data;

  nodedev_source_clear (&queue->begin);
  begin (g_queue_pop_head (&queue->ready));
  begin_soon (queue);
  return G_SOURCE_REMOVE;
}

static gboolean
can_begin (NodedevJobQueue *queue)
{
  const Entry *first = g_queue_peek_head (&queue->ready);

  return first != NULL
         && (first->funcs->work == NULL || queue->n_working < NODEDEV_JOB_QUEUE_THREADS_MAX);
}

/* One each turn of the main loop, so that many are no pause for everybody else. */
static void
begin_soon (NodedevJobQueue *queue)
{
  if (queue->is_ending || queue->begin != NULL || !can_begin (queue))
    return;
  queue->begin = g_idle_source_new ();
  g_source_set_priority (queue->begin, G_PRIORITY_DEFAULT);
  g_source_set_callback (queue->begin, on_begin, queue, NULL);
  g_source_attach (queue->begin, queue->context);
}

void
nodedev_job_queue_push (NodedevJobQueue *queue, const char *const *subjects,
                        const NodedevJobFuncs *funcs, gpointer job)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->queue = queue;
  entry->funcs = funcs;
  entry->job = job;
  entry->lanes = g_ptr_array_new ();
  for (gsize i = 0; subjects[i] != NULL; i++)
    enter_lane (entry, get_lane (queue, subjects[i]));
  if (entry->n_behind == 0)
    make_ready (entry);
  begin_soon (queue);
}

guint
nodedev_job_queue_count (const NodedevJobQueue *queue, const char *subject)
{
  const Lane *lane = g_hash_table_lookup (queue->lanes, subject);

  return lane == NULL ? 0 : lane->entries.length;
}

/* --- life ----------------------------------------------------------------- */

/* A source of nothing but its ready time, which may be set from any thread. */
static gboolean
dispatch_worked (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs worked_funcs = { .dispatch = dispatch_worked };

NodedevJobQueue *
nodedev_job_queue_new (void)
{
  NodedevJobQueue *queue = g_new0 (NodedevJobQueue, 1);

  queue->context = g_main_context_ref_thread_default ();
  queue->lanes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, lane_free);
  g_queue_init (&queue->ready);
  queue->worked = g_async_queue_new ();
  queue->on_worked = g_source_new (&worked_funcs, sizeof (GSource));
  g_source_set_callback (queue->on_worked, on_worked, queue, NULL);
  g_source_attach (queue->on_worked, queue->context);
  return queue;
}

static void
await_working (NodedevJobQueue *queue)
{
  gint64 end = g_get_monotonic_time () + (gint64) nodedev_job_queue_end_patience_ms * 1000;

  while (queue->n_working > 0)
    {
      gint64 left = MAX (end - g_get_monotonic_time (), 0);
      Entry *entry = g_async_queue_timeout_pop (queue->worked, (guint64) left);

      if (entry == NULL)
        return;
      finish_worked (entry);
    }
}

/* The end of each makes those behind it ready. */
static void
refuse_ready (NodedevJobQueue *queue)
{
  g_autoptr (GError) error = g_error_new_literal (NODEDEV_ERROR, VIR_ERR_OPERATION_FAILED,
                                                  "the daemon is being stopped, try again later");
  Entry *entry;

  while ((entry = g_queue_pop_head (&queue->ready)) != NULL)
    finish (entry, error);
}

gboolean
nodedev_job_queue_end (NodedevJobQueue *queue)
{
  queue->is_ending = TRUE;
  nodedev_source_clear (&queue->begin);
  await_working (queue);
  refuse_ready (queue);
  return queue->n_working == 0;
}

void
nodedev_job_queue_free (NodedevJobQueue *queue)
{
  if (!nodedev_job_queue_end (queue))
    return;
  nodedev_source_clear (&queue->on_worked);
  g_async_queue_unref (queue->worked);
  g_hash_table_unref (queue->lanes);
  g_main_context_unref (queue->context);
  g_free (queue);
}
