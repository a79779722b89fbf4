/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * The two kinds of address on the channel subsystem, which look alike:
 *
 * - a subchannel's bus id, "0.0.0313": channel subsystem (cssid), subchannel
 *   set (ssid), subchannel number. The machine assigns it; it may change
 *   across IPLs and when a device is replugged.
 * - a device's bus id, "0.0.2b09": cssid, ssid, device number (devno). The
 *   administrator assigns the device number, so that is a device's identity.
 *
 * Both are one value type; names tell which is meant. Numbers are printed in
 * lower-case hexadecimal as the kernel does ("%x.%x.%04x").
 *
 * Principles of Operation, chapter 13, "Device identification" and
 * "Subsystem identification word": ssid is 2 bits, the number 16 bits, cssid
 * 8 bits.
 */

typedef struct
{
  guint8 cssid;   /* 0-0xff; the host's own is 0, guests see 0xfe for virtual devices */
  guint8 ssid;    /* 0-3 */
  guint16 number; /* subchannel number or device number, 0-0xffff */
} CcwDevId;

/* What a libvirt node-device name starts with, and so which kind of id follows. */
#define CCW_NAME_PREFIX_CSS "css"
#define CCW_NAME_PREFIX_CCW "ccw"
#define CCW_NAME_PREFIX_CCWGROUP "ccwgroup"

/*
 * Parses "CSSID.SSID.NUMBER", hexadecimal, each at most 2, 1 and 4 digits,
 * upper or lower case, nothing before or after. Bare "2b09" is not accepted.
 * Errors: CCW_ERROR_INVALID.
 */
gboolean ccw_dev_id_parse (const char *text, CcwDevId *id, GError **error);

/*
 * Parses a libvirt node-device name, "css_0_0_0313" with @prefix "css".
 * Returns FALSE, without an error, when @name is of another kind.
 */
gboolean ccw_dev_id_parse_name (const char *name, const char *prefix, CcwDevId *id);

/*
 * Checks numbers taken from elsewhere (XML) and fills @id.
 * Errors: CCW_ERROR_INVALID names the field, the value and its range.
 */
gboolean ccw_dev_id_from_numbers (guint64 cssid, guint64 ssid, guint64 number, CcwDevId *id,
                                  GError **error);

/* "0.0.0313"; the caller frees it. */
char *ccw_dev_id_to_string (const CcwDevId *id);

/* "css_0_0_0313" or "ccw_0_0_2b09"; the caller frees it. */
char *ccw_dev_id_to_name (const CcwDevId *id, const char *prefix);

gboolean ccw_dev_id_equal (const CcwDevId *a, const CcwDevId *b);

/* Order of cssid, ssid, number: <0, 0, >0. */
int ccw_dev_id_compare (const CcwDevId *a, const CcwDevId *b);

/* All 32 bits of the id; different ids never have the same key. For sorting. */
guint32 ccw_dev_id_key (const CcwDevId *id);

/* The same as a key of a GHashTable that compares pointers: g_hash_table_new (NULL, NULL). */
static inline gpointer
ccw_dev_id_hash_key (const CcwDevId *id)
{
  return GUINT_TO_POINTER (ccw_dev_id_key (id));
}
