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
static gboolean
is_alias_of (const char *folder, const char *uid)
{
  g_autofree char *other = ccw_leaf_read (folder, "uid");

  return g_strcmp0 (other, uid) == 0 && is_online_alias (folder);
}

/* The bus id of an online alias of the base with @uid; NULL when there is none. */
static char *
find_alias (const char *uid)
{
  g_autoptr (GPtrArray) names = ccw_sysfs_list (DASD_FOLDER);

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *folder = g_build_filename (DASD_FOLDER, name, NULL);

      if (g_ascii_isxdigit (*name) && is_alias_of (folder, uid))
        return g_strdup (name);
    }
  return NULL;
}

char *
ccw_find_pav_user (const CcwDeviceTree *tree, GError **error)
{
  g_autofree char *uid = ccw_leaf_read (tree->folder, "uid");
  g_autofree char *alias = NULL;

  if (is_online_alias (tree->folder))
    return g_strdup ("it is a PAV alias, through which disks of its control unit are reached");
  alias = uid != NULL && *uid != '\0' ? find_alias (uid) : NULL;
  return alias == NULL ? NULL
                       : g_strdup_printf ("its PAV alias %s is online; set that offline first",
                                          alias);
}
