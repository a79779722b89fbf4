/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/budget.h"

struct _NodedevBudget
{
  gsize max;
  gsize used;
  GPtrArray *accounts; /* not owned */
};

struct _NodedevAccount
{
  NodedevBudget *budget;
  gsize bytes;
  gboolean is_overdrawn;
  NodedevOverdrawnFunc overdrawn;
  gpointer user_data;
};

NodedevBudget *
nodedev_budget_new (gsize max)
{
  NodedevBudget *budget = g_new0 (NodedevBudget, 1);

  budget->max = max;
  budget->accounts = g_ptr_array_new ();
  return budget;
}

void
nodedev_budget_free (NodedevBudget *budget)
{
  g_assert (budget->accounts->len == 0);
  g_ptr_array_unref (budget->accounts);
  g_free (budget);
}

gsize
nodedev_budget_get_used (const NodedevBudget *budget)
{
  return budget->used;
}

NodedevAccount *
nodedev_account_open (NodedevBudget *budget, NodedevOverdrawnFunc overdrawn, gpointer user_data)
{
  NodedevAccount *account = g_new0 (NodedevAccount, 1);

  account->budget = budget;
  account->overdrawn = overdrawn;
  account->user_data = user_data;
  g_ptr_array_add (budget->accounts, account);
  return account;
}

static void
book (NodedevAccount *account, gsize bytes)
{
  account->budget->used = account->budget->used - account->bytes + bytes;
  account->bytes = bytes;
}

void
nodedev_account_close (NodedevAccount *account)
{
  book (account, 0);
  g_ptr_array_remove_fast (account->budget->accounts, account);
  g_free (account);
}

/* There are some hundred at most, and this is for when things go wrong. */
static NodedevAccount *
find_greatest (const NodedevBudget *budget)
{
  NodedevAccount *greatest = g_ptr_array_index (budget->accounts, 0);

  for (guint i = 1; i < budget->accounts->len; i++)
    {
      NodedevAccount *account = g_ptr_array_index (budget->accounts, i);

      if (account->bytes > greatest->bytes)
        greatest = account;
    }
  return greatest;
}

void
nodedev_account_set (NodedevAccount *account, gsize bytes)
{
  NodedevBudget *budget = account->budget;

  if (account->is_overdrawn)
    return;
  book (account, bytes);
  while (budget->used > budget->max)
    {
      NodedevAccount *greatest = find_greatest (budget);

      greatest->is_overdrawn = TRUE;
      book (greatest, 0);
      greatest->overdrawn (greatest->user_data);
    }
}
