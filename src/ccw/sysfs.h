/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"

/*
 * The one place that reads and writes kernel attributes, and that knows where
 * they are. Other layers ask for a value; they do not open sysfs themselves.
 *
 * All functions block for as long as the kernel takes. Errors: what a missing
 * attribute or object gives is CCW_ERROR_NOT_FOUND, all else is
 * CCW_ERROR_SYSTEM; the message holds the path and the kernel's reason.
 */

#define CCW_SYSFS_CSS_BUS "/sys/bus/css"
#define CCW_SYSFS_CCW_BUS "/sys/bus/ccw"
#define CCW_SYSFS_MDEV_BUS "/sys/bus/mdev"

/* "/sys/bus/css/devices/0.0.0313/LEAF", or without "/LEAF" for NULL; the caller frees it. */
char *ccw_sysfs_subchannel_path (const CcwDevId *subchannel, const char *leaf);

/* "/sys/bus/ccw/devices/0.0.2b09/LEAF" */
char *ccw_sysfs_device_path (const CcwDevId *device, const char *leaf);

/* "/sys/bus/mdev/devices/UUID/LEAF" */
char *ccw_sysfs_mdev_path (const char *uuid, const char *leaf);

/* Is there a file or a folder? FALSE also where it cannot be looked at. */
gboolean ccw_sysfs_exists (const char *path);

/* The attribute's text (at most a page) without white space around it; the caller frees it. */
char *ccw_sysfs_read (const char *path, GError **error);

/*
 * One write(2) of @value: what the kernel takes as one order. Where it refuses
 * an order, the message has its reason and the attribute's path, and errno is
 * the reason.
 */
gboolean ccw_sysfs_write (const char *path, const char *value, GError **error);

/* The last part of what the link points to ("io_subchannel"); NULL when there is no such link. */
char *ccw_sysfs_read_link_name (const char *path);

/* The same, relative to an open folder. @buffer takes the whole target; points into it. */
const char *ccw_sysfs_read_link_name_at (int folder, const char *path, char *buffer, gsize size);

/* The last parts of what is in a folder, sorted; an empty array when there is no such folder. */
GPtrArray *ccw_sysfs_list (const char *path);

/* The same, of folders alone, and of no link to one. */
GPtrArray *ccw_sysfs_list_folders (const char *path);

/* The folder behind a link on a bus, resolved; NULL when there is none. The caller frees it. */
char *ccw_sysfs_resolve (const char *path);

/*
 * The device that answers on a subchannel, whether or not a driver has it.
 * FALSE, without an error, when there is none.
 */
gboolean ccw_sysfs_subchannel_device (const CcwDevId *subchannel, CcwDevId *device);

/*
 * The other way round: the subchannel on which @device answers. FALSE, without
 * an error, when there is none. Looks at every subchannel.
 */
gboolean ccw_sysfs_device_subchannel (const CcwDevId *device, CcwDevId *subchannel);

/*
 * The subchannel that an active mdev lives on. FALSE, without an error, when
 * there is no such mdev or its parent is no subchannel.
 */
gboolean ccw_sysfs_mdev_parent (const char *uuid, CcwDevId *parent);

/*
 * A number that no other mdev that is made while the system is up has, not
 * even one of the same UUID: that of the inode of its folder, which kernfs
 * hands out once (fs/kernfs/dir.c, __kernfs_new_node()). 0 when there is none.
 */
guint64 ccw_sysfs_mdev_instance (const char *uuid);
