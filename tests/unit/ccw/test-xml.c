/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ccw/error.h"
#include "ccw/xml.h"

static void
assert_refused (const char *text, gssize length, const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (xmlDoc) doc = ccw_xml_parse (text, length, "device XML", &error);

  g_assert_null (doc);
  g_assert_error (error, CCW_ERROR, CCW_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "could not parse device XML"));
  if (strstr (error->message, says) == NULL)
    g_error ("'%s' does not say '%s'", error->message, says);
}

static void
test_refuses_what_is_not_xml (void)
{
  assert_refused ("", -1, "");
  assert_refused ("device", -1, "line 1");
  assert_refused ("<device>", -1, "line 1");
  assert_refused ("<a/>\n<b/>", -1, "line 2");
  assert_refused ("<device>\xff\xfe</device>", -1, "");
  assert_refused ("<device>&undefined;</device>", -1, "undefined");
  assert_refused ("<device/>\0<device/>", 19, "NUL byte");
}

static void
test_refuses_document_types (void)
{
  static const char bomb[] = "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">"
                             "<!ENTITY c \"&b;&b;&b;&b;\">]><a b='&c;'>&c;</a>";
  static const char external[] = "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>";

  assert_refused (bomb, -1, "document type declaration");
  assert_refused (external, -1, "document type declaration");
  assert_refused ("<!DOCTYPE a><a/>", -1, "document type declaration");
}

static void
test_refuses_too_deep (void)
{
  g_autoptr (GString) deep = g_string_new (NULL);

  for (int i = 0; i < 100000; i++)
    g_string_append (deep, "<a>");
  assert_refused (deep->str, (gssize) deep->len, "");
}

static void
test_refuses_too_large (void)
{
  g_autoptr (GString) large = g_string_new ("<a>");

  while (large->len < CCW_XML_MAX_SIZE)
    g_string_append (large, "                                ");
  g_string_append (large, "</a>");
  assert_refused (large->str, (gssize) large->len, "more than");
}

static void
test_finds_children (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (xmlDoc) doc
      = ccw_xml_parse ("<a xmlns:o='urn:o'> text <o:b/><b n='1'/><!-- <b/> --><b n=\"2\"/><c/></a>",
                       -1, "device XML", &error);
  xmlNode *root, *b, *c, *none;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  g_assert_no_error (error);
  root = xmlDocGetRootElement (doc);
  g_assert_true (ccw_xml_is_element (root, "a"));
  b = ccw_xml_child (root, "b");
  first = ccw_xml_attribute (b, "n");
  g_assert_cmpstr (first, ==, "1");
  b = ccw_xml_next_same (b);
  second = ccw_xml_attribute (b, "n");
  g_assert_cmpstr (second, ==, "2");
  g_assert_null (ccw_xml_next_same (b));
  g_assert_null (ccw_xml_attribute (b, "m"));

  g_assert_true (ccw_xml_only_child (root, "c", &c, &error));
  g_assert_true (ccw_xml_is_element (c, "c"));
  g_assert_true (ccw_xml_only_child (root, "d", &none, &error));
  g_assert_null (none);
  g_assert_false (ccw_xml_only_child (root, "b", &none, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "<a> holds more than one <b>"));
}

static void
test_text_is_stripped (void)
{
  g_autoptr (xmlDoc) doc = ccw_xml_parse ("<a>\n  css_0_0_0313\t</a>", -1, "device XML", NULL);
  g_autofree char *text = ccw_xml_text (xmlDocGetRootElement (doc));

  g_assert_cmpstr (text, ==, "css_0_0_0313");
}

static void
test_numbers (void)
{
  static const struct
  {
    const char *text;
    guint64 max;
    gint64 expected; /* -1: refused */
  } cases[] = {
    { "0", 0xffff, 0 },           { "4660", 0xffff, 0x1234 },
    { "0x1234", 0xffff, 0x1234 }, { "0XFFFF", 0xffff, 0xffff },
    { "010", 0xffff, 8 },         { "0x10000", 0xffff, -1 },
    { "65536", 0xffff, -1 },      { "", 0xffff, -1 },
    { "-1", 0xffff, -1 },         { "+1", 0xffff, -1 },
    { " 1", 0xffff, -1 },         { "1 ", 0xffff, -1 },
    { "0x", 0xffff, -1 },         { "1.5", 0xffff, -1 },
    { "fe", 0xffff, -1 },         { "99999999999999999999999", G_MAXUINT64, -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      guint64 number = 0;

      if (cases[i].expected < 0)
        {
          g_assert_false (
              ccw_xml_parse_number (cases[i].text, cases[i].max, "devno", &number, &error));
          g_assert_error (error, CCW_ERROR, CCW_ERROR_INVALID);
          g_assert_true (g_str_has_prefix (error->message, "devno is "));
          continue;
        }
      g_assert_true (ccw_xml_parse_number (cases[i].text, cases[i].max, "devno", &number, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (number, ==, (guint64) cases[i].expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/xml/refuses-what-is-not-xml", test_refuses_what_is_not_xml);
  g_test_add_func ("/xml/refuses-document-types", test_refuses_document_types);
  g_test_add_func ("/xml/refuses-too-deep", test_refuses_too_deep);
  g_test_add_func ("/xml/refuses-too-large", test_refuses_too_large);
  g_test_add_func ("/xml/finds-children", test_finds_children);
  g_test_add_func ("/xml/text-is-stripped", test_text_is_stripped);
  g_test_add_func ("/xml/numbers", test_numbers);
  return g_test_run ();
}
