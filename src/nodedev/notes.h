/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mdev/identity.h"
#include "nodedev/job-queue.h"

/*
 * Notes of what definitions are meant for (mdev/identity.h), on their way to
 * the disk. Each waits for the disk, and a daemon that starts where nothing has
 * been noted yet may have thousands: they are written in the queue, some at a
 * time, each before what is asked for on its subchannel later.
 */
typedef struct _NodedevNotes NodedevNotes;

typedef struct
{
  /* The turn of that one: what to note, which the caller frees; NULL: nothing any more. */
  MdevIdentity *(*take) (const char *uuid, const CcwDevId *parent, gpointer user_data);
  /* What take() gave, @noted, has been noted, or not. */
  void (*done) (const char *uuid, const CcwDevId *parent, const MdevIdentity *noted,
                const GError *error, gpointer user_data);
} NodedevNotesFuncs;

/* All must outlive it, and it the jobs in @queue. */
NodedevNotes *nodedev_notes_new (const CcwPaths *paths, NodedevJobQueue *queue,
                                 const NodedevNotesFuncs *funcs, gpointer user_data);
void nodedev_notes_free (NodedevNotes *notes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevNotes, nodedev_notes_free)

/* There is something to note of it. It goes into the queue at the next flush at the latest. */
void nodedev_notes_add (NodedevNotes *notes, const char *uuid, const CcwDevId *parent);
void nodedev_notes_flush (NodedevNotes *notes);
