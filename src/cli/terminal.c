/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

static gboolean has_boxes;

void
terminal_set_locale (void)
{
  setlocale (LC_ALL, "");
  has_boxes = strcmp (nl_langinfo (CODESET), "UTF-8") == 0;
  if (strcmp (nl_langinfo (CODESET), "ANSI_X3.4-1968") == 0)
    setlocale (LC_CTYPE, "C.UTF-8");
}

gboolean
terminal_has_boxes (void)
{
  return has_boxes;
}

static gboolean
is_set (const char *variable)
{
  const char *value = g_getenv (variable);

  return value != NULL && *value != '\0';
}

gboolean
terminal_can_draw (int file)
{
  return isatty (file) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

gboolean
terminal_has_colors (void)
{
  return terminal_can_draw (STDOUT_FILENO) && !is_set ("NO_COLOR");
}
