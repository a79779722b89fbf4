/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What /dev/instructions tells. Both numbers may overflow: only differences count. */
#pragma once

#include <linux/types.h>

struct readings
{
  __u32 now;    /* instructions so far */
  __u32 inside; /* of these, within functions that are probed, and for probing them */
};
