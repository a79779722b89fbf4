/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * z/Architecture without an operating system: waiting for interruptions, the
 * SCLP console and the I/O instructions (Principles of Operation, chapters 4,
 * 6, 14 and 15). One processor, polling nothing: each wait is an enabled wait
 * state that the expected interruption ends.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Console. Text is ASCII; a line is sent when it is complete. */
void console_open (void);
void console_text (const char *text);
void console_hex (uint64_t value, int digits);
void console_end_line (void);

/* Subchannel-information block, as far as this guest looks at it. */
struct schib
{
  uint32_t interruption_parameter;
  uint8_t flags;      /* path management control word, byte 4 */
  uint8_t more_flags; /* byte 5: 0x80 enabled, 0x01 device number valid */
  uint16_t device_number;
  uint32_t rest[11];
} __attribute__ ((aligned (4)));

enum
{
  SCHIB_ENABLED = 0x80,
  SCHIB_DEVICE_NUMBER_VALID = 0x01,
};

/* Interruption-response block: subchannel status, then extended status. */
struct irb
{
  uint32_t scsw_flags;
  uint32_t ccw_address;
  uint8_t device_status;
  uint8_t subchannel_status;
  uint16_t residual_count;
  uint32_t rest[21];
} __attribute__ ((aligned (4)));

enum
{
  DEVICE_STATUS_CHANNEL_END = 0x08,
  DEVICE_STATUS_DEVICE_END = 0x04,
  DEVICE_STATUS_UNIT_CHECK = 0x02,
};

/* All three return the condition code. NUMBER is that of the subchannel. */
int store_subchannel (uint16_t number, struct schib *schib);
int modify_subchannel (uint16_t number, struct schib *schib);

/*
 * Starts one format-1 CCW with COMMAND and a buffer of COUNT bytes, waits for
 * its interruptions and leaves the last status in *IRB. Returns the condition
 * code of START SUBCHANNEL.
 */
int run_command (uint16_t number, uint8_t command, void *buffer, uint16_t count,
                 struct irb *irb);

void fill (void *memory, uint8_t value, size_t size);
