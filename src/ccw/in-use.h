/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"
#include "ccw/paths.h"
#include "ccw/system-use.h"

/*
 * Is a ccw device something the host needs? A device in use is never taken
 * away from the host.
 *
 * Looked at, for the device and everything the kernel hung below it: mounted
 * file systems (block devices, their partitions, 9p mount tags), swap,
 * holders (LVM, dm, md, btrfs), network interfaces that are up or in another
 * network namespace, PAV aliases that are online, programs that have a node of
 * it open, consoles, ccwgroup membership, the IPL and dump device.
 *
 * CCW_ERROR_SYSTEM when that could not be found out: not knowing is no licence.
 * CCW_ERROR_NOT_FOUND when no driver of the host has a device of that number.
 * Blocking; reads sysfs and procfs, and opens block devices exclusively for an
 * instant, which changes nothing.
 */

/*
 * Its user, "/dev/vda is mounted on /"; NULL, without an error, for none. The
 * caller frees it. @use is to be the same for devices that are looked at together.
 */
char *ccw_device_find_user (CcwSystemUse *use, const CcwDevId *device, GError **error);

/*
 * The same as an answer: TRUE when it may be taken, else CCW_ERROR_IN_USE,
 * naming device and user. What in-use.conf allows (in-use-allowed.h) is logged
 * and is no use.
 */
gboolean ccw_device_check_unused (const CcwPaths *paths, const CcwDevId *device, GError **error);
