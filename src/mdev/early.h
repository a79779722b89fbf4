/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"
#include "ccw/paths.h"

/*
 * Starting what starts by itself before the host can put its device to use:
 * called by udev for each ccw device that appears while the system is booted,
 * before the rules that set devices online.
 *
 * Once virtccwd has started all there was (RUN/autostarted tells), it alone
 * does so: it knows which devices are new and which were only given back. Until
 * then, and where it does not run, what appears on a subchannel that was
 * touched since the boot counts as given back (mdev/touched.h). Nothing is
 * started here either for a definition of which is not known, for instance
 * because /var is not mounted yet, that it is meant for this device.
 *
 * @uuid: of the mdev that was started; NULL when there was none to start. The
 * caller frees it. Errors: as of mdev_start().
 */
gboolean mdev_start_early (const CcwPaths *paths, const CcwDevId *device, char **uuid,
                           GError **error);

/*
 * The mark that all that starts by itself has been started, or has failed to,
 * since RUN was made, so since the boot. It can be made again.
 */
gboolean mdev_has_boot_stamp (const CcwPaths *paths);
void mdev_make_boot_stamp (const CcwPaths *paths);

/*
 * The same of the mdev called @name alone, RUN/autostarting/NAME, while that of all is not made
 * yet: one that hangs keeps all from being done with for long, and what has been stopped
 * meanwhile must not be started again by the next daemon. The mark of all replaces these.
 *
 * The name has UUID and parent, as a definition has: of two with the same UUID, on two parents,
 * one can be active, and each has had its turn. A definition that follows its device to another
 * parent has none any more, as it starts by itself where a device is new.
 */
gboolean mdev_has_boot_mark (const CcwPaths *paths, const char *name);
void mdev_make_boot_mark (const CcwPaths *paths, const char *name);
