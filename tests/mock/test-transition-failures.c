/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever write of a transition fails, or has no effect, leaves nothing behind. */
#include <string.h>

#include "ccw/error.h"
#include "ccw/sysfs.h"
#include "mdev/ladder.h"
#include "transition-fixture.h"

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

  g_assert_cmpuint (n, ==, START_LAST);
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
  g_assert_cmpuint (n, ==, STOP_LAST);
  start (fixture, DISK, UUID);
  active = mock_machine_snapshot (fixture->machine);
  mdev_ladder_patience_ms = patience_for (fate);
  for (guint i = STOP_REMOVE; i < STOP_BIND; i++)
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
  mock_machine_do (fixture->machine, "at %u %s", STOP_BIND, fate);
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
  mock_machine_do (fixture->machine, "at %u %s", STOP_ONLINE, fate);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  transition_fixture_add ("/transition/fails/start-refused", "refuse", test_start_fails);
  transition_fixture_add ("/transition/fails/start-without-effect", "ignore", test_start_fails);
  transition_fixture_add ("/transition/fails/stop-refused", "refuse", test_stop_fails);
  transition_fixture_add ("/transition/fails/stop-without-effect", "ignore", test_stop_fails);
  transition_fixture_add ("/transition/fails/give-back-refused", "refuse", test_give_back_fails);
  transition_fixture_add ("/transition/fails/give-back-without-effect", "ignore",
                          test_give_back_fails);
  transition_fixture_add ("/transition/fails/online-refused", "refuse", test_online_fails);
  transition_fixture_add ("/transition/fails/online-without-effect", "ignore", test_online_fails);
  transition_fixture_add ("/transition/fails/online-again-later", "11", test_online_meets_others);
  transition_fixture_add ("/transition/fails/online-not-yet", "22", test_online_meets_others);
  transition_fixture_add ("/transition/fails/online-busy", "16", test_online_meets_others);
  transition_fixture_add ("/transition/fails/came-online", GINT_TO_POINTER (MDEV_POSITION_HOST),
                          test_came_online);
  transition_fixture_add ("/transition/fails/came-online-late",
                          GINT_TO_POINTER (MDEV_POSITION_OFFLINE), test_came_online);
  transition_fixture_add ("/transition/fails/attribute", NULL, test_attribute_fails);
  transition_fixture_add ("/transition/fails/undo", NULL, test_undo_fails);
  return g_test_run ();
}
