/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/device-tree.h"

#include <string.h>

#include "ccw/block-use.h"
#include "ccw/sysfs.h"

/* Deeper than any device goes (FCP: host, rport, target, LUN, block, disk, partition). */
#define DEPTH_MAX 16

/* "3270/tty1" from the line DEVNAME=3270/tty1; without one, what udev links to by number. */
static char *
read_node_name (const char *folder, const char *number)
{
  g_autofree char *uevent = ccw_leaf_read (folder, "uevent");
  g_auto (GStrv) lines = g_strsplit (uevent != NULL ? uevent : "", "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, "DEVNAME="))
      return g_strdup (*line + strlen ("DEVNAME="));
  return g_build_filename ("char", number, NULL);
}

static void
note_node (CcwDeviceTree *tree, const char *folder, const char *number, gboolean is_block)
{
  CcwNode *node = g_new0 (CcwNode, 1);

  node->name = is_block ? ccw_block_node_name (folder) : read_node_name (folder, number);
  node->folder = g_strdup (folder);
  node->number = g_strdup (number);
  g_ptr_array_add (is_block ? tree->blocks : tree->characters, node);
}

static gboolean
is_in_folder (const char *path, const char *name)
{
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *parent_name = g_path_get_basename (parent);

  return g_str_equal (parent_name, name);
}

static void
note_folder (CcwDeviceTree *tree, const char *folder)
{
  g_autofree char *number = ccw_leaf_read (folder, "dev");
  g_autofree char *subsystem_path = g_build_filename (folder, "subsystem", NULL);
  g_autofree char *subsystem = ccw_sysfs_read_link_name (subsystem_path);

  if (number != NULL)
    note_node (tree, folder, number,
               is_in_folder (folder, "block") || ccw_leaf_exists (folder, "partition"));
  else if (is_in_folder (folder, "net"))
    g_ptr_array_add (tree->interfaces, g_strdup (folder));
  else if (g_strcmp0 (subsystem, "virtio") == 0)
    g_ptr_array_add (tree->virtios, g_strdup (folder));
}

static void
collect (CcwDeviceTree *tree, const char *folder, guint depth)
{
  g_autoptr (GPtrArray) names = ccw_sysfs_list_folders (folder);

  for (guint i = 0; i < names->len && depth < DEPTH_MAX; i++)
    {
      g_autofree char *path = g_build_filename (folder, g_ptr_array_index (names, i), NULL);

      note_folder (tree, path);
      collect (tree, path, depth + 1);
    }
}

/* Links on a bus lead straight to a folder: nothing else of the way there has to be resolved. */
static char *
find_folder (const CcwDevId *device)
{
  g_autofree char *link = ccw_sysfs_device_path (device, NULL);
  g_autofree char *target = g_file_read_link (link, NULL);
  g_autofree char *folder
      = target != NULL ? g_canonicalize_filename (target, CCW_SYSFS_CCW_BUS "/devices") : NULL;

  return folder != NULL && ccw_sysfs_exists (folder) ? g_steal_pointer (&folder) : NULL;
}

gboolean
ccw_device_tree_read (CcwDeviceTree *tree, const CcwDevId *device)
{
  *tree = (CcwDeviceTree){
    .device = device,
    .folder = find_folder (device),
    .blocks = g_ptr_array_new_with_free_func (ccw_node_free),
    .characters = g_ptr_array_new_with_free_func (ccw_node_free),
    .interfaces = g_ptr_array_new_with_free_func (g_free),
    .virtios = g_ptr_array_new_with_free_func (g_free),
  };
  if (tree->folder == NULL)
    return FALSE;
  collect (tree, tree->folder, 0);
  return TRUE;
}

void
ccw_device_tree_clear (CcwDeviceTree *tree)
{
  g_clear_pointer (&tree->folder, g_free);
  g_clear_pointer (&tree->blocks, g_ptr_array_unref);
  g_clear_pointer (&tree->characters, g_ptr_array_unref);
  g_clear_pointer (&tree->interfaces, g_ptr_array_unref);
  g_clear_pointer (&tree->virtios, g_ptr_array_unref);
}
