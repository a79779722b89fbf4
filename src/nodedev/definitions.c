/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/definitions.h"

#include "nodedev/node.h"

struct _NodedevDefinitions
{
  GHashTable *by_name;   /* an mdev's -> NodedevDefinition, both owned */
  GHashTable *by_device; /* key of a device's id -> GPtrArray of what by_name owns */
};

/* --- one ------------------------------------------------------------------ */

NodedevDefinition *
nodedev_definition_new (const char *uuid, const CcwDevId *parent, MdevIdentity *identity)
{
  NodedevDefinition *definition = g_new0 (NodedevDefinition, 1);

  definition->uuid = g_strdup (uuid);
  definition->parent = *parent;
  definition->identity = identity;
  return definition;
}

void
nodedev_definition_free (NodedevDefinition *definition)
{
  g_free (definition->uuid);
  mdev_identity_free (definition->identity);
  g_free (definition);
}

/* --- those that are known ------------------------------------------------- */

NodedevDefinition *
nodedev_definitions_find (const NodedevDefinitions *definitions, const char *uuid,
                          const CcwDevId *parent)
{
  g_autofree char *name = nodedev_mdev_name (uuid, parent);

  return g_hash_table_lookup (definitions->by_name, name);
}

const GPtrArray *
nodedev_definitions_of (const NodedevDefinitions *definitions, const CcwDevId *device)
{
  return g_hash_table_lookup (definitions->by_device, ccw_dev_id_hash_key (device));
}

GList *
nodedev_definitions_list (const NodedevDefinitions *definitions)
{
  return g_hash_table_get_values (definitions->by_name);
}

static void
add_to_device (NodedevDefinitions *definitions, NodedevDefinition *definition)
{
  gpointer key = ccw_dev_id_hash_key (&definition->identity->device);
  GPtrArray *some = g_hash_table_lookup (definitions->by_device, key);

  if (some == NULL)
    {
      some = g_ptr_array_new ();
      g_hash_table_insert (definitions->by_device, key, some);
    }
  g_ptr_array_add (some, definition);
}

static void
remove_from_device (NodedevDefinitions *definitions, NodedevDefinition *definition)
{
  gpointer key = ccw_dev_id_hash_key (&definition->identity->device);
  GPtrArray *some = g_hash_table_lookup (definitions->by_device, key);

  g_ptr_array_remove_fast (some, definition);
  if (some->len == 0)
    g_hash_table_remove (definitions->by_device, key);
}

void
nodedev_definitions_put (NodedevDefinitions *definitions, NodedevDefinition *definition)
{
  nodedev_definitions_drop (definitions, definition->uuid, &definition->parent);
  add_to_device (definitions, definition);
  g_hash_table_insert (definitions->by_name,
                       nodedev_mdev_name (definition->uuid, &definition->parent), definition);
}

NodedevDefinition *
nodedev_definitions_take (NodedevDefinitions *definitions, const char *uuid, const CcwDevId *parent)
{
  g_autofree char *name = nodedev_mdev_name (uuid, parent);
  g_autofree char *key = NULL;
  NodedevDefinition *definition = NULL;

  if (g_hash_table_steal_extended (definitions->by_name, name, (gpointer *) &key,
                                   (gpointer *) &definition))
    remove_from_device (definitions, definition);
  return definition;
}

void
nodedev_definitions_drop (NodedevDefinitions *definitions, const char *uuid, const CcwDevId *parent)
{
  NodedevDefinition *definition = nodedev_definitions_take (definitions, uuid, parent);

  if (definition != NULL)
    nodedev_definition_free (definition);
}

/* --- life ----------------------------------------------------------------- */

static void
unref_array (gpointer array)
{
  g_ptr_array_unref (array);
}

NodedevDefinitions *
nodedev_definitions_new (void)
{
  NodedevDefinitions *definitions = g_new0 (NodedevDefinitions, 1);

  definitions->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                (GDestroyNotify) nodedev_definition_free);
  definitions->by_device = g_hash_table_new_full (NULL, NULL, NULL, unref_array);
  return definitions;
}

void
nodedev_definitions_free (NodedevDefinitions *definitions)
{
  g_hash_table_unref (definitions->by_device);
  g_hash_table_unref (definitions->by_name);
  g_free (definitions);
}
