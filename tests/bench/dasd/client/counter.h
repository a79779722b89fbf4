/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Instructions that the machine executes, by /dev/instructions. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "readings.h"

typedef struct
{
  int device;
  uint32_t empty; /* what two readings in a row take */
} Counter;

bool counter_is_ready (void);
Counter counter_open (void);
void counter_probe (const Counter *counter, bool wanted);
struct readings counter_read (const Counter *counter);
struct readings counter_since (const Counter *counter, struct readings before);
