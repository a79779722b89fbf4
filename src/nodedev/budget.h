/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * The memory that several clients may hold together. When it is exceeded, the
 * one who holds the most is told to go, until what is left fits: one who takes
 * much is not served at the cost of those who take little.
 */
typedef struct _NodedevBudget NodedevBudget;

/* What one of them holds. */
typedef struct _NodedevAccount NodedevAccount;

/* To give everything back, soon; it is taken for given back when this returns. */
typedef void (*NodedevOverdrawnFunc) (gpointer user_data);

/* @max: bytes that all of its accounts may hold together. */
NodedevBudget *nodedev_budget_new (gsize max);

/* All accounts must have been closed. */
void nodedev_budget_free (NodedevBudget *budget);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevBudget, nodedev_budget_free)

/* How much all of them hold. */
gsize nodedev_budget_get_used (const NodedevBudget *budget);

/* An account that holds nothing yet; its holder is told by @overdrawn, see above. */
NodedevAccount *nodedev_account_open (NodedevBudget *budget, NodedevOverdrawnFunc overdrawn,
                                      gpointer user_data);
void nodedev_account_close (NodedevAccount *account);

/* Its holder holds @bytes now. May call overdrawn(), its own too; not again after that. */
void nodedev_account_set (NodedevAccount *account, gsize bytes);
