/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzz target: the input is XML that somebody gives us, as device XML to
 * create, define and update mdevs. What is taken must come back the same from
 * what we print of it.
 *
 * Runs in the mock machine, whose subchannels are the parents.
 */
#include "nodedev/mdev-xml.h"
#include "replay.h"
#include "round-trip.h"

static const NodedevView *
get_view (void)
{
  static NodedevView view;
  const CcwDevId terminal = { .number = 0x313 };

  if (view.host != NULL)
    return &view;
  view.host = ccw_host_new ();
  if (!ccw_host_scan (view.host, NULL) || ccw_host_get_subchannel (view.host, &terminal) == NULL)
    g_error ("there is no subchannel 0.0.0313 here: this runs in the mock machine");
  return &view;
}

/* --- device XML ----------------------------------------------------------- */

static MdevConfig *
read_config (NodedevSchema *schema, const char *xml)
{
  g_autoptr (GError) error = NULL;
  MdevConfig *config = nodedev_mdev_from_xml (get_view (), schema, xml, &error);

  check_outcome (config, error);
  return config;
}

/* The same, but for the UUID, of which each reading makes a new one when there is none. */
static gboolean
is_same (const MdevConfig *a, const MdevConfig *b)
{
  g_autofree char *json_a = mdev_config_to_json (a);
  g_autofree char *json_b = mdev_config_to_json (b);

  return g_str_equal (json_a, json_b)
         && ccw_dev_id_equal (mdev_config_get_parent (a), mdev_config_get_parent (b));
}

static void
check_device (const char *xml)
{
  static NodedevSchema *schema;
  g_autoptr (MdevConfig) plain = read_config (NULL, xml);
  g_autoptr (MdevConfig) validated = NULL;

  if (schema == NULL)
    schema = load_schema ("nodedev.rng");
  validated = read_config (schema, xml);
  /* Validation may only refuse more; and what we take is not somebody else's. */
  g_assert_true (validated == NULL || (plain != NULL && is_same (plain, validated)));
  g_assert_true (plain == NULL || !nodedev_mdev_xml_is_foreign (xml));
  if (plain == NULL)
    return;
  check_config_as_xml (get_view (), plain);
  check_config_as_json (plain);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *xml = g_strndup ((const char *) data, size);

  check_device (xml);
  return 0;
}
