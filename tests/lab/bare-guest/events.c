/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What happens to a machine: a device has something to tell that nobody has
 * asked for (Principles of Operation, chapter 16, "Alert Status"), or in the
 * middle of a channel program the device goes away (chapter 17, "Channel
 * Report"), or all is reset (chapter 17, "I/O-System Reset").
 */
#include "channel.h"
#include "checks.h"
#include "console.h"
#include "processor.h"
#include "programs.h"
#include "scenarios.h"

/* Survives a reset, as all memory that is not part of the image. */
struct survivor
{
  uint32_t magic;
  uint16_t device_number;
};

#define SURVIVOR ((volatile struct survivor *) 0x300000)
#define MAGIC 0x5ca1ab1e

void
await_user (uint16_t device_number)
{
  struct irb irb;
  uint16_t number;

  if (!take_device (device_number, &number))
    return;
  check_device_works (number, "the device works");
  console_line ("bare guest: waiting");
  await_status (number, &irb);
  check_equal (irb.scsw.flags & (SCSW_FUNCTIONS | SCSW_ACTIVITIES), 0,
               "unsolicited status: no function");
  check_equal (irb.scsw.flags & SCSW_STATUS_CONTROL, SCSW_ALERT | SCSW_PENDING,
               "unsolicited status: alert status");
  check_equal (irb.scsw.device_status, DEVICE_STATUS_DEVICE_END, "unsolicited status: device end");
  check_equal (irb.scsw.ccw_address, 0, "unsolicited status: no CCW address");
  check_device_works (number, "after unsolicited status the device works");
}

void
lose_device (uint16_t device_number)
{
  struct schib schib;
  struct crw crw;
  uint16_t number;

  if (!take_device (device_number, &number))
    return;
  check_device_works (number, "the device works");
  check_equal (start_endless (number), 0, "SSCH: an endless program");
  console_line ("bare guest: waiting");
  wait_for_channel_report ();
  check_equal (store_channel_report (&crw), 0, "STCRW: there is a channel report");
  check_equal (crw.word & CRW_SOURCE, CRW_SOURCE_SUBCHANNEL, "channel report: a subchannel");
  check_equal (crw.word & CRW_ID, number, "channel report: the one that was used");
  check_equal (store_channel_report (&crw), 1, "STCRW: no other channel report");
  check (store_subchannel (number, &schib) == 3 || !(schib.more_flags & SCHIB_DEVICE_NUMBER_VALID),
         "STSCH: the subchannel is gone, or has no device");
  check_equal (start_endless (number), 3, "SSCH: the subchannel is gone");
  check_equal (halt_subchannel (number), 3, "HSCH: the subchannel is gone");
  check_equal (clear_subchannel (number), 3, "CSCH: the subchannel is gone");
}

/*
 * QEMU resets the device, but goes on with what it knows of the subchannel: it
 * may still show the function that was in progress. As Linux does when it finds
 * such a subchannel, clear it.
 */
static void
clear_leftovers (uint16_t number)
{
  struct schib schib;
  struct irb irb;

  if (store_subchannel (number, &schib) != 0 || !(schib.scsw.flags & SCSW_FUNCTIONS))
    return;
  check_equal (clear_subchannel (number), 0, "CSCH: after the reset");
  await_status (number, &irb);
  check_equal (irb.scsw.flags & SCSW_FUNCTIONS, SCSW_CLEAR, "after the reset it can be cleared");
}

static void
check_after_reset (void)
{
  struct schib schib;
  uint16_t number;

  if (!find_device (SURVIVOR->device_number, &number))
    {
      check (false, "after the reset the device is there");
      return;
    }
  clear_leftovers (number);
  check_equal (set_enabled (number, false), 0, "MSCH: it can be disabled");
  check_equal (set_enabled (number, true), 0, "MSCH: it can be enabled");
  check_equal (store_subchannel (number, &schib), 0, "STSCH: after the reset");
  check_equal (schib.scsw.flags & (SCSW_FUNCTIONS | SCSW_ACTIVITIES | SCSW_STATUS_CONTROL), 0,
               "after the reset nothing is in progress");
  check_device_works (number, "after the reset the device works");
}

static void
begin_program (uint16_t device_number)
{
  uint16_t number;

  SURVIVOR->magic = MAGIC;
  SURVIVOR->device_number = device_number;
  if (!take_device (device_number, &number))
    return;
  check_device_works (number, "before the reset the device works");
  check_equal (start_endless (number), 0, "SSCH: an endless program");
}

static void
go_on_after_reset (void)
{
  console_open ();
  check_after_reset ();
  console_line ("bare guest: done");
}

void
reset_in_program (uint16_t device_number)
{
  begin_program (device_number);
  reset_machine (go_on_after_reset);
}

/* The machine's memory tells whether this is the first time. */
void
await_reset (uint16_t device_number)
{
  if (SURVIVOR->magic == MAGIC)
    {
      SURVIVOR->magic = 0;
      check_after_reset ();
      return;
    }
  begin_program (device_number);
  console_line ("bare guest: waiting");
  for (;;)
    wait_for_io ();
}
