/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/plan.h"

#include <stdarg.h>

#include "cli/interrupt.h"
#include "cli/progress.h"

typedef struct
{
  char *what;
  PlanFunc run;
  PlanFunc undo;
  gpointer data;
} Step;

struct _Plan
{
  char *done_already;
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
plan_new (const char *format, ...)
{
  Plan *plan = g_new0 (Plan, 1);
  va_list arguments;

  va_start (arguments, format);
  plan->done_already = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  plan->steps = g_ptr_array_new_with_free_func (step_free);
  return plan;
}

void
plan_free (Plan *plan)
{
  g_ptr_array_unref (plan->steps);
  g_free (plan->done_already);
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

static gboolean
run_step (const Step *step, GError **error)
{
  g_autoptr (Progress) progress = progress_begin (step->what);

  return step->run (step->data, error);
}

static gboolean
undo_step (const Step *step, GError **error)
{
  g_autofree char *what = g_strconcat ("undo: ", step->what, NULL);
  g_autoptr (Progress) progress = progress_begin (what);

  return step->undo (step->data, error);
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
      if (undo_step (step, &problem))
        {
          g_print ("undone: %s\n", step->what);
          continue;
        }
      former = (*error)->message;
      (*error)->message = g_strdup_printf ("%s; and what was done could not be undone (%s): %s",
                                           former, step->what, problem->message);
    }
}

/*
 * Was it interrupted while that step was done? The last one of a plan that
 * cannot be undone ends the job, and it is too late.
 */
static gboolean
may_stay (const Plan *plan, guint i, GError **error)
{
  const Step *step = g_ptr_array_index (plan->steps, i);

  return (i + 1 == plan->steps->len && step->undo == NULL) || interrupt_check (error);
}

/* Returns how many were done. */
static guint
run_until_problem (const Plan *plan, GError **error)
{
  guint n = 0;

  while (n < plan->steps->len && run_step (g_ptr_array_index (plan->steps, n), error))
    {
      g_print ("%s\n", ((const Step *) g_ptr_array_index (plan->steps, n))->what);
      n++;
      if (!may_stay (plan, n - 1, error))
        break;
    }
  return n;
}

static gboolean
run_steps (const Plan *plan, GError **error)
{
  g_autoptr (GError) problem = NULL;
  guint n;

  interrupt_catch ();
  n = run_until_problem (plan, &problem);
  if (problem == NULL)
    return TRUE;
  undo_steps (plan, n, &problem);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

gboolean
plan_carry_out (const Plan *plan, gboolean dry_run, GError **error)
{
  if (plan->steps->len == 0)
    g_print ("%s\n", plan->done_already);
  else if (dry_run)
    print_steps (plan);
  else
    return run_steps (plan, error);
  return TRUE;
}
