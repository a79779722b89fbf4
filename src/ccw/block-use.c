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

static char *
find_mount (CcwSystemUse *use, const CcwNode *block, GError **error)
{
  const CcwMount *mount = ccw_system_use_find_mount (use, block->number, block->name, error);

  return mount == NULL ? NULL
                       : g_strdup_printf ("/dev/%s is mounted on %s", block->name, mount->target);
}

static char *
find_swap (CcwSystemUse *use, const CcwNode *block, GError **error)
{
  return ccw_system_use_is_swap (use, block->name, error)
             ? g_strdup_printf ("/dev/%s is swap space", block->name)
             : NULL;
}

/* --- holders ------------------------------------------------------------------- */

static char *find_any_user (CcwSystemUse *use, const CcwNode *block, guint depth, GError **error);

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
describe_holder (CcwSystemUse *use, const CcwNode *block, const CcwNode *holder, guint depth,
                 GError **error)
{
  g_autofree char *dm_name = ccw_leaf_read (holder->folder, "dm/name");
  g_autofree char *user = depth < DEPTH_MAX ? find_any_user (use, holder, depth + 1, error) : NULL;

  return g_strdup_printf ("/dev/%s is held by /dev/%s%s%s%s%s%s", block->name, holder->name,
                          dm_name != NULL ? " (" : "", dm_name != NULL ? dm_name : "",
                          dm_name != NULL ? ")" : "", user != NULL ? ", and " : "",
                          user != NULL ? user : "");
}

static char *
find_holder (CcwSystemUse *use, const CcwNode *block, guint depth, GError **error)
{
  g_autofree char *folder = g_build_filename (block->folder, "holders", NULL);
  g_autoptr (GPtrArray) names = ccw_sysfs_list (folder);
  char *user = NULL;
  CcwNode *holder;

  if (names->len == 0)
    return NULL;
  holder = read_holder (g_ptr_array_index (names, 0));
  user = describe_holder (use, block, holder, depth, error);
  ccw_node_free (holder);
  return user;
}

static char *
find_btrfs (CcwSystemUse *use, const CcwNode *block)
{
  const char *system = ccw_system_use_find_btrfs (use, block->name);

  return system == NULL
             ? NULL
             : g_strdup_printf ("/dev/%s belongs to the mounted btrfs %s", block->name, system);
}

static char *
find_loop (CcwSystemUse *use, const CcwNode *block)
{
  const char *loop = ccw_system_use_find_loop (use, block->name);

  return loop == NULL
             ? NULL
             : g_strdup_printf ("/dev/%s carries the loop device /dev/%s", block->name, loop);
}

/*
 * The kernel knows more holders than it shows: mounts in other namespaces,
 * bcache, ZFS. Each claims the disk, and an exclusive open is refused then.
 */
char *
ccw_find_block_claim (CcwSystemUse *use, const CcwNode *block, GError **error)
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
find_named_user (CcwSystemUse *use, const CcwNode *block, guint depth, GError **error)
{
  g_autoptr (GError) reason = NULL;
  char *user = find_mount (use, block, &reason);

  if (user == NULL && reason == NULL)
    user = find_swap (use, block, &reason);
  if (user == NULL && reason == NULL)
    user = find_holder (use, block, depth, &reason);
  if (user == NULL && reason == NULL)
    user = find_btrfs (use, block);
  if (user == NULL && reason == NULL)
    user = find_loop (use, block);
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return user;
}

static char *
find_any_user (CcwSystemUse *use, const CcwNode *block, guint depth, GError **error)
{
  g_autoptr (GError) reason = NULL;
  char *user = find_named_user (use, block, depth, &reason);

  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  else if (user == NULL)
    user = ccw_find_block_claim (use, block, error);
  return user;
}

char *
ccw_find_block_user (CcwSystemUse *use, const CcwNode *block, GError **error)
{
  return find_named_user (use, block, 0, error);
}
