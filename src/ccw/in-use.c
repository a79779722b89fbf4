/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/in-use.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ccw/block-use.h"
#include "ccw/error.h"
#include "ccw/open-files.h"
#include "ccw/sysfs.h"

/* Deeper than any device goes (FCP: host, rport, target, LUN, block, disk, partition). */
#define DEPTH_MAX 16

/* net/core: IFF_UP in /sys/class/net/X/flags */
#define INTERFACE_UP 0x1

/* --- what hangs below the device --------------------------------------------- */

typedef struct
{
  const CcwDevId *device;
  char *folder;          /* of the device, resolved */
  GPtrArray *blocks;     /* of CcwNode: disks and partitions */
  GPtrArray *characters; /* of CcwNode: name below /dev, as the kernel wants it called */
  GPtrArray *interfaces; /* of folders */
  GPtrArray *virtios;    /* of folders */
} Subtree;

static void
subtree_clear (Subtree *tree)
{
  g_free (tree->folder);
  g_ptr_array_unref (tree->blocks);
  g_ptr_array_unref (tree->characters);
  g_ptr_array_unref (tree->interfaces);
  g_ptr_array_unref (tree->virtios);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Subtree, subtree_clear)

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
note_node (Subtree *tree, const char *folder, const char *number, gboolean is_block)
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
note_folder (Subtree *tree, const char *folder)
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

static gboolean
is_real_folder (const char *path)
{
  struct stat status;

  return lstat (path, &status) == 0 && S_ISDIR (status.st_mode);
}

static void
collect (Subtree *tree, const char *folder, guint depth)
{
  g_autoptr (GPtrArray) names = ccw_sysfs_list (folder);

  for (guint i = 0; i < names->len && depth < DEPTH_MAX; i++)
    {
      g_autofree char *path = g_build_filename (folder, g_ptr_array_index (names, i), NULL);

      if (!is_real_folder (path))
        continue;
      note_folder (tree, path);
      collect (tree, path, depth + 1);
    }
}

/* --- disks ------------------------------------------------------------------------ */

static char *
find_user_of_blocks (const Subtree *tree, GError **error)
{
  g_autoptr (GError) reason = NULL;
  char *user = NULL;

  for (guint i = 0; i < tree->blocks->len && user == NULL && reason == NULL; i++)
    user = ccw_find_block_user (g_ptr_array_index (tree->blocks, i), &reason);
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return user;
}

/* --- shares, interfaces, aliases, groups ----------------------------------------- */

static char *
virtio_driver (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "driver", NULL);

  return ccw_sysfs_read_link_name (path);
}

/* 9p is mounted by its tag. A virtiofs does not show its tag before Linux 6.9: any mount counts. */
static gboolean
mount_is_of_share (const CcwMount *mount, const char *driver, const char *tag)
{
  if (g_strcmp0 (driver, "virtiofs") == 0)
    return g_str_equal (mount->type, "virtiofs");
  return g_str_equal (mount->type, "9p") && g_strcmp0 (mount->source, tag) == 0;
}

static char *
find_share_mount (const char *folder, const GPtrArray *mounts)
{
  g_autofree char *driver = virtio_driver (folder);
  g_autofree char *tag = ccw_leaf_read (folder, "mount_tag");

  for (guint i = 0; i < mounts->len; i++)
    {
      const CcwMount *mount = g_ptr_array_index (mounts, i);

      if (mount_is_of_share (mount, driver, tag))
        return g_strdup_printf ("its %s share %s is mounted on %s", mount->type, mount->source,
                                mount->target);
    }
  return NULL;
}

static char *
find_user_of_shares (const Subtree *tree, GError **error)
{
  g_autoptr (GPtrArray) mounts = ccw_read_mounts (error);
  char *user = NULL;

  for (guint i = 0; mounts != NULL && i < tree->virtios->len && user == NULL; i++)
    user = find_share_mount (g_ptr_array_index (tree->virtios, i), mounts);
  return user;
}

static gboolean
interface_is_up (const char *folder)
{
  g_autofree char *text = ccw_leaf_read (folder, "flags");
  guint64 flags = text != NULL ? g_ascii_strtoull (text, NULL, 16) : 0;

  return (flags & INTERFACE_UP) != 0;
}

static char *
find_user_of_interfaces (const Subtree *tree, GError **error)
{
  for (guint i = 0; i < tree->interfaces->len; i++)
    {
      const char *folder = g_ptr_array_index (tree->interfaces, i);
      g_autofree char *name = g_path_get_basename (folder);

      if (interface_is_up (folder))
        return g_strdup_printf ("network interface %s is up", name);
      if (ccw_leaf_exists (folder, "master"))
        return g_strdup_printf ("network interface %s is part of a bridge or bond", name);
    }
  return NULL;
}

/* An interface that was moved to another network namespace is used there, but not shown here. */
static char *
find_hidden_interface (const Subtree *tree, GError **error)
{
  for (guint i = 0; i < tree->virtios->len; i++)
    {
      const char *folder = g_ptr_array_index (tree->virtios, i);
      g_autofree char *driver = virtio_driver (folder);
      g_autofree char *path = g_build_filename (folder, "net", NULL);
      g_autoptr (GPtrArray) names = ccw_sysfs_list (path);

      if (g_strcmp0 (driver, "virtio_net") == 0 && names->len == 0)
        return g_strdup ("its network interface is in another network namespace");
    }
  return NULL;
}

/*
 * An alias has no disk, but carries the I/O of base devices (Linux,
 * drivers/s390/block/dasd_alias.c). While it is offline the attribute reads 0.
 */
static char *
find_alias (const Subtree *tree, GError **error)
{
  g_autofree char *alias = ccw_leaf_read (tree->folder, "alias");

  if (g_strcmp0 (alias, "1") != 0)
    return NULL;
  return g_strdup ("it is a PAV alias, through which disks of its control unit are reached");
}

static char *
find_group (const Subtree *tree, GError **error)
{
  g_autofree char *path = g_build_filename (tree->folder, "group_device", NULL);
  g_autofree char *group = ccw_sysfs_read_link_name (path);

  return group != NULL ? g_strdup_printf ("it belongs to the ccwgroup device %s", group) : NULL;
}

/* --- consoles and open nodes ------------------------------------------------------ */

/* Lines are like "ttyS0                -W- (EC p  )    4:64". */
static gboolean
has_console_named (char **consoles, const char *prefix)
{
  for (char **line = consoles; *line != NULL; line++)
    if (g_str_has_prefix (*line, prefix))
      return TRUE;
  return FALSE;
}

static gboolean
has_console_numbered (char **consoles, const char *number)
{
  for (char **line = consoles; *line != NULL; line++)
    {
      const char *last = strrchr (*line, ' ');

      if (last != NULL && g_str_equal (last + 1, number))
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_virtio_console (const Subtree *tree)
{
  for (guint i = 0; i < tree->virtios->len; i++)
    {
      g_autofree char *driver = virtio_driver (g_ptr_array_index (tree->virtios, i));

      if (g_strcmp0 (driver, "virtio_console") == 0)
        return TRUE;
    }
  return FALSE;
}

/* A 3215's terminal does not show below it; where there is one, it is the operator's. */
static gboolean
is_online_3215 (const Subtree *tree)
{
  g_autofree char *driver_path = g_build_filename (tree->folder, "driver", NULL);
  g_autofree char *driver = ccw_sysfs_read_link_name (driver_path);
  g_autofree char *online = ccw_leaf_read (tree->folder, "online");

  return g_strcmp0 (driver, "3215") == 0 && g_strcmp0 (online, "1") == 0;
}

static char *
find_console (const Subtree *tree, GError **error)
{
  g_auto (GStrv) consoles = ccw_read_lines ("/proc/consoles", error);

  if (consoles == NULL)
    return NULL;
  if (is_online_3215 (tree))
    return g_strdup ("it is an online 3215, a console");
  /* Neither does hvc0 show below a virtio console. */
  if (has_virtio_console (tree) && has_console_named (consoles, "hvc"))
    return g_strdup ("it is a virtio console of the system");
  for (guint i = 0; i < tree->characters->len; i++)
    {
      const CcwNode *node = g_ptr_array_index (tree->characters, i);

      if (has_console_numbered (consoles, node->number))
        return g_strdup_printf ("/dev/%s is a console of the system", node->name);
    }
  return NULL;
}

static void
add_node_paths (GPtrArray *paths, const GPtrArray *nodes)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      const CcwNode *node = g_ptr_array_index (nodes, i);

      g_ptr_array_add (paths, g_build_filename ("/dev", node->name, NULL));
    }
}

static char *
find_opener (const Subtree *tree, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  add_node_paths (paths, tree->blocks);
  add_node_paths (paths, tree->characters);
  return ccw_find_opener (paths, error);
}

/* --- what the firmware uses --------------------------------------------------------- */

static gboolean
names_device (const char *path, const CcwDevId *device)
{
  g_autofree char *text = ccw_sysfs_read (path, NULL);
  CcwDevId id;

  return text != NULL && ccw_dev_id_parse (text, &id, NULL) && ccw_dev_id_equal (&id, device);
}

static char *
find_ipl (const Subtree *tree, GError **error)
{
  g_autofree char *type = ccw_sysfs_read ("/sys/firmware/ipl/ipl_type", NULL);

  if (type == NULL || !names_device ("/sys/firmware/ipl/device", tree->device))
    return NULL;
  return g_strdup_printf ("the system was started from it (IPL type %s)", type);
}

/* /sys/firmware/dump/TYPE/device counts for the chosen TYPE (none, ccw, eckd, fcp, nvme) only. */
static char *
find_dump (const Subtree *tree, GError **error)
{
  g_autofree char *type = ccw_sysfs_read ("/sys/firmware/dump/dump_type", NULL);
  g_autofree char *path = NULL;

  if (type == NULL)
    return NULL;
  path = g_build_filename ("/sys/firmware/dump", type, "device", NULL);
  return names_device (path, tree->device) ? g_strdup ("it is the system's dump device") : NULL;
}

/* --- the answer ------------------------------------------------------------------------ */

/* Each gives the user's name, NULL when there is none, or sets an error. */
static char *(*const checks[]) (const Subtree *tree, GError **error) = {
  find_user_of_blocks, find_user_of_shares, find_user_of_interfaces, find_hidden_interface,
  find_alias,          find_group,          find_console,            find_ipl,
  find_dump,           find_opener,
};

static char *
find_user (const Subtree *tree, GError **error)
{
  g_autoptr (GError) reason = NULL;
  char *user = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (checks) && user == NULL && reason == NULL; i++)
    user = checks[i](tree, &reason);
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return user;
}

char *
ccw_device_find_user (const CcwDevId *device, GError **error)
{
  g_autofree char *link = ccw_sysfs_device_path (device, NULL);
  g_auto (Subtree) tree = {
    .device = device,
    .folder = ccw_sysfs_resolve (link),
    .blocks = g_ptr_array_new_with_free_func (ccw_node_free),
    .characters = g_ptr_array_new_with_free_func (ccw_node_free),
    .interfaces = g_ptr_array_new_with_free_func (g_free),
    .virtios = g_ptr_array_new_with_free_func (g_free),
  };

  if (tree.folder == NULL)
    {
      g_autofree char *name = ccw_dev_id_to_string (device);

      g_set_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND, "there is no device %s", name);
      return NULL;
    }
  collect (&tree, tree.folder, 0);
  return find_user (&tree, error);
}

gboolean
ccw_device_check_unused (const CcwDevId *device, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *user = ccw_device_find_user (device, &reason);
  g_autofree char *name = ccw_dev_id_to_string (device);

  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  else if (user != NULL)
    g_set_error (error, CCW_ERROR, CCW_ERROR_IN_USE, "device %s is in use: %s", name, user);
  else
    return TRUE;
  return FALSE;
}
