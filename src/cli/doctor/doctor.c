/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/command.h"
#include "cli/doctor/checks.h"
#include "cli/terminal.h"

static struct
{
  gboolean json;
  gboolean quiet;
  char *connect;
  char *root;
} options;

static const GOptionEntry entries[] = {
  { "json", 'J', 0, G_OPTION_ARG_NONE, &options.json, "As JSON", NULL },
  { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Leave out what is well", NULL },
  { "connect", 'c', 0, G_OPTION_ARG_STRING, &options.connect,
    "libvirt's connection URI; with that of another host, what libvirt tells of it", "URI" },
  { "root", 0, 0, G_OPTION_ARG_FILENAME, &options.root,
    "Look for what is installed and configured below DIR instead of /", "DIR" },
  G_OPTION_ENTRY_NULL,
};

static const char description[] = "Looks at what it takes to pass devices, and changes nothing. "
                                  "Exit code 0: no problems\n(there may be warnings), 1: problems.";

/* --- the scene ----------------------------------------------------------- */

/* The store warns of each file that it cannot use: that is what is looked for. */
static void
note_warning (const char *domain, GLogLevelFlags level, const char *message, gpointer findings)
{
  findings_problem (findings, "put the file right, or remove it", "%s", message);
}

static void
load_store (const DoctorScene *scene, Findings *findings)
{
  g_autoptr (GError) reason = NULL;
  GLogFunc former = g_log_set_default_handler (note_warning, findings);

  findings_begin (findings, "definitions");
  if (!mdev_store_load (scene->store, &reason))
    findings_unseen (findings, "%s", reason->message);
  g_log_set_default_handler (former, NULL);
}

static void
scan_host (const DoctorScene *scene, Findings *findings)
{
  g_autoptr (GError) reason = NULL;

  findings_begin (findings, "kernel");
  if (!ccw_host_scan (scene->host, &reason))
    findings_unseen (findings, "%s", reason->message);
}

static void
examine_this_host (DoctorScene *scene, Findings *findings)
{
  g_autoptr (CcwHost) host = ccw_host_new ();
  g_autoptr (MdevStore) store = mdev_store_new (scene->paths);

  scene->host = host;
  scene->store = store;
  scan_host (scene, findings);
  doctor_check_kernel (scene, findings);
  doctor_check_libvirt (scene, findings);
  doctor_check_programs (scene, findings);
  doctor_check_files (scene, findings);
  load_store (scene, findings);
  doctor_check_definitions (scene, findings);
  doctor_check_subchannels (scene, findings);
  doctor_check_driverctl (scene, findings);
}

/* --- the answer ---------------------------------------------------------- */

static void
print_sum (const Findings *findings)
{
  guint problems = findings_count (findings, FINDING_PROBLEM);
  guint warnings = findings_count (findings, FINDING_WARNING);

  g_print ("%u problem%s, %u warning%s\n", problems, problems == 1 ? "" : "s", warnings,
           warnings == 1 ? "" : "s");
}

static gboolean
print (const Findings *findings, GError **error)
{
  if (options.json)
    return findings_print_json (findings, error);
  findings_print (findings, options.quiet, terminal_has_colors ());
  print_sum (findings);
  return TRUE;
}

static CcwExit
run (int argc, char **argv, GError **error)
{
  const GOptionEntry *lists[] = { entries, NULL };
  g_autoptr (CcwPaths) paths = NULL;
  g_autoptr (Findings) findings = findings_new ();
  DoctorScene scene = { NULL };

  if (!cli_parse_options (&cli_command_doctor, lists, description, argc, argv, error))
    return CCW_EXIT_USAGE;
  paths = ccw_paths_new (options.root);
  scene.root = options.root != NULL ? options.root : "";
  scene.uri = options.connect;
  scene.paths = paths;
  if (options.connect == NULL || doctor_check_uri (&scene, findings))
    examine_this_host (&scene, findings);
  if (!print (findings, error))
    return ccw_exit_from_error (*error);
  return findings_count (findings, FINDING_PROBLEM) > 0 ? CCW_EXIT_FAILED : CCW_EXIT_DONE;
}

const CliCommand cli_command_doctor = {
  .name = "doctor",
  .summary = "Tell whether devices can be passed, and what to do if not",
  .is_report = TRUE,
  .run = run,
};
