/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/process.h"

#include <string.h>

/* Of the fields behind the name in /proc/PID/stat, which may hold blanks and brackets itself. */
#define START_TIME (22 - 3)

guint64
nodedev_process_read_start_time (gint64 pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%" G_GINT64_FORMAT "/stat", pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;
  const char *name_end;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  name_end = strrchr (text, ')');
  if (name_end == NULL || name_end[1] == '\0')
    return 0;
  fields = g_strsplit (name_end + 2, " ", -1);
  return g_strv_length (fields) > START_TIME ? g_ascii_strtoull (fields[START_TIME], NULL, 10) : 0;
}

gboolean
nodedev_process_is_known (const NodedevProcess *process)
{
  return process->pid > 0 && process->uid >= 0 && process->start_time > 0;
}
