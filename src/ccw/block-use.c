/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/block-use.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ccw/error.h"
#include "ccw/sysfs.h"

/* More layers of holders than anyone stacks. */
#define DEPTH_MAX 16

void
ccw_node_free (gpointer data)
{
  CcwNode *node = data;

  g_free (node->name);
  g_free (node->folder);
  g_free (node->number);
  g_free (node);
}

char *
ccw_leaf_read (const char *folder, const char *leaf)
{
  g_autofree char *path = g_build_filename (folder, leaf, NULL);

  return ccw_sysfs_read (path, NULL);
}

gboolean
ccw_leaf_exists (const char *folder, const char *leaf)
{
  g_autofree char *path = g_build_filename (folder, leaf, NULL);

  return ccw_sysfs_exists (path);
}

/* The kernel's name of a disk may hold "!" where its node has "/". */
char *
ccw_block_node_name (const char *folder)
{
  return g_strdelimit (g_path_get_basename (folder), "!", '/');
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

char **
ccw_read_lines (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) reason = NULL;

  if (g_file_get_contents (path, &text, NULL, &reason))
    return g_strsplit (text, "\n", -1);
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not find out what is in use: %s",
               reason->message);
  return NULL;
}

static void
mount_free (gpointer data)
{
  CcwMount *mount = data;

  g_free (mount->number);
  g_free (mount->target);
  g_free (mount->type);
  g_free (mount->source);
  g_free (mount);
}

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue" */
static CcwMount *
parse_mount (const char *line)
{
  g_auto (GStrv) fields = g_strsplit (line, " ", -1);
  guint n = g_strv_length (fields);
  guint separator = 6;
  CcwMount *mount;

  while (separator < n && !g_str_equal (fields[separator], "-"))
    separator++;
  if (separator + 2 >= n)
    return NULL;
  mount = g_new0 (CcwMount, 1);
  mount->number = g_strdup (fields[2]);
  mount->target = unescape (fields[4]);
  mount->type = g_strdup (fields[separator + 1]);
  mount->source = unescape (fields[separator + 2]);
  return mount;
}

GPtrArray *
ccw_read_mounts (GError **error)
{
  g_auto (GStrv) lines = ccw_read_lines ("/proc/self/mountinfo", error);
  GPtrArray *mounts;

  if (lines == NULL)
    return NULL;
  mounts = g_ptr_array_new_with_free_func (mount_free);
  for (char **line = lines; *line != NULL; line++)
    {
      CcwMount *mount = parse_mount (*line);

      if (mount != NULL)
        g_ptr_array_add (mounts, mount);
    }
  return mounts;
}

/* By number, or, for file systems that have a number of their own such as btrfs, by source. */
static gboolean
mount_is_of (const CcwMount *mount, const CcwNode *block)
{
  return g_str_equal (mount->number, block->number) || leads_to (mount->source, block->name);
}

static char *
find_mount (const CcwNode *block, GError **error)
{
  g_autoptr (GPtrArray) mounts = ccw_read_mounts (error);

  for (guint i = 0; mounts != NULL && i < mounts->len; i++)
    {
      const CcwMount *mount = g_ptr_array_index (mounts, i);

      if (mount_is_of (mount, block))
        return g_strdup_printf ("/dev/%s is mounted on %s", block->name, mount->target);
    }
  return NULL;
}

static char *
find_swap (const CcwNode *block, GError **error)
{
  g_auto (GStrv) lines = ccw_read_lines ("/proc/swaps", error);

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

static char *find_user (const CcwNode *block, guint depth, GError **error);

static CcwNode *
read_holder (const char *name)
{
  CcwNode *node = g_new0 (CcwNode, 1);

  node->folder = g_build_filename ("/sys/class/block", name, NULL);
  node->name = ccw_block_node_name (node->folder);
  node->number = ccw_leaf_read (node->folder, "dev");
  if (node->number == NULL)
    node->number = g_strdup ("");
  return node;
}

static char *
describe_holder (const CcwNode *block, const CcwNode *holder, guint depth, GError **error)
{
  g_autofree char *dm_name = ccw_leaf_read (holder->folder, "dm/name");
  g_autofree char *user = depth < DEPTH_MAX ? find_user (holder, depth + 1, error) : NULL;

  return g_strdup_printf ("/dev/%s is held by /dev/%s%s%s%s%s%s", block->name, holder->name,
                          dm_name != NULL ? " (" : "", dm_name != NULL ? dm_name : "",
                          dm_name != NULL ? ")" : "", user != NULL ? ", and " : "",
                          user != NULL ? user : "");
}

static char *
find_holder (const CcwNode *block, guint depth, GError **error)
{
  g_autofree char *folder = g_build_filename (block->folder, "holders", NULL);
  g_autoptr (GPtrArray) names = ccw_sysfs_list (folder);
  char *user = NULL;
  CcwNode *holder;

  if (names->len == 0)
    return NULL;
  holder = read_holder (g_ptr_array_index (names, 0));
  user = describe_holder (block, holder, depth, error);
  ccw_node_free (holder);
  return user;
}

/* A btrfs of several disks names only one as its source, but lists all here while mounted. */
static char *
find_btrfs (const CcwNode *block)
{
  g_autoptr (GPtrArray) systems = ccw_sysfs_list ("/sys/fs/btrfs");

  for (guint i = 0; i < systems->len; i++)
    {
      const char *system = g_ptr_array_index (systems, i);
      g_autofree char *devices = g_build_filename ("/sys/fs/btrfs", system, "devices", NULL);

      if (ccw_leaf_exists (devices, block->name))
        return g_strdup_printf ("/dev/%s belongs to the mounted btrfs %s", block->name, system);
    }
  return NULL;
}

/* A loop device keeps what it stands on open, without a claim and without being its holder. */
static char *
find_loop (const CcwNode *block)
{
  g_autoptr (GPtrArray) disks = ccw_sysfs_list ("/sys/block");

  for (guint i = 0; i < disks->len; i++)
    {
      const char *disk = g_ptr_array_index (disks, i);
      g_autofree char *folder = g_build_filename ("/sys/block", disk, NULL);
      g_autofree char *file
        = g_str_has_prefix (disk, "loop") ? ccw_leaf_read (folder, "loop/backing_file") : NULL;

      if (file != NULL && leads_to (file, block->name))
        return g_strdup_printf ("/dev/%s carries the loop device /dev/%s", block->name, disk);
    }
  return NULL;
}

/*
 * The kernel knows more holders than it shows: mounts in other namespaces,
 * bcache, ZFS. Each claims the disk, and an exclusive open is refused then.
 */
static char *
find_claim (const CcwNode *block, GError **error)
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
find_user (const CcwNode *block, guint depth, GError **error)
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
    user = find_loop (block);
  if (user == NULL && reason == NULL)
    user = find_claim (block, &reason);
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return user;
}

char *
ccw_find_block_user (const CcwNode *block, GError **error)
{
  return find_user (block, 0, error);
}
