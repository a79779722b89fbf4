/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <libvirt/virterror.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-protocol.h"
#include "remove-tree.h"

#define PATIENCE_US (60 * G_USEC_PER_SEC)
#define PAUSE_US 2000

/* --- the daemon -------------------------------------------------------------- */

/* Only what is safe between fork and exec: other threads may have held any lock. */
static void
write_to_log (gpointer data)
{
  const World *world = data;
  int log = open (world->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

  dup2 (log, STDERR_FILENO);
}

/* The test itself lives outside of the machine. */
static GStrv
make_environment (const World *world)
{
  GStrv environment = g_get_environ ();

  environment = g_environ_setenv (environment, "LD_PRELOAD", g_getenv ("RANDOM_PRELOAD"), TRUE);
  environment = g_environ_setenv (environment, "ASAN_OPTIONS", "verify_asan_link_order=0", TRUE);
  return g_environ_setenv (environment, MOCK_STEPS_BELOW, world->root, TRUE);
}

static void
spawn (World *world)
{
  const char *const argv[]
      = { g_getenv ("VIRTCCWD"), "--socket", world->socket, "--root", world->root, NULL };
  g_auto (GStrv) environment = make_environment (world);
  g_autoptr (GError) error = NULL;

  if (!g_spawn_async (NULL, (char **) argv, environment, G_SPAWN_DO_NOT_REAP_CHILD, write_to_log,
                      world, &world->daemon, &error))
    g_error ("could not start virtccwd: %s", error->message);
}

static gboolean
is_listening (const World *world)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean done;

  g_strlcpy (address.sun_path, world->socket, sizeof address.sun_path);
  done = connect (fd, (struct sockaddr *) &address, sizeof address) == 0;
  close (fd);
  return done;
}

char *
world_read_log (const World *world)
{
  char *log = NULL;

  return g_file_get_contents (world->log, &log, NULL, NULL) ? log : g_strdup ("");
}

static void
fail_with_log (const World *world, const char *what)
{
  g_autofree char *log = world_read_log (world);

  g_error ("%s:\n%s", what, log);
}

static gboolean
was_killed_by_machine (World *world)
{
  g_autofree char *struck = mock_machine_get_struck (world->machine);

  mock_machine_do (world->machine, "at 0 kill");
  return struck != NULL;
}

static void
await_daemon (World *world)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE_US;

  while (!is_listening (world))
    {
      if (g_get_monotonic_time () > deadline)
        fail_with_log (world, "virtccwd does not start");
      if (!world_has_lost_daemon (world))
        g_usleep (PAUSE_US);
      else if (was_killed_by_machine (world))
        spawn (world);
      else
        fail_with_log (world, "virtccwd does not start");
    }
}

static void
open_connection (World *world)
{
  g_autofree char *uri = g_strdup_printf ("nodedev:///system?socket=%s", world->socket);

  world->connection = virConnectOpen (uri);
}

/* What the daemon does first of all may kill it, too, when it has been listening already. */
void
world_start_daemon (World *world)
{
  spawn (world);
  await_daemon (world);
  open_connection (world);
  while (world->connection == NULL)
    {
      await_daemon (world);
      open_connection (world);
    }
}

static void
forget_daemon (World *world)
{
  g_spawn_close_pid (world->daemon);
  world->daemon = 0;
  if (world->connection != NULL)
    virConnectClose (world->connection);
  world->connection = NULL;
}

void
world_end_daemon (World *world, int signal)
{
  if (world->daemon == 0)
    return;
  kill (world->daemon, signal);
  while (waitpid (world->daemon, NULL, 0) < 0 && errno == EINTR)
    ;
  forget_daemon (world);
}

gboolean
world_has_lost_daemon (World *world)
{
  if (world->daemon == 0)
    return TRUE;
  if (waitpid (world->daemon, NULL, WNOHANG) != world->daemon)
    return FALSE;
  forget_daemon (world);
  return TRUE;
}

/* --- life ---------------------------------------------------------------------- */

/* Failures are told by the calls; libvirt would also print each. */
static void
ignore_error (void *data, virErrorPtr error)
{
}

char *
world_path (const World *world, const char *folder, const char *parent, const char *leaf)
{
  return g_build_filename (world->root, folder, parent, leaf, NULL);
}

World *
world_new (void)
{
  World *world = g_new0 (World, 1);
  g_autofree char *definitions = NULL;

  virSetErrorFunc (NULL, ignore_error);
  signal (SIGPIPE, SIG_IGN); /* the daemon may die under the client's hands */
  world->machine = mock_machine_new ();
  world->folder = g_dir_make_tmp ("virt-ccw-random-XXXXXX", NULL);
  world->root = g_build_filename (world->folder, "root", NULL);
  world->socket = g_build_filename (world->folder, "sock", NULL);
  world->log = g_build_filename (world->folder, "log", NULL);
  definitions = world_path (world, WORLD_DEFINITIONS, NULL, NULL);
  g_mkdir_with_parents (definitions, 0755);
  return world;
}

void
world_free (World *world)
{
  if (world == NULL)
    return;
  world_end_daemon (world, SIGTERM);
  mock_machine_free (world->machine);
  remove_tree (world->folder);
  g_free (world->folder);
  g_free (world->root);
  g_free (world->socket);
  g_free (world->log);
  g_free (world);
}
