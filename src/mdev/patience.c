/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/patience.h"

#define PAUSE_FIRST_US 500
#define PAUSE_MAX_US (50 * 1000)

MdevPatience
mdev_patience_begin (guint ms)
{
  return (MdevPatience){ .deadline = g_get_monotonic_time () + (gint64) ms * 1000,
                         .pause = PAUSE_FIRST_US };
}

gboolean
mdev_patience_wait (MdevPatience *patience)
{
  if (g_get_monotonic_time () >= patience->deadline)
    return FALSE;
  g_usleep (patience->pause);
  patience->pause = MIN (patience->pause * 2, PAUSE_MAX_US);
  return TRUE;
}
