/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/paths.h"
#include "qemu-hook/guest-domain.h"

/*
 * The mdevs of a domain that starts and ends. Only transitions (src/mdev)
 * change the host; what was started for whom is kept in notes (guest-note.h).
 * A hook that was killed at any instant leaves notes that the next call for
 * the same domain, or for the same mdev, understands.
 */

/*
 * Starts those mdevs of @domain that are not active, binding their
 * subchannels first, all or none. One that is active already is somebody
 * else's and stays so. What an earlier start of the domain left behind is
 * taken over, or given back where the domain no longer has it.
 *
 * Errors: those of mdev_start() and mdev_locate_definition().
 */
gboolean guest_devices_prepare (const CcwPaths *paths, const GuestDomain *domain, GError **error);

/*
 * Gives back what was started for @domain, and only that. One that cannot be
 * given back keeps nobody from the others, and its note: another domain has
 * it, and the next end of any domain tries again, without waiting for it unless
 * that domain had it. Errors: those of mdev_stop(), the first of @domain's own.
 */
gboolean guest_devices_release (const CcwPaths *paths, const GuestDomain *domain, GError **error);
