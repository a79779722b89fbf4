/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/move.h"

#include "ccw/error.h"

/* A definition on its way. */
typedef struct
{
  MdevStore *store;
  const CcwPaths *paths;
  const MdevIdentity *identity;
  CcwDevId from;
  const MdevConfig *moved; /* as it will be */
} Move;

/* Does the note at @moved's place say that it is meant for the same device? */
static gboolean
is_meant_for_same (const Move *move)
{
  g_autoptr (MdevIdentity) there = mdev_identity_load (
      move->paths, mdev_config_get_uuid (move->moved), mdev_config_get_parent (move->moved), NULL);

  return there != NULL && ccw_dev_id_equal (&there->device, &move->identity->device);
}

/*
 * May the definition go there? mdevctl can keep a UUID on several
 * subchannels, in files of the same text: only one that is meant for the same
 * device is what a move that was cut short left. A file that cannot be read, or
 * was not seen yet, is somebody's, too.
 */
static gboolean
check_free (const Move *move, gboolean *is_begun, GError **error)
{
  const char *uuid = mdev_config_get_uuid (move->moved);
  const CcwDevId *to = mdev_config_get_parent (move->moved);
  const MdevConfig *there = mdev_store_get (move->store, uuid, to);

  *is_begun = there != NULL && mdev_config_equal (there, move->moved) && is_meant_for_same (move);
  if (*is_begun || (there == NULL && !mdev_store_has_file_of (move->store, uuid, to)))
    return TRUE;
  g_set_error_literal (error, CCW_ERROR, CCW_ERROR_EXISTS,
                       "another definition of it is there; undefine one of the two");
  return FALSE;
}

/* The note first: the new file is never without it. Nothing is there yet unless @is_begun. */
static gboolean
put_with_note (const Move *move, gboolean is_begun, GError **error)
{
  const char *uuid = mdev_config_get_uuid (move->moved);
  const CcwDevId *to = mdev_config_get_parent (move->moved);

  if (!mdev_identity_save (move->identity, move->paths, uuid, to, error))
    return FALSE;
  if (mdev_store_put (move->store, move->moved, is_begun, error))
    return TRUE;
  /*
   * What somebody may have put there meanwhile, most likely the same move of
   * the same definition, is meant for the device that is there: this one.
   */
  if (!mdev_store_has_file_of (move->store, uuid, to))
    mdev_identity_forget (move->paths, uuid, to, NULL);
  return FALSE;
}

/* That mdevctl was faster is no failure. */
static gboolean
remove_old (const Move *move, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (mdev_store_remove (move->store, mdev_config_get_uuid (move->moved), &move->from, &reason)
      || ccw_error_is_not_found (reason))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

gboolean
mdev_move_definition (MdevStore *store, const CcwPaths *paths, const MdevConfig *config,
                      const MdevIdentity *identity, const CcwDevId *to, GError **error)
{
  g_autoptr (MdevConfig) moved = mdev_config_copy_to (config, to);
  Move move = { store, paths, identity, *mdev_config_get_parent (config), moved };
  gboolean is_begun;

  return check_free (&move, &is_begun, error) && put_with_note (&move, is_begun, error)
         && remove_old (&move, error);
}
