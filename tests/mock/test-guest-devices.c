/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a domain leaves when it ends, because another one has it by now, is no concern of those that
 * end meanwhile. What one leaves of whose end libvirt does not tell, since it died itself, is given
 * back by the next. The rest of what the hook does is tested with the program itself, in
 * tests/interop/guest.
 */
#include <unistd.h>

#include "ccw/sysfs.h"
#include "mdev/lock.h"
#include "mdev/store.h"
#include "qemu-hook/guest-devices.h"
#include "qemu-hook/libvirt-process.h"
#include "transition-fixture.h"

#define FIRST "11111111-2222-3333-4444-555555555555"
#define SECOND "22222222-2222-3333-4444-555555555555"
#define THIRD "33333333-2222-3333-4444-555555555555"

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

/* --- libvirt dies ------------------------------------------------------------------ */

#define BYSTANDER "process 1 systemd 1"

/* Who has this program run, as libvirt's daemon has the hook run. */
static void
do_with_parent (Fixture *fixture, const char *verb, const char *rest)
{
  mock_machine_do (fixture->machine, "%s %d%s", verb, (int) getppid (), rest);
}

/* libvirt's daemon is about to start FIRST, of which it never tells again. */
static void
lose_one (Fixture *fixture, const char *daemon)
{
  g_autofree char *rest = g_strdup_printf (" %s 100", daemon);

  mock_machine_do (fixture->machine, BYSTANDER);
  do_with_parent (fixture, "process", rest);
  define (fixture, TERMINAL, UUID);
  prepare (fixture, FIRST, UUID);
  assert_driver (TERMINAL, "vfio_ccw");
}

static void
test_next_start_gives_back (Fixture *fixture, gconstpointer daemon)
{
  lose_one (fixture, daemon);
  prepare (fixture, SECOND, NULL);
  assert_driver (TERMINAL, "vfio_ccw");
  do_with_parent (fixture, "close", "");
  prepare (fixture, SECOND, NULL);
  assert_driver (TERMINAL, "io_subchannel");
}

static void
test_next_end_gives_back (Fixture *fixture, gconstpointer data)
{
  lose_one (fixture, "libvirtd");
  g_assert_true (release (fixture, SECOND, NULL));
  assert_driver (TERMINAL, "vfio_ccw");
  /* Another process, with the same number. */
  do_with_parent (fixture, "process", " libvirtd 200");
  g_assert_true (release (fixture, SECOND, NULL));
  assert_driver (TERMINAL, "io_subchannel");
}

static void
test_running_one_keeps (Fixture *fixture, gconstpointer data)
{
  lose_one (fixture, "libvirtd");
  mock_machine_do (fixture->machine, "emulator 4711 " FIRST);
  do_with_parent (fixture, "close", "");
  g_assert_true (release (fixture, SECOND, NULL));
  assert_driver (TERMINAL, "vfio_ccw");
  mock_machine_do (fixture->machine, "close 4711");
  mock_machine_do (fixture->machine, "emulator 4711 " SECOND);
  g_assert_true (release (fixture, SECOND, NULL));
  assert_driver (TERMINAL, "io_subchannel");
}

/* Who shares the notes with another container does not see its processes, or as others. */
static void
test_another_containers_stays (Fixture *fixture, gconstpointer data)
{
  mock_machine_do (fixture->machine, "namespace 4026531836");
  lose_one (fixture, "libvirtd");
  do_with_parent (fixture, "close", "");
  mock_machine_do (fixture->machine, "namespace 4026532000");
  prepare (fixture, SECOND, NULL);
  g_assert_true (release (fixture, SECOND, NULL));
  assert_driver (TERMINAL, "vfio_ccw");
  mock_machine_do (fixture->machine, "namespace 4026531836");
  prepare (fixture, SECOND, NULL);
  assert_driver (TERMINAL, "io_subchannel");
}

/* However many domains are asked about. */
static void
test_processes_are_looked_at_once (Fixture *fixture, gconstpointer data)
{
  g_auto (LibvirtEmulators) before = LIBVIRT_EMULATORS_UNREAD;
  g_auto (LibvirtEmulators) after = LIBVIRT_EMULATORS_UNREAD;

  mock_machine_do (fixture->machine, BYSTANDER);
  mock_machine_do (fixture->machine, "emulator 4711 " FIRST);
  g_assert_true (libvirt_emulators_run (&before, FIRST));
  mock_machine_do (fixture->machine, "emulator 4712 " SECOND);
  g_assert_false (libvirt_emulators_run (&before, SECOND));
  g_assert_true (libvirt_emulators_run (&after, SECOND));
}

/* Its emulator may be among those that are hidden. */
static void
test_hidden_one_keeps (Fixture *fixture, gconstpointer data)
{
  lose_one (fixture, "libvirtd");
  do_with_parent (fixture, "close", "");
  mock_machine_do (fixture->machine, "process 4711 bash 1");
  mock_machine_do (fixture->machine, "close 1");
  g_assert_true (release (fixture, SECOND, NULL));
  assert_driver (TERMINAL, "vfio_ccw");
  mock_machine_do (fixture->machine, BYSTANDER);
  g_assert_true (release (fixture, SECOND, NULL));
  assert_driver (TERMINAL, "io_subchannel");
}

static void
test_open_one_stays (Fixture *fixture, gconstpointer data)
{
  lose_one (fixture, "libvirtd");
  mock_machine_do (fixture->machine, "open 4711 qemu-system-s39 /dev/vfio/0");
  do_with_parent (fixture, "close", "");
  mdev_close_patience_ms = AN_HOUR_MS;
  g_assert_true (release (fixture, SECOND, NULL));
  assert_driver (TERMINAL, "vfio_ccw");
  mock_machine_do (fixture->machine, "close 4711");
  g_assert_true (release (fixture, SECOND, NULL));
  assert_driver (TERMINAL, "io_subchannel");
}

static void
test_unknown_one_keeps (Fixture *fixture, gconstpointer data)
{
  lose_one (fixture, "bash");
  do_with_parent (fixture, "close", "");
  prepare (fixture, SECOND, NULL);
  assert_driver (TERMINAL, "vfio_ccw");
  g_assert_true (release (fixture, FIRST, UUID));
  assert_driver (TERMINAL, "io_subchannel");
}

/* Nobody has to wait until it starts again. */
static void
test_end_of_another_with_it (Fixture *fixture, gconstpointer data)
{
  lose_one (fixture, "libvirtd");
  do_with_parent (fixture, "process", " libvirtd 200");
  prepare (fixture, SECOND, UUID);
  assert_driver (TERMINAL, "vfio_ccw");
  g_assert_true (release (fixture, SECOND, UUID));
  assert_driver (TERMINAL, "io_subchannel");
}

static void
test_another_with_it_keeps (Fixture *fixture, gconstpointer data)
{
  lose_one (fixture, "libvirtd");
  do_with_parent (fixture, "process", " libvirtd 200");
  prepare (fixture, SECOND, UUID);
  g_assert_true (release (fixture, THIRD, NULL));
  assert_driver (TERMINAL, "vfio_ccw");
  do_with_parent (fixture, "close", "");
  g_assert_true (release (fixture, THIRD, NULL));
  assert_driver (TERMINAL, "io_subchannel");
}

static void
test_its_own_start_takes_over (Fixture *fixture, gconstpointer data)
{
  lose_one (fixture, "libvirtd");
  do_with_parent (fixture, "process", " libvirtd 200");
  prepare (fixture, FIRST, UUID);
  g_assert_true (release (fixture, SECOND, NULL));
  assert_driver (TERMINAL, "vfio_ccw");
  g_assert_true (release (fixture, FIRST, UUID));
  assert_driver (TERMINAL, "io_subchannel");
}

/* Who is busy with it may be about to start it. */
static void
test_living_one_is_not_waited_for (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) busy = g_ptr_array_new_with_free_func (g_free);
  g_auto (MdevLock) lock = MDEV_LOCK_NONE;
  guint patience_ms = mdev_lock_patience_ms;

  lose_one (fixture, "libvirtd");
  g_ptr_array_add (busy, g_strdup (UUID));
  g_assert_true (mdev_lock_take_guests (&lock, fixture->paths, busy, NULL));
  mdev_lock_patience_ms = AN_HOUR_MS;
  prepare (fixture, SECOND, NULL);
  mdev_lock_patience_ms = patience_ms;
  assert_driver (TERMINAL, "vfio_ccw");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  transition_fixture_add ("/guest-devices/left/others-do-not-wait", NULL, test_others_do_not_wait);
  transition_fixture_add ("/guest-devices/left/last-one-waits", NULL, test_last_one_waits);
  transition_fixture_add ("/guest-devices/left/own-come-first", NULL, test_own_come_first);
  transition_fixture_add ("/guest-devices/lost/next-start-gives-back/monolithic", "libvirtd",
                          test_next_start_gives_back);
  transition_fixture_add ("/guest-devices/lost/next-start-gives-back/modular", "virtqemud",
                          test_next_start_gives_back);
  transition_fixture_add ("/guest-devices/lost/next-end-gives-back", NULL,
                          test_next_end_gives_back);
  transition_fixture_add ("/guest-devices/lost/running-one-keeps", NULL, test_running_one_keeps);
  transition_fixture_add ("/guest-devices/lost/another-containers-stays", NULL,
                          test_another_containers_stays);
  transition_fixture_add ("/guest-devices/lost/processes-are-looked-at-once", NULL,
                          test_processes_are_looked_at_once);
  transition_fixture_add ("/guest-devices/lost/hidden-one-keeps", NULL, test_hidden_one_keeps);
  transition_fixture_add ("/guest-devices/lost/open-one-stays", NULL, test_open_one_stays);
  transition_fixture_add ("/guest-devices/lost/unknown-one-keeps", NULL, test_unknown_one_keeps);
  transition_fixture_add ("/guest-devices/lost/end-of-another-with-it", NULL,
                          test_end_of_another_with_it);
  transition_fixture_add ("/guest-devices/lost/another-with-it-keeps", NULL,
                          test_another_with_it_keeps);
  transition_fixture_add ("/guest-devices/lost/its-own-start-takes-over", NULL,
                          test_its_own_start_takes_over);
  transition_fixture_add ("/guest-devices/lost/living-one-is-not-waited-for", NULL,
                          test_living_one_is_not_waited_for);
  return g_test_run ();
}
