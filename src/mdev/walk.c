/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/walk.h"

#include "mdev/subchannel.h"
#include "mdev/touched.h"

void
mdev_walk_log (const MdevRecord *record, const char *what)
{
  g_autofree char *name = ccw_dev_id_to_string (&record->subchannel);
  const char *uuid = record->uuid != NULL ? record->uuid : "";

  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_INFO, "SUBCHANNEL", name, "MDEV_UUID", uuid,
                    "MESSAGE", "subchannel %s: %s %s", name, what, uuid);
}

static const char *
describe_end (MdevPosition position)
{
  switch (position)
    {
    case MDEV_POSITION_HOST:
      return "given back to the host, without mediated device";
    case MDEV_POSITION_ACTIVE:
      return "started mediated device";
    default:
      return "kept for guests, without mediated device";
    }
}

static void
forget_transition (MdevRecord *record)
{
  record->in_transition = FALSE;
  /* At the host's end there is nothing left to restore. */
  if (record->to == MDEV_POSITION_HOST)
    record->has_before = FALSE;
}

/* Binding vfio_ccw makes udev run mdevctl, which may have made its mdev before we made ours. */
static gboolean
has_mdev_of_others (const MdevRecord *record)
{
  g_autofree char *uuid = mdev_subchannel_find_mdev (&record->subchannel);

  return uuid != NULL && g_strcmp0 (uuid, record->uuid) != 0;
}

gboolean
mdev_walk_back (MdevLadder *ladder, MdevRecord *record, const CcwPaths *paths, GError **error)
{
  /* Then the subchannel stays taken, to be given back after that mdev. */
  if (has_mdev_of_others (record))
    record->from = MDEV_POSITION_BOUND;
  if (!mdev_ladder_walk (ladder, record->from, error))
    return FALSE;
  record->to = record->from;
  forget_transition (record);
  return mdev_record_save (record, paths, error);
}

/* Turns round after @error; says so in its message should that fail, too. */
static void
undo (MdevLadder *ladder, MdevRecord *record, const CcwPaths *paths, GError *error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *name = ccw_dev_id_to_string (&record->subchannel);
  g_autofree char *note = NULL;

  if (mdev_walk_back (ladder, record, paths, &reason))
    return;
  /* The record stays: the next transition on this subchannel, or the next start, tries again. */
  g_warning ("could not undo a failed change of subchannel %s: %s", name, reason->message);
  note = g_strdup_printf ("%s; undoing it failed, too, and will be tried again: %s", error->message,
                          reason->message);
  g_free (error->message);
  error->message = g_steal_pointer (&note);
}

/* Walks up or down to record->to and forgets that there was a transition. */
static gboolean
walk_to_end (MdevLadder *ladder, MdevRecord *record, const CcwPaths *paths,
             const MdevWitness *witness, GError **error)
{
  gboolean has_before = record->has_before;

  if (!mdev_ladder_walk (ladder, record->to, error)
      || (witness != NULL && !witness->started (witness->data, error)))
    return FALSE;
  forget_transition (record);
  if (mdev_record_save (record, paths, error))
    return TRUE;
  record->has_before = has_before;
  return FALSE;
}

/*
 * Once the host's driver was to have the subchannel again, the host may use
 * the device: to take it away once more would be a start that nobody checked.
 */
static gboolean
may_turn_round (const MdevLadder *ladder)
{
  const MdevRecord *record = ladder->record;

  return record->to > record->from || ladder->position > MDEV_POSITION_OFFLINE;
}

gboolean
mdev_walk (MdevRecord *record, const MdevConfig *config, const CcwPaths *paths,
           const MdevWitness *witness, GError **error)
{
  MdevLadder ladder = { .record = record, .config = config, .position = record->from };
  g_autoptr (GError) reason = NULL;

  record->in_transition = TRUE;
  if (!mdev_touched_note (paths, &record->subchannel, error)
      || !mdev_record_save (record, paths, error))
    return FALSE;
  if (walk_to_end (&ladder, record, paths, witness, &reason))
    {
      mdev_walk_log (record, describe_end (record->to));
      return TRUE;
    }
  if (may_turn_round (&ladder))
    undo (&ladder, record, paths, reason);
  else
    g_prefix_error (&reason, "it is given back only in part, which will be tried again: ");
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}
