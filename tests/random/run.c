/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run.h"

#include <libvirt/virterror.h>
#include <signal.h>
#include <string.h>

#include "names.h"

#define PAUSE_FIRST_US 500
#define PAUSE_MAX_US (50 * 1000)

/* What a refused step left half done, the daemon makes up for by itself soon, or when it starts. */
#define REPAIR_MS 1500

guint run_patience_ms = 30 * 1000;

/* All that may be true now. */
typedef struct
{
  Model models[4 + 4 * N_PLACES];
  guint n;
} Truths;

static void
add_truth (Truths *truths, const Model *model)
{
  truths->models[truths->n++] = *model;
}

/* --- comparing --------------------------------------------------------------- */

static gboolean
is_true (Run *run, const Model *model)
{
  g_autofree char *wanted = model_to_text (model);
  g_autofree char *found = world_observe (run->world, model);

  return g_str_equal (wanted, found);
}

/*
 * A look at the world takes its time. Of several truths, one that changed into
 * another meanwhile may seem to be met, but not when looked at again.
 */
static gboolean
is_surely_true (Run *run, const Truths *truths, guint i)
{
  return is_true (run, &truths->models[i]) && (truths->n == 1 || is_true (run, &truths->models[i]));
}

/* Takes over what is true of @truths. */
static gboolean
find_truth (Run *run, const Truths *truths)
{
  for (guint i = 0; i < truths->n; i++)
    if (is_surely_true (run, truths, i))
      {
        run->model = truths->models[i];
        return TRUE;
      }
  return FALSE;
}

static gboolean
await_truth (Run *run, const Truths *truths, guint ms)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) ms * 1000;
  gulong pause = PAUSE_FIRST_US;

  while (!find_truth (run, truths))
    {
      if (g_get_monotonic_time () > deadline)
        return FALSE;
      g_usleep (pause);
      pause = MIN (pause * 2, PAUSE_MAX_US);
    }
  return TRUE;
}

static void
explain_lines (GString *failure, char mark, const char *text, const char *other)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_auto (GStrv) others = g_strsplit (other, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    if (!g_strv_contains ((const char *const *) others, *line))
      g_string_append_printf (failure, "  %c %s\n", mark, *line);
}

static gboolean
fail_untrue (Run *run, const Truths *truths)
{
  for (guint i = 0; i < truths->n; i++)
    {
      g_autofree char *wanted = model_to_text (&truths->models[i]);
      g_autofree char *found = world_observe (run->world, &truths->models[i]);

      g_string_append_printf (run->failure, "not as it must be (%u of %u; - missing, + found):\n",
                              i + 1, truths->n);
      explain_lines (run->failure, '-', wanted, found);
      explain_lines (run->failure, '+', found, wanted);
    }
  return FALSE;
}

static gboolean
expect_truth (Run *run, const Truths *truths)
{
  return await_truth (run, truths, run_patience_ms) || fail_untrue (run, truths);
}

/* --- without fate -------------------------------------------------------------- */

static gboolean
expect_outcome (Run *run, const Model *after, gboolean expected, gboolean outcome)
{
  Truths truths = { .n = 0 };

  add_truth (&truths, after);
  if (outcome == expected)
    return expect_truth (run, &truths);
  g_string_append_printf (run->failure, "it %s, but must not: %s\n",
                          outcome ? "succeeded" : "failed",
                          outcome ? "" : virGetLastErrorMessage ());
  return FALSE;
}

/* What others do while no daemon runs shows when one is started. */
static gboolean
run_unserved (Run *run, const Operation *operation)
{
  operation_perform (operation, run->world, &run->model);
  operation_predict (operation, &run->model, FALSE);
  return TRUE;
}

static gboolean
run_kill (Run *run, const Operation *operation)
{
  world_end_daemon (run->world, operation->value == 0 ? SIGTERM : SIGKILL);
  run->model.is_down = TRUE;
  return TRUE;
}

static void
set_fate (Run *run, const Operation *operation)
{
  mock_machine_do (run->world->machine, "at %u %s", operation->at,
                   operation->fate != NULL ? operation->fate : "kill");
}

/* Killed again at a step of its start, if so told. */
static gboolean
run_start (Run *run, const Operation *operation)
{
  Truths truths = { .n = 0 };

  if (g_strcmp0 (operation->fate, "kill") == 0 || g_strcmp0 (operation->fate, "orphan") == 0)
    set_fate (run, operation);
  world_start_daemon (run->world);
  model_restart (&run->model);
  add_truth (&truths, &run->model);
  if (await_truth (run, &truths, operation->fate != NULL ? REPAIR_MS : run_patience_ms))
    {
      mock_machine_do (run->world->machine, "spare");
      return TRUE;
    }
  mock_machine_do (run->world->machine, "spare");
  if (world_has_lost_daemon (run->world))
    world_start_daemon (run->world);
  return expect_truth (run, &truths);
}

/* --- with fate --------------------------------------------------------------------- */

static gboolean
has_struck (Run *run)
{
  g_autofree char *struck = mock_machine_get_struck (run->world->machine);

  return struck != NULL;
}

/* Until the fate has struck, or all has been done without. */
static void
await_fate (Run *run, const Model *after)
{
  Model before = run->model;
  Truths truths = { .n = 0 };
  gint64 deadline = g_get_monotonic_time () + REPAIR_MS * 1000;

  add_truth (&truths, after);
  while (!has_struck (run) && !find_truth (run, &truths) && g_get_monotonic_time () < deadline)
    g_usleep (PAUSE_FIRST_US);
  mock_machine_do (run->world->machine, "spare");
  run->model = before;
}

static void
await_death (Run *run)
{
  while (!world_has_lost_daemon (run->world))
    g_usleep (PAUSE_FIRST_US);
}

static void
restart_truths (Run *run, Truths *truths)
{
  world_start_daemon (run->world);
  for (guint i = 0; i < truths->n; i++)
    model_restart (&truths->models[i]);
}

/* A device that does not come online again is logged, but no failure. */
static void
add_offline (Truths *truths, const Model *model)
{
  for (int i = 0; i < N_PLACES; i++)
    {
      Model offline = *model;

      offline.places[i].online = FALSE;
      if (model->places[i].driver == DRIVER_IO && model->places[i].online)
        add_truth (truths, &offline);
    }
}

/* Given back, but still defined, since the former was cut short. */
static void
add_given_back (Truths *truths, const Model *before, const Model *after)
{
  for (int i = 0; i < N_PLACES; i++)
    {
      Model model = *before;

      if (before->places[i].ours == after->places[i].ours)
        continue;
      model_give_back (&model, i);
      add_truth (truths, &model);
    }
}

/* What the next daemon puts in order it says, in what the log has beyond @length bytes. */
static gboolean
expect_told (Run *run, gsize length)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) run_patience_ms * 1000;

  while (g_get_monotonic_time () < deadline)
    {
      g_autofree char *log = world_read_log (run->world);

      if (strstr (log + length, "a change that was cut short has been put in order") != NULL)
        return TRUE;
      g_usleep (PAUSE_FIRST_US);
    }
  g_string_append (run->failure, "the log does not tell of the change that was cut short\n");
  return FALSE;
}

/* Finished or undone; what the client was told is done, is done. */
static gboolean
expect_after_death (Run *run, const Model *before, const Model *after, gboolean outcome)
{
  g_autofree char *log = world_read_log (run->world);
  gboolean is_half_done = world_is_half_done (run->world);
  Truths truths = { .n = 0 };

  add_truth (&truths, after);
  if (!outcome)
    {
      add_truth (&truths, before);
      add_given_back (&truths, before, after);
    }
  restart_truths (run, &truths);
  return expect_truth (run, &truths) && (!is_half_done || expect_told (run, strlen (log)));
}

static gboolean
expect_after_refusal (Run *run, const Model *before, const Model *after, gboolean outcome)
{
  Truths truths = { .n = 0 };

  add_truth (&truths, after);
  add_offline (&truths, after);
  if (!outcome)
    {
      add_truth (&truths, before);
      add_offline (&truths, before);
      add_given_back (&truths, before, after);
    }
  if (await_truth (run, &truths, REPAIR_MS))
    return TRUE;
  world_end_daemon (run->world, SIGKILL);
  add_truth (&truths, before);
  restart_truths (run, &truths);
  return expect_truth (run, &truths);
}

static gboolean
run_fated (Run *run, const Operation *operation)
{
  Model after = run->model;
  Model before = run->model;
  gboolean expected = operation_predict (operation, &after, TRUE);
  gboolean outcome;

  operation_predict (operation, &before, FALSE);
  set_fate (run, operation);
  outcome = operation_perform (operation, run->world, &run->model);
  await_fate (run, &after);
  if (!has_struck (run))
    return expect_outcome (run, &after, expected, outcome);
  if (g_str_equal (operation->fate, "refuse"))
    return expect_after_refusal (run, &before, &after, outcome);
  await_death (run);
  return expect_after_death (run, &before, &after, outcome && !operation_is_of_others (operation));
}

/* --- all ----------------------------------------------------------------------------- */

static gboolean
run_plain (Run *run, const Operation *operation)
{
  Model after = run->model;
  gboolean expected = operation_predict (operation, &after, TRUE);

  return expect_outcome (run, &after, expected,
                         operation_perform (operation, run->world, &run->model));
}

gboolean
run_operation (Run *run, const Operation *operation)
{
  if (!operation_is_possible (operation, &run->model))
    return TRUE;
  if (operation_is_kill (operation))
    return run_kill (run, operation);
  if (operation_is_start (operation))
    return run_start (run, operation);
  if (run->model.is_down)
    return run_unserved (run, operation);
  return operation->fate != NULL ? run_fated (run, operation) : run_plain (run, operation);
}

gboolean
run_end (Run *run)
{
  g_autofree char *log = NULL;

  world_end_daemon (run->world, SIGTERM);
  log = world_read_log (run->world);
  if (strstr (log, "Sanitizer") == NULL && strstr (log, "runtime error") == NULL
      && strstr (log, "CRITICAL") == NULL)
    return TRUE;
  g_string_append_printf (run->failure, "the daemon found a fault in itself:\n%s", log);
  return FALSE;
}

Run *
run_new (void)
{
  Run *run = g_new0 (Run, 1);

  run->world = world_new ();
  run->failure = g_string_new (NULL);
  model_init (&run->model);
  world_start_daemon (run->world);
  return run;
}

void
run_free (Run *run)
{
  if (run == NULL)
    return;
  world_free (run->world);
  g_string_free (run->failure, TRUE);
  g_free (run);
}
