/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/host.h"
#include "mdev/store.h"

/*
 * The UUID of the mdev through which @device (its device number on the host)
 * can be given to a guest: the active one on its subchannel, else the one
 * persisted for it. The caller frees it.
 *
 * Errors: CCW_ERROR_NOT_FOUND when there is no such device or no mdev for it;
 * CCW_ERROR_STATE when several are persisted and none is active, so that
 * which is meant cannot be known (the message lists them).
 */
char *find_mdev_of_device (CcwHost *host, MdevStore *store, const CcwDevId *device, GError **error);
