/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"
#include "ccw/paths.h"

/*
 * Starting what starts by itself before the host can put its device to use:
 * called by udev for each ccw device that appears while the system is booted,
 * before the rules that set devices online.
 *
 * From its first start on virtccwd itself does so (RUN/autostarted tells), and
 * it knows which devices are new and which were only given back. Where it does
 * not run, what appears on a subchannel that was touched since the boot counts
 * as given back (mdev/touched.h). Nothing is started here either for a
 * definition of which is not known, for instance because /var is not mounted
 * yet, that it is meant for this device.
 *
 * @uuid: of the mdev that was started; NULL when there was none to start. The
 * caller frees it. Errors: as of mdev_start().
 */
gboolean mdev_start_early (const CcwPaths *paths, const CcwDevId *device, char **uuid,
                           GError **error);

/*
 * The mark of the first who asks since RUN was made, so since the boot: TRUE
 * for that one.
 */
gboolean mdev_take_boot_stamp (const CcwPaths *paths);
