/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Transitions against the mock kernel: what they do. */
#include "ccw/error.h"
#include "ccw/sysfs.h"
#include "transition-fixture.h"

static void
test_start_and_stop (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);

  start (fixture, TERMINAL, UUID);
  assert_driver (TERMINAL, "vfio_ccw");
  assert_file (fixture, "/sys/devices/css0/" TERMINAL "/driver_override", "vfio_ccw");
  assert_file (fixture,
               "/sys/devices/css0/" TERMINAL "/mdev_supported_types/vfio_ccw-io/"
               "available_instances",
               "0");
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

/* What somebody makes ready for an mdev is not given back for the sake of one that went before. */
static void
test_prepared_for_another (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);
  g_autoptr (GError) error = NULL;
  g_autoptr (MdevConfig) config = NULL;
  CcwDevId parent;

  g_assert_true (ccw_dev_id_parse (DISK, &parent, NULL));
  config = mdev_config_new (UUID, &parent, MDEV_TYPE_VFIO_CCW, NULL);
  mdev_prepare_parent (fixture->paths, config, &error);
  g_assert_no_error (error);
  mdev_give_back_after (fixture->paths, OTHER_UUID, &parent, &error);
  g_assert_no_error (error);
  assert_driver (DISK, "vfio_ccw");
  mdev_give_back_after (fixture->paths, UUID, &parent, &error);
  g_assert_no_error (error);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  transition_fixture_add ("/transition/start-and-stop", NULL, test_start_and_stop);
  transition_fixture_add ("/transition/online-device", NULL, test_online_device);
  transition_fixture_add ("/transition/offline-device", NULL, test_offline_device);
  transition_fixture_add ("/transition/driverless-subchannel", NULL, test_driverless_subchannel);
  transition_fixture_add ("/transition/override-set-before", NULL, test_override_set_before);
  transition_fixture_add ("/transition/keep-bound", NULL, test_keep_bound);
  transition_fixture_add ("/transition/prepared-for-another", NULL, test_prepared_for_another);
  transition_fixture_add ("/transition/bound-by-others", NULL, test_bound_by_others);
  transition_fixture_add ("/transition/taken-back-by-others", NULL, test_taken_back_by_others);
  transition_fixture_add ("/transition/unplugged", NULL, test_unplugged);
  transition_fixture_add ("/transition/unbound-while-kept", NULL, test_unbound_while_kept);
  transition_fixture_add ("/transition/unbound-while-kept/fails", NULL,
                          test_unbound_while_kept_and_fails);
  transition_fixture_add ("/transition/replugged/other-device", "0.0.3000", test_replugged);
  transition_fixture_add ("/transition/returned-by-others", NULL, test_returned_by_others);
  transition_fixture_add ("/transition/made-by-mdevctl", NULL, test_made_by_mdevctl);
  transition_fixture_add ("/transition/made-by-mdevctl/other", NULL, test_other_made_by_mdevctl);
  transition_fixture_add ("/transition/many-at-once", NULL, test_many_at_once);
  return g_test_run ();
}
