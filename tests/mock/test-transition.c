/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Transitions against the mock kernel: what they do, that they refuse, and
 * that whatever fails, or kills us, at whichever write, leaves nothing behind.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ccw/error.h"
#include "ccw/sysfs.h"
#include "machine.h"
#include "mdev/ladder.h"
#include "mdev/transition.h"

#define UUID "7e270a25-e163-4922-af60-757fc8ed48c6"
#define OTHER_UUID "a6ea1be5-a3fe-4b0a-9a0e-4bd6a4b3a5ea"

#define TERMINAL "0.0.0313" /* 3270, device 0.0.1234, offline */
#define DISK "0.0.0314"     /* DASD, device 0.0.2b09, online */
#define SHARE "0.0.0002"    /* virtio-9p, device 0.0.0003, comes online by itself */

typedef struct
{
  MockMachine *machine;
  char *root;
  CcwPaths *paths;
} Fixture;

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
remove_tree (const char *path)
{
  g_autoptr (GPtrArray) names = ccw_sysfs_list (path);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *child = g_build_filename (path, g_ptr_array_index (names, i), NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  remove_tree (fixture->root);
  g_free (fixture->root);
  ccw_paths_free (fixture->paths);
  mock_machine_free (fixture->machine);
}

/* --- words for what the tests say ---------------------------------------------- */

static CcwDevId
parse (const char *text)
{
  CcwDevId id;

  g_assert_true (ccw_dev_id_parse (text, &id, NULL));
  return id;
}

static MdevConfig *
wanted (const char *parent, const char *uuid)
{
  CcwDevId id = parse (parent);
  MdevConfig *config = mdev_config_new (uuid, &id, MDEV_TYPE_VFIO_CCW, NULL);

  g_assert_nonnull (config);
  return config;
}

static gboolean
try_start (Fixture *fixture, const char *parent, const char *uuid, GError **error)
{
  g_autoptr (MdevConfig) config = wanted (parent, uuid);

  return mdev_start (fixture->paths, config, error);
}

static void
start (Fixture *fixture, const char *parent, const char *uuid)
{
  g_autoptr (GError) error = NULL;

  try_start (fixture, parent, uuid, &error);
  g_assert_no_error (error);
}

static void
stop (Fixture *fixture, const char *uuid, gboolean keep_bound)
{
  g_autoptr (GError) error = NULL;

  mdev_stop (fixture->paths, uuid, keep_bound, &error);
  g_assert_no_error (error);
}

static void
give_back (Fixture *fixture, const char *parent)
{
  g_autoptr (GError) error = NULL;
  CcwDevId id = parse (parent);

  mdev_give_back (fixture->paths, &id, &error);
  g_assert_no_error (error);
}

static guint
recover (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  guint n = G_MAXUINT;

  mdev_transitions_recover (fixture->paths, &n, &error);
  g_assert_no_error (error);
  return n;
}

/* Names the first line that differs: a whole snapshot is more than anyone reads. */
static void
assert_snapshot (Fixture *fixture, const char *expected)
{
  g_autofree char *now = mock_machine_snapshot (fixture->machine);
  g_auto (GStrv) lines = g_strsplit (now, "\n", -1);
  g_auto (GStrv) expected_lines = g_strsplit (expected, "\n", -1);

  for (guint i = 0; lines[i] != NULL && expected_lines[i] != NULL; i++)
    g_assert_cmpstr (lines[i], ==, expected_lines[i]);
  g_assert_cmpuint (g_strv_length (lines), ==, g_strv_length (expected_lines));
}

static void
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

static void
assert_file (Fixture *fixture, const char *path, const char *expected)
{
  g_autofree char *text = mock_machine_read (fixture->machine, path);

  g_assert_cmpstr (text, ==, expected);
}

static void
assert_driver (const char *subchannel, const char *expected)
{
  g_autofree char *path = g_build_filename ("/sys/bus/css/devices", subchannel, "driver", NULL);
  g_autofree char *driver = ccw_sysfs_read_link_name (path);

  g_assert_cmpstr (driver, ==, expected);
}

static guint
count_records (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->root, "run/virt-ccw/subchannels", NULL);
  g_autoptr (GPtrArray) names = ccw_sysfs_list (path);

  return names->len;
}

/* --- what is done ---------------------------------------------------------------- */

static void
test_start_and_stop (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);

  start (fixture, TERMINAL, UUID);
  assert_driver (TERMINAL, "vfio_ccw");
  assert_file (fixture, "/sys/devices/css0/" TERMINAL "/driver_override", "vfio_ccw");
  assert_file (fixture, "/sys/devices/css0/" TERMINAL "/mdev_supported_types/vfio_ccw-io/"
               "available_instances", "0");
  g_assert_true (ccw_sysfs_exists ("/sys/bus/mdev/devices/" UUID));
  g_assert_false (ccw_sysfs_exists ("/sys/bus/ccw/devices/0.0.1234"));

  stop (fixture, UUID, FALSE);
  assert_snapshot (fixture, before);
  g_assert_cmpuint (count_records (fixture), ==, 0);
}

static void
test_online_device (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);

  assert_file (fixture, "/sys/bus/ccw/devices/0.0.2b09/online", "1");
  start (fixture, DISK, UUID);
  g_assert_false (ccw_sysfs_exists ("/sys/class/block/dasda"));
  stop (fixture, UUID, FALSE);
  assert_file (fixture, "/sys/bus/ccw/devices/0.0.2b09/online", "1");
  assert_snapshot (fixture, before);
}

static void
test_offline_device (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = NULL;

  mock_machine_do (fixture->machine, "online 0.0.2b09 0");
  before = mock_machine_snapshot (fixture->machine);
  start (fixture, DISK, UUID);
  stop (fixture, UUID, FALSE);
  assert_snapshot (fixture, before);
}

static void
test_driverless_subchannel (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = NULL;

  g_assert_true (ccw_sysfs_write ("/sys/bus/css/drivers/io_subchannel/unbind", TERMINAL, NULL));
  before = mock_machine_snapshot (fixture->machine);
  start (fixture, TERMINAL, UUID);
  stop (fixture, UUID, FALSE);
  assert_snapshot (fixture, before);
}

static void
test_override_set_before (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = NULL;

  /* driverctl has been asked for vfio_ccw, but the subchannel was not bound anew since. */
  mock_machine_do (fixture->machine, "override " TERMINAL " vfio_ccw");
  before = mock_machine_snapshot (fixture->machine);
  start (fixture, TERMINAL, UUID);
  stop (fixture, UUID, FALSE);
  assert_driver (TERMINAL, "io_subchannel");
  assert_snapshot (fixture, before);
}

static void
test_keep_bound (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);

  start (fixture, DISK, UUID);
  stop (fixture, UUID, TRUE);
  assert_driver (DISK, "vfio_ccw");
  g_assert_false (ccw_sysfs_exists ("/sys/bus/mdev/devices/" UUID));

  start (fixture, DISK, OTHER_UUID);
  give_back (fixture, DISK); /* does nothing while there is an mdev */
  g_assert_true (ccw_sysfs_exists ("/sys/bus/mdev/devices/" OTHER_UUID));
  stop (fixture, OTHER_UUID, TRUE);

  give_back (fixture, DISK);
  assert_snapshot (fixture, before);
  give_back (fixture, DISK);
  assert_snapshot (fixture, before);
}

static void
bind_by_hand (void)
{
  g_assert_true (ccw_sysfs_write ("/sys/bus/css/drivers/io_subchannel/unbind", TERMINAL, NULL));
  g_assert_true (
    ccw_sysfs_write ("/sys/bus/css/devices/" TERMINAL "/driver_override", "vfio_ccw", NULL));
  g_assert_true (ccw_sysfs_write ("/sys/bus/css/drivers_probe", TERMINAL, NULL));
  assert_driver (TERMINAL, "vfio_ccw");
}

static void
test_bound_by_others (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = NULL;

  bind_by_hand ();
  before = mock_machine_snapshot (fixture->machine);
  start (fixture, TERMINAL, UUID);
  stop (fixture, UUID, FALSE);
  assert_snapshot (fixture, before);
  give_back (fixture, TERMINAL);
  assert_snapshot (fixture, before);
}

static void
test_taken_back_by_others (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);

  start (fixture, TERMINAL, UUID);
  stop (fixture, UUID, TRUE);
  g_assert_true (ccw_sysfs_write ("/sys/bus/css/drivers/vfio_ccw/unbind", TERMINAL, NULL));
  give_back (fixture, TERMINAL);
  assert_snapshot (fixture, before);
  g_assert_cmpuint (count_records (fixture), ==, 0);
}

static void
test_unplugged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = NULL;

  start (fixture, TERMINAL, UUID);
  mock_machine_do (fixture->machine, "unplug " TERMINAL);
  before = mock_machine_snapshot (fixture->machine);
  give_back (fixture, TERMINAL);
  assert_snapshot (fixture, before);
  g_assert_cmpuint (count_records (fixture), ==, 0);
}

/* Unbound by others while it was kept: how the host had it before is not forgotten. */
static void
test_unbound_while_kept (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);

  start (fixture, DISK, UUID);
  stop (fixture, UUID, TRUE);
  g_assert_true (ccw_sysfs_write ("/sys/bus/css/drivers/vfio_ccw/unbind", DISK, NULL));
  start (fixture, DISK, UUID);
  stop (fixture, UUID, FALSE);
  assert_snapshot (fixture, before);
  g_assert_cmpuint (count_records (fixture), ==, 0);
}

static void
test_unbound_while_kept_and_fails (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);
  g_autofree char *unbound = NULL;
  g_autoptr (GError) error = NULL;

  start (fixture, DISK, UUID);
  stop (fixture, UUID, TRUE);
  g_assert_true (ccw_sysfs_write ("/sys/bus/css/drivers/vfio_ccw/unbind", DISK, NULL));
  unbound = mock_machine_snapshot (fixture->machine);
  mock_machine_do (fixture->machine, "fail create 5 1");
  g_assert_false (try_start (fixture, DISK, UUID, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_SYSTEM);
  assert_snapshot (fixture, unbound);
  give_back (fixture, DISK);
  assert_snapshot (fixture, before);
}

/* What is plugged in where a subchannel was that we took was not taken by us. */
static void
test_replugged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = NULL;

  start (fixture, TERMINAL, UUID);
  mock_machine_do (fixture->machine, "unplug " TERMINAL);
  mock_machine_do (fixture->machine, "plug " TERMINAL " %s 3270", (const char *) data);
  bind_by_hand ();
  before = mock_machine_snapshot (fixture->machine);
  start (fixture, TERMINAL, OTHER_UUID);
  stop (fixture, OTHER_UUID, FALSE);
  assert_snapshot (fixture, before);
  g_assert_cmpuint (count_records (fixture), ==, 0);
}

/* Others gave it back to the host, and to its device another state than we knew. */
static void
test_returned_by_others (Fixture *fixture, gconstpointer data)
{
  g_autofree char *after = NULL;

  start (fixture, DISK, UUID);
  stop (fixture, UUID, TRUE);
  g_assert_true (ccw_sysfs_write ("/sys/bus/css/drivers/vfio_ccw/unbind", DISK, NULL));
  g_assert_true (ccw_sysfs_write ("/sys/bus/css/devices/" DISK "/driver_override", "\n", NULL));
  g_assert_true (ccw_sysfs_write ("/sys/bus/css/drivers/io_subchannel/bind", DISK, NULL));
  after = mock_machine_snapshot (fixture->machine);
  give_back (fixture, DISK);
  assert_snapshot (fixture, after);
  g_assert_cmpuint (count_records (fixture), ==, 0);
}

/* mdevctl, run by udev as soon as vfio_ccw is bound, makes the mdev that we want. */
static void
test_made_by_mdevctl (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);

  mock_machine_do (fixture->machine, "rival " DISK " " UUID);
  start (fixture, DISK, UUID);
  g_assert_true (ccw_sysfs_exists ("/sys/bus/mdev/devices/" UUID));
  stop (fixture, UUID, FALSE);
  assert_snapshot (fixture, before);
}

/* It makes another one: that one is not taken from it, nor lost what is to be restored after it. */
static void
test_other_made_by_mdevctl (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);
  g_autoptr (GError) error = NULL;

  mock_machine_do (fixture->machine, "rival " DISK " " OTHER_UUID);
  g_assert_false (try_start (fixture, DISK, UUID, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_SYSTEM);
  g_assert_true (ccw_sysfs_exists ("/sys/bus/mdev/devices/" OTHER_UUID));
  g_assert_cmpuint (recover (fixture), ==, 0);
  stop (fixture, OTHER_UUID, FALSE);
  assert_snapshot (fixture, before);
}

/* --- what is refused --------------------------------------------------------------- */

static void
test_refusals (Fixture *fixture, gconstpointer data)
{
  mock_machine_do (fixture->machine, "subchannel 0.0.ff00 3");
  mock_machine_do (fixture->machine, "subchannel 0.0.0315 0");
  assert_refused (fixture, "0.0.4242", UUID, CCW_ERROR_NOT_FOUND, "no subchannel 0.0.4242");
  assert_refused (fixture, "0.0.ff00", UUID, CCW_ERROR_UNSUPPORTED, "not an I/O subchannel");
  assert_refused (fixture, "0.0.0315", UUID, CCW_ERROR_STATE, "no device");

  mock_machine_do (fixture->machine, "override " TERMINAL " some_driver");
  assert_refused (fixture, TERMINAL, UUID, CCW_ERROR_STATE, "some_driver");

  mock_machine_do (fixture->machine, "mount /dev/dasda1 /srv/data ext4 94:1");
  assert_refused (fixture, DISK, UUID, CCW_ERROR_IN_USE, "/srv/data");
  mock_machine_do (fixture->machine, "mount tag0 /mnt 9p 0:25");
  assert_refused (fixture, SHARE, UUID, CCW_ERROR_IN_USE, "/mnt");
  g_assert_cmpuint (count_records (fixture), ==, 0);
}

static void
test_refuses_duplicates (Fixture *fixture, gconstpointer data)
{
  start (fixture, TERMINAL, UUID);
  assert_refused (fixture, DISK, UUID, CCW_ERROR_EXISTS, TERMINAL);
  assert_refused (fixture, TERMINAL, UUID, CCW_ERROR_EXISTS, UUID);
  assert_refused (fixture, TERMINAL, OTHER_UUID, CCW_ERROR_IN_USE, UUID);
}

static void
test_refuses_without_driver (Fixture *fixture, gconstpointer data)
{
  mock_machine_do (fixture->machine, "driver vfio_ccw 0");
  assert_refused (fixture, TERMINAL, UUID, CCW_ERROR_UNSUPPORTED, "modprobe vfio_ccw");
}

static void
test_refuses_other_types (Fixture *fixture, gconstpointer data)
{
  CcwDevId parent = parse (TERMINAL);
  g_autoptr (MdevConfig) config = mdev_config_new (UUID, &parent, "i915-GVTg_V5_4", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (mdev_start (fixture->paths, config, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "vfio_ccw-io"));
}

static void
test_stop_refuses (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (mdev_stop (fixture->paths, UUID, FALSE, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (mdev_stop (fixture->paths, "../../css/devices", FALSE, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND);
  g_clear_error (&error);

  start (fixture, TERMINAL, UUID);
  mock_machine_do (fixture->machine, "open 4711 qemu-system-s39 /dev/vfio/0");
  before = mock_machine_snapshot (fixture->machine);
  g_assert_false (mdev_stop (fixture->paths, UUID, FALSE, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_IN_USE);
  g_assert_nonnull (strstr (error->message, "qemu-system-s39 (process 4711)"));
  assert_snapshot (fixture, before);

  mock_machine_do (fixture->machine, "close 4711");
  stop (fixture, UUID, FALSE);
}

static gpointer
close_soon (gpointer machine)
{
  g_usleep (100 * 1000);
  mock_machine_do (machine, "close 77");
  return NULL;
}

/* udev's worker looks at a node that has just come: that is no guest. */
static void
test_stop_waits_for_udev (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);
  g_autoptr (GError) error = NULL;
  GThread *closer;

  start (fixture, TERMINAL, UUID);
  mock_machine_do (fixture->machine, "open 77 (udev-worker) /dev/vfio/0");
  mdev_close_patience_ms = 60 * 1000;
  closer = g_thread_new ("close", close_soon, fixture->machine);
  mdev_stop (fixture->paths, UUID, FALSE, &error);
  g_thread_join (closer);
  g_assert_no_error (error);
  assert_snapshot (fixture, before);
}

/* --- whatever fails ------------------------------------------------------------------ */

static guint
orders_of_start (Fixture *fixture)
{
  guint n = mock_machine_get_n_orders (fixture->machine);

  start (fixture, DISK, UUID);
  return mock_machine_get_n_orders (fixture->machine) - n;
}

static guint
orders_of_stop (Fixture *fixture)
{
  guint n = mock_machine_get_n_orders (fixture->machine);

  stop (fixture, UUID, FALSE);
  return mock_machine_get_n_orders (fixture->machine) - n;
}

/* What is ignored is waited for in vain: shorter than in life, yet long enough for a busy machine. */
static guint
patience_for (const char *fate)
{
  return g_str_equal (fate, "ignore") ? 1000 : 10 * 1000;
}

/* Refused or ignored, each write of a start in turn: nothing must have changed. */
static void
test_start_fails (Fixture *fixture, gconstpointer data)
{
  const char *fate = data;
  g_autofree char *before = mock_machine_snapshot (fixture->machine);
  guint n = orders_of_start (fixture);

  g_assert_cmpuint (n, ==, 5); /* offline, unbind, driver_override, bind, create */
  stop (fixture, UUID, FALSE);
  mdev_ladder_patience_ms = patience_for (fate);
  for (guint i = 1; i <= n; i++)
    {
      g_autoptr (GError) error = NULL;

      mock_machine_do (fixture->machine, "at %u %s", i, fate);
      g_assert_false (try_start (fixture, DISK, UUID, &error));
      g_assert_error (error, CCW_ERROR, CCW_ERROR_SYSTEM);
      assert_snapshot (fixture, before);
      g_assert_cmpuint (count_records (fixture), ==, 0);
    }
  start (fixture, DISK, UUID);
}

static void
test_stop_fails (Fixture *fixture, gconstpointer data)
{
  const char *fate = data;
  g_autofree char *active = NULL;
  guint n;

  start (fixture, DISK, UUID);
  n = orders_of_stop (fixture);
  g_assert_cmpuint (n, ==, 5);
  start (fixture, DISK, UUID);
  active = mock_machine_snapshot (fixture->machine);
  mdev_ladder_patience_ms = patience_for (fate);
  for (guint i = 1; i <= 3; i++) /* remove, unbind, driver_override */
    {
      g_autoptr (GError) error = NULL;

      mock_machine_do (fixture->machine, "at %u %s", i, fate);
      g_assert_false (mdev_stop (fixture->paths, UUID, FALSE, &error));
      g_assert_error (error, CCW_ERROR, CCW_ERROR_SYSTEM);
      assert_snapshot (fixture, active);
      g_assert_cmpuint (count_records (fixture), ==, 1);
    }
  stop (fixture, UUID, FALSE);
}

/* Once the host's driver was asked to take it back, the subchannel is not taken away any more. */
static void
test_give_back_fails (Fixture *fixture, gconstpointer data)
{
  const char *fate = data;
  g_autofree char *before = mock_machine_snapshot (fixture->machine);
  g_autoptr (GError) error = NULL;

  start (fixture, DISK, UUID);
  mdev_ladder_patience_ms = patience_for (fate);
  mock_machine_do (fixture->machine, "at 4 %s", fate); /* bind */
  g_assert_false (mdev_stop (fixture->paths, UUID, FALSE, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_SYSTEM);
  g_assert_nonnull (strstr (error->message, "will be tried again"));
  assert_driver (DISK, NULL);
  g_assert_false (ccw_sysfs_exists ("/sys/bus/mdev/devices/" UUID));

  g_assert_cmpuint (recover (fixture), ==, 1);
  assert_snapshot (fixture, before);
  g_assert_cmpuint (count_records (fixture), ==, 0);
}

/* A device that cannot come online any more does not keep its subchannel from the host. */
static void
test_online_fails (Fixture *fixture, gconstpointer data)
{
  const char *fate = data;

  start (fixture, DISK, UUID);
  mdev_ladder_patience_ms = patience_for (fate);
  mock_machine_do (fixture->machine, "at 5 %s", fate); /* online */
  g_test_expect_message ("virt-ccw", G_LOG_LEVEL_WARNING, "*" DISK "*stays offline*");
  stop (fixture, UUID, FALSE);
  g_test_assert_expected_messages ();
  assert_driver (DISK, "io_subchannel");
  assert_file (fixture, "/sys/bus/ccw/devices/0.0.2b09/online", "0");
  g_assert_cmpuint (count_records (fixture), ==, 0);
}

/* udev's rules set the device online, too: who comes second is told to try again. */
static void
test_online_meets_others (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);

  start (fixture, DISK, UUID);
  mock_machine_do (fixture->machine, "fail online %s 3", (const char *) data);
  stop (fixture, UUID, FALSE);
  assert_snapshot (fixture, before);
}

static MdevRecord *
note_disk (void)
{
  CcwDevId id = parse (DISK);
  MdevRecord *record = mdev_record_new (&id);

  record->has_before = TRUE;
  record->driver = g_strdup ("io_subchannel");
  record->device = parse ("0.0.2b09");
  record->has_device = TRUE;
  return record;
}

/* Noted as offline, then set online by somebody before we come to unbind its driver. */
static void
test_came_online (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);
  g_autoptr (MdevRecord) record = note_disk ();
  MdevPosition from = GPOINTER_TO_INT (data);
  MdevLadder ladder = { .record = record, .position = from };
  g_autoptr (GError) error = NULL;

  g_assert_false (mdev_ladder_walk (&ladder, MDEV_POSITION_UNBOUND, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_IN_USE);
  g_assert_nonnull (strstr (error->message, "device 0.0.2b09"));
  assert_snapshot (fixture, before);
}

static void
test_attribute_fails (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);
  g_autoptr (MdevConfig) config = wanted (DISK, UUID);
  g_autoptr (GError) error = NULL;

  g_assert_true (mdev_config_add_attribute (config, "no_such_attribute", "1", NULL));
  g_assert_false (mdev_start (fixture->paths, config, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND);
  assert_snapshot (fixture, before);
}

/* The record of a change that could not even be undone stays, and the next start puts it right. */
static void
test_undo_fails (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);
  g_autoptr (GError) error = NULL;

  mock_machine_do (fixture->machine, "fail create 16 1");
  mock_machine_do (fixture->machine, "fail io_subchannel/bind 5 1");
  g_test_expect_message ("virt-ccw", G_LOG_LEVEL_WARNING, "could not undo*" DISK "*");
  g_assert_false (try_start (fixture, DISK, UUID, &error));
  g_test_assert_expected_messages ();
  g_assert_error (error, CCW_ERROR, CCW_ERROR_SYSTEM);
  g_assert_nonnull (strstr (error->message, "busy"));
  g_assert_nonnull (strstr (error->message, "will be tried again"));
  g_assert_cmpuint (count_records (fixture), ==, 1);

  start (fixture, DISK, UUID);
  stop (fixture, UUID, FALSE);
  assert_snapshot (fixture, before);
}

/* --- whatever kills us ------------------------------------------------------------------ */

typedef void (*Action) (Fixture *fixture);

static void
start_disk (Fixture *fixture)
{
  start (fixture, DISK, UUID);
}

static void
recover_all (Fixture *fixture)
{
  recover (fixture);
}

static void
stop_disk (Fixture *fixture)
{
  stop (fixture, UUID, FALSE);
}

/* In a process of its own, which the mock kernel kills at write number @at. */
static void
die_during (Fixture *fixture, Action action, guint at, const char *fate)
{
  pid_t child;
  int status;

  mock_machine_do (fixture->machine, "at %u %s", at, fate);
  child = fork ();
  if (child == 0)
    {
      action (fixture);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGKILL);
}

static void
test_killed_while_starting (Fixture *fixture, gconstpointer data)
{
  const char *fate = data;
  g_autofree char *before = mock_machine_snapshot (fixture->machine);
  guint n = orders_of_start (fixture);

  stop (fixture, UUID, FALSE);
  for (guint at = 1; at <= n; at++)
    {
      die_during (fixture, start_disk, at, fate);
      g_assert_cmpuint (count_records (fixture), ==, 1);
      g_assert_cmpuint (recover (fixture), ==, 1);
      assert_snapshot (fixture, before);
      g_assert_cmpuint (count_records (fixture), ==, 0);
      g_assert_cmpuint (recover (fixture), ==, 0);
    }
}

static void
test_killed_while_stopping (Fixture *fixture, gconstpointer data)
{
  const char *fate = data;
  g_autofree char *before = mock_machine_snapshot (fixture->machine);
  guint n;

  start (fixture, DISK, UUID);
  n = orders_of_stop (fixture);
  for (guint at = 1; at <= n; at++)
    {
      start (fixture, DISK, UUID);
      die_during (fixture, stop_disk, at, fate);
      g_assert_cmpuint (recover (fixture), ==, 1);
      assert_snapshot (fixture, before);
      g_assert_cmpuint (count_records (fixture), ==, 0);
    }
}

static void
test_killed_while_recovering (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);
  guint n = orders_of_start (fixture);

  stop (fixture, UUID, FALSE);
  for (guint at = 1; at <= n; at++)
    {
      die_during (fixture, start_disk, n, "orphan");
      die_during (fixture, recover_all, at, data);
      recover (fixture);
      assert_snapshot (fixture, before);
    }
}

/* A guest got hold of the mdev before we died: it is not taken from under it. */
static void
test_recovery_spares_guests (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);
  g_autofree char *active = NULL;

  die_during (fixture, start_disk, 5, "orphan");
  mock_machine_do (fixture->machine, "open 4711 qemu-system-s39 /dev/vfio/0");
  active = mock_machine_snapshot (fixture->machine);
  recover (fixture);
  assert_snapshot (fixture, active);

  mock_machine_do (fixture->machine, "close 4711");
  stop (fixture, UUID, FALSE);
  assert_snapshot (fixture, before);
}

static void
test_unplugged_while_dead (Fixture *fixture, gconstpointer data)
{
  g_autofree char *after = NULL;

  die_during (fixture, start_disk, 3, "orphan");
  mock_machine_do (fixture->machine, "unplug " DISK);
  after = mock_machine_snapshot (fixture->machine);
  recover (fixture);
  assert_snapshot (fixture, after);
  g_assert_cmpuint (count_records (fixture), ==, 0);
}

/* Another device answers on the subchannel: it is not set online in the first's stead. */
static void
test_device_changed (Fixture *fixture, gconstpointer data)
{
  die_during (fixture, start_disk, 5, "orphan");
  mock_machine_do (fixture->machine, "renumber " DISK " 0.0.4711");
  recover (fixture);
  assert_driver (DISK, "io_subchannel");
  mock_machine_settle (fixture->machine);
  assert_file (fixture, "/sys/bus/ccw/devices/0.0.4711/online", "0");
  assert_file (fixture, "/sys/devices/css0/" DISK "/driver_override", "(null)");
}

static void
put_record (Fixture *fixture, const char *subchannel, const char *text)
{
  g_autofree char *folder = g_build_filename (fixture->root, "run/virt-ccw/subchannels", NULL);
  g_autofree char *path = g_build_filename (folder, subchannel, NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* What cannot be put in order keeps nobody from the rest. */
static void
test_recovery_goes_on (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);

  put_record (fixture, TERMINAL, data);
  die_during (fixture, start_disk, 5, "orphan");
  g_test_expect_message ("virt-ccw", G_LOG_LEVEL_WARNING, "*" TERMINAL "*tried again*");
  g_assert_cmpuint (recover (fixture), ==, 1);
  g_test_assert_expected_messages ();
  assert_snapshot (fixture, before);
  g_assert_cmpuint (count_records (fixture), ==, 1);
}

/* --- at once ------------------------------------------------------------------------------ */

typedef struct
{
  Fixture *fixture;
  const char *parent;
  char *uuid;
  gboolean done;
  GThread *thread;
} Runner;

static gpointer
run_start (gpointer data)
{
  Runner *runner = data;
  g_autoptr (GError) error = NULL;

  runner->done = try_start (runner->fixture, runner->parent, runner->uuid, &error);
  if (!runner->done)
    g_assert_error (error, CCW_ERROR, CCW_ERROR_IN_USE);
  return NULL;
}

/* Eight threads want the terminal, eight the disk: each goes to one of them. */
static void
test_many_at_once (Fixture *fixture, gconstpointer data)
{
  Runner runners[16];
  guint n_done[2] = { 0, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (runners); i++)
    {
      runners[i] = (Runner){ .fixture = fixture,
                             .parent = i % 2 == 0 ? TERMINAL : DISK,
                             .uuid = g_uuid_string_random () };
      runners[i].thread = g_thread_new ("start", run_start, &runners[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (runners); i++)
    {
      g_thread_join (runners[i].thread);
      n_done[i % 2] += runners[i].done;
      g_free (runners[i].uuid);
    }
  g_assert_cmpuint (n_done[0], ==, 1);
  g_assert_cmpuint (n_done[1], ==, 1);
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

  add ("/transition/start-and-stop", NULL, test_start_and_stop);
  add ("/transition/online-device", NULL, test_online_device);
  add ("/transition/offline-device", NULL, test_offline_device);
  add ("/transition/driverless-subchannel", NULL, test_driverless_subchannel);
  add ("/transition/override-set-before", NULL, test_override_set_before);
  add ("/transition/keep-bound", NULL, test_keep_bound);
  add ("/transition/bound-by-others", NULL, test_bound_by_others);
  add ("/transition/taken-back-by-others", NULL, test_taken_back_by_others);
  add ("/transition/unplugged", NULL, test_unplugged);
  add ("/transition/unbound-while-kept", NULL, test_unbound_while_kept);
  add ("/transition/unbound-while-kept/fails", NULL, test_unbound_while_kept_and_fails);
  add ("/transition/replugged/other-device", "0.0.3000", test_replugged);
  add ("/transition/returned-by-others", NULL, test_returned_by_others);
  add ("/transition/made-by-mdevctl", NULL, test_made_by_mdevctl);
  add ("/transition/made-by-mdevctl/other", NULL, test_other_made_by_mdevctl);

  add ("/transition/refuses", NULL, test_refusals);
  add ("/transition/refuses/duplicates", NULL, test_refuses_duplicates);
  add ("/transition/refuses/without-driver", NULL, test_refuses_without_driver);
  add ("/transition/refuses/other-types", NULL, test_refuses_other_types);
  add ("/transition/refuses/stop", NULL, test_stop_refuses);
  add ("/transition/stop/waits-for-udev", NULL, test_stop_waits_for_udev);

  add ("/transition/fails/start-refused", "refuse", test_start_fails);
  add ("/transition/fails/start-without-effect", "ignore", test_start_fails);
  add ("/transition/fails/stop-refused", "refuse", test_stop_fails);
  add ("/transition/fails/stop-without-effect", "ignore", test_stop_fails);
  add ("/transition/fails/give-back-refused", "refuse", test_give_back_fails);
  add ("/transition/fails/give-back-without-effect", "ignore", test_give_back_fails);
  add ("/transition/fails/online-refused", "refuse", test_online_fails);
  add ("/transition/fails/online-without-effect", "ignore", test_online_fails);
  add ("/transition/fails/online-again-later", "11", test_online_meets_others);
  add ("/transition/fails/online-not-yet", "22", test_online_meets_others);
  add ("/transition/fails/online-busy", "16", test_online_meets_others);
  add ("/transition/fails/came-online", GINT_TO_POINTER (MDEV_POSITION_HOST), test_came_online);
  add ("/transition/fails/came-online-late", GINT_TO_POINTER (MDEV_POSITION_OFFLINE),
       test_came_online);
  add ("/transition/fails/attribute", NULL, test_attribute_fails);
  add ("/transition/fails/undo", NULL, test_undo_fails);

  add ("/transition/killed/before-a-write-of-start", "kill", test_killed_while_starting);
  add ("/transition/killed/after-a-write-of-start", "orphan", test_killed_while_starting);
  add ("/transition/killed/before-a-write-of-stop", "kill", test_killed_while_stopping);
  add ("/transition/killed/after-a-write-of-stop", "orphan", test_killed_while_stopping);
  add ("/transition/killed/while-recovering", "orphan", test_killed_while_recovering);
  add ("/transition/killed/guest-has-it", NULL, test_recovery_spares_guests);
  add ("/transition/killed/then-unplugged", NULL, test_unplugged_while_dead);
  add ("/transition/killed/device-changed", NULL, test_device_changed);
  add ("/transition/killed/others-unreadable", "[before", test_recovery_goes_on);
  add ("/transition/killed/others-not-understood", "[transition]\nfrom=nowhere\n",
       test_recovery_goes_on);

  add ("/transition/many-at-once", NULL, test_many_at_once);
  return g_test_run ();
}
