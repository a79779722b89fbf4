/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * For what is logged whenever a client wants it to be: once a minute is enough,
 * or anybody could fill the journal. Zeroed, the next time is the first.
 */
typedef struct
{
  gint64 next; /* g_get_monotonic_time(), before which nothing is logged */
  guint n_left_out;
} NodedevSeldom;

#define NODEDEV_SELDOM_US (60 * G_USEC_PER_SEC)

/* May it be logged now? @n_left_out: how often it was not since the last time. */
static inline gboolean
nodedev_seldom (NodedevSeldom *seldom, guint *n_left_out)
{
  gint64 now = g_get_monotonic_time ();

  *n_left_out = seldom->n_left_out;
  if (now < seldom->next)
    {
      seldom->n_left_out++;
      return FALSE;
    }
  *seldom = (NodedevSeldom){ .next = now + NODEDEV_SELDOM_US };
  return TRUE;
}
