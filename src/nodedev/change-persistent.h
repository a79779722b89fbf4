/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/change.h"

/* Changes of what is persisted: define and update (take a config), undefine, autostart. */
extern const NodedevJobFuncs nodedev_change_define;
extern const NodedevJobFuncs nodedev_change_undefine;
extern const NodedevJobFuncs nodedev_change_set_autostart;
extern const NodedevJobFuncs nodedev_change_update;
