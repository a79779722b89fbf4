/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/paths.h"
#include "mdev/config.h"

/*
 * The definition of mdev @uuid, on the subchannel where the device is that it
 * is meant for (identity.h). Where that is another one than its file says, the
 * file is moved there first. For those who have no model of the host and come
 * for one mdev; the daemon follows devices by itself (nodedev/follow.h).
 *
 * A definition of which no device is known is meant for whatever is on its
 * subchannel. The caller frees the result. Errors: CCW_ERROR_NOT_FOUND (not
 * defined, or its device is not there), CCW_ERROR_STATE (more than one
 * definition could be meant; another kind of device has its number),
 * CCW_ERROR_EXISTS (it cannot be moved), CCW_ERROR_SYSTEM.
 */
MdevConfig *mdev_locate_definition (const CcwPaths *paths, const char *uuid, GError **error);
