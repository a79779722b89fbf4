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

/* In which the numbers of processes count: a container has its own. */
static char *
read_namespace (void)
{
  char *name = ccw_sysfs_read_link_name ("/proc/self/ns/pid");

  return name != NULL ? name : g_strdup ("-");
}

static char *
identify (const char *number)
{
  g_autofree char *start = ccw_process_stat (number, CCW_PROCESS_START_TIME);
  g_autofree char *namespace = read_namespace ();

  return start == NULL ? NULL : g_strdup_printf ("%s %s %s", number, start, namespace);
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
  g_auto (GStrv) parts = g_strsplit (process, " ", 3);
  g_autofree char *namespace = read_namespace ();
  g_autofree char *now = NULL;

  if (g_strv_length (parts) < 3 || !g_str_equal (parts[2], namespace))
    return FALSE;
  now = identify (parts[0]);
  return g_strcmp0 (now, process) != 0;
}

/* --- emulators ---------------------------------------------------------------- */

/* Of @line, arguments that each end with a NUL: "-uuid DOMAIN", as libvirt starts QEMU. */
static void
note_domain (GHashTable *domains, const char *line, gsize length)
{
  gboolean is_next = FALSE;

  for (const char *argument = line; argument < line + length; argument += strlen (argument) + 1)
    {
      if (is_next)
        g_hash_table_add (domains, g_ascii_strdown (argument, -1));
      is_next = strcmp (argument, "-uuid") == 0;
    }
}

/* One that has ended meanwhile (ENOENT, or ESRCH, which GLib has no word for) has none. */
static gboolean
look_at (const char *number, GHashTable *domains)
{
  g_autofree char *path = g_build_filename ("/proc", number, "cmdline", NULL);
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  if (!g_file_get_contents (path, &line, &length, &error))
    return g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT)
           || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_FAILED);
  note_domain (domains, line, length);
  return TRUE;
}

/* The first process is there as long as any: who is not shown it (hidepid) is not shown all. */
static gboolean
is_shown_all (GPtrArray *names)
{
  return g_ptr_array_find_with_equal_func (names, "1", g_str_equal, NULL);
}

static GHashTable *
list_domains (void)
{
  g_autoptr (GPtrArray) names = ccw_sysfs_list ("/proc/");
  g_autoptr (GHashTable) domains = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (!is_shown_all (names))
    return NULL;
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);

      if (g_ascii_isdigit (*name) && !look_at (name, domains))
        return NULL;
    }
  return g_steal_pointer (&domains);
}

gboolean
libvirt_emulators_run (LibvirtEmulators *emulators, const char *domain)
{
  if (!emulators->is_read)
    emulators->domains = list_domains ();
  emulators->is_read = TRUE;
  return emulators->domains == NULL || g_hash_table_contains (emulators->domains, domain);
}

void
libvirt_emulators_clear (LibvirtEmulators *emulators)
{
  g_clear_pointer (&emulators->domains, g_hash_table_unref);
  emulators->is_read = FALSE;
}
