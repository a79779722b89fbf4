/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/change.h"

/* Changes of which mdevs there are: create (takes a config), start and destroy. */
extern const NodedevJobFuncs nodedev_change_create;
extern const NodedevJobFuncs nodedev_change_start;
/* The same, but one that is active when its turn comes is as wanted. */
extern const NodedevJobFuncs nodedev_change_start_by_itself;
extern const NodedevJobFuncs nodedev_change_destroy;
