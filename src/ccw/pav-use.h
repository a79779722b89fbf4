/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/device-tree.h"
#include "ccw/system-use.h"

/*
 * Is a DASD one of those that parallel access volumes (PAV) bind together?
 * A base device is the volume; an alias is another way to it, or, with
 * HyperPAV, to any base of its control unit.
 *
 * Says so, when it is an alias, or a base of which an alias is online; NULL
 * when it is neither. The caller frees it.
 */
char *ccw_find_pav_user (CcwSystemUse *use, const CcwDeviceTree *tree, GError **error);

/*
 * The aliases that are online, as a table from unique id to bus id; the caller
 * frees it. Reads all DASDs: ccw_system_use_find_alias() keeps it.
 */
GHashTable *ccw_pav_read_aliases (void);
