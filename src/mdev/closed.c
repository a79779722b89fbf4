/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/closed.h"

#include "ccw/error.h"
#include "ccw/open-files.h"
#include "ccw/sysfs.h"
#include "mdev/patience.h"

/* The nodes through which a program can hold an mdev: its group's, and its own with iommufd. */
static GPtrArray *
list_nodes (const char *uuid)
{
  GPtrArray *nodes = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *group_path = ccw_sysfs_mdev_path (uuid, "iommu_group");
  g_autofree char *group = ccw_sysfs_read_link_name (group_path);
  g_autofree char *cdev_path = ccw_sysfs_mdev_path (uuid, "vfio-dev");
  g_autoptr (GPtrArray) cdevs = ccw_sysfs_list (cdev_path);

  if (group != NULL)
    g_ptr_array_add (nodes, g_build_filename ("/dev/vfio", group, NULL));
  for (guint i = 0; i < cdevs->len; i++)
    g_ptr_array_add (nodes,
                     g_build_filename ("/dev/vfio/devices", g_ptr_array_index (cdevs, i), NULL));
  return nodes;
}

/* As ccw_find_opener(), but whoever closes the node within @patience_ms does not count. */
static char *
await_closed (const GPtrArray *nodes, GPtrArray *besides, guint patience_ms, GError **error)
{
  MdevPatience patience = mdev_patience_begin (patience_ms);
  char *opener = ccw_find_opener (nodes, besides, error);

  while (opener != NULL && mdev_patience_wait (&patience))
    {
      g_free (opener);
      opener = ccw_find_opener (nodes, besides, error);
    }
  return opener;
}

gboolean
mdev_check_closed (const char *uuid, GPtrArray *besides, guint patience_ms, GError **error)
{
  g_autoptr (GPtrArray) nodes = list_nodes (uuid);
  g_autoptr (GError) reason = NULL;
  g_autofree char *opener = await_closed (nodes, besides, patience_ms, &reason);

  if (reason != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  if (opener == NULL)
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_IN_USE,
               "mediated device %s is in use: %s; detach it from its guest first", uuid, opener);
  return FALSE;
}
