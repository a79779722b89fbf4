/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * The options by which a command is told which host devices are meant: from
 * XML, or one by UUID or device number with its place in the guest.
 */

/* For cli_parse_options(); parsing fills a state of this module's own, once per process. */
const GOptionEntry *hostdev_options_entries (void);

/* What to append to --help: how the devices are chosen. */
const char *hostdev_options_description (void);

/*
 * The Hostdevs asked for, in order; the array frees them. Reads the XML file
 * or, for a device number, the host. Errors: CCW_ERROR_INVALID (contradicting
 * or missing options, bad values, bad XML), CCW_ERROR_NOT_FOUND,
 * CCW_ERROR_STATE, CCW_ERROR_SYSTEM.
 */
GPtrArray *hostdev_options_get (GError **error);
