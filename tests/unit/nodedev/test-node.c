/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "nodedev/rpc-error.h"
#include "test-backend.h"

#define UUID "d3b07384-d9a0-4c9b-8f3e-5a1c0de0c0de"
#define NAME "mdev_d3b07384_d9a0_4c9b_8f3e_5a1c0de0c0de_0_0_0313"

static void
test_mdev_names (void)
{
  g_autofree char *uuid = NULL;
  g_autofree char *name = NULL;
  CcwDevId parent;

  g_assert_true (nodedev_mdev_name_parse (NAME, &uuid, &parent));
  g_assert_cmpstr (uuid, ==, UUID);
  g_assert_cmpuint (parent.number, ==, 0x313);
  name = nodedev_mdev_name (uuid, &parent);
  g_assert_cmpstr (name, ==, NAME);
}

static void
test_names_of_no_mdev (void)
{
  static const char *const wrong[] = {
    "",
    "mdev_",
    "mdev",
    "css_0_0_0313",
    "mdev_d3b07384_d9a0_4c9b_8f3e_5a1c0de0c0de",
    "mdev_d3b07384_d9a0_4c9b_8f3e_5a1c0de0c0de_",
    "mdev_d3b07384_d9a0_4c9b_8f3e_5a1c0de0c0de_0_0",
    "mdev_d3b07384_d9a0_4c9b_8f3e_5a1c0de0c0de_0_4_0313",
    "mdev_d3b07384_d9a0_4c9b_8f3e_5a1c0de0c0de0_0_0313",
    "mdev_g3b07384_d9a0_4c9b_8f3e_5a1c0de0c0de_0_0_0313",
    "mdev_d3b07384_d9a0_4c9b_8f3e_5a1c0de0c0de_0_0_0313_",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *uuid = NULL;
      CcwDevId parent;

      g_assert_false (nodedev_mdev_name_parse (wrong[i], &uuid, &parent));
      g_assert_null (uuid);
    }
}

static void
assert_not_found (const NodedevView *view, const char *name)
{
  g_autoptr (GError) error = NULL;
  NodedevNode node;

  g_assert_false (nodedev_node_find (view, name, &node, &error));
  g_assert_error (error, NODEDEV_ERROR, VIR_ERR_NO_NODE_DEVICE);
}

/* A device answers to its one name, however else that could be written. */
static void
test_find (void)
{
  TestBackend test;
  NodedevNode node;

  test_backend_init (&test);
  test_backend_define (&test, UUID, 0x313);
  g_assert_true (nodedev_node_find (&test.backend.view, NAME, &node, NULL));
  g_assert_cmpint (node.kind, ==, NODEDEV_KIND_MDEV);
  g_assert_false (nodedev_node_is_active (&node));
  g_assert_true (nodedev_node_is_persistent (&node));
  g_assert_true (nodedev_node_find (&test.backend.view, "computer", &node, NULL));
  assert_not_found (&test.backend.view, "Computer");
  assert_not_found (&test.backend.view, "");
  assert_not_found (&test.backend.view, "css_0_0_0313");
  assert_not_found (&test.backend.view, "ccw_0_0_1234");
  assert_not_found (&test.backend.view, "mdev_D3B07384_d9a0_4c9b_8f3e_5a1c0de0c0de_0_0_0313");
  assert_not_found (&test.backend.view, "mdev_d3b07384_d9a0_4c9b_8f3e_5a1c0de0c0de_0_0_313");
  assert_not_found (&test.backend.view, "mdev_d3b07384_d9a0_4c9b_8f3e_5a1c0de0c0de_0_0_0314");
  test_backend_clear (&test);
}

static void
test_parents (void)
{
  g_autofree char *none = NULL;
  g_autofree char *parent = NULL;
  TestBackend test;
  NodedevNode node;

  test_backend_init (&test);
  test_backend_define (&test, UUID, 0x313);
  g_assert_true (nodedev_node_find (&test.backend.view, NAME, &node, NULL));
  parent = nodedev_node_get_parent_name (&node);
  g_assert_cmpstr (parent, ==, "css_0_0_0313");
  g_assert_true (nodedev_node_find (&test.backend.view, "computer", &node, NULL));
  none = nodedev_node_get_parent_name (&node);
  g_assert_null (none);
  test_backend_clear (&test);
}

static void
count (const NodedevNode *node, gpointer user_data)
{
  (*(guint *) user_data)++;
}

typedef struct
{
  guint flags;
  gboolean computer;
  gboolean mdev; /* persistent and inactive */
} Match;

static const Match matches[] = {
  { 0, TRUE, TRUE },
  { VIR_CONNECT_LIST_NODE_DEVICES_CAP_SYSTEM, TRUE, FALSE },
  { VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV, FALSE, TRUE },
  { VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV | VIR_CONNECT_LIST_NODE_DEVICES_CAP_SYSTEM, TRUE, TRUE },
  { VIR_CONNECT_LIST_NODE_DEVICES_CAP_PCI_DEV, FALSE, FALSE },
  { VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV_TYPES, FALSE, FALSE },
  { 1u << 23, FALSE, FALSE }, /* ccwgroup member, unknown to 9.0's headers */
  { VIR_CONNECT_LIST_NODE_DEVICES_ACTIVE, TRUE, FALSE },
  { VIR_CONNECT_LIST_NODE_DEVICES_INACTIVE, FALSE, TRUE },
  { VIR_CONNECT_LIST_NODE_DEVICES_ACTIVE | VIR_CONNECT_LIST_NODE_DEVICES_INACTIVE, TRUE, TRUE },
  { NODEDEV_LIST_PERSISTENT, TRUE, TRUE },
  { NODEDEV_LIST_TRANSIENT, FALSE, FALSE },
  { VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV | VIR_CONNECT_LIST_NODE_DEVICES_ACTIVE, FALSE, FALSE },
};

static void
test_matches (void)
{
  TestBackend test;
  NodedevNode computer;
  NodedevNode mdev;
  guint n = 0;

  test_backend_init (&test);
  test_backend_define (&test, UUID, 0x313);
  g_assert_true (nodedev_node_find (&test.backend.view, "computer", &computer, NULL));
  g_assert_true (nodedev_node_find (&test.backend.view, NAME, &mdev, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (matches); i++)
    {
      g_assert_cmpint (nodedev_node_matches (&computer, matches[i].flags), ==, matches[i].computer);
      g_assert_cmpint (nodedev_node_matches (&mdev, matches[i].flags), ==, matches[i].mdev);
    }
  nodedev_view_foreach (&test.backend.view, count, &n);
  g_assert_cmpuint (n, ==, 2);
  test_backend_clear (&test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nodedev/node/mdev-names", test_mdev_names);
  g_test_add_func ("/nodedev/node/names-of-no-mdev", test_names_of_no_mdev);
  g_test_add_func ("/nodedev/node/find", test_find);
  g_test_add_func ("/nodedev/node/parents", test_parents);
  g_test_add_func ("/nodedev/node/matches", test_matches);
  return g_test_run ();
}
