/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/usage.h"

#include <stdio.h>
#include <string.h>

gboolean
ccw_usage_answer (int argc, char **argv, const char *name, const char *usage)
{
  if (argc != 2)
    return FALSE;
  if (strcmp (argv[1], "--help") == 0)
    fputs (usage, stdout);
  else if (strcmp (argv[1], "--version") == 0)
    printf ("%s %s\n", name, VIRT_CCW_VERSION);
  else
    return FALSE;
  return TRUE;
}
