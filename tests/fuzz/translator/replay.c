// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Gives the files of a corpus to a fuzz target, one after the other: what a
 * fuzzer once found stays a test where there is no fuzzer.
 */
#include <glib.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
replay_file (const char *path)
{
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize len;

  if (!g_file_get_contents (path, &bytes, &len, &error))
    g_error ("%s", error->message);
  LLVMFuzzerTestOneInput ((const uint8_t *) bytes, len);
}

int
main (int argc, char **argv)
{
  g_autoptr (GDir) dir = NULL;
  g_autoptr (GError) error = NULL;
  const char *name;
  guint replayed = 0;

  if (argc != 2)
    g_error ("usage: %s CORPUS-FOLDER", argv[0]);
  dir = g_dir_open (argv[1], 0, &error);
  if (dir == NULL)
    g_error ("%s", error->message);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (argv[1], name, NULL);

      g_print ("%s\n", path);
      replay_file (path);
      replayed++;
    }
  if (replayed == 0)
    g_error ("%s: empty", argv[1]);
  return 0;
}
