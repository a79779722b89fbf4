/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * What a command is going to do, step by step: to be shown, or to be done, and
 * to be undone again in reverse order when one of its steps fails.
 */
typedef struct _Plan Plan;

/* Does a step, or undoes it. */
typedef gboolean (*PlanFunc) (gpointer data, GError **error);

/* @format tells, when there turn out to be no steps, that all is done already. */
Plan *plan_new (const char *format, ...) G_GNUC_PRINTF (1, 2);
void plan_free (Plan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Plan, plan_free)

/*
 * @undo: NULL when there is nothing to undo. Both get @data, which must
 * outlive the plan. @format tells what is done: "start the mdev".
 */
void plan_add (Plan *plan, PlanFunc run, PlanFunc undo, gpointer data, const char *format, ...)
    G_GNUC_PRINTF (5, 6);

/*
 * Does the steps, printing each on standard output when it is done; when there
 * are none, prints what plan_new() was given. On an error those that were done are undone,
 * which is printed, too; its text tells which could not be. An interrupt
 * (interrupt.h) is such an error once the step under way is done. @dry_run: only prints the
 * steps.
 */
gboolean plan_carry_out (const Plan *plan, gboolean dry_run, GError **error);
