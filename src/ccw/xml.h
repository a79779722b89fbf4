/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

/*
 * Reading XML that a stranger wrote.
 *
 * Nothing is fetched, no entity is expanded: a document type declaration ends
 * the parse at once, so neither entity bombs nor external entities get as far
 * as costing anything. Elements carry no namespace in libvirt's formats; one
 * that does is not the element looked for.
 *
 * It is read as UTF-8, whatever it declares, as libvirt does.
 *
 * All errors are CCW_ERROR_INVALID.
 */

/* libvirt's own limit of a string on the wire (REMOTE_STRING_MAX), in bytes. */
#define CCW_XML_MAX_SIZE (4 * 1024 * 1024)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlDoc, xmlFreeDoc)

/*
 * Parses @text (@length bytes, -1: up to its NUL). @what names the document
 * in messages ("device XML", a file name). The caller frees it by xmlFreeDoc().
 */
xmlDoc *ccw_xml_parse (const char *text, gssize length, const char *what, GError **error);

/* Is @node an element called @name, without a namespace? */
gboolean ccw_xml_is_element (const xmlNode *node, const char *name);

/* First child element called @name, NULL when there is none. */
xmlNode *ccw_xml_child (const xmlNode *parent, const char *name);

/*
 * The only child element called @name. Returns FALSE with an error when there
 * are several; TRUE with @child NULL when there is none.
 */
gboolean ccw_xml_only_child (const xmlNode *parent, const char *name, xmlNode **child,
                             GError **error);

/* Next sibling of @node, itself excluded, with the same name; NULL at the end. */
xmlNode *ccw_xml_next_same (const xmlNode *node);

/* Value of attribute @name, NULL when absent; the caller frees it by g_free(). */
char *ccw_xml_attribute (const xmlNode *node, const char *name);

/* Text inside @node, white space around it removed; the caller frees it by g_free(). */
char *ccw_xml_text (const xmlNode *node);

/*
 * A whole number as libvirt reads one (decimal, 0x hexadecimal, 0 octal; no
 * sign, nothing around it), at most @max. @what names it in the message.
 */
gboolean ccw_xml_parse_number (const char *text, guint64 max, const char *what, guint64 *number,
                               GError **error);
