/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/definitions.h"
#include "nodedev/follow.h"
#include "nodedev/notes.h"

/* What the sources of follow.h share; for follow*.c alone. */

struct _NodedevFollow
{
  NodedevView view;
  NodedevEvents *events;
  const CcwPaths *paths;
  NodedevJobQueue *queue;
  NodedevFollowFunc moved;
  gpointer moved_data;
  NodedevDefinitions *definitions;
  GHashTable *arrivals; /* keys of the devices that wait in the queue */
  NodedevNotes *notes;
  gboolean is_beginning; /* nothing that takes a device is in the queue yet */
  gboolean is_ending;
};

/* --- follow-learn.c: which device is meant, and the notes of it ------------- */

/* Learns what @config is meant for, from its note or from what is on its parent now. */
void nodedev_follow_learn (NodedevFollow *follow, const MdevConfig *config);

/* The same for what is defined on @subchannel and not known yet. */
void nodedev_follow_learn_on (NodedevFollow *follow, const CcwDevId *subchannel);

/* Writes what is known of one and not noted yet: now, or when its turn comes. Failures are logged. */
void nodedev_follow_save_now (NodedevFollow *follow, const char *uuid, const CcwDevId *parent);
void nodedev_follow_save_if_needed (NodedevFollow *follow, const NodedevDefinition *definition);

/* Removes the note of one whose file is gone. @user_data: the NodedevFollow. Failures are logged. */
void nodedev_follow_forget_unless_there (const char *uuid, const CcwDevId *parent,
                                         gpointer user_data);

/* For the notes that are written in the queue; their user data is the NodedevFollow. */
extern const NodedevNotesFuncs nodedev_follow_notes_funcs;

/* --- follow-move.c: to where the device is ---------------------------------- */

/*
 * Brings @definition to where its device is, if that is anywhere. TRUE when it
 * has moved: it is another NodedevDefinition then.
 */
gboolean nodedev_follow_settle (NodedevFollow *follow, NodedevDefinition *definition);
