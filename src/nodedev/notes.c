/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/notes.h"

/* Few enough not to hold up for long who waits for one of the subchannels. */
#define NOTES_A_JOB 16

struct _NodedevNotes
{
  const CcwPaths *paths;
  NodedevJobQueue *queue;
  const NodedevNotesFuncs *funcs;
  gpointer user_data;
  GPtrArray *next; /* of Note: of the job that is not in the queue yet */
};

typedef struct
{
  char *uuid;
  CcwDevId parent;
  MdevIdentity *identity; /* NULL: there is nothing to note */
  GError *error;
} Note;

typedef struct
{
  NodedevNotes *notes;
  GPtrArray *some; /* of Note */
} Job;

static void
note_free (gpointer data)
{
  Note *note = data;

  g_free (note->uuid);
  g_clear_pointer (&note->identity, mdev_identity_free);
  g_clear_error (&note->error);
  g_free (note);
}

/* --- some of them --------------------------------------------------------- */

/* FALSE without an error: there is nothing to note of any. */
static gboolean
prepare (gpointer data, GError **error)
{
  const Job *job = data;
  gboolean needed = FALSE;

  for (guint i = 0; i < job->some->len; i++)
    {
      Note *note = g_ptr_array_index (job->some, i);

      note->identity = job->notes->funcs->take (note->uuid, &note->parent, job->notes->user_data);
      needed |= note->identity != NULL;
    }
  return needed;
}

/* One that cannot be written costs none of the others. */
static gboolean
work (gpointer data, GError **error)
{
  const Job *job = data;

  for (guint i = 0; i < job->some->len; i++)
    {
      Note *note = g_ptr_array_index (job->some, i);

      if (note->identity != NULL)
        mdev_identity_save (note->identity, job->notes->paths, note->uuid, &note->parent,
                            &note->error);
    }
  return TRUE;
}

static void
finish (gpointer data, const GError *error)
{
  Job *job = data;

  for (guint i = 0; i < job->some->len; i++)
    {
      const Note *note = g_ptr_array_index (job->some, i);

      if (note->identity != NULL)
        job->notes->funcs->done (note->uuid, &note->parent, note->identity,
                                 error != NULL ? error : note->error, job->notes->user_data);
    }
  g_ptr_array_unref (job->some);
  g_free (job);
}

static const NodedevJobFuncs job_funcs = { prepare, work, finish };

/* --- all of them ---------------------------------------------------------- */

static GStrv
subjects_of (const GPtrArray *some)
{
  g_autoptr (GStrvBuilder) subjects = g_strv_builder_new ();

  for (guint i = 0; i < some->len; i++)
    {
      const Note *note = g_ptr_array_index (some, i);
      g_autofree char *parent = ccw_dev_id_to_string (&note->parent);

      g_strv_builder_add_many (subjects, parent, note->uuid, NULL);
    }
  return g_strv_builder_end (subjects);
}

void
nodedev_notes_flush (NodedevNotes *notes)
{
  g_auto (GStrv) subjects = subjects_of (notes->next);
  Job *job;

  if (notes->next->len == 0)
    return;
  job = g_new0 (Job, 1);
  job->notes = notes;
  job->some = g_steal_pointer (&notes->next);
  notes->next = g_ptr_array_new_with_free_func (note_free);
  nodedev_job_queue_push (notes->queue, (const char *const *) subjects, &job_funcs, job);
}

void
nodedev_notes_add (NodedevNotes *notes, const char *uuid, const CcwDevId *parent)
{
  Note *note = g_new0 (Note, 1);

  note->uuid = g_strdup (uuid);
  note->parent = *parent;
  g_ptr_array_add (notes->next, note);
  if (notes->next->len >= NOTES_A_JOB)
    nodedev_notes_flush (notes);
}

NodedevNotes *
nodedev_notes_new (const CcwPaths *paths, NodedevJobQueue *queue, const NodedevNotesFuncs *funcs,
                   gpointer user_data)
{
  NodedevNotes *notes = g_new0 (NodedevNotes, 1);

  notes->paths = paths;
  notes->queue = queue;
  notes->funcs = funcs;
  notes->user_data = user_data;
  notes->next = g_ptr_array_new_with_free_func (note_free);
  return notes;
}

void
nodedev_notes_free (NodedevNotes *notes)
{
  g_ptr_array_unref (notes->next);
  g_free (notes);
}
