/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <unistd.h>

#include <gio/gio.h>

#include "cli/doctor/checks.h"

/* More than any program takes to tell its version. */
#define PATIENCE_S 10

/* As many links as the kernel follows are never needed. */
#define LINKS_MAX 8

char *
doctor_path (const DoctorScene *scene, const char *path)
{
  return g_strconcat (scene->root, path, NULL);
}

/* What a link below the root means: an absolute one is meant as seen from there. */
static char *
follow (const DoctorScene *scene, const char *path)
{
  g_autofree char *target = g_file_read_link (path, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  if (target == NULL)
    return NULL;
  return g_path_is_absolute (target) ? doctor_path (scene, target)
                                     : g_build_filename (folder, target, NULL);
}

gboolean
doctor_is_program (const DoctorScene *scene, const char *path)
{
  g_autofree char *place = doctor_path (scene, path);

  for (guint i = 0; i < LINKS_MAX; i++)
    {
      char *next = follow (scene, place);

      if (next == NULL)
        break;
      g_free (place);
      place = next;
    }
  return g_file_test (place, G_FILE_TEST_IS_REGULAR) && access (place, X_OK) == 0;
}

static gboolean
lose_patience (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

typedef struct
{
  GMainLoop *loop;
  char *output;
} Run;

static void
end_run (GObject *process, GAsyncResult *result, gpointer data)
{
  Run *run = data;

  if (!g_subprocess_communicate_utf8_finish (G_SUBPROCESS (process), result, &run->output, NULL,
                                             NULL)
      || !g_subprocess_get_successful (G_SUBPROCESS (process)))
    g_clear_pointer (&run->output, g_free);
  g_main_loop_quit (run->loop);
}

char *
doctor_run (const DoctorScene *scene, const char *const *arguments)
{
  g_autofree char *program = doctor_path (scene, arguments[0]);
  g_autoptr (GPtrArray) line = g_ptr_array_new ();
  g_autoptr (GCancellable) patience = g_cancellable_new ();
  g_autoptr (GSubprocess) process = NULL;
  Run run = { NULL };
  guint timer;

  g_ptr_array_add (line, program);
  while (*++arguments != NULL)
    g_ptr_array_add (line, (gpointer) *arguments);
  g_ptr_array_add (line, NULL);
  process = g_subprocess_newv ((const char *const *) line->pdata,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                               NULL);
  if (process == NULL)
    return NULL;
  run.loop = g_main_loop_new (NULL, FALSE);
  timer = g_timeout_add_seconds (PATIENCE_S, lose_patience, patience);
  g_subprocess_communicate_utf8_async (process, NULL, patience, end_run, &run);
  g_main_loop_run (run.loop);
  g_main_loop_unref (run.loop);
  if (g_cancellable_is_cancelled (patience))
    g_subprocess_force_exit (process);
  else
    g_source_remove (timer);
  return run.output;
}
