/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon-process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "raw-client.h"
#include "remove-tree.h"

void
daemon_process_init (DaemonProcess *daemon, const char *name)
{
  g_autofree char *template = g_strconcat (name, "-XXXXXX", NULL);

  *daemon = (DaemonProcess){ .folder = g_dir_make_tmp (template, NULL) };
  g_assert_nonnull (daemon->folder);
  daemon->socket = g_build_filename (daemon->folder, "sock", NULL);
  daemon->log = g_build_filename (daemon->folder, "log", NULL);
}

void
daemon_process_clear (DaemonProcess *daemon)
{
  g_assert_cmpint (daemon->pid, ==, 0);
  remove_tree (daemon->folder);
  g_free (daemon->folder);
  g_free (daemon->socket);
  g_free (daemon->log);
}

char *
daemon_process_read_log (const DaemonProcess *daemon)
{
  char *log = NULL;

  g_file_get_contents (daemon->log, &log, NULL, NULL);
  return log == NULL ? g_strdup ("") : log;
}

void
daemon_process_bail_out (DaemonProcess *daemon, const char *why)
{
  g_autofree char *log = daemon_process_read_log (daemon);

  g_printerr ("%s\n", log);
  g_print ("Bail out! %s\n", why);
  fflush (stdout);
  /* Nobody is left to be asked about leaks. */
  _exit (1);
}

/* --- starting ------------------------------------------------------------- */

/* Between fork and exec. Whatever becomes of the test, its daemons do not outlive it. */
static void
prepare_child (gpointer user_data)
{
  const DaemonProcess *daemon = user_data;
  int fd = open (daemon->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

  if (fd >= 0)
    dup2 (fd, STDERR_FILENO);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

gboolean
daemon_process_is_alive (const DaemonProcess *daemon)
{
  return waitpid (daemon->pid, NULL, WNOHANG) == 0;
}

static void
wait_until_it_answers (DaemonProcess *daemon)
{
  gint64 end = g_get_monotonic_time () + RAW_CLIENT_PATIENCE;

  while (g_get_monotonic_time () < end && daemon_process_is_alive (daemon))
    {
      g_autoptr (RawClient) client = raw_client_connect (daemon->socket);

      if (client != NULL)
        return;
      g_usleep (10000);
    }
  daemon_process_bail_out (daemon, "the daemon did not start");
}

static void
add_all (GPtrArray *argv, const char *const *words)
{
  for (; words != NULL && *words != NULL; words++)
    g_ptr_array_add (argv, (gpointer) *words);
}

static GPtrArray *
make_command (const DaemonProcess *daemon, const char *const *wrapper, const char *program,
              const char *const *options)
{
  const char *const own[] = { program, "--socket", daemon->socket, "--root", daemon->folder, NULL };
  GPtrArray *argv = g_ptr_array_new ();

  add_all (argv, wrapper);
  add_all (argv, own);
  add_all (argv, options);
  g_ptr_array_add (argv, NULL);
  return argv;
}

/* The mock machine's libraries stay in front. */
static char **
make_environment (const char *preload)
{
  char **environment = g_get_environ ();
  const char *old = g_environ_getenv (environment, "LD_PRELOAD");
  g_autofree char *both = NULL;

  if (preload == NULL)
    return environment;
  both = old == NULL ? g_strdup (preload) : g_strdup_printf ("%s:%s", old, preload);
  return g_environ_setenv (environment, "LD_PRELOAD", both, TRUE);
}

void
daemon_process_start (DaemonProcess *daemon, const char *const *wrapper, const char *program,
                      const char *const *options, const char *preload)
{
  g_autoptr (GPtrArray) argv = make_command (daemon, wrapper, program, options);
  g_auto (GStrv) environment = make_environment (preload);
  g_autoptr (GError) error = NULL;

  if (!g_spawn_async (NULL, (char **) argv->pdata, environment,
                      G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH, prepare_child, daemon,
                      &daemon->pid, &error))
    daemon_process_bail_out (daemon, error->message);
  wait_until_it_answers (daemon);
}

/* --- the end -------------------------------------------------------------- */

gboolean
daemon_process_stop (DaemonProcess *daemon)
{
  int status = -1;

  kill (daemon->pid, SIGTERM);
  waitpid (daemon->pid, &status, 0);
  daemon->pid = 0;
  return WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

gboolean
daemon_process_is_log_clean (const DaemonProcess *daemon)
{
  static const char *const faults[] = { "Sanitizer", "runtime error", "CRITICAL", "** ERROR" };
  g_autofree char *log = daemon_process_read_log (daemon);
  gboolean clean = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    clean = clean && strstr (log, faults[i]) == NULL;
  if (!clean)
    g_printerr ("%s\n", log);
  return clean;
}
