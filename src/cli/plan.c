/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/plan.h"

#include <signal.h>
#include <stdarg.h>

typedef struct
{
  char *what;
  PlanFunc run;
  PlanFunc undo;
  gpointer data;
} Step;

struct _Plan
{
  GPtrArray *steps;
};

static void
step_free (gpointer data)
{
  Step *step = data;

  g_free (step->what);
  g_free (step);
}

Plan *
plan_new (void)
{
  Plan *plan = g_new0 (Plan, 1);

  plan->steps = g_ptr_array_new_with_free_func (step_free);
  return plan;
}

void
plan_free (Plan *plan)
{
  g_ptr_array_unref (plan->steps);
  g_free (plan);
}

void
plan_add (Plan *plan, PlanFunc run, PlanFunc undo, gpointer data, const char *format, ...)
{
  Step *step = g_new0 (Step, 1);
  va_list arguments;

  va_start (arguments, format);
  step->what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  step->run = run;
  step->undo = undo;
  step->data = data;
  g_ptr_array_add (plan->steps, step);
}

static void
print_steps (const Plan *plan)
{
  for (guint i = 0; i < plan->steps->len; i++)
    g_print ("%s\n", ((const Step *) g_ptr_array_index (plan->steps, i))->what);
}

/* Undoes the first @n steps, the last of them first; what cannot be undone is told in @error. */
static void
undo_steps (const Plan *plan, guint n, GError **error)
{
  for (guint i = n; i > 0; i--)
    {
      const Step *step = g_ptr_array_index (plan->steps, i - 1);
      g_autoptr (GError) problem = NULL;
      g_autofree char *former = NULL;

      if (step->undo == NULL)
        continue;
      if (step->undo (step->data, &problem))
        {
          g_print ("undone: %s\n", step->what);
          continue;
        }
      former = (*error)->message;
      (*error)->message = g_strdup_printf ("%s; and what was done could not be undone (%s): %s",
                                           former, step->what, problem->message);
    }
}

static gboolean
run_steps (const Plan *plan, GError **error)
{
  /* A reader who has seen enough ("| head") must not end it in the middle. */
  signal (SIGPIPE, SIG_IGN);
  for (guint i = 0; i < plan->steps->len; i++)
    {
      const Step *step = g_ptr_array_index (plan->steps, i);
      g_autoptr (GError) problem = NULL;

      if (step->run (step->data, &problem))
        {
          g_print ("%s\n", step->what);
          continue;
        }
      undo_steps (plan, i, &problem);
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  return TRUE;
}

gboolean
plan_carry_out (const Plan *plan, gboolean dry_run, const char *done_already, GError **error)
{
  if (plan->steps->len == 0)
    g_print ("%s\n", done_already);
  else if (dry_run)
    print_steps (plan);
  else
    return run_steps (plan, error);
  return TRUE;
}
