/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever write of a transition we are killed at, the next start puts it in order. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ccw/error.h"
#include "ccw/sysfs.h"
#include "transition-fixture.h"

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

  die_during (fixture, start_disk, START_LAST, "orphan");
  mock_machine_do (fixture->machine, "open 4711 qemu-system-s39 /dev/vfio/0");
  active = mock_machine_snapshot (fixture->machine);
  recover (fixture);
  assert_snapshot (fixture, active);

  mock_machine_do (fixture->machine, "close 4711");
  stop (fixture, UUID, FALSE);
  assert_snapshot (fixture, before);
}

/* udev's worker looks at the node that has just come: nobody would ever stop the mdev. */
static void
test_recovery_waits_for_udev (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);
  GThread *closer;

  die_during (fixture, start_disk, START_LAST, "orphan");
  closer = open_for_an_instant (fixture);
  recover (fixture);
  g_thread_join (closer);
  assert_snapshot (fixture, before);
  g_assert_cmpuint (count_records (fixture), ==, 0);
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
  die_during (fixture, start_disk, START_LAST, "orphan");
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

/* What cannot be put in order is told, and kept, and is no concern of the rest. */
static void
test_recovery_goes_on (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = mock_machine_snapshot (fixture->machine);
  CcwDevId terminal = parse (TERMINAL), disk = parse (DISK);
  g_autoptr (GError) error = NULL;

  put_record (fixture, TERMINAL, data);
  die_during (fixture, start_disk, START_LAST, "orphan");
  g_assert_false (recover_one (fixture, &terminal, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_SYSTEM);
  g_assert_true (recover_one (fixture, &disk, NULL));
  assert_snapshot (fixture, before);
  g_assert_cmpuint (count_records (fixture), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  transition_fixture_add ("/transition/killed/before-a-write-of-start", "kill",
                          test_killed_while_starting);
  transition_fixture_add ("/transition/killed/after-a-write-of-start", "orphan",
                          test_killed_while_starting);
  transition_fixture_add ("/transition/killed/before-a-write-of-stop", "kill",
                          test_killed_while_stopping);
  transition_fixture_add ("/transition/killed/after-a-write-of-stop", "orphan",
                          test_killed_while_stopping);
  transition_fixture_add ("/transition/killed/while-recovering", "orphan",
                          test_killed_while_recovering);
  transition_fixture_add ("/transition/killed/guest-has-it", NULL, test_recovery_spares_guests);
  transition_fixture_add ("/transition/killed/waits-for-udev", NULL, test_recovery_waits_for_udev);
  transition_fixture_add ("/transition/killed/then-unplugged", NULL, test_unplugged_while_dead);
  transition_fixture_add ("/transition/killed/device-changed", NULL, test_device_changed);
  transition_fixture_add ("/transition/killed/others-unreadable", "[before", test_recovery_goes_on);
  transition_fixture_add ("/transition/killed/others-not-understood",
                          "[transition]\nfrom=nowhere\n", test_recovery_goes_on);
  return g_test_run ();
}
