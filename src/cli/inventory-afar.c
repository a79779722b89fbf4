/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/inventory-afar.h"

#include "cli/node-devices.h"

/* --- subchannels and devices --------------------------------------------- */

static void
add_subchannel (GPtrArray *entries, virNodeDevice *node)
{
  g_auto (NodeDevicesSubchannel) subchannel = { .driver = NULL };
  InventoryEntry *entry;

  if (!node_devices_read_subchannel (node, &subchannel))
    return;
  entry = inventory_add (entries, &subchannel.id);
  entry->from_afar = TRUE;
  entry->driver = g_steal_pointer (&subchannel.driver);
  entry->has_device = subchannel.has_device;
  entry->device = subchannel.device;
}

/* By the key of the subchannel's id. */
static GHashTable *
index_entries (const GPtrArray *entries)
{
  GHashTable *table = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < entries->len; i++)
    {
      InventoryEntry *entry = g_ptr_array_index (entries, i);

      g_hash_table_insert (table, ccw_dev_id_hash_key (&entry->subchannel), entry);
    }
  return table;
}

/* The entry of the subchannel that is @node's parent; NULL when that is none. */
static InventoryEntry *
find_parent (GHashTable *table, virNodeDevice *node)
{
  const char *parent = virNodeDeviceGetParent (node);
  CcwDevId id;

  if (parent == NULL || !ccw_dev_id_parse_name (parent, CCW_NAME_PREFIX_CSS, &id))
    return NULL;
  return g_hash_table_lookup (table, ccw_dev_id_hash_key (&id));
}

/* libvirt before 7.9 does not tell in a subchannel's XML which device is there. */
static void
add_device (InventoryEntry *entry, virNodeDevice *node)
{
  g_autofree char *state = node_devices_get_state (node);

  entry->has_node = TRUE;
  if (!entry->has_device)
    entry->has_device
        = ccw_dev_id_parse_name (virNodeDeviceGetName (node), CCW_NAME_PREFIX_CCW, &entry->device);
  entry->has_online = state != NULL;
  entry->online = g_strcmp0 (state, "online") == 0;
}

static gboolean
add_devices (virConnect *connection, GHashTable *table, GError **error)
{
  g_autoptr (GPtrArray) nodes
      = node_devices_list (connection, VIR_CONNECT_LIST_NODE_DEVICES_CAP_CCW_DEV, error);

  for (guint i = 0; nodes != NULL && i < nodes->len; i++)
    {
      InventoryEntry *entry = find_parent (table, g_ptr_array_index (nodes, i));

      if (entry != NULL)
        add_device (entry, g_ptr_array_index (nodes, i));
    }
  return nodes != NULL;
}

/* --- mdevs --------------------------------------------------------------- */

/* One that just went has neither parent nor UUID. */
static void
add_mdev (GHashTable *table, virNodeDevice *node)
{
  InventoryEntry *entry = find_parent (table, node);
  g_autofree char *uuid = entry != NULL ? node_devices_get_uuid (node, NULL) : NULL;
  InventoryMdev *mdev;
  int starts = 0;

  if (uuid == NULL)
    return;
  mdev = inventory_entry_get_mdev (entry, uuid);
  mdev->active = virNodeDeviceIsActive (node) == 1;
  mdev->defined = virNodeDeviceIsPersistent (node) == 1;
  mdev->autostart_unknown = mdev->defined && virNodeDeviceGetAutostart (node, &starts) != 0;
  mdev->autostart = mdev->defined && starts != 0;
}

static gboolean
add_mdevs (virConnect *connection, GHashTable *table, GError **error)
{
  g_autoptr (GPtrArray) nodes
      = node_devices_list (connection, VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV, error);

  for (guint i = 0; nodes != NULL && i < nodes->len; i++)
    add_mdev (table, g_ptr_array_index (nodes, i));
  return nodes != NULL;
}

/* --- all of them --------------------------------------------------------- */

GPtrArray *
inventory_read_afar (virConnect *connection, GError **error)
{
  g_autoptr (GPtrArray) entries = inventory_new ();
  g_autoptr (GPtrArray) nodes
      = node_devices_list (connection, VIR_CONNECT_LIST_NODE_DEVICES_CAP_CSS_DEV, error);
  g_autoptr (GHashTable) table = NULL;

  if (nodes == NULL)
    return NULL;
  for (guint i = 0; i < nodes->len; i++)
    add_subchannel (entries, g_ptr_array_index (nodes, i));
  table = index_entries (entries);
  if (!add_devices (connection, table, error) || !add_mdevs (connection, table, error))
    return NULL;
  inventory_sort (entries);
  return g_steal_pointer (&entries);
}
