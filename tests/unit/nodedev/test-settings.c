/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <pwd.h>
#include <unistd.h>

#include "ccw/error.h"
#include "nodedev/conf.h"
#include "nodedev/settings.h"

static NodedevSettings *
load (const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "settings-XXXXXX", NULL);
  NodedevSettings *settings;
  int fd = g_mkstemp (path);

  g_assert_cmpint (fd, >=, 0);
  close (fd);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  settings = nodedev_settings_load (path, error);
  g_unlink (path);
  return settings;
}

static NodedevSettings *
load_well (const char *text)
{
  g_autoptr (GError) error = NULL;
  NodedevSettings *settings = load (text, &error);

  g_assert_no_error (error);
  return settings;
}

/* --- the format ----------------------------------------------------------- */

static void
test_format (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) values = nodedev_conf_parse (
      "# one\na = \"x y\" # two\nb=7\n\n c = [ \"p\", 'q', ] d = []\nb = 8\n", "file", &error);
  g_autofree char *list = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (values), ==, 4);
  g_assert_cmpstr (g_variant_get_string (g_hash_table_lookup (values, "a"), NULL), ==, "x y");
  g_assert_cmpuint (g_variant_get_uint32 (g_hash_table_lookup (values, "b")), ==, 8);
  list = g_variant_print (g_hash_table_lookup (values, "c"), FALSE);
  g_assert_cmpstr (list, ==, "['p', 'q']");
  g_assert_cmpuint (g_variant_n_children (g_hash_table_lookup (values, "d")), ==, 0);
}

static void
test_bad_format (void)
{
  static const struct
  {
    const char *text;
    const char *message;
  } cases[] = {
    { "a", "file, line 1: expected = behind a name" },
    { "\n\na \"x\"", "file, line 3: expected = behind a name" },
    { "= 7", "file, line 1: expected the name of a setting" },
    { "a = b", "file, line 1: expected a string in quotes, a number or a list in brackets" },
    { "a = \"b", "file, line 1: expected a string in quotes, a number or a list in brackets" },
    { "a = -1", "file, line 1: expected a string in quotes, a number or a list in brackets" },
    { "a = 4294967296", "file, line 1: expected a number below 2^32" },
    { "a = [ 7 ]", "file, line 1: expected a string in quotes, or ]" },
    { "a = [ \"b\" \"c\" ]", "file, line 1: expected a comma, or ]" },
    { "a = [ \"b\"", "file, line 1: expected a comma, or ]" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (nodedev_conf_parse (cases[i].text, "file", &error));
      g_assert_error (error, CCW_ERROR, CCW_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

/* --- what settings mean --------------------------------------------------- */

static void
test_none (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NodedevSettings) settings = nodedev_settings_load ("/nonexistent/file", &error);

  g_assert_no_error (error);
  g_assert_cmpint (nodedev_settings_get_auth (settings, FALSE), ==, NODEDEV_AUTH_POLKIT);
  g_assert_cmpint (nodedev_settings_get_auth (settings, TRUE), ==, NODEDEV_AUTH_NONE);
  g_assert_cmpuint (nodedev_settings_get_mode (settings, FALSE), ==, 0666);
  g_assert_cmpuint (nodedev_settings_get_mode (settings, TRUE), ==, 0666);
  g_assert_cmpint (nodedev_settings_get_group (settings), ==, -1);
  g_assert_false (nodedev_settings_checks_access (settings));
  g_assert_true (nodedev_settings_is_trusted (settings, 0));
  g_assert_true (nodedev_settings_is_trusted (settings, geteuid ()));
  g_assert_false (nodedev_settings_is_trusted (settings, 65534));
  g_assert_false (nodedev_settings_is_trusted (settings, -1));
}

static void
test_modes (void)
{
  static const struct
  {
    const char *text;
    guint mode;
    guint readonly;
  } cases[] = {
    { "auth_unix_rw = \"none\"", 0600, 0666 },
    { "auth_unix_rw = \"none\" unix_sock_group = \"root\"", 0660, 0666 },
    { "auth_unix_rw = \"polkit\" unix_sock_group = \"root\"", 0666, 0666 },
    { "auth_unix_rw = \"none\" unix_sock_rw_perms = \"0777\"", 0777, 0666 },
    { "unix_sock_rw_perms = \"0700\" unix_sock_ro_perms = \"0750\"", 0700, 0750 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (NodedevSettings) settings = load_well (cases[i].text);

      g_assert_cmpuint (nodedev_settings_get_mode (settings, FALSE), ==, cases[i].mode);
      g_assert_cmpuint (nodedev_settings_get_mode (settings, TRUE), ==, cases[i].readonly);
    }
}

static void
test_all (void)
{
  g_autoptr (NodedevSettings) settings
      = load_well ("auth_unix_ro = \"polkit\"\naccess_drivers = [ \"polkit\" ]\n"
                   "trusted_users = [ \"nobody\" ]\nmax_clients = 1\nmax_user_clients = 2\n"
                   "max_anonymous_clients = 3\nkeepalive_interval = 4\nkeepalive_count = 5\n");
  NodedevLimits limits = nodedev_settings_get_limits (settings);
  NodedevKeepaliveLimits keepalive = nodedev_settings_get_keepalive (settings);

  g_assert_cmpint (nodedev_settings_get_auth (settings, TRUE), ==, NODEDEV_AUTH_POLKIT);
  g_assert_true (nodedev_settings_checks_access (settings));
  g_assert_true (nodedev_settings_is_trusted (settings, getpwnam ("nobody")->pw_uid));
  g_assert_cmpuint (limits.clients, ==, 1);
  g_assert_cmpuint (limits.user_clients, ==, 2);
  g_assert_cmpuint (limits.anonymous_clients, ==, 3);
  g_assert_cmpuint (keepalive.interval, ==, 4);
  g_assert_cmpuint (keepalive.count, ==, 5);
}

/* Whoever shuts something wants it shut: no doubtful setting is passed over. */
static void
test_bad_values (void)
{
  static const char *const cases[] = {
    "auth_unix_rw = \"sasl\"",         "auth_unix_rw = 0",
    "auth_unix_ro = [ \"none\" ]",     "unix_sock_rw_perms = \"0888\"",
    "unix_sock_rw_perms = 600",        "unix_sock_ro_perms = \"01777\"",
    "unix_sock_group = \"no such\"",   "trusted_users = \"root\"",
    "trusted_users = [ \"no such\" ]", "max_clients = 0",
    "max_user_clients = \"many\"",     "access_drivers = [ \"sasl\" ]",
    "access_drivers = \"polkit\"",     "keepalive_interval = 0",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (load (cases[i], &error));
      g_assert_error (error, CCW_ERROR, CCW_ERROR_INVALID);
    }
}

static void
test_unknown (void)
{
  g_autoptr (NodedevSettings) settings = NULL;

  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*no setting log_level*");
  settings = load_well ("log_level = 3");
  g_test_assert_expected_messages ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nodedev/settings/format", test_format);
  g_test_add_func ("/nodedev/settings/bad-format", test_bad_format);
  g_test_add_func ("/nodedev/settings/none", test_none);
  g_test_add_func ("/nodedev/settings/modes", test_modes);
  g_test_add_func ("/nodedev/settings/all", test_all);
  g_test_add_func ("/nodedev/settings/bad-values", test_bad_values);
  g_test_add_func ("/nodedev/settings/unknown", test_unknown);
  return g_test_run ();
}
