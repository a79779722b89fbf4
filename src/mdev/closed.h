/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Has nobody the mdev open, or at least not for longer than @patience_ms?
 * The processes @besides (see ccw_find_opener()) do not count.
 *
 * To remove an open mdev would block until the guest lets go of it. A program
 * that opens it right after this look makes us wait in the kernel; there is
 * no way to ask for a removal that fails instead. A guest holds its mdev for
 * as long as it runs, but udev's workers open each new node for an instant.
 *
 * Errors: CCW_ERROR_IN_USE, naming who has it open; CCW_ERROR_SYSTEM.
 */
gboolean mdev_check_closed (const char *uuid, GPtrArray *besides, guint patience_ms,
                            GError **error);
