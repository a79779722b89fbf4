/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "round-trip.h"

#include "nodedev/mdev-xml.h"
#include "nodedev/node-xml.h"

#ifndef SCHEMAS
#error "SCHEMAS is the folder xml/schemas"
#endif

NodedevSchema *
load_schema (const char *name)
{
  g_autofree char *path = g_build_filename (SCHEMAS, name, NULL);

  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  return nodedev_schema_new (path);
}

void
check_outcome (gconstpointer result, const GError *error)
{
  g_assert_true ((result == NULL) == (error != NULL));
  if (error != NULL)
    g_assert_true (*error->message != '\0' && g_utf8_validate (error->message, -1, NULL));
}

static void
check_reads_as (const NodedevView *view, NodedevSchema *schema, const char *xml,
                const MdevConfig *config)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MdevConfig) again = nodedev_mdev_from_xml (view, schema, xml, &error);

  if (again == NULL)
    g_error ("%s\n%s", error->message, xml);
  /* Device XML does not tell whether an mdev starts by itself. */
  mdev_config_set_autostart (again, mdev_config_get_autostart (config));
  if (!mdev_config_equal (again, config))
    g_error ("it is not what it was:\n%s", xml);
}

static NodedevSchema *
get_schema (void)
{
  static NodedevSchema *schema;

  if (schema == NULL)
    schema = load_schema ("nodedev.rng");
  return schema;
}

char *
print_config (const MdevConfig *config)
{
  const NodedevNode node = { .kind = NODEDEV_KIND_MDEV, .config = config };
  char *xml = nodedev_node_to_xml (&node, TRUE, get_schema ());
  g_autoptr (GError) error = NULL;
  g_autoptr (xmlDoc) doc = ccw_xml_parse (xml, -1, "our XML", &error);

  if (doc == NULL || !nodedev_schema_check (get_schema (), doc, &error))
    g_error ("%s\n%s", error->message, xml);
  return xml;
}

void
check_config_as_xml (const NodedevView *view, const MdevConfig *config)
{
  g_autofree char *xml = print_config (config);

  check_reads_as (view, NULL, xml, config);
  check_reads_as (view, get_schema (), xml, config);
}

void
check_config_as_json (const MdevConfig *config)
{
  g_autofree char *json = mdev_config_to_json (config);
  g_autoptr (GError) error = NULL;
  g_autoptr (MdevConfig) again = mdev_config_from_json (json, -1, mdev_config_get_uuid (config),
                                                        mdev_config_get_parent (config), &error);

  if (again == NULL)
    g_error ("%s\n%s", error->message, json);
  if (!mdev_config_equal (again, config))
    g_error ("it is not what it was:\n%s", json);
}
