/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *
outside (const MockTree *tree, const char *path)
{
  return g_build_filename (tree->root, path, NULL);
}

void
mock_tree_folder (const MockTree *tree, const char *path)
{
  g_autofree char *folder = outside (tree, path);

  if (g_mkdir_with_parents (folder, 0755) < 0)
    g_error ("could not make %s: %s", folder, g_strerror (errno));
}

static void
make_parent (const MockTree *tree, const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);

  mock_tree_folder (tree, parent);
}

static gboolean
write_file (const char *file, const char *text)
{
  gsize length = strlen (text);
  int fd = open (file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  gboolean done = fd >= 0 && write (fd, text, length) == (gssize) length;
  int reason = errno;

  if (fd >= 0)
    close (fd);
  errno = reason;
  return done;
}

/*
 * By another name first, for a reader must never see half of it, and our own
 * writes must not be taken for orders (preload.c). A machine can have a million
 * files, and mostly their folders are there.
 */
void
mock_tree_file (const MockTree *tree, const char *path, const char *text)
{
  g_autofree char *file = outside (tree, path);
  g_autofree char *temporary = g_strconcat (file, ".new", NULL);
  gboolean done = write_file (temporary, text);

  if (!done && errno == ENOENT)
    {
      make_parent (tree, path);
      done = write_file (temporary, text);
    }
  if (!done || rename (temporary, file) < 0)
    g_error ("could not write %s: %s", file, g_strerror (errno));
}

static guint
count_slashes (const char *path)
{
  guint n = 0;

  for (const char *c = path; *c != '\0'; c++)
    n += *c == '/';
  return n;
}

static gboolean
replace_link (const char *target, const char *link)
{
  if (symlink (target, link) == 0)
    return TRUE;
  return errno == EEXIST && unlink (link) == 0 && symlink (target, link) == 0;
}

void
mock_tree_link (const MockTree *tree, const char *path, const char *target)
{
  g_autofree char *link = outside (tree, path);
  GString *relative = g_string_new (NULL);
  gboolean done;

  /* "/sys/bus/css/devices/X" points to "../../../devices/…": all links stay within /sys. */
  for (guint depth = count_slashes (path) - 2; depth > 0; depth--)
    g_string_append (relative, "../");
  g_string_append (relative, target + strlen ("/sys/"));

  done = replace_link (relative->str, link);
  if (!done && errno == ENOENT)
    {
      make_parent (tree, path);
      done = replace_link (relative->str, link);
    }
  if (!done)
    g_error ("could not make link %s: %s", link, g_strerror (errno));
  g_string_free (relative, TRUE);
}

static gboolean
is_folder (const char *path)
{
  struct stat status;

  return lstat (path, &status) == 0 && S_ISDIR (status.st_mode);
}

void
mock_tree_remove (const MockTree *tree, const char *path)
{
  g_autofree char *victim = outside (tree, path);
  g_autoptr (GPtrArray) names = NULL;

  if (!is_folder (victim))
    {
      unlink (victim);
      return;
    }
  names = mock_tree_list (tree, path);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *child = g_build_filename (path, g_ptr_array_index (names, i), NULL);

      mock_tree_remove (tree, child);
    }
  rmdir (victim);
}

void
mock_tree_move (const MockTree *tree, const char *from, const char *to)
{
  g_autofree char *source = outside (tree, from);
  g_autofree char *target = outside (tree, to);

  make_parent (tree, to);
  if (g_rename (source, target) < 0)
    g_error ("could not move %s: %s", source, g_strerror (errno));
}

gboolean
mock_tree_exists (const MockTree *tree, const char *path)
{
  g_autofree char *file = outside (tree, path);

  return g_access (file, F_OK) == 0;
}

char *
mock_tree_read (const MockTree *tree, const char *path)
{
  g_autofree char *file = outside (tree, path);
  char *text = NULL;

  if (!g_file_get_contents (file, &text, NULL, NULL))
    return NULL;
  return g_strchomp (text);
}

char *
mock_tree_link_name (const MockTree *tree, const char *path)
{
  g_autofree char *link = outside (tree, path);
  g_autofree char *target = g_file_read_link (link, NULL);

  return target != NULL ? g_path_get_basename (target) : NULL;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
mock_tree_list (const MockTree *tree, const char *path)
{
  g_autofree char *folder = outside (tree, path);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static void
append_snapshot (const MockTree *tree, const char *path, GString *out)
{
  g_autofree char *file = outside (tree, path);
  g_autofree char *target = g_file_read_link (file, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) names = NULL;

  if (target != NULL)
    {
      g_string_append_printf (out, "%s -> %s\n", path, target);
      return;
    }
  if (!is_folder (file))
    {
      text = mock_tree_read (tree, path);
      g_string_append_printf (out, "%s = %s\n", path, text);
      return;
    }
  g_string_append_printf (out, "%s/\n", path);
  names = mock_tree_list (tree, path);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *child = g_build_filename (path, g_ptr_array_index (names, i), NULL);

      append_snapshot (tree, child, out);
    }
}

char *
mock_tree_snapshot (const MockTree *tree, const char *path)
{
  GString *out = g_string_new (NULL);

  append_snapshot (tree, path, out);
  return g_string_free (out, FALSE);
}
