/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/schema.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <libxml/relaxng.h>

#include "nodedev/rpc-error.h"

typedef xmlRelaxNGParserCtxt SchemaParser;
typedef xmlRelaxNGValidCtxt SchemaValidator;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SchemaParser, xmlRelaxNGFreeParserCtxt)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SchemaValidator, xmlRelaxNGFreeValidCtxt)

/* xml/schemas/nodedev.rng */
static const char own_text[] =
#include "nodedev-rng.inc"
    ;

static const char ccw_with_state[] = "<device><name>ccw_0_0_0000</name><capability type='ccw'>"
                                     "<state>online</state><cssid>0x0</cssid><ssid>0x0</ssid>"
                                     "<devno>0x0000</devno></capability></device>";

struct _NodedevSchema
{
  char *path;
  xmlRelaxNG *rng; /* NULL: not read yet */
  gboolean knows_ccw_state;
};

NodedevSchema *
nodedev_schema_new (const char *path)
{
  NodedevSchema *schema = g_new0 (NodedevSchema, 1);

  schema->path = g_strdup (path);
  return schema;
}

void
nodedev_schema_free (NodedevSchema *schema)
{
  if (schema == NULL)
    return;
  xmlRelaxNGFree (schema->rng);
  g_free (schema->path);
  g_free (schema);
}

/* --- checking ------------------------------------------------------------- */

/* @user_data: a char *, which gets the first message; what follows are its consequences. */
static void
keep_first (void *user_data, xmlErrorPtr problem)
{
  char **message = user_data;
  g_autofree char *text = NULL;

  if (*message != NULL || problem->message == NULL)
    return;
  text = g_utf8_make_valid (problem->message, -1);
  *message = g_strdup_printf ("line %d: %s", problem->line, g_strstrip (text));
}

static gboolean
check (xmlRelaxNG *rng, xmlDoc *doc, char **message)
{
  g_autoptr (SchemaValidator) validator = xmlRelaxNGNewValidCtxt (rng);

  xmlRelaxNGSetValidStructuredErrors (validator, keep_first, message);
  return xmlRelaxNGValidateDoc (validator, doc) == 0;
}

/* --- reading -------------------------------------------------------------- */

static xmlRelaxNG *
parse (SchemaParser *parser, char **message)
{
  if (parser == NULL)
    return NULL;
  xmlRelaxNGSetParserStructuredErrors (parser, keep_first, message);
  return xmlRelaxNGParse (parser);
}

static xmlRelaxNG *
parse_file (const char *path)
{
  g_autoptr (SchemaParser) parser = xmlRelaxNGNewParserCtxt (path);
  g_autofree char *message = NULL;
  xmlRelaxNG *rng = parse (parser, &message);

  if (rng == NULL)
    g_warning ("could not use the schema %s, which leaves ours: %s", path,
               message != NULL ? message : "it cannot be read");
  return rng;
}

static xmlRelaxNG *
parse_own (void)
{
  g_autoptr (SchemaParser) parser
      = xmlRelaxNGNewMemParserCtxt (own_text, (int) sizeof own_text - 1);
  g_autofree char *message = NULL;
  xmlRelaxNG *rng = parse (parser, &message);

  if (rng == NULL)
    g_error ("our own schema of device XML: %s", message);
  return rng;
}

static gboolean
accepts (xmlRelaxNG *rng, const char *text)
{
  g_autoptr (xmlDoc) doc = ccw_xml_parse (text, -1, "device XML", NULL);
  g_autofree char *message = NULL;

  return check (rng, doc, &message);
}

static xmlRelaxNG *
get_rng (NodedevSchema *schema)
{
  if (schema->rng != NULL)
    return schema->rng;
  if (schema->path != NULL && g_file_test (schema->path, G_FILE_TEST_EXISTS))
    schema->rng = parse_file (schema->path);
  if (schema->rng == NULL)
    schema->rng = parse_own ();
  schema->knows_ccw_state = accepts (schema->rng, ccw_with_state);
  return schema->rng;
}

/* --- questions ------------------------------------------------------------ */

gboolean
nodedev_schema_check (NodedevSchema *schema, xmlDoc *doc, GError **error)
{
  g_autofree char *message = NULL;

  if (check (get_rng (schema), doc, &message))
    return TRUE;
  g_set_error_literal (error, NODEDEV_ERROR, VIR_ERR_XML_INVALID_SCHEMA,
                       message != NULL ? message : "it is not device XML");
  return FALSE;
}

gboolean
nodedev_schema_knows_ccw_state (NodedevSchema *schema)
{
  get_rng (schema);
  return schema->knows_ccw_state;
}
