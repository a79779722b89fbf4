/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/paths.h"
#include "mdev/config.h"
#include "mdev/identity.h"

/*
 * May an mdev be started? Each looks at one thing, in sysfs as it is now, and
 * says in its error what to do about it. @name is the subchannel's, for the
 * message. For transitions, and those who ask beforehand.
 */

/* Is the type ours? Errors: CCW_ERROR_UNSUPPORTED, naming the right one. */
gboolean mdev_check_type (const char *type, GError **error);

/* Is its type ours, and the driver there? Errors: CCW_ERROR_UNSUPPORTED. */
gboolean mdev_check_type_and_driver (const MdevConfig *config, GError **error);

/*
 * Is the parent an I/O subchannel with a device? Errors: CCW_ERROR_NOT_FOUND,
 * CCW_ERROR_UNSUPPORTED, CCW_ERROR_STATE.
 */
gboolean mdev_check_parent (const CcwDevId *parent, const char *name, GError **error);

/* Is the device there the one that is meant, see identity.h? Errors: CCW_ERROR_STATE, _SYSTEM. */
gboolean mdev_check_identity (const CcwPaths *paths, const MdevConfig *config, const char *name,
                              GError **error);

/*
 * Is the device on @parent the one that is @meant? One that the kernel is about
 * to recognise is waited for. Errors: CCW_ERROR_STATE.
 */
gboolean mdev_check_device (const MdevIdentity *meant, const CcwDevId *parent, const char *name,
                            GError **error);

/* Is there no mdev with this UUID anywhere? Errors: CCW_ERROR_EXISTS. */
gboolean mdev_check_uuid (const char *uuid, GError **error);

/* vfio_ccw offers one mdev a subchannel: is it still to be had? Errors: CCW_ERROR_IN_USE. */
gboolean mdev_check_free (const CcwDevId *parent, const char *name, GError **error);

/* Have others reserved the subchannel for, or bound it to, another driver? CCW_ERROR_STATE then. */
gboolean mdev_check_override (const char *override, const char *name, GError **error);
gboolean mdev_check_driver (const char *driver, const char *name, GError **error);
