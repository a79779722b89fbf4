/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/paths.h"
#include "cli/command.h"
#include "cli/device-argument.h"
#include "cli/domains.h"
#include "cli/inventory.h"
#include "cli/table.h"

static struct
{
  gboolean all;
  char *output;
  TableStyle style;
  char *connect;
  char *root;
  char **devices;
} options;

static const GOptionEntry entries[] = {
  { "all", 'a', 0, G_OPTION_ARG_NONE, &options.all, "Also subchannels without a device", NULL },
  { "output", 'o', 0, G_OPTION_ARG_STRING, &options.output,
    "These columns; +LIST: beside the default ones", "LIST" },
  { "json", 'J', 0, G_OPTION_ARG_NONE, &options.style.json, "As JSON", NULL },
  { "raw", 'r', 0, G_OPTION_ARG_NONE, &options.style.raw,
    "Not aligned: fields are separated by one blank", NULL },
  { "noheadings", 'n', 0, G_OPTION_ARG_NONE, &options.style.no_headings, "Without headings",
    NULL },
  { "connect", 'c', 0, G_OPTION_ARG_STRING, &options.connect,
    "Where libvirt's domains are (default: " LIBVIRT_CLIENT_DEFAULT_URI ")", "URI" },
  { "root", 0, 0, G_OPTION_ARG_FILENAME, &options.root,
    "Look for configuration below DIR instead of /", "DIR" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.devices, NULL, "[DEVNO…]" },
  G_OPTION_ENTRY_NULL
};

typedef enum
{
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
} Column;

static const TableColumn columns[] = {
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
    g_string_append_printf (text, "%s%02x", i == INVENTORY_PATHS / 2 ? " " : "",
                            entry->chpids[i]);
  return g_string_free (text, !entry->has_paths);
}

static char *
flag (gboolean value)
{
  return g_strdup (value ? "1" : "0");
}

static char *
has_mdev_that (const GPtrArray *mdevs, gboolean is_active)
{
  gboolean found = FALSE;

  for (guint i = 0; i < mdevs->len; i++)
    {
      const InventoryMdev *mdev = g_ptr_array_index (mdevs, i);

      found = found || (is_active ? mdev->active : mdev->autostart);
    }
  return mdevs->len > 0 ? flag (found) : NULL;
}

/* Not to know who uses it is told as such, not as nobody. */
static char *
user_text (const InventoryEntry *entry)
{
  g_autoptr (GError) reason = NULL;
  char *user = inventory_find_user (entry, &reason);

  return reason != NULL ? g_strdup_printf ("unknown: %s", reason->message) : user;
}

static char *
cell (gconstpointer row, guint column, gpointer user_data)
{
  const InventoryEntry *entry = row;

  switch ((Column) column)
    {
    case COLUMN_DEVICE:
      return entry->has_device ? ccw_dev_id_to_string (&entry->device) : NULL;
    case COLUMN_SUBCHANNEL:
      return ccw_dev_id_to_string (&entry->subchannel);
    case COLUMN_TYPE:
      return g_strdup (entry->devtype);
    case COLUMN_CUTYPE:
      return g_strdup (entry->cutype);
    case COLUMN_DRIVER:
      return g_strdup (entry->driver);
    case COLUMN_ONLINE:
      return entry->has_online ? flag (entry->online) : NULL;
    case COLUMN_PIM:
      return mask_text (entry, entry->pim);
    case COLUMN_PAM:
      return mask_text (entry, entry->pam);
    case COLUMN_POM:
      return mask_text (entry, entry->pom);
    case COLUMN_CHPIDS:
      return chpids_text (entry);
    case COLUMN_MDEV:
      return join_uuids (entry->mdevs);
    case COLUMN_ACTIVE:
      return has_mdev_that (entry->mdevs, TRUE);
    case COLUMN_AUTOSTART:
      return has_mdev_that (entry->mdevs, FALSE);
    case COLUMN_DOMAIN:
      return join_domains (entry->mdevs, user_data);
    case COLUMN_USER:
      return user_text (entry);
    }
  g_assert_not_reached ();
}

/* --- which rows ---------------------------------------------------------- */

static gboolean
append_device (GPtrArray *rows, const GPtrArray *inventory, const char *name, GError **error)
{
  CcwDevId device;

  if (!device_argument_parse (name, &device, error))
    return FALSE;
  for (guint i = 0; i < inventory->len; i++)
    {
      InventoryEntry *entry = g_ptr_array_index (inventory, i);

      if (entry->has_device && ccw_dev_id_equal (&entry->device, &device))
        {
          g_ptr_array_add (rows, entry);
          return TRUE;
        }
    }
  g_set_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND, "there is no device %s on this host", name);
  return FALSE;
}

/* Those asked for, in that order; all that have a device when none is. */
static GPtrArray *
choose_rows (const GPtrArray *inventory, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();

  for (char **name = options.devices; name != NULL && *name != NULL; name++)
    if (!append_device (rows, inventory, *name, error))
      return NULL;
  for (guint i = 0; options.devices == NULL && i < inventory->len; i++)
    {
      InventoryEntry *entry = g_ptr_array_index (inventory, i);

      if (entry->has_device || options.all)
        g_ptr_array_add (rows, entry);
    }
  return g_steal_pointer (&rows);
}

static CcwExit
run (int argc, char **argv, GError **error)
{
  const GOptionEntry *lists[] = { entries, NULL };
  g_autofree char *help = table_describe (columns, G_N_ELEMENTS (columns));
  g_autoptr (CcwPaths) paths = NULL;
  g_autoptr (GPtrArray) inventory = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GHashTable) domains = NULL;
  g_autoptr (GArray) choice = NULL;

  if (!cli_parse_options (&cli_command_list, lists, help, argc, argv, error))
    return CCW_EXIT_USAGE;
  choice = table_choose (columns, G_N_ELEMENTS (columns), options.output, error);
  if (choice == NULL)
    return CCW_EXIT_USAGE;

  paths = ccw_paths_new (options.root);
  inventory = inventory_read (paths, error);
  if (inventory != NULL)
    rows = choose_rows (inventory, error);
  if (rows == NULL
      || (table_has (choice, COLUMN_DOMAIN) && !domains_read (options.connect, &domains, error))
      || !table_print ("devices", columns, choice, rows, cell, domains, &options.style, error))
    return ccw_exit_from_error (*error);
  return CCW_EXIT_DONE;
}

const CliCommand cli_command_list = {
  .name = "list",
  .summary = "List the devices of this host, and who has them",
  .is_report = TRUE,
  .run = run,
};
