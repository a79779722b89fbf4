/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ccw/error.h"
#include "ccw/sysfs.h"
#include "mdev/store.h"
#include "remove-tree.h"

#define UUID "7e270a25-e163-4922-af60-757fc8ed48c6"
#define OTHER_UUID "a6ea1be5-a3fe-4b0a-9a0e-4bd6a4b3a5ea"
#define GOOD "{\"mdev_type\":\"vfio_ccw-io\",\"start\":\"auto\",\"attrs\":[]}"
#define MANUAL "{\"mdev_type\":\"vfio_ccw-io\",\"start\":\"manual\",\"attrs\":[]}"

/* How long to wait for a change to be noticed before the test has failed. */
#define PATIENCE_S 60

static const CcwDevId parent = { 0, 0, 0x0313 };
static const CcwDevId other_parent = { 0, 1, 0x0001 };

typedef struct
{
  char *root;
  char *base;
  CcwPaths *paths;
  MdevStore *store;
  GPtrArray *heard; /* "defined 0.0.0313/7e27…" and so on */
} Fixture;

static void
on_change (MdevStore *store, MdevStoreChange change, const MdevConfig *config, gpointer user_data)
{
  static const char *const words[] = { "defined", "undefined", "updated" };
  Fixture *fixture = user_data;
  g_autofree char *name = ccw_dev_id_to_string (mdev_config_get_parent (config));

  g_ptr_array_add (fixture->heard, g_strdup_printf ("%s %s/%.4s", words[change], name,
                                                    mdev_config_get_uuid (config)));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->root = g_dir_make_tmp ("virt-ccw-test-XXXXXX", NULL);
  fixture->paths = ccw_paths_new (fixture->root);
  fixture->base = g_strdup (ccw_paths_mdevctl_dir (fixture->paths));
  fixture->store = mdev_store_new (fixture->paths);
  fixture->heard = g_ptr_array_new_with_free_func (g_free);
  mdev_store_set_listener (fixture->store, on_change, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  mdev_store_free (fixture->store);
  ccw_paths_free (fixture->paths);
  g_ptr_array_unref (fixture->heard);
  remove_tree (fixture->root);
  g_free (fixture->base);
  g_free (fixture->root);
}

/* --- words for what the tests say -------------------------------------------------- */

static char *
path_of (Fixture *fixture, const char *name)
{
  return g_build_filename (fixture->base, name, NULL);
}

/* As mdevctl does: in place, making the folder as needed. */
static void
write_file (Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = path_of (fixture, name);
  g_autofree char *folder = g_path_get_dirname (path);
  FILE *file;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  file = fopen (path, "w");
  g_assert_nonnull (file);
  g_assert_cmpint (fputs (text, file), >=, 0);
  g_assert_cmpint (fclose (file), ==, 0);
}

static void
delete_file (Fixture *fixture, const char *name)
{
  g_autofree char *path = path_of (fixture, name);

  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
load (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  mdev_store_load (fixture->store, &error);
  g_assert_no_error (error);
}

static void
watch (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  mdev_store_watch (fixture->store, &error);
  g_assert_no_error (error);
}

static void
assert_heard (Fixture *fixture, const char *expected)
{
  g_autofree char *text = NULL;

  g_ptr_array_add (fixture->heard, NULL);
  text = g_strjoinv ("\n", (char **) fixture->heard->pdata);
  g_assert_cmpstr (text, ==, expected);
  g_ptr_array_set_size (fixture->heard, 0);
}

static G_NORETURN gboolean
on_timeout (gpointer data)
{
  g_error ("no change was noticed within %d s", PATIENCE_S);
}

static void
await_heard (Fixture *fixture, const char *expected)
{
  guint timeout = g_timeout_add_seconds (PATIENCE_S, on_timeout, NULL);

  while (fixture->heard->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timeout);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  assert_heard (fixture, expected);
}

static MdevConfig *
wanted (const CcwDevId *on, const char *uuid)
{
  return mdev_config_new (uuid, on, MDEV_TYPE_VFIO_CCW, NULL);
}

static void
put (Fixture *fixture, const CcwDevId *on, const char *uuid)
{
  g_autoptr (MdevConfig) config = wanted (on, uuid);
  g_autoptr (GError) error = NULL;

  mdev_store_put (fixture->store, config, FALSE, &error);
  g_assert_no_error (error);
}

/* --- reading ------------------------------------------------------------------------ */

static void
test_missing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) list = NULL;

  load (fixture);
  list = mdev_store_list (fixture->store);
  g_assert_cmpuint (list->len, ==, 0);
}

static void
test_load (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) list = NULL;

  write_file (fixture, "0.1.0001/" UUID, GOOD);
  write_file (fixture, "0.0.0313/" UUID, GOOD);
  write_file (fixture, "0.0.0313/" OTHER_UUID, MANUAL);
  /* Of other parents, and what is no definition: left alone, without a word. */
  write_file (fixture, "0000:00:02.0/" UUID, GOOD);
  write_file (fixture, "matrix/" UUID, GOOD);
  write_file (fixture, "scripts.d/callouts/vfio.sh", "#!/bin/sh");
  write_file (fixture, "0.0.0313/notes.txt", "hello");
  write_file (fixture, "0.0.0313/7E270A25-E163-4922-AF60-757FC8ED48C6", GOOD);
  write_file (fixture, "0.0.ABCD/" UUID, GOOD);
  load (fixture);

  list = mdev_store_list (fixture->store);
  g_assert_cmpuint (list->len, ==, 3);
  g_assert_cmpstr (mdev_config_get_uuid (g_ptr_array_index (list, 0)), ==, UUID);
  g_assert_cmpstr (mdev_config_get_uuid (g_ptr_array_index (list, 1)), ==, OTHER_UUID);
  g_assert_true (
      ccw_dev_id_equal (mdev_config_get_parent (g_ptr_array_index (list, 2)), &other_parent));
  g_assert_true (mdev_config_get_autostart (mdev_store_get (fixture->store, UUID, &parent)));
  g_assert_false (mdev_config_get_autostart (mdev_store_get (fixture->store, OTHER_UUID, &parent)));
  g_assert_null (mdev_store_get (fixture->store, OTHER_UUID, &other_parent));
}

static void
test_reload (Fixture *fixture, gconstpointer data)
{
  write_file (fixture, "0.0.0313/" UUID, GOOD);
  load (fixture);
  assert_heard (fixture, "defined 0.0.0313/7e27");
  load (fixture);
  assert_heard (fixture, "");
  write_file (fixture, "0.0.0313/" UUID, MANUAL);
  load (fixture);
  assert_heard (fixture, "updated 0.0.0313/7e27");
  delete_file (fixture, "0.0.0313/" UUID);
  load (fixture);
  assert_heard (fixture, "undefined 0.0.0313/7e27");
}

/* One broken file costs its entry and a line that names it, never the others. */
static void
test_broken (Fixture *fixture, gconstpointer data)
{
  const char *text = data;
  g_autofree char *huge = g_strnfill (100 * 1000, ' ');

  write_file (fixture, "0.0.0313/" UUID, text != NULL ? text : huge);
  write_file (fixture, "0.0.0313/" OTHER_UUID, GOOD);
  g_test_expect_message ("virt-ccw", G_LOG_LEVEL_WARNING, "*0.0.0313/" UUID "*");
  load (fixture);
  g_test_assert_expected_messages ();
  assert_heard (fixture, "defined 0.0.0313/a6ea");
}

static void
test_not_a_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = path_of (fixture, "0.0.0313/" UUID);

  g_assert_cmpint (g_mkdir_with_parents (path, 0755), ==, 0);
  g_test_expect_message ("virt-ccw", G_LOG_LEVEL_WARNING, "*0.0.0313/" UUID "*");
  load (fixture);
  g_test_assert_expected_messages ();
  assert_heard (fixture, "");
}

/* --- writing ------------------------------------------------------------------------- */

static void
test_put (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MdevConfig) config = wanted (&parent, UUID);
  g_autofree char *path = path_of (fixture, "0.0.0313/" UUID);
  g_autofree char *folder = path_of (fixture, "0.0.0313");
  g_autofree char *expected = mdev_config_to_json (config);
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) names = NULL;
  mode_t mask = umask (077);
  struct stat status;

  put (fixture, &parent, UUID);
  umask (mask);
  assert_heard (fixture, "defined 0.0.0313/7e27");
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0644);
  g_assert_cmpint (stat (folder, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0755);
  names = ccw_sysfs_list (fixture->base);
  g_assert_cmpuint (names->len, ==, 1); /* no temporary file is left */
}

static void
test_replace (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MdevConfig) config = wanted (&parent, UUID);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = path_of (fixture, "0.0.0313/" UUID);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  put (fixture, &parent, UUID);
  assert_heard (fixture, "defined 0.0.0313/7e27");
  mdev_config_set_autostart (config, TRUE);
  g_assert_true (g_file_get_contents (path, &before, NULL, NULL));
  g_assert_false (mdev_store_put (fixture->store, config, FALSE, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_EXISTS);
  g_assert_true (g_file_get_contents (path, &after, NULL, NULL));
  g_assert_cmpstr (before, ==, after);
  assert_heard (fixture, "");

  g_assert_true (mdev_store_put (fixture->store, config, TRUE, NULL));
  assert_heard (fixture, "updated 0.0.0313/7e27");
  g_assert_true (mdev_config_get_autostart (mdev_store_get (fixture->store, UUID, &parent)));
}

/* Somebody else defined it since we looked: that is not lost. */
static void
test_put_unseen (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MdevConfig) config = wanted (&parent, UUID);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = path_of (fixture, "0.0.0313/" UUID);
  g_autofree char *text = NULL;

  load (fixture);
  write_file (fixture, "0.0.0313/" UUID, GOOD);
  g_assert_false (mdev_store_put (fixture->store, config, FALSE, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_EXISTS);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, GOOD);
}

static void
test_put_fails (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MdevConfig) config = wanted (&parent, UUID);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = NULL;

  write_file (fixture, "0.0.0313", "a file where a folder should be");
  g_assert_false (mdev_store_put (fixture->store, config, FALSE, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_SYSTEM);
  g_assert_null (mdev_store_get (fixture->store, UUID, &parent));
  assert_heard (fixture, "");
  names = ccw_sysfs_list (fixture->base);
  g_assert_cmpuint (names->len, ==, 1);
}

/* What would be ignored when it is read again is not written. */
static void
test_put_too_large (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MdevConfig) config = mdev_config_new (UUID, &parent, MDEV_TYPE_VFIO_CCW, NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2500; i++)
    g_assert_true (mdev_config_add_attribute (config, "attribute", "some value", NULL));
  g_assert_false (mdev_store_put (fixture->store, config, TRUE, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_INVALID);
  g_assert_false (mdev_store_has_file (fixture->store, &parent));
  g_assert_null (mdev_store_get (fixture->store, UUID, &parent));
}

/* A file that cannot be read, such as one that is being written, is a definition all the same. */
static void
test_has_file (Fixture *fixture, gconstpointer data)
{
  g_assert_false (mdev_store_has_file (fixture->store, &parent));
  write_file (fixture, "0.0.0313/" UUID, "");
  g_assert_true (mdev_store_has_file (fixture->store, &parent));
  g_assert_false (mdev_store_has_file (fixture->store, &other_parent));
}

/* Whoever else follows the folder hears of a new definition as of a replaced one. */
static void
test_put_is_seen_by_others (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MdevStore) other = mdev_store_new (fixture->paths);
  g_autoptr (MdevConfig) config = mdev_config_new (UUID, &parent, MDEV_TYPE_VFIO_CCW, NULL);

  write_file (fixture, "0.0.0313/" OTHER_UUID, GOOD);
  g_assert_true (mdev_store_watch (other, NULL));
  mdev_store_set_listener (other, on_change, fixture);
  mdev_store_set_listener (fixture->store, NULL, NULL);
  g_assert_true (mdev_store_put (fixture->store, config, FALSE, NULL));
  await_heard (fixture, "defined 0.0.0313/7e27");
}

static void
test_remove (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = path_of (fixture, "0.0.0313");
  g_autoptr (GError) error = NULL;

  put (fixture, &parent, UUID);
  put (fixture, &parent, OTHER_UUID);
  assert_heard (fixture, "defined 0.0.0313/7e27\ndefined 0.0.0313/a6ea");
  g_assert_true (mdev_store_remove (fixture->store, UUID, &parent, NULL));
  assert_heard (fixture, "undefined 0.0.0313/7e27");
  g_assert_true (ccw_sysfs_exists (folder));
  g_assert_true (mdev_store_remove (fixture->store, OTHER_UUID, &parent, NULL));
  g_assert_false (ccw_sysfs_exists (folder));

  g_assert_false (mdev_store_remove (fixture->store, UUID, &parent, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND);
}

/* --- changes by others ------------------------------------------------------------------ */

static void
test_watch (Fixture *fixture, gconstpointer data)
{
  watch (fixture);
  load (fixture);
  write_file (fixture, "0.0.0313/" UUID, GOOD);
  await_heard (fixture, "defined 0.0.0313/7e27");
  write_file (fixture, "0.0.0313/" UUID, MANUAL);
  await_heard (fixture, "updated 0.0.0313/7e27");
  write_file (fixture, "0.0.0313/notes.txt", "hello");
  write_file (fixture, "0.0.0313/" OTHER_UUID, GOOD);
  await_heard (fixture, "defined 0.0.0313/a6ea");
  delete_file (fixture, "0.0.0313/" UUID);
  await_heard (fixture, "undefined 0.0.0313/7e27");
  delete_file (fixture, "0.0.0313/" OTHER_UUID);
  delete_file (fixture, "0.0.0313/notes.txt");
  delete_file (fixture, "0.0.0313");
  await_heard (fixture, "undefined 0.0.0313/a6ea");
  write_file (fixture, "0.0.0313/" UUID, GOOD);
  await_heard (fixture, "defined 0.0.0313/7e27");
}

static void
test_watch_folders (Fixture *fixture, gconstpointer data)
{
  g_autofree char *elsewhere = g_build_filename (fixture->root, "elsewhere", NULL);
  g_autofree char *folder = NULL;

  write_file (fixture, "0.0.0313/" UUID, GOOD);
  watch (fixture);
  load (fixture);
  assert_heard (fixture, "defined 0.0.0313/7e27");
  folder = path_of (fixture, "0.0.0313");
  g_assert_cmpint (g_rename (folder, elsewhere), ==, 0);
  await_heard (fixture, "undefined 0.0.0313/7e27");
  g_assert_cmpint (g_rename (elsewhere, folder), ==, 0);
  await_heard (fixture, "defined 0.0.0313/7e27");

  remove_tree (fixture->base);
  await_heard (fixture, "undefined 0.0.0313/7e27");
  write_file (fixture, "0.0.0313/" UUID, GOOD);
  await_heard (fixture, "defined 0.0.0313/7e27");
}

/* What we write ourselves is told once, when it is written. */
static void
test_watch_own (Fixture *fixture, gconstpointer data)
{
  watch (fixture);
  put (fixture, &parent, UUID);
  assert_heard (fixture, "defined 0.0.0313/7e27");
  write_file (fixture, "0.1.0001/" UUID, GOOD);
  await_heard (fixture, "defined 0.1.0001/7e27");
}

/* What starts by itself first, of several on one subchannel, is not chance. */
static void
test_order (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) list = NULL;

  put (fixture, &parent, OTHER_UUID);
  put (fixture, &parent, UUID);
  list = mdev_store_list_on (fixture->store, &parent);
  g_assert_cmpuint (list->len, ==, 2);
  g_assert_cmpstr (mdev_config_get_uuid (g_ptr_array_index (list, 0)), ==, UUID);
  g_assert_cmpstr (mdev_config_get_uuid (g_ptr_array_index (list, 1)), ==, OTHER_UUID);
}

static void
add (const char *path, gconstpointer data, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, data, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/store/missing", NULL, test_missing);
  add ("/store/load", NULL, test_load);
  add ("/store/reload", NULL, test_reload);
  add ("/store/broken/empty", "", test_broken);
  add ("/store/broken/truncated", "{\"mdev_type\":\"vfio_ccw-io\",\"st", test_broken);
  add ("/store/broken/slip", "{\"mdev_type\":\"vfio-ccw_io\",\"start\":\"auto\"}", test_broken);
  add ("/store/broken/huge", NULL, test_broken);
  add ("/store/broken/folder", NULL, test_not_a_file);
  add ("/store/put", NULL, test_put);
  add ("/store/put/replace", NULL, test_replace);
  add ("/store/put/unseen", NULL, test_put_unseen);
  add ("/store/put/fails", NULL, test_put_fails);
  add ("/store/put/too-large", NULL, test_put_too_large);
  add ("/store/put/seen-by-others", NULL, test_put_is_seen_by_others);
  add ("/store/has-file", NULL, test_has_file);
  add ("/store/order", NULL, test_order);
  add ("/store/remove", NULL, test_remove);
  add ("/store/watch", NULL, test_watch);
  add ("/store/watch/folders", NULL, test_watch_folders);
  add ("/store/watch/own", NULL, test_watch_own);
  return g_test_run ();
}
