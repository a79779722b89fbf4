/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"

/*
 * Is the device on the kernel's blacklist, /proc/cio_ignore? Then neither it
 * nor its subchannel is there, whatever the hardware has (Linux,
 * Documentation/arch/s390/common_io.rst). FALSE also when there is no such
 * list, as on machines of other kinds.
 */
gboolean ccw_device_is_ignored (const CcwDevId *device);

/*
 * What to do about a device that is not there: "the kernel ignores device
 * 0.0.2b09: …" when it is ignored, else @otherwise. The caller frees it.
 */
char *ccw_explain_absence (const CcwDevId *device, const char *otherwise);
