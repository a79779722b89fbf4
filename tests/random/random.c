/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * random [--steps N] [--keep FILE] SEED…
 *     does N operations by chance for each SEED. Those of a failure are
 *     written to FILE, a line each.
 * random [--shrink [--keep FILE]] --replay FILE
 *     does those in FILE. With --shrink leaves out what a failure does not
 *     need and prints what remains; --keep has what remains so far.
 *
 * Exit code: 0 all was as it must be, 1 it was not, 2 usage.
 */
#include <stdlib.h>
#include <string.h>

#include "run.h"

#define SHRINK_PATIENCE_MS 3000

static int steps = 250;
static char *replay;
static char *keep;
static gboolean is_to_shrink;
static char **seeds;

static const GOptionEntry entries[] = {
  { "steps", 0, 0, G_OPTION_ARG_INT, &steps, "Do N operations for each seed", "N" },
  { "keep", 0, 0, G_OPTION_ARG_FILENAME, &keep, "Write the operations of a failure to FILE",
    "FILE" },
  { "replay", 0, 0, G_OPTION_ARG_FILENAME, &replay, "Do the operations in FILE", "FILE" },
  { "shrink", 0, 0, G_OPTION_ARG_NONE, &is_to_shrink, "Find the few that are needed to fail",
    NULL },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &seeds, NULL, "SEED…" },
  G_OPTION_ENTRY_NULL,
};

/* --- sequences ----------------------------------------------------------------- */

static GPtrArray *
read_lines (const char *path, GError **error)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = NULL;
  g_auto (GStrv) all = NULL;
  Operation operation;

  if (g_file_get_contents (path, &text, NULL, error))
    all = g_strsplit (text, "\n", -1);
  for (char **line = all; line != NULL && *line != NULL; line++)
    if (operation_parse (*line, &operation))
      g_ptr_array_add (lines, g_strdup (*line));
  return lines;
}

static char *
join_lines (const GPtrArray *lines)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf (text, "%s\n", (char *) g_ptr_array_index (lines, i));
  return g_string_free (text, FALSE);
}

static void
keep_lines (const GPtrArray *lines)
{
  g_autofree char *text = join_lines (lines);

  if (keep != NULL)
    g_file_set_contents (keep, text, -1, NULL);
}

/* --- running -------------------------------------------------------------------- */

static gboolean
run_line (Run *run, const char *line)
{
  Operation operation = { 0 };

  return operation_parse (line, &operation) && run_operation (run, &operation);
}

/* A daemon that does not run shows nothing. */
static gboolean
run_last (Run *run)
{
  return (!run->model.is_down || run_line (run, "restart 0 0 0 0")) && run_end (run);
}

/* How many lines went well; fewer than there are when one did not. */
static guint
run_lines (Run *run, const GPtrArray *lines)
{
  for (guint i = 0; i < lines->len; i++)
    if (!run_line (run, g_ptr_array_index (lines, i)))
      return i;
  return run_last (run) ? lines->len : lines->len - 1;
}

static void
report (Run *run, const GPtrArray *lines, guint n_done)
{
  g_autofree char *log = world_read_log (run->world);
  gsize length = strlen (log);

  g_print ("# operation %u: %s\n%s# the daemon's last words:\n%s\n", n_done,
           (char *) g_ptr_array_index (lines, n_done), run->failure->str,
           log + (length > 3000 ? length - 3000 : 0));
}

/* The first by chance that makes sense now. */
static Operation
choose_operation (GRand *random, const Model *model)
{
  Operation operation;

  do
    operation = operation_random (random);
  while (!operation_is_possible (&operation, model));
  return operation;
}

/* Adds to @lines what it does; FALSE when the last one did not go well. */
static gboolean
run_seed (Run *run, guint32 seed, GPtrArray *lines)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  gboolean done = TRUE;

  while (done && lines->len < (guint) steps)
    {
      Operation operation = choose_operation (random, &run->model);

      g_ptr_array_add (lines, operation_to_text (&operation));
      done = run_operation (run, &operation);
    }
  return done && run_last (run);
}

/* TRUE when all went well; else @lines are cut behind the one that did not. */
static gboolean
try_lines (GPtrArray *lines, gboolean is_quiet)
{
  g_autoptr (Run) run = run_new ();
  guint n_done = run_lines (run, lines);

  if (n_done == lines->len)
    return TRUE;
  if (!is_quiet)
    report (run, lines, n_done);
  g_ptr_array_set_size (lines, (int) n_done + 1);
  return FALSE;
}

/* --- shrinking ------------------------------------------------------------------- */

static GPtrArray *
without (const GPtrArray *lines, guint from, guint n)
{
  GPtrArray *rest = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < lines->len; i++)
    if (i < from || i >= from + n)
      g_ptr_array_add (rest, g_strdup (g_ptr_array_index (lines, i)));
  return rest;
}

/* Leaves out @n at a time; takes @lines over. */
static GPtrArray *
shrink_by (GPtrArray *lines, guint n)
{
  guint from = 0;

  while (from < lines->len)
    {
      GPtrArray *rest = without (lines, from, n);

      if (rest->len == 0 || try_lines (rest, TRUE))
        {
          g_ptr_array_unref (rest);
          from += n;
          continue;
        }
      g_ptr_array_unref (lines);
      lines = rest;
    }
  return lines;
}

static GPtrArray *
shrink (GPtrArray *lines)
{
  run_patience_ms = SHRINK_PATIENCE_MS;
  for (guint n = lines->len / 2; n > 0; n /= 2)
    {
      lines = shrink_by (lines, n);
      keep_lines (lines);
    }
  return lines;
}

/* --- what is asked for ------------------------------------------------------------ */

static int
do_replay (GError **error)
{
  g_autoptr (GPtrArray) lines = read_lines (replay, error);
  g_autofree char *text = NULL;

  if (*error != NULL)
    return 2;
  if (is_to_shrink && !try_lines (lines, TRUE))
    {
      lines = shrink (g_steal_pointer (&lines));
      text = join_lines (lines);
      g_print ("%s", text);
    }
  return try_lines (lines, FALSE) ? 0 : 1;
}

static gboolean
do_seed (guint number, const char *seed)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (Run) run = run_new ();
  gboolean done = run_seed (run, (guint32) g_ascii_strtoull (seed, NULL, 10), lines);

  if (!done)
    {
      report (run, lines, lines->len - 1);
      keep_lines (lines);
    }
  g_print ("%sok %u - %d operations by seed %s\n", done ? "" : "not ", number, steps, seed);
  return done;
}

static int
do_seeds (void)
{
  guint n = 0;
  guint n_done = 0;

  while (seeds[n] != NULL)
    {
      n_done += do_seed (n + 1, seeds[n]);
      n++;
    }
  g_print ("1..%u\n", n);
  return n_done == n ? 0 : 1;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- what comes of any sequence");
  g_autoptr (GError) error = NULL;
  int code = 2;

  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, &argc, &argv, &error) && (seeds == NULL) != (replay == NULL))
    code = replay != NULL ? do_replay (&error) : do_seeds ();
  if (code == 2)
    g_printerr ("%s\n", error != NULL ? error->message : "give seeds, or --replay");
  return code;
}
