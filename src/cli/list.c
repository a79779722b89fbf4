/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/paths.h"
#include "cli/command.h"
#include "cli/device-argument.h"
#include "cli/host-view.h"
#include "cli/libvirt-client.h"
#include "cli/list-rows.h"
#include "cli/terminal.h"

static struct
{
  gboolean all;
  gboolean tree;
  char *output;
  TableStyle style;
  char *connect;
  char *root;
  char **devices;
} options;

static const GOptionEntry entries[] = {
  { "all", 'a', 0, G_OPTION_ARG_NONE, &options.all, "Also subchannels without a device", NULL },
  { "tree", 't', 0, G_OPTION_ARG_NONE, &options.tree,
    "As a tree: subchannel, device, mediated devices, virtual machines", NULL },
  { "output", 'o', 0, G_OPTION_ARG_STRING, &options.output,
    "These columns; +LIST: beside the default ones", "LIST" },
  { "json", 'J', 0, G_OPTION_ARG_NONE, &options.style.json, "As JSON", NULL },
  { "raw", 'r', 0, G_OPTION_ARG_NONE, &options.style.raw,
    "Not aligned: fields are separated by one blank", NULL },
  { "noheadings", 'n', 0, G_OPTION_ARG_NONE, &options.style.no_headings, "Without headings", NULL },
  { "ascii", 'i', 0, G_OPTION_ARG_NONE, &options.style.ascii,
    "Draw the tree in ASCII (default where the locale is not UTF-8)", NULL },
  { "connect", 'c', 0, G_OPTION_ARG_STRING, &options.connect,
    "libvirt's connection URI; with that of another host, its devices "
    "(default: " LIBVIRT_CLIENT_DEFAULT_URI ", for domains)",
    "URI" },
  { "root", 0, 0, G_OPTION_ARG_FILENAME, &options.root,
    "Look for configuration below DIR instead of /", "DIR" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.devices, NULL, "[DEVNO…]" },
  G_OPTION_ENTRY_NULL,
};

/* --- which devices ------------------------------------------------------- */

static gboolean
append_device (GPtrArray *chosen, const GPtrArray *inventory, const char *name, GError **error)
{
  CcwDevId device;

  if (!device_argument_parse (name, &device, error))
    return FALSE;
  for (guint i = 0; i < inventory->len; i++)
    {
      InventoryEntry *entry = g_ptr_array_index (inventory, i);

      if (entry->has_device && ccw_dev_id_equal (&entry->device, &device))
        {
          g_ptr_array_add (chosen, entry);
          return TRUE;
        }
    }
  g_set_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND, "there is no device %s on the host", name);
  return FALSE;
}

/* Those asked for, in that order; all that have a device when none is. */
static GPtrArray *
choose_entries (const GPtrArray *inventory, GError **error)
{
  g_autoptr (GPtrArray) chosen = g_ptr_array_new ();

  for (char **name = options.devices; name != NULL && *name != NULL; name++)
    if (!append_device (chosen, inventory, *name, error))
      return NULL;
  for (guint i = 0; options.devices == NULL && i < inventory->len; i++)
    {
      InventoryEntry *entry = g_ptr_array_index (inventory, i);

      if (entry->has_device || options.all)
        g_ptr_array_add (chosen, entry);
    }
  return g_steal_pointer (&chosen);
}

/* --- printing ------------------------------------------------------------ */

static GArray *
choose_columns (GError **error)
{
  g_autofree char *beside = NULL;
  const char *list = options.output;

  if (options.tree && (list == NULL || *list == '+'))
    list = beside = g_strjoin (list != NULL ? "," : NULL, list_rows_tree_columns,
                               list != NULL ? list + 1 : NULL, NULL);
  return table_choose (list_rows_columns, list_rows_n_columns, list, error);
}

static gboolean
print (const GPtrArray *chosen, const GArray *choice, const HostView *view, GError **error)
{
  g_autoptr (CcwSystemUse) use = ccw_system_use_new ();
  g_autoptr (GPtrArray) rows
      = options.tree ? list_rows_new_tree (chosen, view->domains) : list_rows_new (chosen);
  gboolean is_drawn = options.tree && (options.style.json || !options.style.raw);
  ListRowsContext context = { view->domains, use, options.style.json ? NULL : "unknown" };
  const TableContent content = { .name = "devices",
                                 .columns = list_rows_columns,
                                 .choice = choice,
                                 .rows = rows,
                                 .cell = list_rows_cell,
                                 .parent = is_drawn ? list_rows_parent : NULL,
                                 .user_data = &context };

  options.style.ascii = options.style.ascii || !terminal_has_boxes ();
  return table_print (&content, &options.style, error);
}

static gboolean
show (const GArray *choice, GError **error)
{
  g_autoptr (CcwPaths) paths = ccw_paths_new (options.root);
  g_auto (HostView) view = { NULL };
  g_autoptr (GPtrArray) chosen = NULL;

  if (!host_view_read (&view, paths, options.connect,
                       options.tree || list_rows_show_domains (choice), error))
    return FALSE;
  chosen = choose_entries (view.entries, error);
  if (chosen == NULL)
    return FALSE;
  if (list_rows_show_unknown (choice))
    host_view_explain (&view, "types, paths and users of devices");
  if (list_rows_show_paths (choice) && !view.is_afar)
    inventory_read_paths (chosen);
  return print (chosen, choice, &view, error);
}

static CcwExit
run (int argc, char **argv, GError **error)
{
  const GOptionEntry *lists[] = { entries, NULL };
  g_autofree char *help = table_describe (list_rows_columns, list_rows_n_columns);
  g_autoptr (GArray) choice = NULL;

  if (!cli_parse_options (&cli_command_list, lists, help, argc, argv, error))
    return CCW_EXIT_USAGE;
  choice = choose_columns (error);
  if (choice == NULL)
    return CCW_EXIT_USAGE;
  return show (choice, error) ? CCW_EXIT_DONE : ccw_exit_from_error (*error);
}

const CliCommand cli_command_list = {
  .name = "list",
  .summary = "List the devices of a host, and who has them",
  .is_report = TRUE,
  .run = run,
};
