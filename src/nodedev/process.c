/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/process.h"

#include "ccw/process-stat.h"

guint64
nodedev_process_read_start_time (gint64 pid)
{
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, pid);
  g_autofree char *time = ccw_process_stat (number, CCW_PROCESS_START_TIME);

  return time != NULL ? g_ascii_strtoull (time, NULL, 10) : 0;
}

gboolean
nodedev_process_is_known (const NodedevProcess *process)
{
  return process->pid > 0 && process->uid >= 0 && process->start_time > 0;
}
