/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdatomic.h>
#include <stddef.h>

/* Names the file that the probe and who asks it share; it is as long as a HeapProbe. */
#define HEAP_PROBE_VARIABLE "HEAP_PROBE"

typedef struct
{
  atomic_uint n_answers;
  size_t bytes; /* given out by the allocator and not given back */
} HeapProbe;
