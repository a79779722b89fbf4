/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/in-use-allowed.h"

#define KEY "allow"

static const struct
{
  const char *name;
  CcwAllowed allowed;
} words[] = {
  { "open", CCW_ALLOWED_OPEN },
  { "alias", CCW_ALLOWED_ALIAS },
  { "3215", CCW_ALLOWED_LINE_TERMINAL },
};

const char *
ccw_allowed_name (CcwAllowed allowed)
{
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (words[i].allowed == allowed)
      return words[i].name;
  return NULL;
}

static CcwAllowed
parse_word (const char *word, const char *path)
{
  g_autofree char *escaped = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i].name, word))
      return words[i].allowed;
  escaped = g_strescape (word, NULL);
  g_warning ("%s: there is no use '%s' that could be allowed", path, escaped);
  return 0;
}

/* However the administrator wrote the number, "0.0.2B09" or "0.0.2b09". */
static char *
find_group (GKeyFile *file, const CcwDevId *device)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  CcwDevId id;

  for (char **group = groups; *group != NULL; group++)
    if (ccw_dev_id_parse (*group, &id, NULL) && ccw_dev_id_equal (&id, device))
      return g_strdup (*group);
  return NULL;
}

static CcwAllowed
read_allowed (GKeyFile *file, const char *path, const CcwDevId *device)
{
  g_autofree char *group = find_group (file, device);
  g_auto (GStrv) list
      = group != NULL ? g_key_file_get_string_list (file, group, KEY, NULL, NULL) : NULL;
  CcwAllowed allowed = 0;

  for (char **word = list; word != NULL && *word != NULL; word++)
    allowed |= parse_word (*word, path);
  return allowed;
}

CcwAllowed
ccw_in_use_allowed (const CcwPaths *paths, const CcwDevId *device)
{
  g_autofree char *path = g_build_filename (ccw_paths_config_dir (paths), "in-use.conf", NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  if (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error))
    return read_allowed (file, path, device);
  if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_warning ("could not read %s, so it allows nothing: %s", path, error->message);
  return 0;
}
