/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/in-use.h"

#include <stdlib.h>
#include <string.h>

#include "ccw/block-use.h"
#include "ccw/device-tree.h"
#include "ccw/error.h"
#include "ccw/in-use-allowed.h"
#include "ccw/pav-use.h"
#include "ccw/sysfs.h"

/* net/core: IFF_UP in /sys/class/net/X/flags */
#define INTERFACE_UP 0x1

/* --- disks ------------------------------------------------------------------------ */

typedef char *(*AskBlock) (CcwSystemUse *use, const CcwNode *block, GError **error);

/* The first answer for the device's disks and partitions. */
static char *
ask_blocks (AskBlock ask, CcwSystemUse *use, const CcwDeviceTree *tree, GError **error)
{
  g_autoptr (GError) reason = NULL;
  char *user = NULL;

  for (guint i = 0; i < tree->blocks->len && user == NULL && reason == NULL; i++)
    user = ask (use, g_ptr_array_index (tree->blocks, i), &reason);
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return user;
}

static char *
find_user_of_blocks (CcwSystemUse *use, const CcwDeviceTree *tree, GError **error)
{
  return ask_blocks (ccw_find_block_user, use, tree, error);
}

static char *
find_claim_of_blocks (CcwSystemUse *use, const CcwDeviceTree *tree, GError **error)
{
  return ask_blocks (ccw_find_block_claim, use, tree, error);
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
find_user_of_shares (CcwSystemUse *use, const CcwDeviceTree *tree, GError **error)
{
  const GPtrArray *mounts = tree->virtios->len > 0 ? ccw_system_use_get_mounts (use, error) : NULL;
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
find_user_of_interfaces (CcwSystemUse *use, const CcwDeviceTree *tree, GError **error)
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
find_hidden_interface (CcwSystemUse *use, const CcwDeviceTree *tree, GError **error)
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

static char *
find_group (CcwSystemUse *use, const CcwDeviceTree *tree, GError **error)
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
has_virtio_console (const CcwDeviceTree *tree)
{
  for (guint i = 0; i < tree->virtios->len; i++)
    {
      g_autofree char *driver = virtio_driver (g_ptr_array_index (tree->virtios, i));

      if (g_strcmp0 (driver, "virtio_console") == 0)
        return TRUE;
    }
  return FALSE;
}

static char *
find_console (CcwSystemUse *use, const CcwDeviceTree *tree, GError **error)
{
  char **consoles = ccw_system_use_get_consoles (use, error);

  if (consoles == NULL)
    return NULL;
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

/* A 3215's terminal does not show below it; where there is one, it is the operator's. */
static char *
find_line_terminal (CcwSystemUse *use, const CcwDeviceTree *tree, GError **error)
{
  g_autofree char *driver_path = g_build_filename (tree->folder, "driver", NULL);
  g_autofree char *driver = ccw_sysfs_read_link_name (driver_path);
  g_autofree char *online = ccw_leaf_read (tree->folder, "online");

  if (g_strcmp0 (driver, "3215") != 0 || g_strcmp0 (online, "1") != 0)
    return NULL;
  return g_strdup ("it is an online 3215, a console");
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
find_opener (CcwSystemUse *use, const CcwDeviceTree *tree, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  add_node_paths (paths, tree->blocks);
  add_node_paths (paths, tree->characters);
  return ccw_system_use_find_opener (use, paths, error);
}

/* --- what the firmware uses --------------------------------------------------------- */

static gboolean
is_named (const char *name, const CcwDevId *device)
{
  CcwDevId id;

  return name != NULL && ccw_dev_id_parse (name, &id, NULL) && ccw_dev_id_equal (&id, device);
}

static char *
find_ipl (CcwSystemUse *use, const CcwDeviceTree *tree, GError **error)
{
  g_autofree char *type = NULL;

  if (!is_named (ccw_system_use_get_ipl_device (use), tree->device))
    return NULL;
  type = ccw_sysfs_read ("/sys/firmware/ipl/ipl_type", NULL);
  return g_strdup_printf ("the system was started from it (IPL type %s)", type);
}

static char *
find_dump (CcwSystemUse *use, const CcwDeviceTree *tree, GError **error)
{
  return is_named (ccw_system_use_get_dump_device (use), tree->device)
             ? g_strdup ("it is the system's dump device")
             : NULL;
}

/* --- the answer ------------------------------------------------------------------------ */

/* Each gives the user's name, NULL when there is none, or sets an error. */
static const struct
{
  char *(*find) (CcwSystemUse *use, const CcwDeviceTree *tree, GError **error);
  CcwAllowed allowed; /* what an administrator can allow it as; 0: never */
} checks[] = {
  { find_user_of_blocks, 0 },
  { find_claim_of_blocks, 0 },
  { find_user_of_shares, 0 },
  { find_user_of_interfaces, 0 },
  { find_hidden_interface, 0 },
  { find_group, 0 },
  { find_console, 0 },
  { find_line_terminal, CCW_ALLOWED_LINE_TERMINAL },
  { find_ipl, 0 },
  { find_dump, 0 },
  { ccw_find_pav_user, CCW_ALLOWED_ALIAS },
  { find_opener, CCW_ALLOWED_OPEN },
};

/* Logged each time: whoever looks for what became of the device finds why it was taken. */
static void
log_allowed (const CcwDeviceTree *tree, const char *user)
{
  g_autofree char *name = ccw_dev_id_to_string (tree->device);

  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "DEVNO", name, "MESSAGE",
                    "device %s is in use, which is allowed by in-use.conf: %s", name, user);
}

/* What one check finds, unless that is allowed. */
static char *
run_check (gsize i, CcwSystemUse *use, const CcwDeviceTree *tree, CcwAllowed allowed,
           GError **error)
{
  g_autofree char *user = checks[i].find (use, tree, error);

  if (user == NULL || (checks[i].allowed & allowed) == 0)
    return g_steal_pointer (&user);
  log_allowed (tree, user);
  return NULL;
}

/* @which: the check that found the user. */
static char *
find_user (CcwSystemUse *use, const CcwDeviceTree *tree, CcwAllowed allowed, CcwAllowed *which,
           GError **error)
{
  g_autoptr (GError) reason = NULL;
  char *user = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (checks) && user == NULL && reason == NULL; i++)
    {
      user = run_check (i, use, tree, allowed, &reason);
      *which = checks[i].allowed;
    }
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return user;
}

static char *
find_user_of_device (CcwSystemUse *use, const CcwDevId *device, CcwAllowed allowed,
                     CcwAllowed *which, GError **error)
{
  g_auto (CcwDeviceTree) tree = { NULL };
  g_autofree char *name = NULL;

  if (ccw_device_tree_read (&tree, device))
    return find_user (use, &tree, allowed, which, error);
  name = ccw_dev_id_to_string (device);
  g_set_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND, "there is no device %s", name);
  return NULL;
}

char *
ccw_device_find_user (CcwSystemUse *use, const CcwDevId *device, GError **error)
{
  CcwAllowed which;

  return find_user_of_device (use, device, 0, &which, error);
}

/* How to take the device nevertheless, where that can be said in a few words. */
static char *
explain (CcwAllowed which, const char *name)
{
  if (which == 0)
    return g_strdup ("");
  return g_strdup_printf (" (to take it nevertheless, allow '%s' of %s in in-use.conf, "
                          "virt-ccw-in-use.conf(5))",
                          ccw_allowed_name (which), name);
}

gboolean
ccw_device_check_unused (const CcwPaths *paths, const CcwDevId *device, GError **error)
{
  CcwAllowed allowed = ccw_in_use_allowed (paths, device);
  CcwAllowed which = 0;
  g_autoptr (CcwSystemUse) use = ccw_system_use_new ();
  g_autoptr (GError) reason = NULL;
  g_autofree char *user = find_user_of_device (use, device, allowed, &which, &reason);
  g_autofree char *name = ccw_dev_id_to_string (device);
  g_autofree char *hint = explain (which, name);

  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  else if (user != NULL)
    g_set_error (error, CCW_ERROR, CCW_ERROR_IN_USE, "device %s is in use: %s%s", name, user, hint);
  else
    return TRUE;
  return FALSE;
}
