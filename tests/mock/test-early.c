/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What starts by itself is started by udev while the system boots, and nothing else. */
#include <glib/gstdio.h>

#include "ccw/cio-ignore.h"
#include "mdev/early.h"
#include "mdev/identity.h"
#include "mdev/store.h"
#include "transition-fixture.h"

#define DEVICE "0.0.2b09" /* on DISK */

static void
define (Fixture *fixture, const char *uuid, gboolean autostart)
{
  g_autoptr (MdevStore) store = mdev_store_new (fixture->paths);
  g_autoptr (MdevConfig) config = wanted (DISK, uuid);

  mdev_config_set_autostart (config, autostart);
  g_assert_true (mdev_store_put (store, config, FALSE, NULL));
}

static void
note (Fixture *fixture, const char *uuid, const char *device)
{
  CcwDevId parent = parse (DISK);
  MdevIdentity meant = { .device = parse (device) };

  g_assert_true (mdev_identity_save (&meant, fixture->paths, uuid, &parent, NULL));
}

/* The UUID of what was started; NULL: nothing. */
static char *
appear (Fixture *fixture)
{
  CcwDevId device = parse (DEVICE);
  g_autoptr (GError) error = NULL;
  char *uuid = NULL;

  mdev_start_early (fixture->paths, &device, &uuid, &error);
  g_assert_no_error (error);
  return uuid;
}

static void
assert_left_alone (Fixture *fixture)
{
  guint n_orders = mock_machine_get_n_orders (fixture->machine);

  g_assert_null (appear (fixture));
  g_assert_cmpuint (mock_machine_get_n_orders (fixture->machine), ==, n_orders);
}

static void
test_taken (Fixture *fixture, gconstpointer data)
{
  g_autofree char *uuid = NULL;

  define (fixture, OTHER_UUID, FALSE);
  note (fixture, OTHER_UUID, DEVICE);
  define (fixture, UUID, TRUE);
  note (fixture, UUID, DEVICE);
  uuid = appear (fixture);
  g_assert_cmpstr (uuid, ==, UUID);
  assert_driver (DISK, "vfio_ccw");
  assert_left_alone (fixture); /* there is no such device with the host any more */
}

static void
test_not_defined (Fixture *fixture, gconstpointer data)
{
  assert_left_alone (fixture);
}

static void
test_not_by_itself (Fixture *fixture, gconstpointer data)
{
  define (fixture, UUID, FALSE);
  note (fixture, UUID, DEVICE);
  assert_left_alone (fixture);
}

/* Of a definition without a note nobody knows whether it is for the device that is there now. */
static void
test_not_known (Fixture *fixture, gconstpointer data)
{
  define (fixture, UUID, TRUE);
  assert_left_alone (fixture);
}

static void
test_renumbered (Fixture *fixture, gconstpointer data)
{
  define (fixture, UUID, TRUE);
  note (fixture, UUID, "0.0.2b0a");
  assert_left_alone (fixture);
}

/* Once virtccwd has started what there was, this is its business. */
static void
test_after_boot (Fixture *fixture, gconstpointer data)
{
  define (fixture, UUID, TRUE);
  note (fixture, UUID, DEVICE);
  g_assert_false (mdev_has_boot_stamp (fixture->paths));
  mdev_make_boot_stamp (fixture->paths);
  g_assert_true (mdev_has_boot_stamp (fixture->paths));
  assert_left_alone (fixture);
}

/* Of each until it is there of all: then they are forgotten. */
static void
test_marks (Fixture *fixture, gconstpointer data)
{
  mdev_make_boot_mark (fixture->paths, "mdev_a");
  mdev_make_boot_mark (fixture->paths, "mdev_b");
  g_assert_true (mdev_has_boot_mark (fixture->paths, "mdev_a"));
  g_assert_false (mdev_has_boot_mark (fixture->paths, "mdev_c"));
  g_assert_false (mdev_has_boot_stamp (fixture->paths));
  mdev_make_boot_stamp (fixture->paths);
  g_assert_false (mdev_has_boot_mark (fixture->paths, "mdev_a"));
  g_assert_false (mdev_has_boot_mark (fixture->paths, "mdev_b"));
}

/* Without that of all they are all that tells. */
static void
test_marks_stay (Fixture *fixture, gconstpointer data)
{
  g_autofree char *stamp
      = g_build_filename (ccw_paths_run_dir (fixture->paths), "autostarted", NULL);

  mdev_make_boot_mark (fixture->paths, "mdev_a");
  g_assert_cmpint (g_mkdir (stamp, 0755), ==, 0);
  g_test_expect_message ("virt-ccw", G_LOG_LEVEL_WARNING, "could not make */autostarted: *");
  mdev_make_boot_stamp (fixture->paths);
  g_test_assert_expected_messages ();
  g_assert_true (mdev_has_boot_mark (fixture->paths, "mdev_a"));
}

/* Where no virtccwd runs, mdevctl's callout and libvirt's hook give devices back: they stay so. */
static void
test_given_back (Fixture *fixture, gconstpointer data)
{
  define (fixture, UUID, TRUE);
  note (fixture, UUID, DEVICE);
  start (fixture, DISK, UUID);
  stop (fixture, UUID, FALSE);
  assert_driver (DISK, "io_subchannel");
  assert_left_alone (fixture);
}

/* The device that a failed start gives back appears again, too: it is not tried for ever. */
static void
test_failed (Fixture *fixture, gconstpointer data)
{
  CcwDevId device = parse (DEVICE);
  g_autofree char *uuid = NULL;
  g_autoptr (GError) error = NULL;

  define (fixture, UUID, TRUE);
  note (fixture, UUID, DEVICE);
  mock_machine_do (fixture->machine, "fail create 5 1");
  g_assert_false (mdev_start_early (fixture->paths, &device, &uuid, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_SYSTEM);
  assert_driver (DISK, "io_subchannel");
  assert_left_alone (fixture);
}

/* What another program uses by then is not taken. */
static void
test_used (Fixture *fixture, gconstpointer data)
{
  CcwDevId device = parse (DEVICE);
  g_autofree char *uuid = NULL;
  g_autoptr (GError) error = NULL;

  define (fixture, UUID, TRUE);
  note (fixture, UUID, DEVICE);
  mock_machine_do (fixture->machine, "swap /dev/dasda1");
  g_assert_false (mdev_start_early (fixture->paths, &device, &uuid, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_IN_USE);
  g_assert_null (uuid);
  assert_driver (DISK, "io_subchannel");
}

/* --- the kernel's blacklist ------------------------------------------------------ */

static void
test_ignored (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *list;
    gboolean is_ignored;
  } cases[] = {
    { "0.0.2b09", TRUE },           { "0.0.2b0a", FALSE },
    { "0.0.0000-0.0.2b08", FALSE }, { "0.0.0000-0.0.2b09", TRUE },
    { "0.0.2b09-0.0.ffff", TRUE },  { "0.0.2b0a-0.0.ffff", FALSE },
    { "0.1.0000-0.1.ffff", FALSE }, { "0.0.0000-0.0.0009\\n0.0.2b00-0.0.2bff\\n0.0.3000", TRUE },
    { "nonsense", FALSE },
  };
  CcwDevId device = parse (DEVICE);
  g_autofree char *why = NULL;

  g_assert_false (ccw_device_is_ignored (&device));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *list = g_strcompress (cases[i].list);

      mock_machine_do (fixture->machine, "ignore '%s'", list);
      g_assert_true (ccw_device_is_ignored (&device) == cases[i].is_ignored);
    }
  why = ccw_explain_absence (&device, "why?");
  g_assert_cmpstr (why, ==, "why?");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  transition_fixture_add ("/early/taken", NULL, test_taken);
  transition_fixture_add ("/early/not-defined", NULL, test_not_defined);
  transition_fixture_add ("/early/not-by-itself", NULL, test_not_by_itself);
  transition_fixture_add ("/early/not-known", NULL, test_not_known);
  transition_fixture_add ("/early/renumbered", NULL, test_renumbered);
  transition_fixture_add ("/early/after-boot", NULL, test_after_boot);
  transition_fixture_add ("/early/marks", NULL, test_marks);
  transition_fixture_add ("/early/marks-stay", NULL, test_marks_stay);
  transition_fixture_add ("/early/given-back", NULL, test_given_back);
  transition_fixture_add ("/early/failed", NULL, test_failed);
  transition_fixture_add ("/early/used", NULL, test_used);
  transition_fixture_add ("/early/ignored", NULL, test_ignored);
  return g_test_run ();
}
