/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/config.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "ccw/error.h"

/* mdevctl's file is three levels deep; a parser that recurses must not be fed more. */
#define JSON_DEPTH_MAX 8

#define START_AUTO "auto"
#define START_MANUAL "manual"

typedef struct
{
  char *name;
  char *value;
} Attribute;

struct _MdevConfig
{
  char *uuid;
  CcwDevId parent;
  char *type;
  gboolean autostart;
  GArray *attributes; /* of Attribute */
};

static void
attribute_clear (gpointer data)
{
  Attribute *attribute = data;

  g_free (attribute->name);
  g_free (attribute->value);
}

gboolean
mdev_uuid_is_valid (const char *text)
{
  return strlen (text) == 36 && g_uuid_string_is_valid (text);
}

/* --- types --------------------------------------------------------------- */

static gboolean
same_but_for_separators (const char *a, const char *b)
{
  g_autofree char *canonical_a = g_strdelimit (g_ascii_strdown (a, -1), "-_ ", '-');
  g_autofree char *canonical_b = g_strdelimit (g_ascii_strdown (b, -1), "-_ ", '-');

  return g_str_equal (canonical_a, canonical_b);
}

/* "vfio-ccw_io" and "vfio-ccw" are what people write who have seen the device
 * API or the driver; mdevctl stores such a type and fails silently at boot. */
static gboolean
type_is_slip (const char *type)
{
  if (g_str_equal (type, MDEV_TYPE_VFIO_CCW))
    return FALSE;
  return same_but_for_separators (type, MDEV_TYPE_VFIO_CCW)
         || same_but_for_separators (type, "vfio-ccw");
}

static gboolean
check_type (const char *type, GError **error)
{
  if (type_is_slip (type))
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "'%s' is not a type of mediated device: use '%s', with an underscore, "
                   "then a dash",
                   type, MDEV_TYPE_VFIO_CCW);
      return FALSE;
    }
  if (*type == '\0' || strchr (type, '/') != NULL || g_str_equal (type, ".")
      || g_str_equal (type, ".."))
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "'%s' cannot be the name of a mediated device type: use '%s'", type,
                   MDEV_TYPE_VFIO_CCW);
      return FALSE;
    }
  return TRUE;
}

/* --- life ---------------------------------------------------------------- */

static MdevConfig *
config_alloc (char *uuid, const CcwDevId *parent, const char *type)
{
  MdevConfig *config = g_new0 (MdevConfig, 1);

  config->uuid = uuid;
  config->parent = *parent;
  config->type = g_strdup (type);
  config->attributes = g_array_new (FALSE, FALSE, sizeof (Attribute));
  g_array_set_clear_func (config->attributes, attribute_clear);
  return config;
}

MdevConfig *
mdev_config_new (const char *uuid, const CcwDevId *parent, const char *type, GError **error)
{
  if (uuid != NULL && !mdev_uuid_is_valid (uuid))
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "'%s' is not a UUID: it must look like 7e270a25-e163-4922-af60-757fc8ed48c6",
                   uuid);
      return NULL;
    }
  if (!check_type (type, error))
    return NULL;
  return config_alloc (uuid != NULL ? g_ascii_strdown (uuid, -1) : g_uuid_string_random (), parent,
                       type);
}

static void
append_attribute (MdevConfig *config, const char *name, const char *value)
{
  Attribute attribute = { .name = g_strdup (name), .value = g_strdup (value) };

  g_array_append_val (config->attributes, attribute);
}

MdevConfig *
mdev_config_copy (const MdevConfig *config)
{
  return mdev_config_copy_to (config, &config->parent);
}

MdevConfig *
mdev_config_copy_to (const MdevConfig *config, const CcwDevId *parent)
{
  MdevConfig *copy = config_alloc (g_strdup (config->uuid), parent, config->type);

  copy->autostart = config->autostart;
  for (guint i = 0; i < config->attributes->len; i++)
    {
      const Attribute *attribute = &g_array_index (config->attributes, Attribute, i);

      append_attribute (copy, attribute->name, attribute->value);
    }
  return copy;
}

void
mdev_config_free (MdevConfig *config)
{
  if (config == NULL)
    return;
  g_free (config->uuid);
  g_free (config->type);
  g_array_unref (config->attributes);
  g_free (config);
}

/* --- fields -------------------------------------------------------------- */

const char *
mdev_config_get_uuid (const MdevConfig *config)
{
  return config->uuid;
}

const CcwDevId *
mdev_config_get_parent (const MdevConfig *config)
{
  return &config->parent;
}

const char *
mdev_config_get_type (const MdevConfig *config)
{
  return config->type;
}

gboolean
mdev_config_get_autostart (const MdevConfig *config)
{
  return config->autostart;
}

void
mdev_config_set_autostart (MdevConfig *config, gboolean autostart)
{
  config->autostart = autostart != FALSE;
}

gsize
mdev_config_n_attributes (const MdevConfig *config)
{
  return config->attributes->len;
}

void
mdev_config_get_attribute (const MdevConfig *config, gsize index, const char **name,
                           const char **value)
{
  const Attribute *attribute;

  g_return_if_fail (index < config->attributes->len);

  attribute = &g_array_index (config->attributes, Attribute, index);
  *name = attribute->name;
  *value = attribute->value;
}

/* What the kernel, not the mdev's driver, put into its folder: written, these do other things. */
static gboolean
is_attribute_name (const char *name)
{
  static const char *const others[]
      = { "", ".", "..", "driver_override", "remove", "uevent", NULL };

  return !g_strv_contains (others, name) && !g_str_has_prefix (name, "power")
         && strchr (name, '/') == NULL;
}

gboolean
mdev_config_add_attribute (MdevConfig *config, const char *name, const char *value, GError **error)
{
  if (!is_attribute_name (name))
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "'%s' cannot be the name of an attribute of mediated device %s", name,
                   config->uuid);
      return FALSE;
    }
  append_attribute (config, name, value);
  return TRUE;
}

static gboolean
attributes_equal (const GArray *a, const GArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    {
      const Attribute *left = &g_array_index (a, Attribute, i);
      const Attribute *right = &g_array_index (b, Attribute, i);

      if (!g_str_equal (left->name, right->name) || !g_str_equal (left->value, right->value))
        return FALSE;
    }
  return TRUE;
}

gboolean
mdev_config_equal (const MdevConfig *a, const MdevConfig *b)
{
  return g_str_equal (a->uuid, b->uuid) && ccw_dev_id_equal (&a->parent, &b->parent)
         && g_str_equal (a->type, b->type) && a->autostart == b->autostart
         && attributes_equal (a->attributes, b->attributes);
}

/* --- to JSON ------------------------------------------------------------- */

/*
 * Written by hand, since the bytes must be those of mdevctl (Rust's
 * serde_json), which escapes only what RFC 8259 section 7 demands, with short
 * forms and lower-case digits; json-glib escapes more.
 */
static void
append_json_string (GString *out, const char *text)
{
  static const char shorthand[] = "\bb\ff\nn\rr\tt\"\"\\\\";

  g_string_append_c (out, '"');
  for (const char *c = text; *c != '\0'; c++)
    {
      const char *found = NULL;

      for (gsize i = 0; i + 1 < sizeof (shorthand) && found == NULL; i += 2)
        if (shorthand[i] == *c)
          found = &shorthand[i + 1];

      if (found != NULL)
        g_string_append_printf (out, "\\%c", *found);
      else if ((guchar) *c < 0x20)
        g_string_append_printf (out, "\\u%04x", (guint) (guchar) *c);
      else
        g_string_append_c (out, *c);
    }
  g_string_append_c (out, '"');
}

static void
append_json_attributes (GString *out, const GArray *attributes)
{
  g_string_append_c (out, '[');
  for (guint i = 0; i < attributes->len; i++)
    {
      const Attribute *attribute = &g_array_index (attributes, Attribute, i);

      g_string_append (out, i > 0 ? ",\n    {\n      " : "\n    {\n      ");
      append_json_string (out, attribute->name);
      g_string_append (out, ": ");
      append_json_string (out, attribute->value);
      g_string_append (out, "\n    }");
    }
  g_string_append (out, attributes->len > 0 ? "\n  ]" : "]");
}

char *
mdev_config_to_json (const MdevConfig *config)
{
  GString *out = g_string_new ("{\n  \"mdev_type\": ");

  append_json_string (out, config->type);
  g_string_append (out, ",\n  \"start\": ");
  append_json_string (out, config->autostart ? START_AUTO : START_MANUAL);
  g_string_append (out, ",\n  \"attrs\": ");
  append_json_attributes (out, config->attributes);
  g_string_append (out, "\n}");
  return g_string_free (out, FALSE);
}

/* --- from JSON ----------------------------------------------------------- */

/* json-glib's parser recurses without a limit: measure before parsing. Too
 * deep is decided on brackets outside strings, valid JSON or not. */
static gboolean
nests_too_deep (const char *json, gsize length)
{
  gboolean in_string = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (in_string && json[i] == '\\')
        i++;
      else if (json[i] == '"')
        in_string = !in_string;
      else if (!in_string && (json[i] == '[' || json[i] == '{') && ++depth > JSON_DEPTH_MAX)
        return TRUE;
      else if (!in_string && (json[i] == ']' || json[i] == '}') && depth > 0)
        depth--;
    }
  return FALSE;
}

static JsonNode *
parse_json (const char *json, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) reason = NULL;
  JsonNode *root;

  if (!g_utf8_validate (json, (gssize) length, NULL) || nests_too_deep (json, length))
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "not JSON text of a mediated device");
      return NULL;
    }
  if (!json_parser_load_from_data (parser, json, (gssize) length, &reason))
    {
      g_autofree char *cited = g_utf8_make_valid (reason->message, -1); /* bytes of the text */

      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "not JSON: %s", cited);
      return NULL;
    }
  root = json_parser_steal_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "not a JSON object");
      g_clear_pointer (&root, json_node_unref);
    }
  return root;
}

/* json-glib takes octal escapes, which are not JSON, and by which bytes come that are not UTF-8. */
static const char *
get_string (JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING
      || !g_utf8_validate (json_node_get_string (node), -1, NULL))
    return NULL;
  return json_node_get_string (node);
}

static const char *
get_string_member (JsonObject *object, const char *key, GError **error)
{
  const char *value = get_string (json_object_get_member (object, key));

  if (value == NULL)
    g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "\"%s\" is missing or no string of UTF-8",
                 key);
  return value;
}

/* mdevctl writes one attribute as one object with one member. */
static gboolean
read_attribute (MdevConfig *config, JsonNode *node, GError **error)
{
  JsonObjectIter iter;
  const char *name = NULL;
  const char *value = NULL;
  JsonNode *member = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node) && json_object_get_size (json_node_get_object (node)) == 1)
    {
      json_object_iter_init (&iter, json_node_get_object (node));
      if (json_object_iter_next (&iter, &name, &member) && g_utf8_validate (name, -1, NULL))
        value = get_string (member);
    }
  if (value == NULL)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "\"attrs\" must hold objects of one name and one string each");
      return FALSE;
    }
  return mdev_config_add_attribute (config, name, value, error);
}

static gboolean
read_attributes (MdevConfig *config, JsonNode *node, GError **error)
{
  JsonArray *array;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "\"attrs\" is not an array");
      return FALSE;
    }
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!read_attribute (config, json_array_get_element (array, i), error))
      return FALSE;
  return TRUE;
}

MdevConfig *
mdev_config_from_json (const char *json, gssize length, const char *uuid, const CcwDevId *parent,
                       GError **error)
{
  g_autoptr (JsonNode) root = parse_json (json, length < 0 ? strlen (json) : (gsize) length, error);
  g_autoptr (MdevConfig) config = NULL;
  const char *type, *start;
  JsonObject *object;

  if (root == NULL)
    return NULL;
  object = json_node_get_object (root);
  type = get_string_member (object, "mdev_type", error);
  if (type == NULL)
    return NULL;
  start = get_string_member (object, "start", error);
  if (start == NULL)
    return NULL;

  config = mdev_config_new (uuid, parent, type, error);
  if (config == NULL || !read_attributes (config, json_object_get_member (object, "attrs"), error))
    return NULL;
  /* Anything but "auto" is manual to mdevctl, too. */
  mdev_config_set_autostart (config, g_str_equal (start, START_AUTO));
  return g_steal_pointer (&config);
}
