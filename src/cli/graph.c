/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <gio/gio.h>

#include "ccw/paths.h"
#include "cli/command.h"
#include "cli/domains.h"
#include "cli/host-view.h"
#include "cli/libvirt-client.h"

static struct
{
  gboolean all;
  char *format;
  char *connect;
  char *root;
} options;

static const GOptionEntry entries[] = {
  { "all", 'a', 0, G_OPTION_ARG_NONE, &options.all, "Also devices without an mdev", NULL },
  { "format", 'f', 0, G_OPTION_ARG_STRING, &options.format,
    "'dot' (the default) for Graphviz, or 'svg', which needs Graphviz", "FORMAT" },
  { "connect", 'c', 0, G_OPTION_ARG_STRING, &options.connect,
    "libvirt's connection URI; with that of another host, its devices "
    "(default: " LIBVIRT_CLIENT_DEFAULT_URI ", for domains)",
    "URI" },
  { "root", 0, 0, G_OPTION_ARG_FILENAME, &options.root,
    "Look for configuration below DIR instead of /", "DIR" },
  G_OPTION_ENTRY_NULL,
};

/* --- in Graphviz's language ---------------------------------------------- */

typedef struct
{
  GString *text;
  GHashTable *nodes; /* set of the names of those that are there */
} Graph;

/* Names of domains are anybody's; the language knows a quote and a backslash. */
static char *
quote (const char *text)
{
  GString *quoted = g_string_new ("\"");

  for (; *text != '\0'; text++)
    {
      if (*text == '"' || *text == '\\')
        g_string_append_c (quoted, '\\');
      g_string_append_c (quoted, *text);
    }
  g_string_append_c (quoted, '"');
  return g_string_free (quoted, FALSE);
}

/* Several devices share channel paths and domains: each is one node. */
static void
add_node (Graph *graph, const char *name, const char *label, const char *attributes)
{
  g_autofree char *quoted_name = quote (name);
  g_autofree char *quoted_label = quote (label);

  if (g_hash_table_add (graph->nodes, g_strdup (name)))
    g_string_append_printf (graph->text, "  %s [label=%s%s]\n", quoted_name, quoted_label,
                            attributes);
}

static void
add_edge (Graph *graph, const char *from, const char *to, const char *attributes)
{
  g_autofree char *quoted_from = quote (from);
  g_autofree char *quoted_to = quote (to);

  g_string_append_printf (graph->text, "  %s -> %s%s\n", quoted_from, quoted_to, attributes);
}

/* --- from channel path to domain ------------------------------------------ */

static void
add_paths (Graph *graph, const InventoryEntry *entry, const char *subchannel)
{
  for (guint i = 0; entry->has_paths && i < INVENTORY_PATHS; i++)
    {
      guint8 bit = 0x80 >> i;
      g_autofree char *name
          = g_strdup_printf ("chp%x.%02x", entry->subchannel.cssid, entry->chpids[i]);

      if ((entry->pim & bit) == 0)
        continue;
      add_node (graph, name, name, " shape=cds");
      add_edge (graph, name, subchannel, (entry->pam & bit) != 0 ? "" : " [style=dotted]");
    }
}

static void
add_domains (Graph *graph, const char *mdev, const char *names)
{
  g_auto (GStrv) list = g_strsplit (names, DOMAINS_SEPARATOR, -1);

  for (char **name = list; *name != NULL; name++)
    {
      g_autofree char *node = g_strconcat ("domain ", *name, NULL);

      add_node (graph, node, *name, " shape=box3d");
      add_edge (graph, mdev, node, "");
    }
}

static void
add_mdevs (Graph *graph, const InventoryEntry *entry, const char *from, GHashTable *domains)
{
  for (guint i = 0; i < entry->mdevs->len; i++)
    {
      const InventoryMdev *mdev = g_ptr_array_index (entry->mdevs, i);
      const char *names = domains != NULL ? g_hash_table_lookup (domains, mdev->uuid) : NULL;

      add_node (graph, mdev->uuid, mdev->uuid, mdev->active ? "" : " style=dashed");
      add_edge (graph, from, mdev->uuid, "");
      if (names != NULL)
        add_domains (graph, mdev->uuid, names);
    }
}

static char *
device_label (const InventoryEntry *entry)
{
  g_autofree char *number = ccw_dev_id_to_string (&entry->device);
  const char *type = entry->devtype != NULL ? entry->devtype : entry->cutype;

  return type != NULL ? g_strdup_printf ("%s\n%s", number, type) : g_steal_pointer (&number);
}

static void
add_entry (Graph *graph, const InventoryEntry *entry, GHashTable *domains)
{
  g_autofree char *subchannel = ccw_dev_id_to_name (&entry->subchannel, CCW_NAME_PREFIX_CSS);
  g_autofree char *device = ccw_dev_id_to_name (&entry->device, CCW_NAME_PREFIX_CCW);
  g_autofree char *number = ccw_dev_id_to_string (&entry->subchannel);
  g_autofree char *label = g_strdup_printf ("subchannel %s\n%s", number,
                                            entry->driver != NULL ? entry->driver : "no driver");
  g_autofree char *of_device = device_label (entry);

  add_node (graph, subchannel, label, "");
  add_paths (graph, entry, subchannel);
  add_node (graph, device, of_device, " shape=cylinder");
  add_edge (graph, subchannel, device, "");
  add_mdevs (graph, entry, device, domains);
}

static char *
draw (const GPtrArray *inventory, GHashTable *domains)
{
  g_autoptr (GHashTable) nodes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Graph graph = { g_string_new ("digraph \"channel-attached devices\" {\n"
                                "  rankdir=LR\n"
                                "  node [shape=box fontname=\"sans-serif\"]\n"),
                  nodes };

  for (guint i = 0; i < inventory->len; i++)
    {
      const InventoryEntry *entry = g_ptr_array_index (inventory, i);

      if (entry->has_device && (options.all || entry->mdevs->len > 0))
        add_entry (&graph, entry, domains);
    }
  g_string_append (graph.text, "}\n");
  return g_string_free (graph.text, FALSE);
}

/* --- output --------------------------------------------------------------- */

static gboolean
fail_svg (GError *problem, GError **error)
{
  g_set_error (error, CCW_ERROR,
               g_error_matches (problem, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT) ? CCW_ERROR_UNSUPPORTED
                                                                             : CCW_ERROR_SYSTEM,
               "could not draw the picture by Graphviz's program dot: %s", problem->message);
  g_error_free (problem);
  return FALSE;
}

static gboolean
print_svg (const char *dot, GError **error)
{
  GError *problem = NULL;
  g_autofree char *svg = NULL;
  g_autoptr (GSubprocess) process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &problem,
                          "dot", "-Tsvg", NULL);

  if (process == NULL || !g_subprocess_communicate_utf8 (process, dot, NULL, &svg, NULL, &problem)
      || !g_subprocess_wait_check (process, NULL, &problem))
    return fail_svg (problem, error);
  g_print ("%s", svg);
  return TRUE;
}

static gboolean
print (const char *dot, GError **error)
{
  if (g_strcmp0 (options.format, "svg") == 0)
    return print_svg (dot, error);
  g_print ("%s", dot);
  return TRUE;
}

static gboolean
check_format (GError **error)
{
  if (options.format == NULL || strcmp (options.format, "dot") == 0
      || strcmp (options.format, "svg") == 0)
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "'%s' is neither dot nor svg", options.format);
  return FALSE;
}

static CcwExit
run (int argc, char **argv, GError **error)
{
  const GOptionEntry *lists[] = { entries, NULL };
  g_autoptr (CcwPaths) paths = NULL;
  g_auto (HostView) view = { NULL };
  g_autofree char *dot = NULL;

  if (!cli_parse_options (&cli_command_graph, lists, NULL, argc, argv, error)
      || !check_format (error))
    return CCW_EXIT_USAGE;
  paths = ccw_paths_new (options.root);
  if (!host_view_read (&view, paths, options.connect, TRUE, error))
    return ccw_exit_from_error (*error);
  host_view_explain (&view, "channel paths and types of devices");
  if (!view.is_afar)
    inventory_read_paths (view.entries);
  dot = draw (view.entries, view.domains);
  return print (dot, error) ? CCW_EXIT_DONE : ccw_exit_from_error (*error);
}

const CliCommand cli_command_graph = {
  .name = "graph",
  .summary = "Draw the way from channel paths to virtual machines",
  .is_report = TRUE,
  .run = run,
};
