/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/conf.h"

#include <string.h>

#include "ccw/error.h"

static const GScannerConfig scanner_config = {
  .cset_skip_characters = (char *) " \t\r\n",
  .cset_identifier_first = (char *) G_CSET_a_2_z G_CSET_A_2_Z "_",
  .cset_identifier_nth = (char *) G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_",
  .cpair_comment_single = (char *) "#\n",
  .skip_comment_single = TRUE,
  .scan_identifier = TRUE,
  .scan_identifier_1char = TRUE,
  .scan_string_sq = TRUE,
  .scan_string_dq = TRUE,
  .char_2_token = TRUE,
};

static gpointer
fail (GScanner *scanner, const char *expected, GError **error)
{
  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "%s, line %u: expected %s", scanner->input_name,
               g_scanner_cur_line (scanner), expected);
  return NULL;
}

static gboolean
take_char (GScanner *scanner, char wanted)
{
  if (g_scanner_peek_next_token (scanner) != (GTokenType) wanted)
    return FALSE;
  g_scanner_get_next_token (scanner);
  return TRUE;
}

/* The brackets are around it; an empty one is, too, and a comma may follow the last. */
static GVariant *
parse_list (GScanner *scanner, GError **error)
{
  g_autoptr (GVariantBuilder) strings = g_variant_builder_new (G_VARIANT_TYPE_STRING_ARRAY);

  while (!take_char (scanner, ']'))
    {
      if (g_scanner_get_next_token (scanner) != G_TOKEN_STRING)
        return fail (scanner, "a string in quotes, or ]", error);
      g_variant_builder_add (strings, "s", scanner->value.v_string);
      if (!take_char (scanner, ',') && g_scanner_peek_next_token (scanner) != (GTokenType) ']')
        return fail (scanner, "a comma, or ]", error);
    }
  return g_variant_ref_sink (g_variant_builder_end (strings));
}

static GVariant *
parse_value (GScanner *scanner, GError **error)
{
  switch ((guint) g_scanner_get_next_token (scanner))
    {
    case G_TOKEN_STRING:
      return g_variant_ref_sink (g_variant_new_string (scanner->value.v_string));
    case G_TOKEN_INT:
      if (scanner->value.v_int > G_MAXUINT32)
        return fail (scanner, "a number below 2^32", error);
      return g_variant_ref_sink (g_variant_new_uint32 ((guint32) scanner->value.v_int));
    case '[':
      return parse_list (scanner, error);
    default:
      return fail (scanner, "a string in quotes, a number or a list in brackets", error);
    }
}

static gboolean
parse_assignment (GScanner *scanner, GHashTable *values, GError **error)
{
  g_autofree char *name = NULL;
  GVariant *value;

  if (g_scanner_get_next_token (scanner) != G_TOKEN_IDENTIFIER)
    return fail (scanner, "the name of a setting", error) != NULL;
  name = g_strdup (scanner->value.v_identifier);
  if (!take_char (scanner, '='))
    return fail (scanner, "= behind a name", error) != NULL;
  value = parse_value (scanner, error);
  if (value == NULL)
    return FALSE;
  g_hash_table_replace (values, g_steal_pointer (&name), value);
  return TRUE;
}

static gboolean
parse_all (GScanner *scanner, GHashTable *values, GError **error)
{
  while (g_scanner_peek_next_token (scanner) != G_TOKEN_EOF)
    if (!parse_assignment (scanner, values, error))
      return FALSE;
  return TRUE;
}

GHashTable *
nodedev_conf_parse (const char *text, const char *name, GError **error)
{
  g_autoptr (GHashTable) values
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
  GScanner *scanner = g_scanner_new (&scanner_config);
  gboolean parsed;

  scanner->input_name = name;
  g_scanner_input_text (scanner, text, (guint) strlen (text));
  parsed = parse_all (scanner, values, error);
  g_scanner_destroy (scanner);
  return parsed ? g_steal_pointer (&values) : NULL;
}
