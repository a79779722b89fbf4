/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/list-rows.h"

#include "cli/domains.h"

/* --- columns ------------------------------------------------------------- */

typedef enum
{
  COLUMN_NAME,
  COLUMN_KIND,
  COLUMN_DEVICE,
  COLUMN_SUBCHANNEL,
  COLUMN_TYPE,
  COLUMN_CUTYPE,
  COLUMN_DRIVER,
  COLUMN_ONLINE,
  COLUMN_PIM,
  COLUMN_PAM,
  COLUMN_POM,
  COLUMN_CHPIDS,
  COLUMN_MDEV,
  COLUMN_ACTIVE,
  COLUMN_AUTOSTART,
  COLUMN_DOMAIN,
  COLUMN_USER,
  N_COLUMNS,
} Column;

const TableColumn list_rows_columns[] = {
  [COLUMN_NAME] = { "NAME", "what a row is about: a number, a UUID, a name", TABLE_NAME, FALSE },
  [COLUMN_KIND] = { "KIND", "subchannel, device, mdev or domain", TABLE_TEXT, FALSE },
  [COLUMN_DEVICE] = { "DEVICE", "device number", TABLE_TEXT, TRUE },
  [COLUMN_SUBCHANNEL] = { "SUBCHANNEL", "where it is now", TABLE_TEXT, TRUE },
  [COLUMN_TYPE] = { "TYPE", "type and model of the device", TABLE_TEXT, TRUE },
  [COLUMN_CUTYPE] = { "CUTYPE", "type and model of the control unit", TABLE_TEXT, TRUE },
  [COLUMN_DRIVER] = { "DRIVER", "what drives the subchannel", TABLE_TEXT, TRUE },
  [COLUMN_ONLINE] = { "ONLINE", "does the host have it online?", TABLE_FLAG, TRUE },
  [COLUMN_PIM] = { "PIM", "path installed mask", TABLE_TEXT, FALSE },
  [COLUMN_PAM] = { "PAM", "path available mask", TABLE_TEXT, FALSE },
  [COLUMN_POM] = { "POM", "path operational mask", TABLE_TEXT, FALSE },
  [COLUMN_CHPIDS] = { "CHPIDS", "channel path ids, by path", TABLE_TEXT, FALSE },
  [COLUMN_MDEV] = { "MDEV", "UUIDs of its mediated devices", TABLE_TEXT, TRUE },
  [COLUMN_ACTIVE] = { "ACTIVE", "is there an active one?", TABLE_FLAG, FALSE },
  [COLUMN_AUTOSTART] = { "AUTOSTART", "does one start by itself?", TABLE_FLAG, FALSE },
  [COLUMN_DOMAIN] = { "DOMAIN", "virtual machines that have it", TABLE_TEXT, TRUE },
  [COLUMN_USER] = { "USER", "what the host uses it for", TABLE_TEXT, TRUE },
};

const gsize list_rows_n_columns = N_COLUMNS;

const char list_rows_tree_columns[] = "NAME,KIND,TYPE,CUTYPE,DRIVER,ONLINE,ACTIVE,AUTOSTART,USER";

/* In a tree: the kinds of row of which a column tells. */
static const guint kinds[N_COLUMNS] = {
  [COLUMN_DEVICE] = LIST_ROW_DEVICE,     [COLUMN_SUBCHANNEL] = LIST_ROW_SUBCHANNEL,
  [COLUMN_TYPE] = LIST_ROW_DEVICE,       [COLUMN_CUTYPE] = LIST_ROW_DEVICE,
  [COLUMN_DRIVER] = LIST_ROW_SUBCHANNEL, [COLUMN_ONLINE] = LIST_ROW_DEVICE,
  [COLUMN_PIM] = LIST_ROW_SUBCHANNEL,    [COLUMN_PAM] = LIST_ROW_SUBCHANNEL,
  [COLUMN_POM] = LIST_ROW_SUBCHANNEL,    [COLUMN_CHPIDS] = LIST_ROW_SUBCHANNEL,
  [COLUMN_MDEV] = LIST_ROW_MDEV,         [COLUMN_ACTIVE] = LIST_ROW_MDEV,
  [COLUMN_AUTOSTART] = LIST_ROW_MDEV,    [COLUMN_DOMAIN] = LIST_ROW_DOMAIN,
  [COLUMN_USER] = LIST_ROW_DEVICE,
};

static gboolean
is_of_paths (guint column)
{
  return column >= COLUMN_PIM && column <= COLUMN_CHPIDS;
}

/* What libvirt's XML of node devices does not carry. */
static gboolean
is_of_this_host (guint column)
{
  return column == COLUMN_TYPE || column == COLUMN_CUTYPE || is_of_paths (column)
         || column == COLUMN_USER;
}

gboolean
list_rows_show_domains (const GArray *choice)
{
  return table_has (choice, COLUMN_DOMAIN);
}

gboolean
list_rows_show_paths (const GArray *choice)
{
  for (guint i = 0; i < choice->len; i++)
    if (is_of_paths (g_array_index (choice, guint, i)))
      return TRUE;
  return FALSE;
}

gboolean
list_rows_show_unknown (const GArray *choice)
{
  for (guint i = 0; i < choice->len; i++)
    if (is_of_this_host (g_array_index (choice, guint, i)))
      return TRUE;
  return FALSE;
}

/* --- rows ---------------------------------------------------------------- */

static void
row_free (gpointer data)
{
  ListRow *row = data;

  g_free (row->domain);
  g_free (row);
}

static ListRow *
add_row (GPtrArray *rows, ListRowKind kind, const ListRow *parent, const InventoryEntry *entry)
{
  ListRow *row = g_new0 (ListRow, 1);

  row->kind = kind;
  row->parent = parent;
  row->entry = entry;
  g_ptr_array_add (rows, row);
  return row;
}

GPtrArray *
list_rows_new (const GPtrArray *entries)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (row_free);

  for (guint i = 0; i < entries->len; i++)
    add_row (rows, LIST_ROW_WHOLE, NULL, g_ptr_array_index (entries, i));
  return rows;
}

static void
add_domains (GPtrArray *rows, const ListRow *mdev, const char *names)
{
  g_auto (GStrv) list = g_strsplit (names, DOMAINS_SEPARATOR, -1);

  for (char **name = list; *name != NULL; name++)
    add_row (rows, LIST_ROW_DOMAIN, mdev, mdev->entry)->domain = g_strdup (*name);
}

static void
add_mdevs (GPtrArray *rows, const ListRow *parent, GHashTable *domains)
{
  for (guint i = 0; i < parent->entry->mdevs->len; i++)
    {
      const InventoryMdev *mdev = g_ptr_array_index (parent->entry->mdevs, i);
      ListRow *row = add_row (rows, LIST_ROW_MDEV, parent, parent->entry);
      const char *names = domains != NULL ? g_hash_table_lookup (domains, mdev->uuid) : NULL;

      row->mdev = mdev;
      if (names != NULL)
        add_domains (rows, row, names);
    }
}

GPtrArray *
list_rows_new_tree (const GPtrArray *entries, GHashTable *domains)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (row_free);

  for (guint i = 0; i < entries->len; i++)
    {
      const InventoryEntry *entry = g_ptr_array_index (entries, i);
      ListRow *row = add_row (rows, LIST_ROW_SUBCHANNEL, NULL, entry);

      if (entry->has_device)
        row = add_row (rows, LIST_ROW_DEVICE, row, entry);
      add_mdevs (rows, row, domains);
    }
  return rows;
}

gconstpointer
list_rows_parent (gconstpointer row)
{
  return ((const ListRow *) row)->parent;
}

/* --- cells --------------------------------------------------------------- */

static char *
flag (gboolean value)
{
  return g_strdup (value ? "1" : "0");
}

static char *
device_text (const InventoryEntry *entry)
{
  return entry->has_device ? ccw_dev_id_to_string (&entry->device) : NULL;
}

static char *
join_uuids (const GPtrArray *mdevs)
{
  g_autoptr (GPtrArray) uuids = g_ptr_array_new ();

  for (guint i = 0; i < mdevs->len; i++)
    g_ptr_array_add (uuids, ((const InventoryMdev *) g_ptr_array_index (mdevs, i))->uuid);
  g_ptr_array_add (uuids, NULL);
  return mdevs->len > 0 ? g_strjoinv (",", (char **) uuids->pdata) : NULL;
}

static char *
join_domains (const GPtrArray *mdevs, GHashTable *domains)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; domains != NULL && i < mdevs->len; i++)
    {
      const InventoryMdev *mdev = g_ptr_array_index (mdevs, i);
      const char *of_one = g_hash_table_lookup (domains, mdev->uuid);

      if (of_one != NULL)
        g_string_append_printf (names, "%s%s", names->len > 0 ? "," : "", of_one);
    }
  g_strdelimit (names->str, DOMAINS_SEPARATOR, ',');
  return g_string_free (names, names->len == 0);
}

static char *
mask_text (const InventoryEntry *entry, guint8 mask)
{
  return entry->has_paths ? g_strdup_printf ("%02x", mask) : NULL;
}

/* As lscss(8) prints them: "40414243 00000000". */
static char *
chpids_text (const InventoryEntry *entry)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < INVENTORY_PATHS; i++)
    g_string_append_printf (text, "%s%02x", i == INVENTORY_PATHS / 2 ? " " : "", entry->chpids[i]);
  return g_string_free (text, !entry->has_paths);
}

static gboolean
is_active (const InventoryMdev *mdev)
{
  return mdev->active;
}

static gboolean
is_autostarted (const InventoryMdev *mdev)
{
  return mdev->autostart;
}

static gboolean
is_autostart_unknown (const InventoryMdev *mdev)
{
  return mdev->autostart_unknown;
}

/* Has the row's mdev this property, or one of those of its subchannel? */
static gboolean
has_mdev_that (const ListRow *row, gboolean (*property) (const InventoryMdev *mdev))
{
  if (row->mdev != NULL)
    return property (row->mdev);
  for (guint i = 0; i < row->entry->mdevs->len; i++)
    if (property (g_ptr_array_index (row->entry->mdevs, i)))
      return TRUE;
  return FALSE;
}

static char *
active_text (const ListRow *row)
{
  return row->entry->mdevs->len > 0 ? flag (has_mdev_that (row, is_active)) : NULL;
}

static char *
autostart_text (const ListRow *row, const ListRowsContext *context)
{
  if (row->entry->mdevs->len == 0)
    return NULL;
  if (has_mdev_that (row, is_autostart_unknown))
    return g_strdup (context->unknown);
  return flag (has_mdev_that (row, is_autostarted));
}

/* Not to know who uses it is told as such, not as nobody. */
static char *
user_text (const InventoryEntry *entry, CcwSystemUse *use)
{
  g_autoptr (GError) reason = NULL;
  char *user = inventory_find_user (entry, use, &reason);

  return reason != NULL ? g_strdup_printf ("unknown: %s", reason->message) : user;
}

static char *
name_text (const ListRow *row)
{
  switch (row->kind)
    {
    case LIST_ROW_WHOLE:
    case LIST_ROW_DEVICE:
      return row->entry->has_device ? device_text (row->entry)
                                    : ccw_dev_id_to_string (&row->entry->subchannel);
    case LIST_ROW_SUBCHANNEL:
      return ccw_dev_id_to_string (&row->entry->subchannel);
    case LIST_ROW_MDEV:
      return g_strdup (row->mdev->uuid);
    case LIST_ROW_DOMAIN:
      return g_strdup (row->domain);
    }
  g_assert_not_reached ();
}

static const char *
kind_text (const ListRow *row)
{
  switch (row->kind)
    {
    case LIST_ROW_WHOLE:
      return row->entry->has_device ? "device" : "subchannel";
    case LIST_ROW_SUBCHANNEL:
      return "subchannel";
    case LIST_ROW_DEVICE:
      return "device";
    case LIST_ROW_MDEV:
      return "mdev";
    case LIST_ROW_DOMAIN:
      return "domain";
    }
  g_assert_not_reached ();
}

/* libvirt tells it since 11.1, of a device that the host's driver has. */
static const char *
online_of_none (const InventoryEntry *entry, const ListRowsContext *context)
{
  return entry->from_afar && entry->has_node ? context->unknown : NULL;
}

static char *
entry_cell (const ListRow *row, Column column, const ListRowsContext *context)
{
  const InventoryEntry *entry = row->entry;

  switch (column)
    {
    case COLUMN_NAME:
      return name_text (row);
    case COLUMN_KIND:
      return g_strdup (kind_text (row));
    case COLUMN_DEVICE:
      return device_text (entry);
    case COLUMN_SUBCHANNEL:
      return ccw_dev_id_to_string (&entry->subchannel);
    case COLUMN_TYPE:
      return g_strdup (entry->devtype);
    case COLUMN_CUTYPE:
      return g_strdup (entry->cutype);
    case COLUMN_DRIVER:
      return g_strdup (entry->driver);
    case COLUMN_ONLINE:
      return entry->has_online ? flag (entry->online) : g_strdup (online_of_none (entry, context));
    case COLUMN_PIM:
      return mask_text (entry, entry->pim);
    case COLUMN_PAM:
      return mask_text (entry, entry->pam);
    case COLUMN_POM:
      return mask_text (entry, entry->pom);
    case COLUMN_CHPIDS:
      return chpids_text (entry);
    case COLUMN_MDEV:
      return row->mdev != NULL ? g_strdup (row->mdev->uuid) : join_uuids (entry->mdevs);
    case COLUMN_ACTIVE:
      return active_text (row);
    case COLUMN_AUTOSTART:
      return autostart_text (row, context);
    case COLUMN_DOMAIN:
      return row->domain != NULL ? g_strdup (row->domain)
                                 : join_domains (entry->mdevs, context->domains);
    case COLUMN_USER:
      return user_text (entry, context->use);
    case N_COLUMNS:
      break;
    }
  g_assert_not_reached ();
}

char *
list_rows_cell (gconstpointer data, guint column, gpointer user_data)
{
  const ListRowsContext *context = user_data;
  const ListRow *row = data;

  if (row->kind != LIST_ROW_WHOLE && kinds[column] != 0 && (kinds[column] & row->kind) == 0)
    return NULL;
  if (row->entry->from_afar && is_of_this_host (column))
    return g_strdup (context->unknown);
  return entry_cell (row, (Column) column, context);
}
