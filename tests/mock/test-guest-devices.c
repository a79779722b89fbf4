/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a domain leaves when it ends, because another one has it by now, is no
 * concern of those that end meanwhile. The rest of what the hook does is tested
 * with the program itself, in tests/interop/guest.
 */
#include "ccw/sysfs.h"
#include "mdev/lock.h"
#include "mdev/store.h"
#include "qemu-hook/guest-devices.h"
#include "transition-fixture.h"

#define FIRST "11111111-2222-3333-4444-555555555555"
#define SECOND "22222222-2222-3333-4444-555555555555"

#define AN_HOUR_MS (60 * 60 * 1000)

/* With at most one mdev. */
static GuestDomain *
domain_new (const char *uuid, const char *mdev)
{
  GuestDomain *domain = g_new0 (GuestDomain, 1);

  domain->name = g_strdup ("guest");
  domain->uuid = g_strdup (uuid);
  domain->mdevs = g_ptr_array_new_with_free_func (g_free);
  if (mdev != NULL)
    g_ptr_array_add (domain->mdevs, g_strdup (mdev));
  return domain;
}

static void
define (Fixture *fixture, const char *parent, const char *uuid)
{
  g_autoptr (MdevStore) store = mdev_store_new (fixture->paths);
  g_autoptr (MdevConfig) config = wanted (parent, uuid);
  g_autoptr (GError) error = NULL;

  mdev_store_put (store, config, FALSE, &error);
  g_assert_no_error (error);
}

static void
prepare (Fixture *fixture, const char *uuid, const char *mdev)
{
  g_autoptr (GuestDomain) domain = domain_new (uuid, mdev);
  g_autoptr (GError) error = NULL;

  guest_devices_prepare (fixture->paths, domain, &error);
  g_assert_no_error (error);
}

static gboolean
release (Fixture *fixture, const char *uuid, const char *mdev)
{
  g_autoptr (GuestDomain) domain = domain_new (uuid, mdev);

  return guest_devices_release (fixture->paths, domain, NULL);
}

/* FIRST has started UUID on the terminal and has ended; another domain has that now. */
static void
leave_one (Fixture *fixture)
{
  define (fixture, TERMINAL, UUID);
  prepare (fixture, FIRST, UUID);
  mock_machine_do (fixture->machine, "open 4711 qemu-system-s39 /dev/vfio/0");
  g_assert_false (release (fixture, FIRST, NULL));
  assert_driver (TERMINAL, "vfio_ccw");
}

static void
test_others_do_not_wait (Fixture *fixture, gconstpointer data)
{
  leave_one (fixture);
  mdev_close_patience_ms = AN_HOUR_MS;
  g_assert_true (release (fixture, SECOND, NULL));
  assert_driver (TERMINAL, "vfio_ccw");

  mock_machine_do (fixture->machine, "close 4711");
  g_assert_true (release (fixture, SECOND, NULL));
  assert_driver (TERMINAL, "io_subchannel");
}

/* Its QEMU may be about to end. */
static void
test_last_one_waits (Fixture *fixture, gconstpointer data)
{
  GThread *closer;

  leave_one (fixture);
  mock_machine_do (fixture->machine, "close 4711");
  closer = open_for_an_instant (fixture);
  g_assert_true (release (fixture, SECOND, UUID));
  g_thread_join (closer);
  assert_driver (TERMINAL, "io_subchannel");
}

static void
test_own_come_first (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) left = g_ptr_array_new_with_free_func (g_free);
  g_auto (MdevLock) lock = MDEV_LOCK_NONE;
  guint patience_ms = mdev_lock_patience_ms;

  leave_one (fixture);
  define (fixture, DISK, OTHER_UUID);
  prepare (fixture, SECOND, OTHER_UUID);
  assert_driver (DISK, "vfio_ccw");

  g_ptr_array_add (left, g_strdup (UUID));
  g_assert_true (mdev_lock_take_guests (&lock, fixture->paths, left, NULL));
  mdev_lock_patience_ms = 0;
  g_assert_true (release (fixture, SECOND, OTHER_UUID));
  mdev_lock_patience_ms = patience_ms;
  assert_driver (DISK, "io_subchannel");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  transition_fixture_add ("/guest-devices/left/others-do-not-wait", NULL, test_others_do_not_wait);
  transition_fixture_add ("/guest-devices/left/last-one-waits", NULL, test_last_one_waits);
  transition_fixture_add ("/guest-devices/left/own-come-first", NULL, test_own_come_first);
  return g_test_run ();
}
