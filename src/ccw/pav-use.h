/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/device-tree.h"

/*
 * Is a DASD one of those that parallel access volumes (PAV) bind together?
 * A base device is the volume; an alias is another way to it, or, with
 * HyperPAV, to any base of its control unit.
 *
 * Says so, when it is an alias, or a base of which an alias is online; NULL
 * when it is neither. The caller frees it.
 */
char *ccw_find_pav_user (const CcwDeviceTree *tree, GError **error);
