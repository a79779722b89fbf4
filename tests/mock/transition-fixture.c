/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transition-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "ccw/error.h"
#include "ccw/sysfs.h"
#include "mdev/ladder.h"
#include "mdev/record.h"
#include "remove-tree.h"

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->machine = mock_machine_new ();
  mock_machine_do (fixture->machine, "plug " TERMINAL " 0.0.1234 3270");
  mock_machine_do (fixture->machine, "plug " DISK " 0.0.2b09 dasd");
  mock_machine_do (fixture->machine, "plug " SHARE " 0.0.0003 virtio-9p");
  fixture->root = g_dir_make_tmp ("virt-ccw-test-XXXXXX", NULL);
  fixture->paths = ccw_paths_new (fixture->root);
  mdev_ladder_patience_ms = 10 * 1000;
  mdev_close_patience_ms = 0;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  remove_tree (fixture->root);
  g_free (fixture->root);
  ccw_paths_free (fixture->paths);
  mock_machine_free (fixture->machine);
}

void
transition_fixture_add (const char *path, gconstpointer data,
                        void (*test) (Fixture *fixture, gconstpointer data))
{
  g_test_add (path, Fixture, data, set_up, test, tear_down);
}

/* --- words for what the tests say ---------------------------------------------- */

CcwDevId
parse (const char *text)
{
  CcwDevId id;

  g_assert_true (ccw_dev_id_parse (text, &id, NULL));
  return id;
}

MdevConfig *
wanted (const char *parent, const char *uuid)
{
  CcwDevId id = parse (parent);
  MdevConfig *config = mdev_config_new (uuid, &id, MDEV_TYPE_VFIO_CCW, NULL);

  g_assert_nonnull (config);
  return config;
}

gboolean
try_start (Fixture *fixture, const char *parent, const char *uuid, GError **error)
{
  g_autoptr (MdevConfig) config = wanted (parent, uuid);

  return mdev_start (fixture->paths, config, error);
}

void
start (Fixture *fixture, const char *parent, const char *uuid)
{
  g_autoptr (GError) error = NULL;

  try_start (fixture, parent, uuid, &error);
  g_assert_no_error (error);
}

void
stop (Fixture *fixture, const char *uuid, gboolean keep_bound)
{
  g_autoptr (GError) error = NULL;

  mdev_stop (fixture->paths, uuid, keep_bound, &error);
  g_assert_no_error (error);
}

void
give_back (Fixture *fixture, const char *parent)
{
  g_autoptr (GError) error = NULL;
  CcwDevId id = parse (parent);

  mdev_give_back (fixture->paths, &id, &error);
  g_assert_no_error (error);
}

gboolean
recover_one (Fixture *fixture, const CcwDevId *subchannel, GError **error)
{
  gboolean was_needed;

  return mdev_recover (fixture->paths, subchannel, &was_needed, error) && was_needed;
}

static gpointer
close_soon (gpointer machine)
{
  g_usleep (100 * 1000);
  mock_machine_do (machine, "close 77");
  return NULL;
}

GThread *
open_for_an_instant (Fixture *fixture)
{
  mock_machine_do (fixture->machine, "open 77 (udev-worker) /dev/vfio/0");
  mdev_close_patience_ms = 60 * 1000;
  return g_thread_new ("close", close_soon, fixture->machine);
}

guint
recover (Fixture *fixture)
{
  g_autoptr (GArray) subchannels = mdev_record_list (fixture->paths);
  g_autoptr (GError) error = NULL;
  guint n = 0;

  for (guint i = 0; i < subchannels->len; i++)
    {
      n += recover_one (fixture, &g_array_index (subchannels, CcwDevId, i), &error);
      g_assert_no_error (error);
    }
  return n;
}

/* Names the first line that differs: a whole snapshot is more than anyone reads. */
void
assert_snapshot (Fixture *fixture, const char *expected)
{
  g_autofree char *now = mock_machine_snapshot (fixture->machine);
  g_auto (GStrv) lines = g_strsplit (now, "\n", -1);
  g_auto (GStrv) expected_lines = g_strsplit (expected, "\n", -1);

  for (guint i = 0; lines[i] != NULL && expected_lines[i] != NULL; i++)
    g_assert_cmpstr (lines[i], ==, expected_lines[i]);
  g_assert_cmpuint (g_strv_length (lines), ==, g_strv_length (expected_lines));
}

void
assert_refused (Fixture *fixture, const char *parent, const char *uuid, CcwError code,
                const char *why)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);
  guint n_orders = mock_machine_get_n_orders (fixture->machine);
  g_autoptr (GError) error = NULL;

  g_assert_false (try_start (fixture, parent, uuid, &error));
  g_assert_error (error, CCW_ERROR, (int) code);
  if (strstr (error->message, why) == NULL)
    g_error ("'%s' is not in: %s", why, error->message);
  assert_snapshot (fixture, before);
  g_assert_cmpuint (mock_machine_get_n_orders (fixture->machine), ==, n_orders);
}

void
assert_file (Fixture *fixture, const char *path, const char *expected)
{
  g_autofree char *text = mock_machine_read (fixture->machine, path);

  g_assert_cmpstr (text, ==, expected);
}

void
assert_driver (const char *subchannel, const char *expected)
{
  g_autofree char *path = g_build_filename ("/sys/bus/css/devices", subchannel, "driver", NULL);
  g_autofree char *driver = ccw_sysfs_read_link_name (path);

  g_assert_cmpstr (driver, ==, expected);
}

guint
count_records (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->root, "run/virt-ccw/subchannels", NULL);
  g_autoptr (GPtrArray) names = ccw_sysfs_list (path);

  return names->len;
}

guint
orders_of_start (Fixture *fixture)
{
  guint n = mock_machine_get_n_orders (fixture->machine);

  start (fixture, DISK, UUID);
  return mock_machine_get_n_orders (fixture->machine) - n;
}

guint
orders_of_stop (Fixture *fixture)
{
  guint n = mock_machine_get_n_orders (fixture->machine);

  stop (fixture, UUID, FALSE);
  return mock_machine_get_n_orders (fixture->machine) - n;
}
