/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzz target: the input is a libvirt <domain> or <hostdev>, as virt-ccw reads
 * it from a file and the hook from libvirt. What is taken must be printed as
 * JSON with the keys that libvirt writes, come back the same from the element
 * that we print, have addresses, names and UUIDs of its own, and be what the
 * hook finds, too.
 */
#include <json-glib/json-glib.h>
#include <string.h>

#include "ccw/xml.h"
#include "qemu-hook/guest-domain.h"
#include "qemu-hook/hostdev-xml.h"
#include "qemu-hook/qemu-args.h"
#include "replay.h"
#include "round-trip.h"

/* --- one hostdev ---------------------------------------------------------- */

static const char *
get_string (JsonObject *object, const char *name)
{
  g_assert_true (json_object_has_member (object, name));
  return json_object_get_string_member (object, name);
}

/* libvirt's order (qemuBuildHostdevMediatedDevProps), each key at most once. */
static void
check_keys (JsonObject *object)
{
  static const char *const keys[]
      = { "driver", "id", "sysfsdev", "display", "ramfb", "bootindex", "loadparm", "devno" };
  g_autoptr (GList) members = json_object_get_members (object);
  gsize next = 0;

  for (GList *member = members; member != NULL; member = member->next, next++)
    {
      while (next < G_N_ELEMENTS (keys) && !g_str_equal (keys[next], member->data))
        next++;
      g_assert_cmpuint (next, <, G_N_ELEMENTS (keys));
    }
}

static void
check_json (const Hostdev *hostdev)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *json = qemu_args_device (hostdev, QEMU_ARGS_JSON);
  g_autofree char *path = g_strconcat ("/sys/bus/mdev/devices/", hostdev_get_uuid (hostdev), NULL);
  JsonObject *object;

  g_assert_true (json_parser_load_from_data (parser, json, -1, NULL));
  object = json_node_get_object (json_parser_get_root (parser));
  check_keys (object);
  g_assert_cmpstr (get_string (object, "driver"), ==, "vfio-ccw");
  g_assert_cmpstr (get_string (object, "sysfsdev"), ==, path);
  g_assert_cmpstr (get_string (object, "id"), !=, "");
  if (hostdev_get_boot_order (hostdev) != 0)
    g_assert_cmpint (json_object_get_int_member (object, "bootindex"), ==,
                     hostdev_get_boot_order (hostdev));
  g_assert_true (hostdev_get_guest_id (hostdev) != NULL);
  g_assert_cmpstr (get_string (object, "devno"), !=, "");
}

/* QEMU's own syntax has ',' and '=' between properties: no value may hold one. */
static void
check_classic (const Hostdev *hostdev)
{
  g_autofree char *classic = qemu_args_device (hostdev, QEMU_ARGS_CLASSIC);
  g_auto (GStrv) properties = g_strsplit (classic, ",", -1);

  g_assert_cmpstr (properties[0], ==, "vfio-ccw");
  for (guint i = 1; properties[i] != NULL; i++)
    {
      const char *equals = strchr (properties[i], '=');

      g_assert_true (equals != NULL && equals != properties[i] && strchr (equals + 1, '=') == NULL);
    }
}

static void
check_element (const Hostdev *hostdev)
{
  static NodedevSchema *schema;
  g_autofree char *xml = hostdev_to_xml (hostdev);
  g_autoptr (xmlDoc) doc = ccw_xml_parse (xml, -1, "host device", NULL);
  g_autoptr (GPtrArray) again = hostdevs_from_xml (xml, -1, "host device", NULL);
  g_autofree char *xml_again = NULL;

  if (schema == NULL)
    schema = load_schema ("hostdev.rng");
  if (doc == NULL || !nodedev_schema_check (schema, doc, NULL))
    g_error ("it is not valid:\n%s", xml);
  g_assert_nonnull (again);
  g_assert_cmpuint (again->len, ==, 1);
  xml_again = hostdev_to_xml (again->pdata[0]);
  g_assert_cmpstr (xml_again, ==, xml);
}

/* --- all of a domain -------------------------------------------------------- */

/* What QEMU would refuse: two devices with one id, address, mdev or place in the boot order. */
static void
check_distinct (GPtrArray *hostdevs)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < hostdevs->len; i++)
    {
      const Hostdev *hostdev = hostdevs->pdata[i];
      const char *alias = hostdev_get_alias (hostdev);

      g_assert_true (
          g_hash_table_add (seen, ccw_dev_id_to_string (hostdev_get_guest_id (hostdev))));
      g_assert_true (g_hash_table_add (seen, g_strdup (hostdev_get_uuid (hostdev))));
      g_assert_true (g_hash_table_add (
          seen, alias != NULL ? g_strdup (alias)
                              : g_strdup_printf ("hostdev%u", hostdev_get_index (hostdev))));
      if (hostdev_get_boot_order (hostdev) != 0)
        g_assert_true (
            g_hash_table_add (seen, g_strdup_printf ("%u", hostdev_get_boot_order (hostdev))));
    }
}

/* The hook is less strict: what virt-ccw takes, it takes, and finds the same in it. */
static void
check_hook (const GString *text, GPtrArray *hostdevs)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GuestDomain) domain = guest_domain_from_xml (text, &error);

  check_outcome (domain, error);
  if (domain == NULL || hostdevs == NULL)
    return;
  g_assert_cmpuint (domain->mdevs->len, ==, hostdevs->len);
  for (guint i = 0; i < hostdevs->len; i++)
    g_assert_cmpstr (domain->mdevs->pdata[i], ==, hostdev_get_uuid (hostdevs->pdata[i]));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GString) text = g_string_new_len ((const char *) data, (gssize) size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hostdevs
      = hostdevs_from_xml (text->str, (gssize) text->len, "input", &error);

  check_outcome (hostdevs, error);
  check_hook (text, hostdevs);
  if (hostdevs == NULL)
    return 0;
  check_distinct (hostdevs);
  for (guint i = 0; i < hostdevs->len; i++)
    {
      check_json (hostdevs->pdata[i]);
      check_classic (hostdevs->pdata[i]);
      check_element (hostdevs->pdata[i]);
    }
  return 0;
}
