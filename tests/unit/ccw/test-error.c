/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gio/gio.h>
#include <glib.h>

#include "ccw/error.h"
#include "ccw/paths.h"

static CcwExit
exit_of (GQuark domain, int code)
{
  g_autoptr (GError) error = g_error_new_literal (domain, code, "reason");

  return ccw_exit_from_error (error);
}

static void
test_exit_codes (void)
{
  g_assert_cmpint (ccw_exit_from_error (NULL), ==, 0);
  g_assert_cmpint (exit_of (CCW_ERROR, CCW_ERROR_INVALID), ==, 2);
  g_assert_cmpint (exit_of (CCW_ERROR, CCW_ERROR_NOT_FOUND), ==, 4);
  g_assert_cmpint (exit_of (CCW_ERROR, CCW_ERROR_EXISTS), ==, 1);
  g_assert_cmpint (exit_of (CCW_ERROR, CCW_ERROR_IN_USE), ==, 3);
  g_assert_cmpint (exit_of (CCW_ERROR, CCW_ERROR_STATE), ==, 1);
  g_assert_cmpint (exit_of (CCW_ERROR, CCW_ERROR_UNSUPPORTED), ==, 1);
  g_assert_cmpint (exit_of (CCW_ERROR, CCW_ERROR_SYSTEM), ==, 1);
  g_assert_cmpint (exit_of (G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE), ==, 2);
  g_assert_cmpint (exit_of (G_IO_ERROR, G_IO_ERROR_NOT_FOUND), ==, 1);
}

static void
test_predicates (void)
{
  g_autoptr (GError) not_found = g_error_new_literal (CCW_ERROR, CCW_ERROR_NOT_FOUND, "reason");
  g_autoptr (GError) foreign = g_error_new_literal (G_IO_ERROR, CCW_ERROR_NOT_FOUND, "reason");

  g_assert_true (ccw_error_is_not_found (not_found));
  g_assert_false (ccw_error_is_not_found (foreign));
  g_assert_false (ccw_error_is_not_found (NULL));
}

static void
assert_paths (const char *root, const char *base)
{
  g_autoptr (CcwPaths) paths = ccw_paths_new (root);
  g_autofree char *mdevctl = g_strconcat (base, "/etc/mdevctl.d", NULL);
  g_autofree char *state = g_strconcat (base, "/var/lib/virt-ccw", NULL);
  g_autofree char *run = g_strconcat (base, "/run/virt-ccw", NULL);
  g_autofree char *socket = g_strconcat (base, "/run/libvirt/virtnodedevd-sock", NULL);

  g_assert_cmpstr (ccw_paths_mdevctl_dir (paths), ==, mdevctl);
  g_assert_cmpstr (ccw_paths_state_dir (paths), ==, state);
  g_assert_cmpstr (ccw_paths_run_dir (paths), ==, run);
  g_assert_cmpstr (ccw_paths_default_socket (paths), ==, socket);
}

static void
test_paths (void)
{
  assert_paths (NULL, "");
  assert_paths ("/", "");
  assert_paths ("/srv/machine", "/srv/machine");
  assert_paths ("/srv//machine/", "/srv/machine");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/exit-codes", test_exit_codes);
  g_test_add_func ("/error/predicates", test_predicates);
  g_test_add_func ("/paths", test_paths);
  return g_test_run ();
}
