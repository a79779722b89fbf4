/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The daemon killed by kill -9 before every step, on files and in sysfs, of
 * every change that it makes, and after the last: the next one finishes or
 * undoes it.
 */
#include <string.h>

#include "run.h"

/* More steps than any change has. */
#define AT_MAX 60

typedef struct
{
  const char *name;
  const char *before[5]; /* operations that lead to it */
  const char *killed;    /* without its fate */
  guint n_steps_min;     /* fewer would mean that not all have been seen */
} Scenario;

/* Operations: operation.h. Device 0 is a DASD, which is online when it is plugged in. */
static const Scenario scenarios[] = {
  { "create", { "plug 0 0 0 1" }, "create 0 0 0 0", 9 },
  { "create-on-bound", { "plug 0 0 0 1", "override 0 0 0 0" }, "create 0 0 0 0", 3 },
  { "destroy", { "plug 0 0 0 1", "create 0 0 0 0" }, "destroy 0 0 0 0", 9 },
  { "define", { "plug 0 0 0 1" }, "define 0 0 0 1", 4 },
  { "define-again", { "plug 0 0 0 1", "define 0 0 0 0" }, "define 0 0 0 1", 4 },
  { "define-active", { "plug 0 0 0 1", "create 0 0 0 0" }, "define 0 0 0 1", 4 },
  { "autostart", { "plug 0 0 0 1", "define 0 0 0 1" }, "autostart 0 0 0 1", 2 },
  { "start", { "plug 0 0 0 1", "define 0 0 0 1" }, "start 0 0 0 0", 9 },
  { "start-that-fails", { "plug 0 0 0 1", "define 0 0 0 0" }, "start 0 0 0 0", 14 },
  { "stop-and-keep", { "plug 0 0 0 1", "define 0 0 0 1", "start 0 0 0 0" }, "destroy 0 0 0 0", 5 },
  { "undefine", { "plug 0 0 0 1", "define 0 0 0 1" }, "undefine 0 0 0 0", 2 },
  { "undefine-and-give-back",
    { "plug 0 0 0 1", "define 0 0 0 1", "start 0 0 0 0", "destroy 0 0 0 0" },
    "undefine 0 0 0 0",
    10 },
  { "undefine-active",
    { "plug 0 0 0 1", "define 0 0 0 1", "start 0 0 0 0" },
    "undefine 0 0 0 0",
    2 },
  { "follow", { "plug 0 0 0 1", "define 0 0 0 1", "unplug 0 0 0 0" }, "plug 1 0 0 1", 6 },
  { "follow-and-start",
    { "plug 0 0 0 1", "define 0 0 0 1", "autostart 0 0 0 1", "unplug 0 0 0 0" },
    "plug 1 0 0 1",
    15 },
  { "come-and-start", { "file 0 0 0 1" }, "plug 0 0 0 1", 12 },
  { "learn-of-file", { "plug 0 0 0 1" }, "file 0 0 0 0", 2 },
  { "forget-file",
    { "plug 0 0 0 1", "define 0 0 0 1", "start 0 0 0 0", "stop 0 0 0 0" },
    "no-file 0 0 0 0",
    9 },
  { "tidy-after-stop", { "plug 0 0 0 1", "create 0 0 0 0" }, "stop 0 0 0 0", 7 },
  { "forget-unplugged", { "plug 0 0 0 1", "create 0 0 0 0" }, "unplug 0 0 0 0", 1 },
};

static void
fail (const Run *run, const char *line)
{
  g_autofree char *log = world_read_log (run->world);

  g_error ("%s:\n%s\n%s", line, run->failure->str, log);
}

static void
must_do (Run *run, const char *line)
{
  Operation operation = { 0 };

  g_assert_true (operation_parse (line, &operation));
  if (!run_operation (run, &operation))
    fail (run, line);
}

/* FALSE when there are fewer steps than @at. */
static gboolean
kill_at (const Scenario *scenario, const char *fate, guint at)
{
  g_autoptr (Run) run = run_new ();
  g_autofree char *line = g_strdup_printf ("%s %s %u", scenario->killed, fate, at);
  g_autofree char *struck = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (scenario->before) && scenario->before[i] != NULL; i++)
    must_do (run, scenario->before[i]);
  must_do (run, line);
  struck = mock_machine_get_struck (run->world->machine);
  if (struck != NULL)
    g_test_message ("killed at %s", struck);
  if (!run_end (run))
    fail (run, line);
  return struck != NULL;
}

/*
 * What is there after a step is what is there before the next, so only the last is tried after.
 * Which is the last is not the same each time: some are made when the operation is done already.
 */
static void
test_killed (gconstpointer data)
{
  const Scenario *scenario = data;
  guint n = 0;

  while (n < AT_MAX && kill_at (scenario, "kill", n + 1))
    n++;
  g_test_message ("%u steps", n);
  g_assert_cmpuint (n, >=, scenario->n_steps_min);
  g_assert_cmpuint (n, <, AT_MAX);
  while (n >= scenario->n_steps_min && !kill_at (scenario, "orphan", n))
    n--;
  g_assert_cmpuint (n, >=, scenario->n_steps_min);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (scenarios); i++)
    {
      g_autofree char *path = g_strconcat ("/killed/", scenarios[i].name, NULL);

      g_test_add_data_func (path, &scenarios[i], test_killed);
    }
  return g_test_run ();
}
