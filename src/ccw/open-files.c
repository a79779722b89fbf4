/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/open-files.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ccw/error.h"
#include "ccw/process-stat.h"
#include "ccw/sysfs.h"

#define TARGET_SIZE 4096

typedef struct
{
  char *process; /* "4711" */
  char *node;    /* as it has opened it */
} Opener;

struct _CcwOpenFiles
{
  GHashTable *by_path;   /* path of a node -> the first Opener */
  GHashTable *by_number; /* guint64, device_number() -> the first Opener, of by_path */
  GError *unseen;        /* of the first process that could not be looked at */
};

static void
opener_free (gpointer data)
{
  Opener *opener = data;

  g_free (opener->process);
  g_free (opener->node);
  g_free (opener);
}

void
ccw_open_files_free (CcwOpenFiles *files)
{
  g_hash_table_unref (files->by_number);
  g_hash_table_unref (files->by_path);
  g_clear_error (&files->unseen);
  g_free (files);
}

/* Device number of a node and, lowest, its kind, for both kinds count from 0; 0 for no node. */
static guint64
device_number (const char *path)
{
  struct stat status;

  if (stat (path, &status) < 0 || (!S_ISCHR (status.st_mode) && !S_ISBLK (status.st_mode)))
    return 0;
  return (guint64) status.st_rdev << 1 | (S_ISBLK (status.st_mode) ? 1 : 0);
}

/* --- what is open -------------------------------------------------------- */

static void
note_open (CcwOpenFiles *files, const char *process, const char *target)
{
  guint64 number;
  Opener *opener;

  /* Whatever is not a node is not looked at: a stat() on a dead network file system would hang. */
  if (!g_str_has_prefix (target, "/dev/") || g_hash_table_contains (files->by_path, target))
    return;
  opener = g_new0 (Opener, 1);
  opener->process = g_strdup (process);
  opener->node = g_strdup (target);
  g_hash_table_insert (files->by_path, opener->node, opener);
  number = device_number (target);
  if (number != 0 && !g_hash_table_contains (files->by_number, &number))
    g_hash_table_insert (files->by_number, g_memdup2 (&number, sizeof number), opener);
}

/* Processes come and go meanwhile: one that has no folder any more has nothing open. */
static void
note_process (CcwOpenFiles *files, const char *process)
{
  g_autofree char *path = g_build_filename ("/proc", process, "fd", NULL);
  DIR *folder = opendir (path);
  char target[TARGET_SIZE];
  struct dirent *entry;

  if (folder == NULL && errno != ENOENT && errno != ESRCH && files->unseen == NULL)
    g_set_error (&files->unseen, CCW_ERROR, CCW_ERROR_SYSTEM,
                 "could not find out what is open in %s: %s", path, g_strerror (errno));
  while (folder != NULL && (entry = readdir (folder)) != NULL)
    if (ccw_sysfs_read_link_name_at (dirfd (folder), entry->d_name, target, sizeof target) != NULL)
      note_open (files, process, target);
  if (folder != NULL)
    closedir (folder);
}

/* Does @name, of what is in /proc, belong to a process that counts? */
static gboolean
is_counted (const char *name, GPtrArray *besides)
{
  return g_ascii_isdigit (*name)
         && (besides == NULL
             || !g_ptr_array_find_with_equal_func (besides, name, g_str_equal, NULL));
}

static CcwOpenFiles *
read_besides (GPtrArray *besides)
{
  g_autoptr (GPtrArray) processes = ccw_sysfs_list ("/proc/");
  CcwOpenFiles *files = g_new0 (CcwOpenFiles, 1);

  files->by_path = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, opener_free);
  files->by_number = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  for (guint i = 0; i < processes->len; i++)
    if (is_counted (g_ptr_array_index (processes, i), besides))
      note_process (files, g_ptr_array_index (processes, i));
  return files;
}

CcwOpenFiles *
ccw_open_files_read (void)
{
  return read_besides (NULL);
}

/* --- by whom ------------------------------------------------------------- */

static const Opener *
find_opener_of (const CcwOpenFiles *files, const char *node)
{
  const Opener *opener = g_hash_table_lookup (files->by_path, node);
  guint64 number;

  if (opener != NULL || g_hash_table_size (files->by_number) == 0)
    return opener;
  number = device_number (node);
  return number != 0 ? g_hash_table_lookup (files->by_number, &number) : NULL;
}

static char *
describe_opener (const Opener *opener)
{
  g_autofree char *path = g_build_filename ("/proc", opener->process, "comm", NULL);
  g_autofree char *command = ccw_sysfs_read (path, NULL);

  return g_strdup_printf ("%s (process %s) has %s open", command != NULL ? command : "a program",
                          opener->process, opener->node);
}

char *
ccw_open_files_find (const CcwOpenFiles *files, const GPtrArray *nodes, GError **error)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      const Opener *opener = find_opener_of (files, g_ptr_array_index (nodes, i));

      if (opener != NULL)
        return describe_opener (opener);
    }
  if (nodes->len > 0 && files->unseen != NULL)
    g_propagate_error (error, g_error_copy (files->unseen));
  return NULL;
}

char *
ccw_find_opener (const GPtrArray *nodes, GPtrArray *besides, GError **error)
{
  g_autoptr (CcwOpenFiles) files = nodes->len > 0 ? read_besides (besides) : NULL;

  return files != NULL ? ccw_open_files_find (files, nodes, error) : NULL;
}

GPtrArray *
ccw_list_callers (void)
{
  GPtrArray *callers = g_ptr_array_new_with_free_func (g_free);
  char *process = g_strdup_printf ("%d", (int) getppid ());

  /* The first process and those of other namespaces have the parent 0. */
  while (process != NULL && !g_str_equal (process, "0"))
    {
      g_ptr_array_add (callers, process);
      process = ccw_process_stat (process, CCW_PROCESS_PARENT);
    }
  g_free (process);
  return callers;
}
