/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A definition is found on its device's subchannel, whoever moves it there at the same time. */
#include "mdev/identity.h"
#include "mdev/locate.h"
#include "mdev/move.h"
#include "mdev/store.h"
#include "transition-fixture.h"

#define DEVICE "0.0.1234" /* on TERMINAL */
#define N_ROUNDS 60

/* Defined on DISK, when the device was there. */
static void
define_elsewhere (Fixture *fixture)
{
  g_autoptr (MdevStore) store = mdev_store_new (fixture->paths);
  g_autoptr (MdevConfig) config = wanted (DISK, UUID);
  MdevIdentity meant = { .device = parse (DEVICE) };
  CcwDevId parent = parse (DISK);

  g_assert_true (mdev_identity_save (&meant, fixture->paths, UUID, &parent, NULL));
  g_assert_true (mdev_store_put (store, config, TRUE, NULL));
}

static void
undefine (Fixture *fixture)
{
  g_autoptr (MdevStore) store = mdev_store_new (fixture->paths);
  CcwDevId parent = parse (TERMINAL);

  g_assert_true (mdev_store_remove (store, UUID, &parent, NULL));
  g_assert_true (mdev_identity_forget (fixture->paths, UUID, &parent, NULL));
}

/* As the daemon does it, which may find that the other one was faster. */
static gpointer
follow (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (MdevStore) store = mdev_store_new (fixture->paths);
  CcwDevId from = parse (DISK), to = parse (TERMINAL);
  MdevIdentity meant = { .device = parse (DEVICE) };
  const MdevConfig *config;

  g_assert_true (mdev_store_load (store, NULL));
  config = mdev_store_get (store, UUID, &from);
  if (config != NULL)
    mdev_move_definition (store, fixture->paths, config, &meant, &to, NULL);
  mdev_identity_forget (fixture->paths, UUID, &from, NULL);
  return NULL;
}

static void
assert_moved (Fixture *fixture)
{
  g_autoptr (MdevStore) store = mdev_store_new (fixture->paths);
  CcwDevId from = parse (DISK), to = parse (TERMINAL), device = parse (DEVICE);
  g_autoptr (MdevIdentity) meant = mdev_identity_load (fixture->paths, UUID, &to, NULL);

  g_assert_false (mdev_store_has_file_of (store, UUID, &from));
  g_assert_true (mdev_store_has_file_of (store, UUID, &to));
  g_assert_nonnull (meant);
  g_assert_true (ccw_dev_id_equal (&meant->device, &device));
}

static void
test_both_at_once (Fixture *fixture, gconstpointer data)
{
  CcwDevId to = parse (TERMINAL);

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MdevConfig) found = NULL;
      GThread *follower;

      define_elsewhere (fixture);
      follower = g_thread_new ("follow", follow, fixture);
      found = mdev_locate_definition (fixture->paths, UUID, &error);
      g_thread_join (follower);
      g_assert_no_error (error);
      g_assert_true (ccw_dev_id_equal (mdev_config_get_parent (found), &to));
      assert_moved (fixture);
      undefine (fixture);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  transition_fixture_add ("/locate/both-at-once", NULL, test_both_at_once);
  return g_test_run ();
}
