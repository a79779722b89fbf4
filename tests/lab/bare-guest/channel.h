/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The channel subsystem: I/O instructions and their blocks (Principles of
 * Operation, chapters 14 to 16). Subchannels are given by number. Instructions
 * return their condition code.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Subchannel-status word. */
struct scsw
{
  uint32_t flags;
  uint32_t ccw_address;
  uint8_t device_status;
  uint8_t subchannel_status;
  uint16_t residual_count;
};

/* In scsw.flags: function, activity and status control. */
enum
{
  SCSW_EXTENDED_CONTROL = 0x20000,
  SCSW_START = 0x4000,
  SCSW_HALT = 0x2000,
  SCSW_CLEAR = 0x1000,
  SCSW_FUNCTIONS = 0x7000,
  SCSW_SUSPENDED = 0x20,
  SCSW_ACTIVITIES = 0xfe0,
  SCSW_ALERT = 0x10,
  SCSW_INTERMEDIATE = 0x8,
  SCSW_PRIMARY = 0x4,
  SCSW_SECONDARY = 0x2,
  SCSW_PENDING = 0x1,
  SCSW_STATUS_CONTROL = 0x1f,
};

enum
{
  DEVICE_STATUS_CHANNEL_END = 0x08,
  DEVICE_STATUS_DEVICE_END = 0x04,
  DEVICE_STATUS_UNIT_CHECK = 0x02,
};

/* Subchannel-information block. */
struct schib
{
  uint32_t interruption_parameter;
  uint8_t flags;      /* path management control word, byte 4 */
  uint8_t more_flags; /* byte 5 */
  uint16_t device_number;
  uint8_t logical_path_mask;
  uint8_t path_not_operational_mask;
  uint8_t last_path_used_mask;
  uint8_t path_installed_mask;
  uint32_t rest_of_paths[3];
  uint32_t characteristics;
  struct scsw scsw;
  uint32_t rest[3];
} __attribute__ ((aligned (4)));

/* In schib.more_flags. */
enum
{
  SCHIB_ENABLED = 0x80,
  SCHIB_DEVICE_NUMBER_VALID = 0x01,
};

/* In schib.characteristics. */
enum
{
  SCHIB_CONCURRENT_SENSE = 0x1
};

/* Interruption-response block: subchannel status, then extended status. */
struct irb
{
  struct scsw scsw;
  uint32_t subchannel_logout;
  uint32_t extended_report;
  uint32_t addresses[3];
  uint32_t extended_control[8];
  uint32_t rest[8];
} __attribute__ ((aligned (4)));

/* In irb.extended_report, and the first byte of sense data. */
enum
{
  REPORT_CONCURRENT_SENSE = 0x01000000,
  SENSE_COMMAND_REJECT = 0x80,
};

/* Operation-request block. */
struct orb
{
  uint32_t interruption_parameter;
  uint32_t flags;
  uint32_t program;
  uint32_t rest[5];
} __attribute__ ((aligned (4)));

enum
{
  ORB_SUSPEND = 0x08000000,
  ORB_FORMAT_1 = 0x00800000,
  ORB_PREFETCH = 0x00400000,
  ORB_NO_SUSPEND_INTERRUPTION = 0x00080000,
  ORB_FORMAT_2_IDAW = 0x00020000,
  ORB_ALL_PATHS = 0x0000ff00,
  ORB_USUAL = ORB_FORMAT_1 | ORB_PREFETCH | ORB_FORMAT_2_IDAW | ORB_ALL_PATHS,
};

/* Format-1 CCW. */
struct ccw
{
  uint8_t command;
  uint8_t flags;
  uint16_t count;
  uint32_t data;
} __attribute__ ((aligned (8)));

enum
{
  CCW_CHAIN_COMMAND = 0x40,
  CCW_SUPPRESS_LENGTH_INDICATION = 0x20,
  CCW_INDIRECT = 0x04,
  CCW_SUSPEND = 0x02,
};

enum
{
  COMMAND_NOP = 0x03,
  COMMAND_TIC = 0x08,
  COMMAND_SENSE_ID = 0xe4,
  COMMAND_UNKNOWN = 0xff,
};

/* Channel-report word. */
struct crw
{
  uint32_t word;
};

enum
{
  CRW_SOURCE = 0x0f000000,
  CRW_SOURCE_SUBCHANNEL = 0x03000000,
  CRW_ID = 0x0000ffff,
};

int store_subchannel (uint16_t number, struct schib *schib);
int modify_subchannel (uint16_t number, struct schib *schib);
int start_subchannel (uint16_t number, const struct orb *orb);
int test_subchannel (uint16_t number, struct irb *irb);
int halt_subchannel (uint16_t number);
int clear_subchannel (uint16_t number);
int resume_subchannel (uint16_t number);
int cancel_subchannel (uint16_t number);
int store_channel_report (struct crw *crw);

/* The address of an object in a block: all memory lies below 2 GiB. */
static inline uint32_t
address_of (const volatile void *object)
{
  return (uint32_t) (uintptr_t) object;
}

/* As many as QEMU gives to its few devices. */
enum
{
  SUBCHANNELS = 64
};

/* Finds the subchannel with a device number; false if there is none. */
bool find_device (uint16_t device_number, uint16_t *number);
int set_enabled (uint16_t number, bool enabled);
int use_concurrent_sense (uint16_t number);

/* Starts the program at CCW; its interruption parameter is the CCW's address. */
int start_program (uint16_t number, uint32_t orb_flags, const struct ccw *ccw);

/* Waits for an interruption from a subchannel, and stores its status. */
void await_status (uint16_t number, struct irb *irb);

/*
 * Runs one CCW of COMMAND with a buffer of COUNT bytes to its end. Returns the
 * condition code of START SUBCHANNEL.
 */
int run_command (uint16_t number, uint8_t command, void *buffer, uint16_t count, struct irb *irb);
