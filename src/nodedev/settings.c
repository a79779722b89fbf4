/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/settings.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "ccw/error.h"
#include "nodedev/conf.h"

/* Permissions of the sockets where nobody said: polkit decides, or the socket does. */
#define MODE_ALL 0666
#define MODE_GROUP 0660
#define MODE_ROOT 0600
#define MODE_UNSET G_MAXUINT

struct _NodedevSettings
{
  NodedevAuthMethod auth[2]; /* [readonly] */
  guint mode[2];             /* [readonly], or MODE_UNSET */
  gint64 group;
  GArray *trusted; /* of uid_t */
  NodedevLimits limits;
  NodedevKeepaliveLimits keepalive;
  gboolean checks_access;
};

/* --- values --------------------------------------------------------------- */

static gboolean
fail (GError **error, const char *name, const char *expected)
{
  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "%s takes %s", name, expected);
  return FALSE;
}

static const char *
string_of (GVariant *value)
{
  return g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_get_string (value, NULL)
                                                             : NULL;
}

static gboolean
set_auth (gpointer auth, const char *name, GVariant *value, GError **error)
{
  const char *text = string_of (value);

  if (g_strcmp0 (text, "none") != 0 && g_strcmp0 (text, "polkit") != 0)
    return fail (error, name, "\"none\" or \"polkit\"");
  *(NodedevAuthMethod *) auth
      = strcmp (text, "polkit") == 0 ? NODEDEV_AUTH_POLKIT : NODEDEV_AUTH_NONE;
  return TRUE;
}

static gboolean
set_mode (gpointer mode, const char *name, GVariant *value, GError **error)
{
  const char *text = string_of (value);
  guint64 number;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 8, 0, 0777, &number, NULL))
    return fail (error, name, "octal permissions in quotes, up to \"0777\"");
  *(guint *) mode = (guint) number;
  return TRUE;
}

static gboolean
set_group (gpointer id, const char *name, GVariant *value, GError **error)
{
  const char *text = string_of (value);
  const struct group *group = text == NULL ? NULL : getgrnam (text);

  if (group == NULL)
    return fail (error, name, "the name of a group that exists");
  *(gint64 *) id = group->gr_gid;
  return TRUE;
}

static gboolean
add_user (GArray *users, const char *name)
{
  const struct passwd *entry = getpwnam (name);

  if (entry == NULL)
    return FALSE;
  g_array_append_val (users, entry->pw_uid);
  return TRUE;
}

static gboolean
set_users (gpointer field, const char *name, GVariant *value, GError **error)
{
  GArray **users = field;
  g_autofree const char **names = NULL;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    return fail (error, name, "a list of users in brackets");
  names = g_variant_get_strv (value, NULL);
  for (gsize i = 0; names[i] != NULL; i++)
    if (!add_user (*users, names[i]))
      return fail (error, name, "names of users that exist");
  return TRUE;
}

static gboolean
set_access (gpointer field, const char *name, GVariant *value, GError **error)
{
  gboolean *checks_access = field;
  g_autofree const char **drivers = NULL;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    return fail (error, name, "a list in brackets");
  drivers = g_variant_get_strv (value, NULL);
  for (gsize i = 0; drivers[i] != NULL; i++)
    {
      if (strcmp (drivers[i], "polkit") != 0 && strcmp (drivers[i], "none") != 0)
        return fail (error, name, "[ \"polkit\" ] or [ \"none\" ]");
      *checks_access |= strcmp (drivers[i], "polkit") == 0;
    }
  return TRUE;
}

static gboolean
set_number (gpointer number, const char *name, GVariant *value, GError **error)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32) || g_variant_get_uint32 (value) == 0)
    return fail (error, name, "a number from 1");
  *(guint *) number = g_variant_get_uint32 (value);
  return TRUE;
}

/* --- files ---------------------------------------------------------------- */

#define FIELD(name) G_STRUCT_OFFSET (NodedevSettings, name)

/* Each sets the field of NodedevSettings that is at its offset. */
static const struct
{
  const char *name;
  gboolean (*set) (gpointer field, const char *name, GVariant *value, GError **error);
  glong offset;
} setters[] = {
  { "access_drivers", set_access, FIELD (checks_access) },
  { "auth_unix_ro", set_auth, FIELD (auth[TRUE]) },
  { "auth_unix_rw", set_auth, FIELD (auth[FALSE]) },
  { "keepalive_count", set_number, FIELD (keepalive.count) },
  { "keepalive_interval", set_number, FIELD (keepalive.interval) },
  { "max_anonymous_clients", set_number, FIELD (limits.anonymous_clients) },
  { "max_clients", set_number, FIELD (limits.clients) },
  { "max_user_clients", set_number, FIELD (limits.user_clients) },
  { "trusted_users", set_users, FIELD (trusted) },
  { "unix_sock_group", set_group, FIELD (group) },
  { "unix_sock_ro_perms", set_mode, FIELD (mode[TRUE]) },
  { "unix_sock_rw_perms", set_mode, FIELD (mode[FALSE]) },
};

static gboolean
set (NodedevSettings *settings, const char *name, GVariant *value, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (setters); i++)
    if (strcmp (setters[i].name, name) == 0)
      return setters[i].set (G_STRUCT_MEMBER_P (settings, setters[i].offset), name, value, error);
  /* A copy of libvirt's file may have settings of what we have not. */
  g_warning ("there is no setting %s; it has no effect", name);
  return TRUE;
}

static gboolean
set_all (NodedevSettings *settings, GHashTable *values, GError **error)
{
  GHashTableIter iter;
  gpointer name;
  gpointer value;

  g_hash_table_iter_init (&iter, values);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (!set (settings, name, value, error))
      return FALSE;
  return TRUE;
}

NodedevSettings *
nodedev_settings_new (void)
{
  NodedevSettings *settings = g_new0 (NodedevSettings, 1);

  settings->auth[FALSE] = NODEDEV_AUTH_POLKIT;
  settings->auth[TRUE] = NODEDEV_AUTH_NONE;
  settings->mode[FALSE] = settings->mode[TRUE] = MODE_UNSET;
  settings->group = -1;
  settings->trusted = g_array_new (FALSE, FALSE, sizeof (uid_t));
  settings->limits
      = (NodedevLimits){ .clients = 400, .user_clients = 100, .anonymous_clients = 20 };
  settings->keepalive
      = (NodedevKeepaliveLimits){ NODEDEV_KEEPALIVE_INTERVAL, NODEDEV_KEEPALIVE_COUNT };
  return settings;
}

NodedevSettings *
nodedev_settings_load (const char *path, GError **error)
{
  g_autoptr (NodedevSettings) settings = nodedev_settings_new ();
  g_autoptr (GHashTable) values = NULL;
  g_autoptr (GError) reason = NULL;
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, &reason))
    {
      if (g_error_matches (reason, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return g_steal_pointer (&settings);
      g_set_error_literal (error, CCW_ERROR, CCW_ERROR_SYSTEM, reason->message);
      return NULL;
    }
  values = nodedev_conf_parse (text, path, error);
  if (values == NULL)
    return NULL;
  if (set_all (settings, values, error))
    return g_steal_pointer (&settings);
  g_prefix_error (error, "%s: ", path);
  return NULL;
}

void
nodedev_settings_free (NodedevSettings *settings)
{
  g_array_unref (settings->trusted);
  g_free (settings);
}

/* --- what follows --------------------------------------------------------- */

NodedevAuthMethod
nodedev_settings_get_auth (const NodedevSettings *settings, gboolean readonly)
{
  return settings->auth[!!readonly];
}

guint
nodedev_settings_get_mode (const NodedevSettings *settings, gboolean readonly)
{
  guint mode = settings->mode[!!readonly];

  if (mode != MODE_UNSET)
    return mode;
  if (readonly || settings->auth[FALSE] == NODEDEV_AUTH_POLKIT)
    return MODE_ALL;
  return settings->group >= 0 ? MODE_GROUP : MODE_ROOT;
}

gint64
nodedev_settings_get_group (const NodedevSettings *settings)
{
  return settings->group;
}

gboolean
nodedev_settings_is_trusted (const NodedevSettings *settings, gint64 uid)
{
  if (uid == 0 || uid == (gint64) geteuid ())
    return TRUE;
  for (guint i = 0; i < settings->trusted->len; i++)
    if (g_array_index (settings->trusted, uid_t, i) == (uid_t) uid)
      return TRUE;
  return FALSE;
}

NodedevLimits
nodedev_settings_get_limits (const NodedevSettings *settings)
{
  return settings->limits;
}

NodedevKeepaliveLimits
nodedev_settings_get_keepalive (const NodedevSettings *settings)
{
  return settings->keepalive;
}

gboolean
nodedev_settings_checks_access (const NodedevSettings *settings)
{
  return settings->checks_access;
}
