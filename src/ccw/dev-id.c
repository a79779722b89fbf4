/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/dev-id.h"

#include <string.h>

#include "ccw/error.h"

#define CSSID_MAX 0xff
#define SSID_MAX 3
#define NUMBER_MAX 0xffff

/* "ff.3.ffff", and "css_ff_3_ffff" after its prefix and underscore. */
#define CSSID_DIGITS 2
#define SSID_DIGITS 1
#define NUMBER_DIGITS 4

/* Reads 1 to @max_digits hexadecimal digits and moves @cursor behind them. */
static gboolean
parse_hex (const char **cursor, guint max_digits, guint *value)
{
  guint n = 0;

  *value = 0;
  for (; g_ascii_isxdigit (**cursor); (*cursor)++, n++)
    {
      if (n == max_digits)
        return FALSE;
      *value = *value << 4 | (guint) g_ascii_xdigit_value (**cursor);
    }
  return n > 0;
}

static gboolean
skip_char (const char **cursor, char expected)
{
  if (**cursor != expected)
    return FALSE;
  (*cursor)++;
  return TRUE;
}

/* The one grammar of both forms, which differ in the separator only. */
static gboolean
parse_separated (const char *text, char separator, CcwDevId *id)
{
  const char *cursor = text;
  guint cssid, ssid, number;

  if (!parse_hex (&cursor, CSSID_DIGITS, &cssid) || !skip_char (&cursor, separator)
      || !parse_hex (&cursor, SSID_DIGITS, &ssid) || !skip_char (&cursor, separator)
      || !parse_hex (&cursor, NUMBER_DIGITS, &number) || *cursor != '\0')
    return FALSE;
  if (ssid > SSID_MAX)
    return FALSE;

  *id = (CcwDevId){ .cssid = (guint8) cssid, .ssid = (guint8) ssid, .number = (guint16) number };
  return TRUE;
}

gboolean
ccw_dev_id_parse (const char *text, CcwDevId *id, GError **error)
{
  if (parse_separated (text, '.', id))
    return TRUE;

  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
               "'%s' is not an address on the channel subsystem: write it as "
               "CSSID.SSID.NUMBER in hexadecimal, like 0.0.1234",
               text);
  return FALSE;
}

gboolean
ccw_dev_id_parse_name (const char *name, const char *prefix, CcwDevId *id)
{
  gsize length = strlen (prefix);

  if (strncmp (name, prefix, length) != 0 || name[length] != '_')
    return FALSE;
  return parse_separated (name + length + 1, '_', id);
}

static gboolean
check_range (const char *field, guint64 value, guint64 max, GError **error)
{
  if (value <= max)
    return TRUE;

  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
               "%s 0x%" G_GINT64_MODIFIER
               "x is out of range: it must be between 0x0 and 0x%" G_GINT64_MODIFIER "x",
               field, value, max);
  return FALSE;
}

gboolean
ccw_dev_id_from_numbers (guint64 cssid, guint64 ssid, guint64 number, CcwDevId *id, GError **error)
{
  if (!check_range ("cssid", cssid, CSSID_MAX, error)
      || !check_range ("ssid", ssid, SSID_MAX, error)
      || !check_range ("device or subchannel number", number, NUMBER_MAX, error))
    return FALSE;

  *id = (CcwDevId){ .cssid = (guint8) cssid, .ssid = (guint8) ssid, .number = (guint16) number };
  return TRUE;
}

char *
ccw_dev_id_to_string (const CcwDevId *id)
{
  return g_strdup_printf ("%x.%x.%04x", id->cssid, id->ssid, id->number);
}

char *
ccw_dev_id_to_name (const CcwDevId *id, const char *prefix)
{
  return g_strdup_printf ("%s_%x_%x_%04x", prefix, id->cssid, id->ssid, id->number);
}

gboolean
ccw_dev_id_equal (const CcwDevId *a, const CcwDevId *b)
{
  return ccw_dev_id_key (a) == ccw_dev_id_key (b);
}

int
ccw_dev_id_compare (const CcwDevId *a, const CcwDevId *b)
{
  guint32 key_a = ccw_dev_id_key (a);
  guint32 key_b = ccw_dev_id_key (b);

  return (key_a > key_b) - (key_a < key_b);
}

guint32
ccw_dev_id_key (const CcwDevId *id)
{
  return (guint32) id->cssid << 24 | (guint32) id->ssid << 16 | id->number;
}
