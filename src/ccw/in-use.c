/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/in-use.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
  char *name;   /* "dasda1" */
  char *folder; /* its folder in sysfs */
  char *number; /* "94:1" */
} Node;

typedef struct
{
  const CcwDevId *device;
  char *name;            /* "0.0.1234" */
  char *folder;          /* of the device, resolved */
  GPtrArray *blocks;     /* of Node: disks and partitions */
  GPtrArray *characters; /* of Node: name below /dev, as the kernel wants it called */
  GPtrArray *interfaces; /* of folders */
  GPtrArray *virtios;    /* of folders */
} Subtree;

static void
node_free (gpointer data)
{
  Node *node = data;

  g_free (node->name);
  g_free (node->folder);
  g_free (node->number);
  g_free (node);
}

static void
subtree_clear (Subtree *tree)
{
  g_free (tree->name);
  g_free (tree->folder);
  g_ptr_array_unref (tree->blocks);
  g_ptr_array_unref (tree->characters);
  g_ptr_array_unref (tree->interfaces);
  g_ptr_array_unref (tree->virtios);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Subtree, subtree_clear)

static char *
read_leaf (const char *folder, const char *leaf)
{
  g_autofree char *path = g_build_filename (folder, leaf, NULL);

  return ccw_sysfs_read (path, NULL);
}

static gboolean
has_leaf (const char *folder, const char *leaf)
{
  g_autofree char *path = g_build_filename (folder, leaf, NULL);

  return ccw_sysfs_exists (path);
}

/* "3270/tty1" from the line DEVNAME=3270/tty1; without one, what udev links to by number. */
static char *
read_node_name (const char *folder, const char *number)
{
  g_autofree char *uevent = read_leaf (folder, "uevent");
  g_auto (GStrv) lines = g_strsplit (uevent != NULL ? uevent : "", "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, "DEVNAME="))
      return g_strdup (*line + strlen ("DEVNAME="));
  return g_build_filename ("char", number, NULL);
}

/* The kernel's name of a disk may hold "!" where its node has "/". */
static char *
block_node_name (const char *folder)
{
  return g_strdelimit (g_path_get_basename (folder), "!", '/');
}

static void
note_node (Subtree *tree, const char *folder, const char *number, gboolean is_block)
{
  Node *node = g_new0 (Node, 1);

  node->name = is_block ? block_node_name (folder) : read_node_name (folder, number);
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
  g_autofree char *number = read_leaf (folder, "dev");
  g_autofree char *subsystem_path = g_build_filename (folder, "subsystem", NULL);
  g_autofree char *subsystem = ccw_sysfs_read_link_name (subsystem_path);

  if (number != NULL)
    note_node (tree, folder, number,
               is_in_folder (folder, "block") || has_leaf (folder, "partition"));
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

/* --- mounts and swap ----------------------------------------------------------- */

/* Where a path to a node leads, "/dev/dm-0" for "/dev/mapper/vg-root". */
static gboolean
leads_to (const char *path, const char *name)
{
  g_autofree char *resolved = ccw_sysfs_resolve (path);
  g_autofree char *node = g_build_filename ("/dev", name, NULL);

  return g_str_equal (path, node) || g_strcmp0 (resolved, node) == 0;
}

/* procfs writes blanks in names as \040 and the like. */
static char *
unescape (const char *text)
{
  return g_strcompress (text);
}

static char **
read_lines (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) reason = NULL;

  if (g_file_get_contents (path, &text, NULL, &reason))
    return g_strsplit (text, "\n", -1);
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not find out what is in use: %s",
               reason->message);
  return NULL;
}

/* A line of /proc/self/mountinfo, proc(5). */
typedef struct
{
  char *number; /* major:minor */
  char *target;
  char *type;
  char *source;
} Mount;

static void
mount_free (gpointer data)
{
  Mount *mount = data;

  g_free (mount->number);
  g_free (mount->target);
  g_free (mount->type);
  g_free (mount->source);
  g_free (mount);
}

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue" */
static Mount *
parse_mount (const char *line)
{
  g_auto (GStrv) fields = g_strsplit (line, " ", -1);
  guint n = g_strv_length (fields);
  guint separator = 6;
  Mount *mount;

  while (separator < n && !g_str_equal (fields[separator], "-"))
    separator++;
  if (separator + 2 >= n)
    return NULL;
  mount = g_new0 (Mount, 1);
  mount->number = g_strdup (fields[2]);
  mount->target = unescape (fields[4]);
  mount->type = g_strdup (fields[separator + 1]);
  mount->source = unescape (fields[separator + 2]);
  return mount;
}

static GPtrArray *
read_mounts (GError **error)
{
  g_auto (GStrv) lines = read_lines ("/proc/self/mountinfo", error);
  GPtrArray *mounts;

  if (lines == NULL)
    return NULL;
  mounts = g_ptr_array_new_with_free_func (mount_free);
  for (char **line = lines; *line != NULL; line++)
    {
      Mount *mount = parse_mount (*line);

      if (mount != NULL)
        g_ptr_array_add (mounts, mount);
    }
  return mounts;
}

/* By number, or, for file systems that have a number of their own such as btrfs, by source. */
static gboolean
mount_is_of (const Mount *mount, const Node *block)
{
  return g_str_equal (mount->number, block->number) || leads_to (mount->source, block->name);
}

static char *
find_mount (const Node *block, GError **error)
{
  g_autoptr (GPtrArray) mounts = read_mounts (error);

  for (guint i = 0; mounts != NULL && i < mounts->len; i++)
    {
      const Mount *mount = g_ptr_array_index (mounts, i);

      if (mount_is_of (mount, block))
        return g_strdup_printf ("/dev/%s is mounted on %s", block->name, mount->target);
    }
  return NULL;
}

static char *
find_swap (const Node *block, GError **error)
{
  g_auto (GStrv) lines = read_lines ("/proc/swaps", error);

  /* "Filename  Type  Size  Used  Priority" comes first. */
  for (char **line = lines; line != NULL && *line != NULL; line++)
    {
      g_auto (GStrv) fields = g_strsplit_set (*line, " \t", 2);
      g_autofree char *source = fields[0] != NULL ? unescape (fields[0]) : NULL;

      if (source != NULL && *source == '/' && leads_to (source, block->name))
        return g_strdup_printf ("/dev/%s is swap space", block->name);
    }
  return NULL;
}

/* --- holders ------------------------------------------------------------------- */

static char *find_block_user (const Node *block, guint depth, GError **error);

static Node *
read_holder (const char *name)
{
  Node *node = g_new0 (Node, 1);

  node->folder = g_build_filename ("/sys/class/block", name, NULL);
  node->name = block_node_name (node->folder);
  node->number = read_leaf (node->folder, "dev");
  if (node->number == NULL)
    node->number = g_strdup ("");
  return node;
}

static char *
describe_holder (const Node *block, const Node *holder, guint depth, GError **error)
{
  g_autofree char *dm_name = read_leaf (holder->folder, "dm/name");
  g_autofree char *user = depth < DEPTH_MAX ? find_block_user (holder, depth + 1, error) : NULL;

  return g_strdup_printf ("/dev/%s is held by /dev/%s%s%s%s%s%s", block->name, holder->name,
                          dm_name != NULL ? " (" : "", dm_name != NULL ? dm_name : "",
                          dm_name != NULL ? ")" : "", user != NULL ? ", and " : "",
                          user != NULL ? user : "");
}

static char *
find_holder (const Node *block, guint depth, GError **error)
{
  g_autofree char *folder = g_build_filename (block->folder, "holders", NULL);
  g_autoptr (GPtrArray) names = ccw_sysfs_list (folder);
  char *user = NULL;
  Node *holder;

  if (names->len == 0)
    return NULL;
  holder = read_holder (g_ptr_array_index (names, 0));
  user = describe_holder (block, holder, depth, error);
  node_free (holder);
  return user;
}

/* A btrfs of several disks names only one of them as its source, but lists all here while mounted. */
static char *
find_btrfs (const Node *block)
{
  g_autoptr (GPtrArray) systems = ccw_sysfs_list ("/sys/fs/btrfs");

  for (guint i = 0; i < systems->len; i++)
    {
      const char *system = g_ptr_array_index (systems, i);
      g_autofree char *devices = g_build_filename ("/sys/fs/btrfs", system, "devices", NULL);

      if (has_leaf (devices, block->name))
        return g_strdup_printf ("/dev/%s belongs to the mounted btrfs %s", block->name, system);
    }
  return NULL;
}

/*
 * The kernel knows more holders than it shows: mounts in other namespaces,
 * bcache, ZFS. Each claims the disk, and an exclusive open is refused then.
 */
static char *
find_claim (const Node *block, GError **error)
{
  g_autofree char *path = g_build_filename ("/dev", block->name, NULL);
  int fd = open (path, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);

  if (fd >= 0)
    close (fd);
  else if (errno == EBUSY)
    return g_strdup_printf ("%s is claimed by the kernel (a mount elsewhere, a volume)", path);
  else if (errno != ENOENT && errno != ENXIO && errno != ENOMEDIUM)
    g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not find out whether %s is in use: %s",
                 path, g_strerror (errno));
  return NULL;
}

static char *
find_block_user (const Node *block, guint depth, GError **error)
{
  g_autoptr (GError) reason = NULL;
  char *user = find_mount (block, &reason);

  if (user == NULL && reason == NULL)
    user = find_swap (block, &reason);
  if (user == NULL && reason == NULL)
    user = find_holder (block, depth, &reason);
  if (user == NULL && reason == NULL)
    user = find_btrfs (block);
  if (user == NULL && reason == NULL)
    user = find_claim (block, &reason);
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return user;
}

static char *
find_user_of_blocks (const Subtree *tree, GError **error)
{
  g_autoptr (GError) reason = NULL;
  char *user = NULL;

  for (guint i = 0; i < tree->blocks->len && user == NULL && reason == NULL; i++)
    user = find_block_user (g_ptr_array_index (tree->blocks, i), 0, &reason);
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
mount_is_of_share (const Mount *mount, const char *driver, const char *tag)
{
  if (g_strcmp0 (driver, "virtiofs") == 0)
    return g_str_equal (mount->type, "virtiofs");
  return g_str_equal (mount->type, "9p") && g_strcmp0 (mount->source, tag) == 0;
}

static char *
find_share_mount (const char *folder, const GPtrArray *mounts)
{
  g_autofree char *driver = virtio_driver (folder);
  g_autofree char *tag = read_leaf (folder, "mount_tag");

  for (guint i = 0; i < mounts->len; i++)
    {
      const Mount *mount = g_ptr_array_index (mounts, i);

      if (mount_is_of_share (mount, driver, tag))
        return g_strdup_printf ("its %s share %s is mounted on %s", mount->type, mount->source,
                                mount->target);
    }
  return NULL;
}

static char *
find_user_of_shares (const Subtree *tree, GError **error)
{
  g_autoptr (GPtrArray) mounts = read_mounts (error);
  char *user = NULL;

  for (guint i = 0; mounts != NULL && i < tree->virtios->len && user == NULL; i++)
    user = find_share_mount (g_ptr_array_index (tree->virtios, i), mounts);
  return user;
}

static gboolean
interface_is_up (const char *folder)
{
  g_autofree char *text = read_leaf (folder, "flags");
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
      if (has_leaf (folder, "master"))
        return g_strdup_printf ("network interface %s is part of a bridge or bond", name);
    }
  return NULL;
}

/* An interface that was moved to another network namespace is used there, but does not show here. */
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
  g_autofree char *alias = read_leaf (tree->folder, "alias");

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
  g_autofree char *online = read_leaf (tree->folder, "online");

  return g_strcmp0 (driver, "3215") == 0 && g_strcmp0 (online, "1") == 0;
}

static char *
find_console (const Subtree *tree, GError **error)
{
  g_auto (GStrv) consoles = read_lines ("/proc/consoles", error);

  if (consoles == NULL)
    return NULL;
  if (is_online_3215 (tree))
    return g_strdup ("it is an online 3215, a console");
  /* Neither does hvc0 show below a virtio console. */
  if (has_virtio_console (tree) && has_console_named (consoles, "hvc"))
    return g_strdup ("it is a virtio console of the system");
  for (guint i = 0; i < tree->characters->len; i++)
    {
      const Node *node = g_ptr_array_index (tree->characters, i);

      if (has_console_numbered (consoles, node->number))
        return g_strdup_printf ("/dev/%s is a console of the system", node->name);
    }
  return NULL;
}

static void
add_node_paths (GPtrArray *paths, const GPtrArray *nodes)
{
  for (guint i = 0; i < nodes->len; i++)
    g_ptr_array_add (paths,
                     g_build_filename ("/dev", ((Node *) g_ptr_array_index (nodes, i))->name, NULL));
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

static gboolean
check_subtree (const Subtree *tree, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      g_autoptr (GError) reason = NULL;
      g_autofree char *user = checks[i](tree, &reason);

      if (user != NULL)
        {
          g_set_error (error, CCW_ERROR, CCW_ERROR_IN_USE, "device %s is in use: %s", tree->name,
                       user);
          return FALSE;
        }
      if (reason != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
ccw_device_check_unused (const CcwDevId *device, GError **error)
{
  g_autofree char *link = ccw_sysfs_device_path (device, NULL);
  g_auto (Subtree) tree = {
    .device = device,
    .name = ccw_dev_id_to_string (device),
    .folder = ccw_sysfs_resolve (link),
    .blocks = g_ptr_array_new_with_free_func (node_free),
    .characters = g_ptr_array_new_with_free_func (node_free),
    .interfaces = g_ptr_array_new_with_free_func (g_free),
    .virtios = g_ptr_array_new_with_free_func (g_free),
  };

  if (tree.folder == NULL)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND, "there is no device %s", tree.name);
      return FALSE;
    }
  collect (&tree, tree.folder, 0);
  return check_subtree (&tree, error);
}
