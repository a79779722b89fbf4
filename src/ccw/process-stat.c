/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/process-stat.h"

#include <string.h>

#include "ccw/sysfs.h"

/* The one behind the name, which may hold anything, also blanks and brackets. */
#define FIRST_FIELD 3

char *
ccw_process_stat (const char *pid, guint field)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "stat", NULL);
  g_autofree char *text = ccw_sysfs_read (path, NULL);
  const char *name_end = text == NULL ? NULL : strrchr (text, ')');
  g_auto (GStrv) fields = NULL;

  if (name_end == NULL || name_end[1] == '\0')
    return NULL;
  fields = g_strsplit (name_end + 2, " ", -1);
  return g_strv_length (fields) > field - FIRST_FIELD ? g_strdup (fields[field - FIRST_FIELD])
                                                      : NULL;
}
