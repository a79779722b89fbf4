/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/pav-use.h"

#include "ccw/block-use.h"
#include "ccw/sysfs.h"

#define DASD_FOLDER CCW_SYSFS_CCW_BUS "/drivers/dasd-eckd"

/*
 * An alias has no disk, but carries the I/O of base devices (Linux,
 * drivers/s390/block/dasd_alias.c). While it is offline the attribute reads 0.
 */
static gboolean
is_online_alias (const char *folder)
{
  g_autofree char *alias = ccw_leaf_read (folder, "alias");

  return g_strcmp0 (alias, "1") == 0;
}

/* An alias without HyperPAV has the unique id of its base (dasd_eckd.c, get_uid). */
static void
note_alias (GHashTable *aliases, const char *name)
{
  g_autofree char *folder = g_build_filename (DASD_FOLDER, name, NULL);
  g_autofree char *uid = is_online_alias (folder) ? ccw_leaf_read (folder, "uid") : NULL;

  if (uid != NULL && !g_hash_table_contains (aliases, uid))
    g_hash_table_insert (aliases, g_steal_pointer (&uid), g_strdup (name));
}

GHashTable *
ccw_pav_read_aliases (void)
{
  g_autoptr (GPtrArray) names = ccw_sysfs_list (DASD_FOLDER);
  GHashTable *aliases = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < names->len; i++)
    if (g_ascii_isxdigit (*(const char *) g_ptr_array_index (names, i)))
      note_alias (aliases, g_ptr_array_index (names, i));
  return aliases;
}

char *
ccw_find_pav_user (CcwSystemUse *use, const CcwDeviceTree *tree, GError **error)
{
  g_autofree char *uid = ccw_leaf_read (tree->folder, "uid");
  const char *alias;

  if (is_online_alias (tree->folder))
    return g_strdup ("it is a PAV alias, through which disks of its control unit are reached");
  alias = uid != NULL && *uid != '\0' ? ccw_system_use_find_alias (use, uid) : NULL;
  return alias == NULL
             ? NULL
             : g_strdup_printf ("its PAV alias %s is online; set that offline first", alias);
}
