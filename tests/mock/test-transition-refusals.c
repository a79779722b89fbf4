/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What transitions refuse, and that nothing has changed then. */
#include <string.h>

#include "ccw/error.h"
#include "ccw/sysfs.h"
#include "mdev/identity.h"
#include "transition-fixture.h"

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

/* A device that has only just come is waited for, not refused. */
static void
test_waits_for_recognition (Fixture *fixture, gconstpointer data)
{
  CcwDevId parent = parse (TERMINAL);
  g_autoptr (MdevIdentity) identity = mdev_identity_read (&parent);
  g_autofree char *device = ccw_dev_id_to_string (&identity->device);
  g_autofree char *plug = g_strdup_printf ("plug " TERMINAL " %s 3270", device);

  g_assert_nonnull (identity->cutype);
  g_assert_true (mdev_identity_save (identity, fixture->paths, UUID, &parent, NULL));
  mock_machine_do (fixture->machine, "unplug " TERMINAL);
  g_assert_true (mock_machine_try (fixture->machine, plug, NULL));
  start (fixture, TERMINAL, UUID);
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

/* udev's worker looks at a node that has just come: that is no guest. */
static void
test_stop_waits_for_udev (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);
  g_autoptr (GError) error = NULL;
  GThread *closer;

  start (fixture, TERMINAL, UUID);
  closer = open_for_an_instant (fixture);
  mdev_stop (fixture->paths, UUID, FALSE, &error);
  g_thread_join (closer);
  g_assert_no_error (error);
  assert_snapshot (fixture, before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  transition_fixture_add ("/transition/refuses", NULL, test_refusals);
  transition_fixture_add ("/transition/refuses/duplicates", NULL, test_refuses_duplicates);
  transition_fixture_add ("/transition/refuses/without-driver", NULL, test_refuses_without_driver);
  transition_fixture_add ("/transition/refuses/other-types", NULL, test_refuses_other_types);
  transition_fixture_add ("/transition/waits-for-recognition", NULL, test_waits_for_recognition);
  transition_fixture_add ("/transition/refuses/stop", NULL, test_stop_refuses);
  transition_fixture_add ("/transition/stop/waits-for-udev", NULL, test_stop_waits_for_udev);
  return g_test_run ();
}
