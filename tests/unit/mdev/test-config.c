/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>
#include <string.h>

#include "ccw/error.h"
#include "mdev/config.h"

#define UUID "7e270a25-e163-4922-af60-757fc8ed48c6"

static const CcwDevId parent = { 0, 0, 0x0313 };

static MdevConfig *
new_config (void)
{
  g_autoptr (GError) error = NULL;
  MdevConfig *config = mdev_config_new (UUID, &parent, MDEV_TYPE_VFIO_CCW, &error);

  g_assert_no_error (error);
  return config;
}

/* --- making ------------------------------------------------------------------ */

static void
test_new (void)
{
  g_autoptr (MdevConfig) upper
      = mdev_config_new ("7E270A25-E163-4922-AF60-757FC8ED48C6", &parent, MDEV_TYPE_VFIO_CCW, NULL);
  g_autoptr (MdevConfig) random = mdev_config_new (NULL, &parent, MDEV_TYPE_VFIO_CCW, NULL);
  g_autoptr (MdevConfig) another = mdev_config_new (NULL, &parent, MDEV_TYPE_VFIO_CCW, NULL);

  g_assert_cmpstr (mdev_config_get_uuid (upper), ==, UUID);
  g_assert_cmpstr (mdev_config_get_type (upper), ==, "vfio_ccw-io");
  g_assert_true (ccw_dev_id_equal (mdev_config_get_parent (upper), &parent));
  g_assert_false (mdev_config_get_autostart (upper));
  g_assert_true (mdev_uuid_is_valid (mdev_config_get_uuid (random)));
  g_assert_cmpint (mdev_config_get_uuid (random)[14], ==, '4'); /* RFC 4122, version 4 */
  g_assert_cmpstr (mdev_config_get_uuid (random), !=, mdev_config_get_uuid (another));
}

static void
test_uuids (void)
{
  static const char *const bad[] = {
    "",
    "x",
    "7e270a25-e163-4922-af60-757fc8ed48c",
    "7e270a25-e163-4922-af60-757fc8ed48c66",
    "7e270a25e1634922af60757fc8ed48c6",
    "{7e270a25-e163-4922-af60-757fc8ed48c6}",
    "7e270a25-e163-4922-af60-757fc8ed48cg",
    "7e270a25_e163_4922_af60_757fc8ed48c6",
    "../../../../../../../../etc/passwd12",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (mdev_config_new (bad[i], &parent, MDEV_TYPE_VFIO_CCW, &error));
      g_assert_error (error, CCW_ERROR, CCW_ERROR_INVALID);
    }
}

static void
test_types (void)
{
  static const char *const slips[]
      = { "vfio-ccw_io", "vfio-ccw-io", "vfio_ccw_io", "VFIO_CCW-IO", "vfio-ccw", "vfio_ccw" };
  static const char *const bad[] = { "", ".", "..", "a/b", "/vfio_ccw-io" };
  g_autoptr (MdevConfig) foreign = mdev_config_new (UUID, &parent, "vfio_ap-passthrough", NULL);

  g_assert_nonnull (foreign);
  for (gsize i = 0; i < G_N_ELEMENTS (slips); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (mdev_config_new (UUID, &parent, slips[i], &error));
      g_assert_error (error, CCW_ERROR, CCW_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "use 'vfio_ccw-io'"));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (mdev_config_new (UUID, &parent, bad[i], &error));
      g_assert_error (error, CCW_ERROR, CCW_ERROR_INVALID);
    }
}

static void
test_attributes (void)
{
  static const char *const bad[]
      = { "",      ".",      "..", "../remove", "a/b", "remove", "uevent", "driver_override",
          "power", "power_x" };
  g_autoptr (MdevConfig) config = new_config ();

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (mdev_config_add_attribute (config, bad[i], "1", &error));
      g_assert_error (error, CCW_ERROR, CCW_ERROR_INVALID);
    }
  g_assert_cmpuint (mdev_config_n_attributes (config), ==, 0);
}

static void
test_equal (void)
{
  g_autoptr (MdevConfig) config = new_config ();
  g_autoptr (MdevConfig) copy = NULL;
  const char *name, *value;

  mdev_config_set_autostart (config, TRUE);
  g_assert_true (mdev_config_add_attribute (config, "assign_adapter", "5", NULL));
  g_assert_true (mdev_config_add_attribute (config, "assign_adapter", "6", NULL));
  copy = mdev_config_copy (config);
  g_assert_true (mdev_config_equal (config, copy));
  g_assert_cmpuint (mdev_config_n_attributes (copy), ==, 2);
  mdev_config_get_attribute (copy, 1, &name, &value);
  g_assert_cmpstr (name, ==, "assign_adapter");
  g_assert_cmpstr (value, ==, "6");

  mdev_config_set_autostart (copy, FALSE);
  g_assert_false (mdev_config_equal (config, copy));
  mdev_config_set_autostart (copy, TRUE);
  g_assert_true (mdev_config_add_attribute (copy, "x", "y", NULL));
  g_assert_false (mdev_config_equal (config, copy));
}

/* --- mdevctl's bytes ------------------------------------------------------------ */

static void
test_to_json (void)
{
  g_autoptr (MdevConfig) config = new_config ();
  g_autofree char *text = mdev_config_to_json (config);

  g_assert_cmpstr (text, ==,
                   "{\n  \"mdev_type\": \"vfio_ccw-io\",\n  \"start\": \"manual\",\n"
                   "  \"attrs\": []\n}");
}

static void
test_round_trip (void)
{
  g_autoptr (MdevConfig) config = new_config ();
  g_autoptr (MdevConfig) back = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  mdev_config_set_autostart (config, TRUE);
  for (char c = 1; c < 0x7f; c++)
    {
      const char value[] = { 'x', c, 'y', '\0' };

      g_assert_true (mdev_config_add_attribute (config, "name \"\\ü", value, NULL));
    }
  text = mdev_config_to_json (config);
  back = mdev_config_from_json (text, -1, UUID, &parent, &error);
  g_assert_no_error (error);
  g_assert_true (mdev_config_equal (config, back));
}

/* What mdevctl 1.2 wrote: define; modify --auto; modify --addattr, one with all that needs escaping. */
static void
test_recorded (void)
{
  static const char *const recorded[] = { "manual", "auto", "attributes" };

  for (gsize i = 0; i < G_N_ELEMENTS (recorded); i++)
    {
      g_autofree char *name = g_strconcat (recorded[i], ".json", NULL);
      g_autofree char *path = g_test_build_filename (G_TEST_DIST, "mdevctl", name, NULL);
      g_autofree char *text = NULL;
      g_autofree char *ours = NULL;
      g_autoptr (MdevConfig) config = NULL;
      g_autoptr (GError) error = NULL;
      gsize length;

      g_assert_true (g_file_get_contents (path, &text, &length, &error));
      config = mdev_config_from_json (text, (gssize) length, UUID, &parent, &error);
      g_assert_no_error (error);
      ours = mdev_config_to_json (config);
      g_assert_cmpmem (ours, strlen (ours), text, length);
      g_assert_cmpint (mdev_config_get_autostart (config), ==, i == 1);
    }
}

/* --- foreign bytes ---------------------------------------------------------------- */

static void
test_tolerated (void)
{
  static const char *const texts[] = {
    "{\"mdev_type\":\"vfio_ccw-io\",\"start\":\"manual\"}",
    "{\"mdev_type\":\"vfio_ccw-io\",\"start\":\"manual\",\"attrs\":null}",
    "  {\"start\":\"never\",\"mdev_type\":\"vfio_ccw-io\",\"attrs\":[],\"comment\":{\"a\":[1]}}\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MdevConfig) config = mdev_config_from_json (texts[i], -1, UUID, &parent, &error);

      g_assert_no_error (error);
      g_assert_false (mdev_config_get_autostart (config));
      g_assert_cmpuint (mdev_config_n_attributes (config), ==, 0);
    }
}

static void
assert_rejected (const char *text, gssize length)
{
  g_autoptr (GError) error = NULL;

  if (mdev_config_from_json (text, length, UUID, &parent, &error) != NULL)
    g_error ("this was taken for a definition: %.100s", text);
  g_assert_error (error, CCW_ERROR, CCW_ERROR_INVALID);
}

static void
test_rejected (void)
{
  static const char *const texts[] = {
    "",
    " ",
    "null",
    "[]",
    "7",
    "\"vfio_ccw-io\"",
    "{}",
    "{",
    "{\"mdev_type\"",
    "{\"mdev_type\":\"vfio_ccw-io\"}",
    "{\"start\":\"auto\"}",
    "{\"mdev_type\":7,\"start\":\"auto\"}",
    "{\"mdev_type\":null,\"start\":\"auto\"}",
    "{\"mdev_type\":\"\",\"start\":\"auto\"}",
    "{\"mdev_type\":\"a/b\",\"start\":\"auto\"}",
    "{\"mdev_type\":\"vfio-ccw_io\",\"start\":\"auto\"}",
    "{\"mdev_type\":\"vfio_ccw-io\",\"start\":true}",
    "{\"mdev_type\":\"vfio_ccw-io\",\"start\":\"auto\",\"attrs\":{}}",
    "{\"mdev_type\":\"vfio_ccw-io\",\"start\":\"auto\",\"attrs\":\"x\"}",
    "{\"mdev_type\":\"vfio_ccw-io\",\"start\":\"auto\",\"attrs\":[7]}",
    "{\"mdev_type\":\"vfio_ccw-io\",\"start\":\"auto\",\"attrs\":[{}]}",
    "{\"mdev_type\":\"vfio_ccw-io\",\"start\":\"auto\",\"attrs\":[{\"a\":1}]}",
    "{\"mdev_type\":\"vfio_ccw-io\",\"start\":\"auto\",\"attrs\":[{\"a\":\"1\",\"b\":\"2\"}]}",
    "{\"mdev_type\":\"vfio_ccw-io\",\"start\":\"auto\",\"attrs\":[{\"../x\":\"1\"}]}",
    "{\"mdev_type\":\"vfio_ccw-io\",\"start\":\"auto\"} trailing",
    "{\"mdev_type\":\"\xff\",\"start\":\"auto\"}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_rejected (texts[i], -1);
  assert_rejected ("{\"mdev_type\":\"vfio_ccw-io\0\",\"start\":\"auto\"}", 43);
}

/* Every truncation, and a nesting that would exhaust the stack of a parser that recurses. */
static void
test_hostile (void)
{
  const char *text = "{\"mdev_type\":\"vfio_ccw-io\",\"start\":\"auto\",\"attrs\":[{\"a\":\"1\"}]}";
  g_autofree char *deep = g_strnfill (1000 * 1000, '[');

  for (gssize length = 0; length < (gssize) strlen (text); length++)
    assert_rejected (text, length);
  assert_rejected (deep, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/new", test_new);
  g_test_add_func ("/config/uuids", test_uuids);
  g_test_add_func ("/config/types", test_types);
  g_test_add_func ("/config/attributes", test_attributes);
  g_test_add_func ("/config/equal", test_equal);
  g_test_add_func ("/config/to-json", test_to_json);
  g_test_add_func ("/config/round-trip", test_round_trip);
  g_test_add_func ("/config/recorded", test_recorded);
  g_test_add_func ("/config/tolerated", test_tolerated);
  g_test_add_func ("/config/rejected", test_rejected);
  g_test_add_func ("/config/hostile", test_hostile);
  return g_test_run ();
}
