/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/sysfs.h"
#include "mdev/identity.h"
#include "nodedev/follow-private.h"

/* Failing to keep a note costs following, not the change that the note is of. */
static void
log_failure (const char *uuid, const CcwDevId *parent, const GError *error)
{
  g_autofree char *name = nodedev_mdev_name (uuid, parent);

  g_warning ("%s cannot follow its device: %s", name, error->message);
}

/*
 * A file that only cannot be read for now, as while an editor writes it, keeps
 * its note: it is still meant for the same device when it can be read again.
 */
void
nodedev_follow_forget_unless_there (const char *uuid, const CcwDevId *parent, gpointer user_data)
{
  NodedevFollow *follow = user_data;
  g_autoptr (GError) error = NULL;

  if (!mdev_store_has_file_of (follow->view.store, uuid, parent)
      && !mdev_identity_forget (follow->paths, uuid, parent, &error))
    log_failure (uuid, parent, error);
}

/* --- notes ------------------------------------------------------------------ */

/* What has been noted meanwhile need not be noted again. */
static MdevIdentity *
take_unsaved (const char *uuid, const CcwDevId *parent, gpointer user_data)
{
  NodedevFollow *follow = user_data;
  NodedevDefinition *definition = nodedev_definitions_find (follow->definitions, uuid, parent);

  if (definition == NULL || !definition->is_unsaved)
    return NULL;
  definition->is_unsaved = FALSE;
  return mdev_identity_copy (definition->identity);
}

/* What the disk refuses now is tried again at the next event of the device. */
void
nodedev_follow_save_now (NodedevFollow *follow, const char *uuid, const CcwDevId *parent)
{
  g_autoptr (MdevIdentity) identity = take_unsaved (uuid, parent, follow);
  g_autoptr (GError) error = NULL;

  if (identity == NULL || mdev_identity_save (identity, follow->paths, uuid, parent, &error))
    return;
  log_failure (uuid, parent, error);
  nodedev_definitions_find (follow->definitions, uuid, parent)->is_unsaved = TRUE;
}

/* By the queue. Meanwhile more may have been learnt and noted, or the definition be gone. */
static void
on_noted (const char *uuid, const CcwDevId *parent, const MdevIdentity *noted, const GError *error,
          gpointer user_data)
{
  NodedevFollow *follow = user_data;
  NodedevDefinition *definition = nodedev_definitions_find (follow->definitions, uuid, parent);

  if (error != NULL)
    log_failure (uuid, parent, error);
  if (definition == NULL)
    {
      nodedev_follow_forget_unless_there (uuid, parent, user_data);
      return;
    }
  definition->is_unsaved |= error != NULL || !mdev_identity_equal (definition->identity, noted);
  if (error == NULL)
    nodedev_follow_save_now (user_data, uuid, parent);
}

const NodedevNotesFuncs nodedev_follow_notes_funcs = { take_unsaved, on_noted };

/*
 * At once: in the queue somebody may wait already who takes the device, which then
 * does not tell its kind any more. But nobody does when a daemon begins, maybe with
 * thousands of notes.
 */
void
nodedev_follow_save_if_needed (NodedevFollow *follow, const NodedevDefinition *definition)
{
  if (!definition->is_unsaved)
    return;
  if (follow->is_beginning)
    nodedev_notes_add (follow->notes, definition->uuid, &definition->parent);
  else
    nodedev_follow_save_now (follow, definition->uuid, &definition->parent);
}

/* --- learning and forgetting ------------------------------------------------ */

/*
 * Learns what @config is meant for, if there is anything to learn. That holds
 * without a note, too: a device that is taken next does not tell its kind.
 */
void
nodedev_follow_learn (NodedevFollow *follow, const MdevConfig *config)
{
  const char *uuid = mdev_config_get_uuid (config);
  const CcwDevId *parent = mdev_config_get_parent (config);
  g_autoptr (GError) error = NULL;
  MdevIdentity *noted = mdev_identity_load (follow->paths, uuid, parent, &error);
  MdevIdentity *identity = noted != NULL || error != NULL ? noted : mdev_identity_read (parent);
  NodedevDefinition *definition;

  if (error != NULL)
    log_failure (uuid, parent, error);
  if (identity == NULL)
    return;
  definition = nodedev_definition_new (uuid, parent, identity);
  definition->is_unsaved = noted == NULL;
  nodedev_definitions_put (follow->definitions, definition);
  nodedev_follow_save_if_needed (follow, definition);
}

/* It is meant for the first device there is, not for the one that it was meant for. */
static gboolean
forget_device (NodedevFollow *follow, const char *uuid, const CcwDevId *parent, GError **error)
{
  if (!mdev_identity_forget (follow->paths, uuid, parent, error))
    return FALSE;
  nodedev_definitions_drop (follow->definitions, uuid, parent);
  return TRUE;
}

gboolean
nodedev_follow_adopt (NodedevFollow *follow, const MdevConfig *config, GError **error)
{
  const char *uuid = mdev_config_get_uuid (config);
  const CcwDevId *parent = mdev_config_get_parent (config);
  g_autoptr (MdevIdentity) identity = mdev_identity_renew (follow->paths, uuid, parent);

  if (identity == NULL)
    return forget_device (follow, uuid, parent, error);
  if (!mdev_identity_save (identity, follow->paths, uuid, parent, error))
    return FALSE;
  nodedev_definitions_put (follow->definitions,
                           nodedev_definition_new (uuid, parent, g_steal_pointer (&identity)));
  return TRUE;
}

/* @device: NULL: none. What is not known may be right. */
static gboolean
may_be_meant_for (NodedevFollow *follow, const MdevConfig *config, const CcwDevId *device)
{
  const NodedevDefinition *definition = nodedev_definitions_find (
      follow->definitions, mdev_config_get_uuid (config), mdev_config_get_parent (config));

  return device == NULL || definition == NULL
         || ccw_dev_id_equal (&definition->identity->device, device);
}

gboolean
nodedev_follow_needs (NodedevFollow *follow, const CcwDevId *subchannel, const char *except_uuid)
{
  g_autoptr (GPtrArray) configs = mdev_store_list_on (follow->view.store, subchannel);
  CcwDevId device;
  gboolean has_device = ccw_sysfs_subchannel_device (subchannel, &device);

  for (guint i = 0; i < configs->len; i++)
    {
      const MdevConfig *config = g_ptr_array_index (configs, i);

      if (g_strcmp0 (mdev_config_get_uuid (config), except_uuid) != 0
          && may_be_meant_for (follow, config, has_device ? &device : NULL))
        return TRUE;
    }
  return FALSE;
}

/* Definitions made while no device was on their subchannel are meant for the first that comes. */
void
nodedev_follow_learn_on (NodedevFollow *follow, const CcwDevId *subchannel)
{
  g_autoptr (GPtrArray) configs = mdev_store_list_on (follow->view.store, subchannel);

  for (guint i = 0; i < configs->len; i++)
    {
      const MdevConfig *config = g_ptr_array_index (configs, i);

      if (nodedev_definitions_find (follow->definitions, mdev_config_get_uuid (config), subchannel)
          == NULL)
        nodedev_follow_learn (follow, config);
    }
}
