/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu-hook/libvirt-process.h"

#include <string.h>

#include "ccw/open-files.h"
#include "ccw/process-stat.h"
#include "ccw/sysfs.h"

/* The monolithic daemon, and the modular one for QEMU's domains. */
static const char *const daemons[] = { "libvirtd", "virtqemud", NULL };

static gboolean
is_daemon (const char *number)
{
  g_autofree char *path = g_build_filename ("/proc", number, "comm", NULL);
  g_autofree char *name = ccw_sysfs_read (path, NULL);

  return name != NULL && g_strv_contains (daemons, name);
}

static char *
identify (const char *number)
{
  g_autofree char *start = ccw_process_stat (number, CCW_PROCESS_START_TIME);

  return start == NULL ? NULL : g_strdup_printf ("%s %s", number, start);
}

char *
libvirt_process_find_caller (void)
{
  g_autoptr (GPtrArray) callers = ccw_list_callers ();

  for (guint i = 0; i < callers->len; i++)
    if (is_daemon (g_ptr_array_index (callers, i)))
      return identify (g_ptr_array_index (callers, i));
  return NULL;
}

/* Its number may be another process's by now. */
gboolean
libvirt_process_is_gone (const char *process)
{
  g_auto (GStrv) parts = g_strsplit (process, " ", 2);
  g_autofree char *now = parts[0] == NULL ? NULL : identify (parts[0]);

  return g_strcmp0 (now, process) != 0;
}

/* --- emulators ---------------------------------------------------------------- */

/* Does @line, arguments that each end with a NUL, have "-uuid DOMAIN", as libvirt starts QEMU? */
static gboolean
names_domain (const char *line, gsize length, const char *domain)
{
  gboolean is_next = FALSE;

  for (const char *argument = line; argument < line + length; argument += strlen (argument) + 1)
    {
      if (is_next && g_ascii_strcasecmp (argument, domain) == 0)
        return TRUE;
      is_next = strcmp (argument, "-uuid") == 0;
    }
  return FALSE;
}

/* One that has ended meanwhile (ENOENT, or ESRCH, which GLib has no word for) is none. */
static gboolean
may_be_emulator_of (const char *number, const char *domain)
{
  g_autofree char *path = g_build_filename ("/proc", number, "cmdline", NULL);
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  if (g_file_get_contents (path, &line, &length, &error))
    return names_domain (line, length, domain);
  return !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT)
         && !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_FAILED);
}

gboolean
libvirt_process_has_emulator (const char *domain)
{
  g_autoptr (GPtrArray) names = ccw_sysfs_list ("/proc/");
  gboolean is_known = FALSE;

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);

      if (!g_ascii_isdigit (*name))
        continue;
      if (may_be_emulator_of (name, domain))
        return TRUE;
      is_known = TRUE;
    }
  return !is_known;
}
