/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "footprint.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "heap-probe.h"
#include "raw-client.h"

struct _FootprintProbe
{
  HeapProbe *shared;
};

FootprintProbe *
footprint_probe_new (const char *folder)
{
  FootprintProbe *probe = g_new0 (FootprintProbe, 1);
  g_autofree char *path = g_build_filename (folder, "heap-probe", NULL);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (ftruncate (fd, sizeof (HeapProbe)), ==, 0);
  probe->shared = mmap (NULL, sizeof (HeapProbe), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  g_assert_true (probe->shared != MAP_FAILED);
  close (fd);
  g_setenv (HEAP_PROBE_VARIABLE, path, TRUE);
  /* What is freed is freed at once, in glibc and in GLib: so that the count is exact. */
  g_setenv ("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", TRUE);
  g_setenv ("G_SLICE", "always-malloc", TRUE);
  return probe;
}

void
footprint_probe_free (FootprintProbe *probe)
{
  g_unsetenv (HEAP_PROBE_VARIABLE);
  munmap (probe->shared, sizeof (HeapProbe));
  g_free (probe);
}

static gboolean
measure_heap (FootprintProbe *probe, GPid pid, gsize *heap)
{
  guint n = atomic_load (&probe->shared->n_answers);
  gint64 end = g_get_monotonic_time () + RAW_CLIENT_PATIENCE;

  kill (pid, SIGUSR1);
  while (atomic_load (&probe->shared->n_answers) == n)
    {
      if (g_get_monotonic_time () > end)
        return FALSE;
      g_usleep (1000);
    }
  *heap = probe->shared->bytes;
  return TRUE;
}

/* --- /proc ---------------------------------------------------------------- */

static char *
proc_path (GPid pid, const char *name)
{
  return g_strdup_printf ("/proc/%d/%s", pid, name);
}

static guint
count_entries (GPid pid, const char *folder)
{
  g_autofree char *path = proc_path (pid, folder);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* The lines of a file that begin with @word; the number behind the first one in @value. */
static guint
count_lines (const char *path, const char *word, gsize *value)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      if (!g_str_has_prefix (*line, word))
        continue;
      if (n++ == 0 && value != NULL)
        *value = (gsize) g_ascii_strtoull (g_strchug (*line + strlen (word)), NULL, 10);
    }
  return n;
}

static guint
count_watches (GPid pid)
{
  g_autofree char *folder = proc_path (pid, "fdinfo");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      n += count_lines (path, "inotify wd:", NULL);
    }
  return n;
}

gboolean
footprint_measure (FootprintProbe *probe, GPid pid, Footprint *footprint)
{
  g_autofree char *rollup = proc_path (pid, "smaps_rollup");

  *footprint = (Footprint){
    .descriptors = count_entries (pid, "fd"),
    .threads = count_entries (pid, "task"),
    .watches = count_watches (pid),
  };
  return count_lines (rollup, "Private_Dirty:", &footprint->private) == 1
         && measure_heap (probe, pid, &footprint->heap);
}
