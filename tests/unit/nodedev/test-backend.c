/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-backend.h"

#include "remove-tree.h"

void
test_backend_init (TestBackend *test)
{
  NodedevView *view = &test->backend.view;

  *test = (TestBackend){ 0 };
  test->root = g_dir_make_tmp ("nodedev-XXXXXX", NULL);
  test->paths = ccw_paths_new (test->root);
  test->backend.schema = nodedev_schema_new (NULL);
  view->host = ccw_host_new ();
  view->store = mdev_store_new (test->paths);
  test->settings = nodedev_settings_new ();
  test->backend.settings = test->settings;
  test->backend.budget = nodedev_budget_new (NODEDEV_UNTRUSTED_BYTES_MAX);
  test->backend.events = nodedev_events_new (view);
  test->backend.service = nodedev_service_new (view, test->backend.events, test->paths);
}

void
test_backend_clear (TestBackend *test)
{
  nodedev_service_free (test->backend.service);
  nodedev_events_free (test->backend.events);
  nodedev_schema_free (test->backend.schema);
  mdev_store_free (test->backend.view.store);
  ccw_host_free (test->backend.view.host);
  nodedev_settings_free (test->settings);
  nodedev_budget_free (test->backend.budget);
  ccw_paths_free (test->paths);
  remove_tree (test->root);
  g_free (test->root);
}

void
test_backend_define (TestBackend *test, const char *uuid, guint16 parent)
{
  CcwDevId id = { 0, 0, parent };
  g_autoptr (MdevConfig) config = mdev_config_new (uuid, &id, MDEV_TYPE_VFIO_CCW, NULL);

  g_assert_nonnull (config);
  g_assert_true (mdev_store_put (test->backend.view.store, config, FALSE, NULL));
}
