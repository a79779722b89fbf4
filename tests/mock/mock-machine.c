/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * mock-machine [--mount] [--describe FILE] [--do VERB]… COMMAND ARGUMENT…
 *     makes a machine, does the verbs (machine.h), runs COMMAND in it and
 *     ends as that does
 * mock-machine --control VERB
 *     within such a command: does one more verb
 *
 * Without --describe and --do, the machine is the one in default.machine.
 */
#include <errno.h>
#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-protocol.h"
#include "machine.h"

static char *describe;
static char **verbs;
static char *control;
static gboolean is_mounted;
static char **command;

static const GOptionEntry entries[] = {
  { "describe", 0, 0, G_OPTION_ARG_FILENAME, &describe, "Make the machine in FILE", "FILE" },
  { "do", 0, 0, G_OPTION_ARG_STRING_ARRAY, &verbs, "Do VERB before the command", "VERB" },
  { "mount", 0, 0, G_OPTION_ARG_NONE, &is_mounted, "Mount it over /sys instead of preloading",
    NULL },
  { "control", 0, 0, G_OPTION_ARG_STRING, &control, "Do VERB in the running machine", "VERB" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &command, NULL, "COMMAND…" },
  G_OPTION_ENTRY_NULL,
};

/* --- a verb from within ---------------------------------------------------- */

static gboolean
ask_kernel (const char *line)
{
  const char *path = g_getenv ("MOCK_KERNEL_SOCKET");
  g_autofree char *request = g_strdup_printf ("%c%s", MOCK_KERNEL_CONTROL, line);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  int answer = -1;

  if (path == NULL || fd < 0)
    return FALSE;
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0
      && send (fd, request, strlen (request) + 1, MSG_NOSIGNAL) > 0)
    recv (fd, &answer, sizeof answer, 0);
  close (fd);
  return answer == 0;
}

/* --- the machine around a command ------------------------------------------ */

static gboolean
do_verb (MockMachine *machine, const char *line, GError **error)
{
  if (!mock_machine_try (machine, line, error))
    return FALSE;
  mock_machine_settle (machine);
  return TRUE;
}

static gboolean
do_file (MockMachine *machine, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      g_strstrip (*line);
      if (**line != '\0' && **line != '#' && !do_verb (machine, *line, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
furnish (MockMachine *machine, GError **error)
{
  const char *file = describe;

  if (file == NULL && verbs == NULL)
    file = MOCK_DEFAULT_MACHINE;
  if (file != NULL && !do_file (machine, file, error))
    return FALSE;
  for (char **verb = verbs; verb != NULL && *verb != NULL; verb++)
    if (!do_verb (machine, *verb, error))
      return FALSE;
  return TRUE;
}

/* umockdev's library comes before the address sanitizer's; that is harmless, but refused unless
 * said so. */
static void
prepare_environment (gpointer unused)
{
  const char *preload = g_getenv ("LD_PRELOAD");
  const char *asan = g_getenv ("ASAN_OPTIONS");
  const char *ours = is_mounted ? MOCK_PRELOAD_MOUNTED : MOCK_PRELOAD;
  g_autofree char *libraries = g_strjoin (":", ours, preload, NULL);
  g_autofree char *options = g_strjoin (":", "verify_asan_link_order=0", asan, NULL);

  g_setenv ("LD_PRELOAD", libraries, TRUE);
  g_setenv ("ASAN_OPTIONS", options, TRUE);
}

static int
exit_code_of (int status)
{
  return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
}

static int
run_command (GError **error)
{
  GPid pid;
  int status;

  if (!g_spawn_async (NULL, command, NULL,
                      G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CHILD_INHERITS_STDIN
                          | G_SPAWN_LEAVE_DESCRIPTORS_OPEN,
                      prepare_environment, NULL, &pid, error))
    return -1;
  /* A terminal's ^C reaches the command, too; the machine outlives it in order to be removed. */
  signal (SIGINT, SIG_IGN);
  while (waitpid (pid, &status, 0) < 0)
    if (errno != EINTR)
      return -1;
  return exit_code_of (status);
}

static int
run_machine (GError **error)
{
  g_autoptr (MockMachine) machine = NULL;

  if (is_mounted && !mock_mount_prepare (error))
    return -1;
  machine = mock_machine_new ();
  if ((is_mounted && !mock_machine_mount (machine, error)) || !furnish (machine, error))
    return -1;
  return run_command (error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- run a command in a mock machine");
  g_autoptr (GError) error = NULL;
  int code;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_strict_posix (context, TRUE);
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || (control == NULL) == (command == NULL))
    {
      g_printerr ("%s\n", error != NULL ? error->message : "give a command or --control");
      return 2;
    }
  if (control != NULL)
    return ask_kernel (control) ? 0 : 1;

  code = run_machine (&error);
  if (error != NULL)
    g_printerr ("%s\n", error->message);
  return code < 0 ? 1 : code;
}
