/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <glib-unix.h>

#include "ccw/error.h"
#include "nodedev/daemon.h"
#include "nodedev/schema.h"

static char *opt_socket;
static char *opt_socket_readonly;
static char *opt_socket_mode;
static char *opt_upstream;
static char *opt_config;
static char *opt_schema;
static char *opt_root;
static gboolean opt_version;

static const GOptionEntry entries[] = {
  { "socket", 0, 0, G_OPTION_ARG_FILENAME, &opt_socket,
    "Listen on PATH (default: libvirt's virtnodedevd-sock)", "PATH" },
  { "socket-ro", 0, 0, G_OPTION_ARG_FILENAME, &opt_socket_readonly,
    "Listen on PATH for clients that may only read", "PATH" },
  { "socket-mode", 0, 0, G_OPTION_ARG_STRING, &opt_socket_mode,
    "Permissions of the first, octal (default: what the settings say)", "MODE" },
  { "config", 'f', 0, G_OPTION_ARG_FILENAME, &opt_config,
    "Take settings from FILE (default: /etc/virt-ccw/virtccwd.conf)", "FILE" },
  { "upstream", 0, 0, G_OPTION_ARG_FILENAME, &opt_upstream,
    "Ask the daemon on that socket about all other devices (default: none)", "PATH|none" },
  { "schema", 0, 0, G_OPTION_ARG_FILENAME, &opt_schema,
    "Hold device XML against that schema (default: libvirt's)", "PATH|none" },
  { "root", 0, 0, G_OPTION_ARG_FILENAME, &opt_root,
    "Keep configuration, state and run-time files under DIR", "DIR" },
  { "version", 0, 0, G_OPTION_ARG_NONE, &opt_version, "Print the version and exit", NULL },
  { NULL },
};

static gboolean
fail (GError **error, const char *format, const char *value)
{
  g_autofree char *escaped = g_strescape (value, NULL);

  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "%s '%s'", format, escaped);
  return FALSE;
}

static gboolean
parse_mode (const char *text, NodedevDaemonOptions *options, GError **error)
{
  static guint mode;
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 8, 0, 0777, &number, NULL))
    return fail (error, "--socket-mode takes an octal number up to 777, not", text);
  mode = (guint) number;
  options->socket_mode = &mode;
  return TRUE;
}

static gboolean
is_given (const char *path)
{
  return path != NULL && strcmp (path, "none") != 0;
}

static const char *
get_schema (void)
{
  if (opt_schema == NULL)
    return NODEDEV_SCHEMA_LIBVIRT;
  return is_given (opt_schema) ? opt_schema : NULL;
}

static gboolean
check_options (int argc, char **argv, GError **error)
{
  if (argc > 1)
    return fail (error, "there is no argument", argv[1]);
  if (is_given (opt_upstream) && !g_path_is_absolute (opt_upstream))
    return fail (error, "--upstream takes an absolute path or none, not", opt_upstream);
  if (is_given (opt_schema) && !g_path_is_absolute (opt_schema))
    return fail (error, "--schema takes an absolute path or none, not", opt_schema);
  if (opt_root != NULL && !g_path_is_absolute (opt_root))
    return fail (error, "--root takes an absolute path, not", opt_root);
  return TRUE;
}

static gboolean
parse_options (int *argc, char ***argv, NodedevDaemonOptions *options, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (
      context, "Serves the channel subsystem's subchannels, devices and mediated devices to\n"
               "libvirt's clients (virsh -c nodedev:///system).");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error) || !check_options (*argc, *argv, error))
    return FALSE;
  options->root = opt_root;
  options->socket = opt_socket;
  options->socket_readonly = opt_socket_readonly;
  options->settings = opt_config;
  options->upstream = is_given (opt_upstream) ? opt_upstream : NULL;
  options->schema = get_schema ();
  return opt_socket_mode == NULL || parse_mode (opt_socket_mode, options, error);
}

static gboolean
on_signal (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

/* Nothing is freed that a thread which wakes up now would still use. */
static void
leave_hanging (void)
{
  g_warning ("a change hangs in the kernel and is left; the next start puts it in order");
  _exit (CCW_EXIT_DONE);
}

static int
serve (const NodedevDaemonOptions *options)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (NodedevDaemon) daemon = NULL;

  g_unix_signal_add (SIGTERM, on_signal, loop);
  g_unix_signal_add (SIGINT, on_signal, loop);
  daemon = nodedev_daemon_new (options, &error);
  if (daemon == NULL)
    {
      g_printerr ("virtccwd: %s\n", error->message);
      return (int) ccw_exit_from_error (error);
    }
  sd_notify (0, "READY=1");
  g_main_loop_run (loop);
  sd_notify (0, "STOPPING=1");
  if (!nodedev_daemon_end (daemon))
    leave_hanging ();
  return CCW_EXIT_DONE;
}

int
main (int argc, char **argv)
{
  NodedevDaemonOptions options = { 0 };
  g_autoptr (GError) error = NULL;

  if (!parse_options (&argc, &argv, &options, &error))
    {
      g_printerr ("virtccwd: %s\nSee virtccwd --help.\n", error->message);
      return CCW_EXIT_USAGE;
    }
  if (opt_version)
    {
      g_print ("virtccwd %s\n", VIRT_CCW_VERSION);
      return CCW_EXIT_DONE;
    }
  return serve (&options);
}
