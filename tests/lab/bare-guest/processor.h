/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One processor of z/Architecture without an operating system (Principles of
 * Operation, chapters 4 and 6). Nothing is polled: each wait is an enabled wait
 * state that the expected interruption ends; between waits all interruptions
 * are masked.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an I/O interruption says of itself. */
struct io_interruption
{
  uint16_t subchannel;
  uint32_t parameter;
};

void wait_for_service_signal (void);
struct io_interruption wait_for_io (void);
void wait_for_channel_report (void);

/*
 * Subsystem reset, initial CPU reset, and on with NEXT on an empty stack.
 * Memory stays as it is. Does not return.
 */
void reset_machine (void (*next) (void)) __attribute__ ((noreturn));

void fill (void *memory, uint8_t value, size_t size);
