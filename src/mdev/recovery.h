/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mdev/record.h"

/*
 * What a transition that was cut short left, put in order. For transitions
 * alone, which hold the lock of the subchannel.
 */

/*
 * Going up is undone, unless a guest has the mdev by now. Going down is
 * finished: the host may have begun to use the device, and whoever asked for
 * that wanted the host to have it.
 */
gboolean mdev_recover_record (MdevRecord *record, const CcwPaths *paths, GError **error);

/*
 * The record of a subchannel, put in order first when a transition on it was
 * cut short, and forgotten when it is of a subchannel that was there before.
 * The caller frees it; NULL on an error.
 */
MdevRecord *mdev_recover_and_load (const CcwPaths *paths, const CcwDevId *subchannel,
                                   GError **error);
