// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Gives the files of a corpus to a fuzz target, one after the other: what a
 * fuzzer once found stays a test where there is no fuzzer.
 *
 *   replay-TARGET FOLDER         all files of it
 *   replay-TARGET --show FILE    one, told so that a person understands it; of targets that can
 */
#include "replay.h"

#include <glib.h>

static char *
read_file (const char *path, gsize *len)
{
  g_autoptr (GError) error = NULL;
  char *bytes;

  if (!g_file_get_contents (path, &bytes, len, &error))
    g_error ("%s", error->message);
  return bytes;
}

static void
replay_file (const char *path)
{
  gsize len;
  g_autofree char *bytes = read_file (path, &len);

  LLVMFuzzerTestOneInput ((const uint8_t *) bytes, len);
}

static int
show_file (const char *path)
{
  gsize len;
  g_autofree char *bytes = read_file (path, &len);

  if (replay_show == NULL)
    g_error ("this target has no way to show %s", path);
  replay_show ((const uint8_t *) bytes, len);
  return 0;
}

static int
replay_folder (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &error);
  const char *name;
  guint replayed = 0;

  if (dir == NULL)
    g_error ("%s", error->message);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_print ("%s\n", file);
      replay_file (file);
      replayed++;
    }
  if (replayed == 0)
    g_error ("%s: empty", path);
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--show"))
    return show_file (argv[2]);
  if (argc != 2)
    g_error ("usage: %s CORPUS-FOLDER | --show FILE", argv[0]);
  return replay_folder (argv[1]);
}
