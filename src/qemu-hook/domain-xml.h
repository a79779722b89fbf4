/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

/*
 * A libvirt <domain>, or one <hostdev> of it, read as libvirt reads it: of
 * several elements where one is meant the first counts, elements that it does
 * not know count for nothing, and numbers are what strtoul() takes for some.
 * (libvirt 11.3, virxml.c, domain_conf.c; 9.0 does the same.)
 */

/*
 * The devices of @root, a <domain> or <hostdev>, in document order: children of
 * <devices> that libvirt takes for a device with an address, an alias and the
 * like. The nodes are those of the document.
 */
GPtrArray *domain_xml_devices (const xmlNode *root);

/* "hostdev 2 (mdev UUID)", for messages; counted from 1 among its kind. */
char *domain_xml_describe (GPtrArray *devices, const xmlNode *device);

/*
 * Does @domain have a machine that can have a vfio-ccw device? Its versions
 * are not checked: they are QEMU's. Errors: CCW_ERROR_INVALID.
 */
gboolean domain_xml_check_machine (const xmlNode *domain, GError **error);

/* As ccw_xml_attribute(), but of any namespace. */
char *domain_xml_attribute (const xmlNode *node, const char *name);
gboolean domain_xml_attribute_is (const xmlNode *node, const char *name, const char *value);
gboolean domain_xml_has_attribute (const xmlNode *node, const char *name);

/* An attribute that is a number: its base (10, or 0 for the one it is written in) and range. */
typedef struct
{
  const char *name;
  guint base;
  guint min;
  guint max;
} DomainXmlNumber;

/*
 * @number of @node into @value; without that attribute @value stays as it is
 * and @given, which may be NULL, becomes FALSE. Errors: CCW_ERROR_INVALID.
 */
gboolean domain_xml_number (const xmlNode *node, const DomainXmlNumber *number, guint *value,
                            gboolean *given, GError **error);

/*
 * The usual form of a UUID that libvirt understands: 16 pairs of digits in
 * either case, with '-' or blanks between any of them and white space around.
 * NULL when it is none. The caller frees it.
 */
char *domain_xml_normal_uuid (const char *text);
