/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * We and the real mdevctl on the same files: it reads ours, we read its, and
 * both write the same bytes. In a mount namespace of its own, in which
 * /etc/mdevctl.d is a folder made for the test.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>

#include "mdev/store.h"

#define UUID "7e270a25-e163-4922-af60-757fc8ed48c6"
#define PARENT "0.0.0313"
#define FOLDER "/etc/mdevctl.d"

static const CcwDevId parent = { 0, 0, 0x0313 };

/* TRUE once /etc/mdevctl.d is ours alone. */
static gboolean
enter_namespace (void)
{
  g_autofree char *program = g_find_program_in_path ("mdevctl");
  /* mdevctl insists on the folders that its package makes. */
  static const char *const folders[]
      = { FOLDER "/scripts.d/callouts", FOLDER "/scripts.d/notifiers" };

  if (program == NULL || unshare (CLONE_NEWNS) < 0
      || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0
      || mount ("tmpfs", FOLDER, "tmpfs", 0, "mode=0755") < 0)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    g_assert_cmpint (g_mkdir_with_parents (folders[i], 0755), ==, 0);
  return TRUE;
}

static char *
mdevctl (const char *arguments)
{
  g_autofree char *command = g_strconcat ("mdevctl ", arguments, NULL);
  g_autofree char *errors = NULL;
  g_autoptr (GError) error = NULL;
  char *output = NULL;
  int status;

  g_spawn_command_line_sync (command, &output, &errors, &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, &error) || *errors != '\0')
    g_error ("%s: %s", command, errors);
  return output;
}

static MdevConfig *
wanted (gboolean autostart)
{
  MdevConfig *config = mdev_config_new (UUID, &parent, MDEV_TYPE_VFIO_CCW, NULL);

  mdev_config_set_autostart (config, autostart);
  g_assert_true (mdev_config_add_attribute (config, "assign_adapter", "5", NULL));
  return config;
}

static void
test_we_read_its (void)
{
  g_autoptr (CcwPaths) paths = ccw_paths_new (NULL);
  g_autoptr (MdevStore) store = mdev_store_new (paths);
  g_autoptr (MdevConfig) expected = wanted (TRUE);

  g_free (mdevctl ("define -u " UUID " -p " PARENT " -t vfio_ccw-io -a"));
  g_free (mdevctl ("modify -u " UUID " --addattr=assign_adapter --value=5"));
  g_assert_true (mdev_store_load (store, NULL));
  g_assert_nonnull (mdev_store_get (store, UUID, &parent));
  g_assert_true (mdev_config_equal (mdev_store_get (store, UUID, &parent), expected));

  g_assert_true (mdev_store_remove (store, UUID, &parent, NULL));
  g_free (mdevctl ("list -d"));
}

static void
test_it_reads_ours (void)
{
  g_autoptr (CcwPaths) paths = ccw_paths_new (NULL);
  g_autoptr (MdevStore) store = mdev_store_new (paths);
  g_autoptr (MdevConfig) config = wanted (FALSE);
  g_autoptr (GError) error = NULL;
  g_autofree char *list = NULL;
  g_autofree char *ours = NULL;
  g_autofree char *its = NULL;

  mdev_store_put (store, config, FALSE, &error);
  g_assert_no_error (error);
  list = mdevctl ("list -d");
  g_assert_cmpstr (g_strchomp (list), ==, UUID " " PARENT " vfio_ccw-io manual");

  /* It writes the file anew, with the same bytes. */
  g_assert_true (g_file_get_contents (FOLDER "/" PARENT "/" UUID, &ours, NULL, NULL));
  g_free (mdevctl ("modify -u " UUID " --auto"));
  g_free (mdevctl ("modify -u " UUID " --manual"));
  g_assert_true (g_file_get_contents (FOLDER "/" PARENT "/" UUID, &its, NULL, NULL));
  g_assert_cmpstr (ours, ==, its);
  g_free (mdevctl ("undefine -u " UUID));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!enter_namespace ())
    {
      g_print ("1..0 # SKIP needs mdevctl and root\n");
      return 0;
    }
  g_test_add_func ("/mdevctl/we-read-its", test_we_read_its);
  g_test_add_func ("/mdevctl/it-reads-ours", test_it_reads_ours);
  return g_test_run ();
}
