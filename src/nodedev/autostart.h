/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/events.h"
#include "nodedev/service.h"

/*
 * Starts persistent mdevs that start by themselves: all of them once per boot,
 * and those on a subchannel when it appears later. What a user destroyed
 * meanwhile stays so. Failures are logged.
 */
typedef struct _NodedevAutostart NodedevAutostart;

/* All but @view, which is copied, must outlive it. */
NodedevAutostart *nodedev_autostart_new (const NodedevView *view, NodedevEvents *events,
                                         const CcwPaths *paths, NodedevService *service);
void nodedev_autostart_free (NodedevAutostart *autostart);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevAutostart, nodedev_autostart_free)

/* Starts what starts by itself on a subchannel. */
void nodedev_autostart_on (NodedevAutostart *autostart, const CcwDevId *subchannel);

/* Starts what there is, unless that was done since the boot. */
void nodedev_autostart_all (NodedevAutostart *autostart);
