/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/xml.h"

#include <errno.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#include "ccw/error.h"

typedef xmlParserCtxt CcwXmlContext;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CcwXmlContext, xmlFreeParserCtxt)

/* What the SAX callbacks need to tell the caller. */
typedef struct
{
  gboolean has_doctype;
} CcwXmlVerdict;

/* The declaration is seen before any entity in it is; stopping here is what defuses them. */
static void
refuse_doctype (void *data, const xmlChar *name, const xmlChar *external_id,
                const xmlChar *system_id)
{
  xmlParserCtxt *context = data;
  CcwXmlVerdict *verdict = context->_private;

  verdict->has_doctype = TRUE;
  xmlStopParser (context);
}

static void
set_parse_error (GError **error, CcwXmlContext *context, const char *what)
{
  const xmlError *problem = xmlCtxtGetLastError (context);
  g_autofree char *reason = NULL;

  if (problem == NULL || problem->message == NULL)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "could not parse %s: it is not XML", what);
      return;
    }

  reason = g_utf8_make_valid (problem->message, -1);
  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "could not parse %s: line %d: %s", what,
               problem->line, g_strstrip (reason));
}

static gboolean
check_text (const char *text, gsize size, const char *what, GError **error)
{
  if (size > CCW_XML_MAX_SIZE)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "could not parse %s: it has %" G_GSIZE_FORMAT " bytes, more than %d", what, size,
                   CCW_XML_MAX_SIZE);
      return FALSE;
    }
  /* libxml2 would take it for the end and not see what follows. */
  if (memchr (text, '\0', size) != NULL)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "could not parse %s: it holds a NUL byte",
                   what);
      return FALSE;
    }
  return TRUE;
}

xmlDoc *
ccw_xml_parse (const char *text, gssize length, const char *what, GError **error)
{
  g_autoptr (CcwXmlContext) context = NULL;
  g_autoptr (xmlDoc) doc = NULL;
  CcwXmlVerdict verdict = { FALSE };
  gsize size = length < 0 ? strlen (text) : (gsize) length;

  if (!check_text (text, size, what, error))
    return NULL;

  context = xmlNewParserCtxt ();
  if (context == NULL)
    g_error ("out of memory");
  context->_private = &verdict;
  context->sax->internalSubset = refuse_doctype;

  /* Whatever the declaration says: as libvirt, to which XML comes as a string. */
  doc = xmlCtxtReadMemory (context, text, (int) size, NULL, "UTF-8",
                           XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  if (verdict.has_doctype)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "could not parse %s: a document type declaration is not allowed", what);
      return NULL;
    }
  if (doc == NULL || !context->wellFormed || xmlDocGetRootElement (doc) == NULL)
    {
      set_parse_error (error, context, what);
      return NULL;
    }
  return g_steal_pointer (&doc);
}

gboolean
ccw_xml_is_element (const xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && node->ns == NULL
         && strcmp ((const char *) node->name, name) == 0;
}

static xmlNode *
first_named (xmlNode *node, const char *name)
{
  while (node != NULL && !ccw_xml_is_element (node, name))
    node = node->next;
  return node;
}

xmlNode *
ccw_xml_child (const xmlNode *parent, const char *name)
{
  return first_named (parent->children, name);
}

xmlNode *
ccw_xml_next_same (const xmlNode *node)
{
  return first_named (node->next, (const char *) node->name);
}

gboolean
ccw_xml_only_child (const xmlNode *parent, const char *name, xmlNode **child, GError **error)
{
  xmlNode *found = ccw_xml_child (parent, name);

  *child = NULL;
  if (found != NULL && ccw_xml_next_same (found) != NULL)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "<%s> holds more than one <%s>",
                   (const char *) parent->name, name);
      return FALSE;
    }
  *child = found;
  return TRUE;
}

/* libxml2's strings come from its own allocator, which need not be g_free()'s. */
static char *
take_xml_string (xmlChar *string)
{
  char *copy = g_strdup ((const char *) string);

  if (string != NULL)
    xmlFree (string);
  return copy;
}

char *
ccw_xml_attribute (const xmlNode *node, const char *name)
{
  return take_xml_string (xmlGetNoNsProp (node, (const xmlChar *) name));
}

char *
ccw_xml_text (const xmlNode *node)
{
  char *text = take_xml_string (xmlNodeGetContent (node));

  return text == NULL ? g_strdup ("") : g_strstrip (text);
}

gboolean
ccw_xml_parse_number (const char *text, guint64 max, const char *what, guint64 *number,
                      GError **error)
{
  char *end = NULL;
  guint64 value;

  errno = 0;
  value = g_ascii_isdigit (text[0]) ? g_ascii_strtoull (text, &end, 0) : 0;
  if (end == NULL || *end != '\0')
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "%s is not a number: '%s'", what, text);
      return FALSE;
    }
  if (errno == ERANGE || value > max)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "%s is out of range: %s (at most 0x%" G_GINT64_MODIFIER "x)", what, text, max);
      return FALSE;
    }
  *number = value;
  return TRUE;
}
