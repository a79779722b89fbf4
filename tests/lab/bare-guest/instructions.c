/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every I/O instruction in every state of the subchannel: condition codes
 * (Principles of Operation, chapter 14) and status (chapter 16).
 *
 * Of RESUME SUBCHANNEL only what it refuses is seen here: devices that QEMU
 * emulates are suspended without an intermediate status, so a guest's own
 * subchannel does not get to know that it could be resumed. CANCEL SUBCHANNEL
 * is likewise left to QEMU while a program is in progress.
 */
#include "channel.h"
#include "checks.h"
#include "processor.h"
#include "programs.h"
#include "scenarios.h"

enum
{
  NO_SUCH_SUBCHANNEL = 0xffff,
  PAGE = 4096,
  CC_STARTED = 0,
  CC_STATUS_PENDING = 1,
  CC_BUSY = 2,
  CC_NOT_OPERATIONAL = 3,
};

static uint32_t
status_control (const struct irb *irb)
{
  return irb->scsw.flags & SCSW_STATUS_CONTROL;
}

static void
try_nonexistent (void)
{
  const uint16_t none = NO_SUCH_SUBCHANNEL;
  struct schib schib;
  struct irb irb;

  fill (&schib, 0, sizeof schib);
  check_equal (store_subchannel (none, &schib), CC_NOT_OPERATIONAL, "STSCH: no such subchannel");
  check_equal (modify_subchannel (none, &schib), CC_NOT_OPERATIONAL, "MSCH: no such subchannel");
  check_equal (start_endless (none), CC_NOT_OPERATIONAL, "SSCH: no such subchannel");
  check_equal (test_subchannel (none, &irb), CC_NOT_OPERATIONAL, "TSCH: no such subchannel");
  check_equal (halt_subchannel (none), CC_NOT_OPERATIONAL, "HSCH: no such subchannel");
  check_equal (clear_subchannel (none), CC_NOT_OPERATIONAL, "CSCH: no such subchannel");
  check_equal (resume_subchannel (none), CC_NOT_OPERATIONAL, "RSCH: no such subchannel");
  check_equal (cancel_subchannel (none), CC_NOT_OPERATIONAL, "XSCH: no such subchannel");
}

static void
try_disabled (uint16_t number)
{
  struct irb irb;

  check_equal (set_enabled (number, false), 0, "MSCH: the subchannel is disabled");
  check_equal (start_endless (number), CC_NOT_OPERATIONAL, "SSCH: disabled");
  check_equal (test_subchannel (number, &irb), CC_NOT_OPERATIONAL, "TSCH: disabled");
  check_equal (halt_subchannel (number), CC_NOT_OPERATIONAL, "HSCH: disabled");
  check_equal (clear_subchannel (number), CC_NOT_OPERATIONAL, "CSCH: disabled");
  check_equal (resume_subchannel (number), CC_NOT_OPERATIONAL, "RSCH: disabled");
  check_equal (cancel_subchannel (number), CC_NOT_OPERATIONAL, "XSCH: disabled");
  check_equal (set_enabled (number, true), 0, "MSCH: the subchannel is enabled");
}

static void
try_idle (uint16_t number)
{
  struct schib schib;
  struct irb irb;

  check_equal (test_subchannel (number, &irb), CC_STATUS_PENDING, "TSCH: idle, nothing pending");
  check_equal (irb.scsw.flags & (SCSW_FUNCTIONS | SCSW_ACTIVITIES | SCSW_STATUS_CONTROL), 0,
               "TSCH: idle, no function");
  check_equal (resume_subchannel (number), CC_BUSY, "RSCH: idle, nothing suspended");
  check_equal (cancel_subchannel (number), CC_BUSY, "XSCH: idle, nothing to cancel");
  check_equal (store_subchannel (number, &schib), 0, "STSCH: idle");
  check (schib.path_installed_mask != 0, "STSCH: there is a path");
  check (schib.more_flags & SCHIB_ENABLED, "STSCH: enabled");
}

/* The device has less to tell than there is room for. */
static void
try_identity (uint16_t number)
{
  static uint8_t identity[IDENTITY_ROOM];
  const struct ccw ccw = { COMMAND_SENSE_ID, CCW_SUPPRESS_LENGTH_INDICATION, sizeof identity,
                           address_of (identity) };
  struct io_interruption interruption;
  struct irb irb;

  fill (identity, 0x5a, sizeof identity);
  check_equal (start_program (number, ORB_USUAL, &ccw), CC_STARTED, "SSCH: Sense ID");
  interruption = wait_for_io ();
  check_equal (interruption.subchannel, number, "interruption: the subchannel's number");
  check_equal (interruption.parameter, address_of (&ccw), "interruption: the ORB's parameter");
  check_equal (test_subchannel (number, &irb), 0, "TSCH: status pending");
  check_equal (irb.scsw.flags & SCSW_FUNCTIONS, SCSW_START, "status: start function");
  check_equal (irb.scsw.flags & SCSW_ACTIVITIES, 0, "status: nothing goes on");
  check_equal (status_control (&irb), SCSW_PRIMARY | SCSW_SECONDARY | SCSW_PENDING,
               "status: primary and secondary");
  check_equal (irb.scsw.device_status, DEVICE_STATUS_CHANNEL_END | DEVICE_STATUS_DEVICE_END,
               "status: channel end and device end");
  check_equal (irb.scsw.subchannel_status, 0, "status: no subchannel status");
  check_equal (irb.scsw.residual_count, IDENTITY_ROOM - IDENTITY_LENGTH, "status: residual count");
  check_equal (irb.scsw.ccw_address, address_of (&ccw + 1), "status: CCW address");
  check_equal (identity[0], 0xff, "data: the first byte");
  check_equal (identity[IDENTITY_LENGTH], 0x5a, "data: nothing behind the last byte");
  check_equal (test_subchannel (number, &irb), CC_STATUS_PENDING, "TSCH: the status is taken");
}

/* The interruption has been taken, the status has not. */
static void
try_status_pending (uint16_t number)
{
  static uint8_t identity[8];
  const struct ccw ccw = { COMMAND_SENSE_ID, CCW_SUPPRESS_LENGTH_INDICATION, sizeof identity,
                           address_of (identity) };
  struct schib schib;
  struct irb irb;

  check_equal (start_program (number, ORB_USUAL, &ccw), CC_STARTED, "SSCH: another Sense ID");
  wait_for_io ();
  check_equal (store_subchannel (number, &schib), 0, "STSCH: status pending");
  check_equal (schib.scsw.flags & SCSW_STATUS_CONTROL, SCSW_PRIMARY | SCSW_SECONDARY | SCSW_PENDING,
               "STSCH: tells the status");
  check_equal (modify_subchannel (number, &schib), CC_STATUS_PENDING, "MSCH: status pending");
  check_equal (start_endless (number), CC_STATUS_PENDING, "SSCH: status pending");
  check_equal (halt_subchannel (number), CC_STATUS_PENDING, "HSCH: status pending");
  check_equal (resume_subchannel (number), CC_STATUS_PENDING, "RSCH: status pending");
  check_equal (clear_subchannel (number), 0, "CSCH: status pending");
  await_status (number, &irb);
  check_equal (irb.scsw.flags & SCSW_FUNCTIONS, SCSW_CLEAR, "clear: the only function");
  check_equal (status_control (&irb), SCSW_PENDING, "clear: no other status is left");
  check_equal (irb.scsw.device_status, 0, "clear: no device status");
}

/* Command chaining, TRANSFER IN CHANNEL and data by an IDAL, over a page's end. */
static void
try_chain (uint16_t number)
{
  static uint8_t pages[2 * PAGE] __attribute__ ((aligned (4096)));
  static uint64_t idal[2] __attribute__ ((aligned (8)));
  static struct ccw rest, program[2];
  struct irb irb;

  fill (pages, 0x5a, sizeof pages);
  idal[0] = address_of (pages + PAGE - 3);
  idal[1] = address_of (pages + PAGE);
  program[0] = (struct ccw){ COMMAND_NOP, CCW_CHAIN_COMMAND | CCW_SUPPRESS_LENGTH_INDICATION, 1,
                             address_of (pages) };
  program[1] = (struct ccw){ COMMAND_TIC, 0, 0, address_of (&rest) };
  rest = (struct ccw){ COMMAND_SENSE_ID, CCW_INDIRECT | CCW_SUPPRESS_LENGTH_INDICATION, 7,
                       address_of (idal) };
  check_equal (start_program (number, ORB_USUAL, program), CC_STARTED, "SSCH: a chain");
  await_status (number, &irb);
  check_equal (irb.scsw.device_status, DEVICE_STATUS_CHANNEL_END | DEVICE_STATUS_DEVICE_END,
               "chain: channel end and device end");
  check_equal (irb.scsw.ccw_address, address_of (&rest + 1), "chain: CCW address behind a TIC");
  check_equal (pages[PAGE - 4], 0x5a, "chain: nothing before the data");
  check_equal (pages[PAGE - 3], 0xff, "chain: the first byte");
  check (pages[PAGE + 3] != 0x5a, "chain: the last byte is on the next page");
  check_equal (pages[PAGE + 4], 0x5a, "chain: nothing behind the data");
}

/*
 * With concurrent sense, which the host's subchannel uses in any case: sense data
 * come with the status, and a guest that asks for them later gets none.
 */
static void
try_unknown_command (uint16_t number)
{
  static uint8_t buffer[1];
  struct irb irb;

  check_equal (use_concurrent_sense (number), 0, "MSCH: concurrent sense");
  check_equal (run_command (number, COMMAND_UNKNOWN, buffer, 1, &irb), CC_STARTED,
               "SSCH: an unknown command");
  check_equal (irb.scsw.device_status & DEVICE_STATUS_UNIT_CHECK, DEVICE_STATUS_UNIT_CHECK,
               "unknown command: unit check");
  check_equal (status_control (&irb), SCSW_ALERT | SCSW_PRIMARY | SCSW_SECONDARY | SCSW_PENDING,
               "unknown command: alert status");
  check (irb.scsw.flags & SCSW_EXTENDED_CONTROL, "unknown command: extended control");
  check (irb.extended_report & REPORT_CONCURRENT_SENSE, "unknown command: concurrent sense");
  check_equal (irb.extended_control[0] >> 24, SENSE_COMMAND_REJECT,
               "unknown command: command reject");
}

static void
try_halt_and_clear (uint16_t number)
{
  struct irb irb;

  check_equal (halt_subchannel (number), 0, "HSCH: idle");
  await_status (number, &irb);
  check_equal (irb.scsw.flags & SCSW_FUNCTIONS, SCSW_HALT, "halt: the only function");
  check_equal (status_control (&irb), SCSW_PENDING, "halt: status pending");
  check_equal (clear_subchannel (number), 0, "CSCH: idle");
  await_status (number, &irb);
  check_equal (irb.scsw.flags & SCSW_FUNCTIONS, SCSW_CLEAR, "clear: the only function, idle");
  check_equal (status_control (&irb), SCSW_PENDING, "clear: status pending, idle");
  check_device_works (number, "after halt and clear the device works");
}

/* A program is in progress; nothing but halt and clear is accepted. */
static void
try_busy (uint16_t number)
{
  struct schib schib;
  struct irb irb;

  check_equal (start_endless (number), CC_STARTED, "SSCH: an endless program");
  check_equal (start_endless (number), CC_BUSY, "SSCH: busy");
  check_equal (store_subchannel (number, &schib), 0, "STSCH: busy");
  check_equal (schib.scsw.flags & SCSW_FUNCTIONS, SCSW_START, "STSCH: start function");
  check_equal (modify_subchannel (number, &schib), CC_BUSY, "MSCH: busy");
  check_equal (test_subchannel (number, &irb), CC_STATUS_PENDING, "TSCH: busy, nothing pending");
}

static void
try_halt_of_program (uint16_t number)
{
  struct irb irb;

  try_busy (number);
  check_equal (halt_subchannel (number), 0, "HSCH: an endless program");
  check (halt_subchannel (number) != 0, "HSCH: not twice");
  await_status (number, &irb);
  check_equal (irb.scsw.flags & SCSW_HALT, SCSW_HALT, "halted program: halt function");
  check_equal (irb.scsw.flags & SCSW_PENDING, SCSW_PENDING, "halted program: status pending");
  check_equal (test_subchannel (number, &irb), CC_STATUS_PENDING,
               "halted program: its status is taken");
  check_equal (irb.scsw.flags & SCSW_FUNCTIONS, 0, "halted program: no function is left");
  check_device_works (number, "after a halted program the device works");
}

static void
try_clear_of_program (uint16_t number)
{
  struct irb irb;

  try_busy (number);
  check_equal (clear_subchannel (number), 0, "CSCH: an endless program");
  await_status (number, &irb);
  check_equal (irb.scsw.flags & SCSW_FUNCTIONS, SCSW_CLEAR, "cleared program: clear function");
  check_equal (status_control (&irb), SCSW_PENDING, "cleared program: status pending alone");
  check_equal (irb.scsw.device_status, 0, "cleared program: no device status");
  check_device_works (number, "after a cleared program the device works");
}

/* A program that cannot be run is answered, and not waited for. */
static void
try_bad_program (uint16_t number)
{
  static struct ccw program;
  struct irb irb;

  program = (struct ccw){ COMMAND_TIC, 0, 0, address_of (&program) };
  check_equal (start_program (number, ORB_USUAL, &program), CC_STARTED, "SSCH: a TIC to itself");
  await_status (number, &irb);
  check_equal (status_control (&irb), SCSW_ALERT | SCSW_PRIMARY | SCSW_SECONDARY | SCSW_PENDING,
               "bad program: alert status");
  check_device_works (number, "after a bad program the device works");
}

void
try_instructions (uint16_t device_number)
{
  uint16_t number;

  try_nonexistent ();
  if (!take_device (device_number, &number))
    return;
  try_disabled (number);
  try_idle (number);
  try_identity (number);
  try_status_pending (number);
  try_chain (number);
  try_unknown_command (number);
  try_halt_and_clear (number);
  try_halt_of_program (number);
  try_clear_of_program (number);
  try_bad_program (number);
}
