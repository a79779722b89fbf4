/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/polkit-agent.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

/* Where the agent finds the pipe that it closes when polkit knows it. */
#define NOTIFY_FD 3

/* How long polkit may take to know it. */
#define PATIENCE_MS 10000

struct _PolkitAgent
{
  GSubprocess *process;
};

static gboolean
has_terminal (void)
{
  int terminal = open ("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

  if (terminal == -1)
    return FALSE;
  close (terminal);
  return TRUE;
}

static GSubprocess *
spawn (int notify)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autofree char *process = g_strdup_printf ("%d", getpid ());

  g_subprocess_launcher_take_fd (launcher, notify, NOTIFY_FD);
  return g_subprocess_launcher_spawn (launcher, NULL, "pkttyagent", "--process", process,
                                      "--notify-fd", G_STRINGIFY (NOTIFY_FD), "--fallback", NULL);
}

/* It writes nothing: that the pipe's other end is closed is what it tells. */
static void
await_end (int pipe)
{
  struct pollfd end = { .fd = pipe };

  poll (&end, 1, PATIENCE_MS);
}

PolkitAgent *
polkit_agent_start (void)
{
  PolkitAgent *agent;
  GSubprocess *process;
  int ends[2];

  if (!has_terminal () || !g_unix_open_pipe (ends, FD_CLOEXEC, NULL))
    return NULL;
  process = spawn (ends[1]);
  if (process != NULL)
    await_end (ends[0]);
  close (ends[0]);
  if (process == NULL)
    return NULL;
  agent = g_new0 (PolkitAgent, 1);
  agent->process = process;
  return agent;
}

void
polkit_agent_stop (PolkitAgent *agent)
{
  g_subprocess_send_signal (agent->process, SIGTERM);
  g_subprocess_wait (agent->process, NULL, NULL);
  g_object_unref (agent->process);
  g_free (agent);
}
