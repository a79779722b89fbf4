/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mdev/identity.h"
#include "mdev/store.h"

/*
 * Moves the definition @config, which is in @store, to subchannel @to, because
 * the device that it is meant for, @identity, is there now. What is kept of
 * that device moves with it. The note comes first, then the new file, then the
 * old one goes: whenever this is cut short the next one who looks finds the
 * device elsewhere than the old file says, and calls this again.
 *
 * Errors: CCW_ERROR_EXISTS (another definition of the same UUID is there),
 * CCW_ERROR_SYSTEM. @config is gone after a success.
 */
gboolean mdev_move_definition (MdevStore *store, const CcwPaths *paths, const MdevConfig *config,
                               const MdevIdentity *identity, const CcwDevId *to, GError **error);
