/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"

/*
 * What a transition looks at on a subchannel, read from sysfs now: a
 * transition must not act on what a model knew a moment ago.
 */

#define MDEV_DRIVER_IO "io_subchannel"
#define MDEV_DRIVER_VFIO_CCW "vfio_ccw"

/* The bound driver, NULL for none. The caller frees it. */
char *mdev_subchannel_read_driver (const CcwDevId *subchannel);

/* Has vfio_ccw it? */
gboolean mdev_subchannel_is_bound (const CcwDevId *subchannel);

/* The driver_override, NULL for none. The caller frees it. */
char *mdev_subchannel_read_override (const CcwDevId *subchannel);

/* A file in the folder of an mdev type; the caller frees it. */
char *mdev_subchannel_type_path (const CcwDevId *subchannel, const char *type, const char *leaf);

/* Does the host have the ccw device online? */
gboolean mdev_device_is_online (const CcwDevId *device);

/* UUID of an mdev on it, NULL for none. The caller frees it. */
char *mdev_subchannel_find_mdev (const CcwDevId *subchannel);
