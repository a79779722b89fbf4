/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"
#include "ccw/paths.h"

/*
 * What an administrator allows in spite of a use: the file
 * CONFIG/in-use.conf, with a group for each device:
 *
 *   [0.0.2b09]
 *   allow=open;alias
 *
 * Only uses by which nothing is lost that is not the administrator's own to
 * give up can be allowed. What holds data or the system itself (mounts, swap,
 * volumes, networks, ccwgroup devices, consoles, IPL and dump) never is.
 */
typedef enum
{
  CCW_ALLOWED_OPEN = 1 << 0,          /* "open": a program has a node of it open */
  CCW_ALLOWED_ALIAS = 1 << 1,         /* "alias": it is a PAV alias, or has one online */
  CCW_ALLOWED_LINE_TERMINAL = 1 << 2, /* "3215": it is an online 3215 */
} CcwAllowed;

/*
 * What is allowed of @device. Read anew each time; a file that cannot be read
 * or a word that is not known allows nothing, and is logged.
 */
CcwAllowed ccw_in_use_allowed (const CcwPaths *paths, const CcwDevId *device);

/* The word for one of them, to tell how to allow it. */
const char *ccw_allowed_name (CcwAllowed allowed);
