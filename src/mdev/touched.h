/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"
#include "ccw/paths.h"

/*
 * On which subchannels a transition has been made since the boot, whatever
 * became of it: the empty files RUN/touched/0.0.0313.
 *
 * A device that the host's driver gets back appears to udev as one that was
 * just found. Whoever starts something for devices that appear (early.h) would
 * take it away again at once, or, where that fails, again and again.
 */

/* Before the first change. Errors: CCW_ERROR_SYSTEM. */
gboolean mdev_touched_note (const CcwPaths *paths, const CcwDevId *subchannel, GError **error);

/* Has one been made? FALSE also where it cannot be looked at. */
gboolean mdev_touched (const CcwPaths *paths, const CcwDevId *subchannel);

/* An empty file, with its folder; one that is there stays. FALSE and errno on failure. */
gboolean mdev_mark_make (const char *path);
