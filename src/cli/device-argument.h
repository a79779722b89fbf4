/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"

/*
 * A device number as people type it: "0.0.2b09", or "2b09" for one of the
 * first subchannel set, as chccwdev(8) and chzdev(8) take it. Errors:
 * CCW_ERROR_INVALID.
 */
gboolean device_argument_parse (const char *text, CcwDevId *device, GError **error);

/* The only one of @arguments, which may be NULL. Errors: CCW_ERROR_INVALID, for none and several. */
gboolean device_argument_parse_only (char **arguments, CcwDevId *device, GError **error);
