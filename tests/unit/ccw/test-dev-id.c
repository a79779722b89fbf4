/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>
#include <string.h>

#include "ccw/dev-id.h"
#include "ccw/error.h"

static const struct
{
  const char *text;
  CcwDevId id;
  const char *canonical;
} good[] = {
  { "0.0.0000", { 0, 0, 0 }, "0.0.0000" },
  { "0.0.1234", { 0, 0, 0x1234 }, "0.0.1234" },
  { "fe.0.1234", { 0xfe, 0, 0x1234 }, "fe.0.1234" },
  { "FF.3.FFFF", { 0xff, 3, 0xffff }, "ff.3.ffff" },
  { "00.1.a", { 0, 1, 0xa }, "0.1.000a" },
  { "0.0.2B09", { 0, 0, 0x2b09 }, "0.0.2b09" },
};

static const char *const bad[] = {
  "",          "0",         "2b09",         "0.0",        "0.0.",       ".0.1234",  "0..1234",
  "0.0.12345", "000.0.1",   "0.00.1234",    "0.4.1234",   "0.0.123g",   "0x0.0.12", "0.0.0x12",
  " 0.0.1234", "0.0.1234 ", "0.0.1234\n",   "0.0.1234.0", "0.0.-123",   "0.0.+123", "-1.0.1234",
  "0_0_1234",  "0:0:1234",  "0.0.\xc3\xa4", "css0.0.1",   "100.0.1234", "none",     "0.0,1234",
};

static void
test_parse (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;
      CcwDevId id;

      g_assert_true (ccw_dev_id_parse (good[i].text, &id, &error));
      g_assert_no_error (error);
      g_assert_true (ccw_dev_id_equal (&id, &good[i].id));
      text = ccw_dev_id_to_string (&id);
      g_assert_cmpstr (text, ==, good[i].canonical);
    }
}

static void
test_parse_bad (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      CcwDevId id = { 1, 2, 3 };

      if (ccw_dev_id_parse (bad[i], &id, &error))
        g_error ("'%s' was taken for an id", bad[i]);
      g_assert_error (error, CCW_ERROR, CCW_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, bad[i]));
      g_assert_cmpuint (ccw_dev_id_key (&id), ==, 0x01020003);
    }
}

static void
test_names (void)
{
  static const char *const not_css[] = {
    "",
    "css",
    "css_",
    "css_0_0_",
    "css_0_4_1234",
    "css_0_0_12345",
    "cssx_0_0_1",
    "ccw_0_0_1234",
    "css_0_0_1234_",
    "css_0_0_1234x",
    "css.0.0.1234",
    "css_0.0.1234",
    "xcss_0_0_1",
    "computer",
    "mdev_css_0_0_1",
    "css__0_0_1234",
    "CSS_0_0_1234",
  };
  CcwDevId id;
  g_autofree char *name = NULL;

  g_assert_true (ccw_dev_id_parse_name ("css_fe_1_0313", CCW_NAME_PREFIX_CSS, &id));
  g_assert_cmpuint (ccw_dev_id_key (&id), ==, 0xfe010313);
  name = ccw_dev_id_to_name (&id, CCW_NAME_PREFIX_CSS);
  g_assert_cmpstr (name, ==, "css_fe_1_0313");
  g_assert_true (ccw_dev_id_parse_name ("ccw_0_0_2b09", CCW_NAME_PREFIX_CCW, &id));
  for (gsize i = 0; i < G_N_ELEMENTS (not_css); i++)
    if (ccw_dev_id_parse_name (not_css[i], CCW_NAME_PREFIX_CSS, &id))
      g_error ("'%s' was taken for the name of a subchannel", not_css[i]);
}

static void
test_numbers (void)
{
  static const struct
  {
    guint64 cssid, ssid, number;
    const char *named; /* what the message says; NULL: valid */
  } cases[] = {
    { 0, 0, 0, NULL },
    { 0xff, 3, 0xffff, NULL },
    { 0x100, 0, 0, "cssid 0x100" },
    { 0, 4, 0, "ssid 0x4" },
    { 0, 0, 0x10000, "number 0x10000" },
    { G_MAXUINT64, 0, 0, "cssid 0xffffffffffffffff" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      CcwDevId id;

      ccw_dev_id_from_numbers (cases[i].cssid, cases[i].ssid, cases[i].number, &id, &error);
      if (cases[i].named == NULL)
        {
          g_assert_no_error (error);
          g_assert_cmpuint (id.number, ==, cases[i].number);
          continue;
        }
      g_assert_error (error, CCW_ERROR, CCW_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, cases[i].named));
    }
}

static void
test_order (void)
{
  const CcwDevId ascending[] = { { 0, 0, 1 }, { 0, 0, 0xffff }, { 0, 1, 0 }, { 1, 0, 0 } };

  for (gsize i = 0; i < G_N_ELEMENTS (ascending); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (ascending); j++)
      {
        int order = ccw_dev_id_compare (&ascending[i], &ascending[j]);

        g_assert_cmpint (order < 0, ==, i < j);
        g_assert_cmpint (order > 0, ==, i > j);
        g_assert_cmpint (ccw_dev_id_equal (&ascending[i], &ascending[j]), ==, i == j);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dev-id/parse", test_parse);
  g_test_add_func ("/dev-id/parse/bad", test_parse_bad);
  g_test_add_func ("/dev-id/names", test_names);
  g_test_add_func ("/dev-id/numbers", test_numbers);
  g_test_add_func ("/dev-id/order", test_order);
  return g_test_run ();
}
