/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "programs.h"

#include "checks.h"
#include "processor.h"

int
start_endless (uint16_t number)
{
  static uint8_t nothing[8];
  static struct ccw program[2];

  program[0] = (struct ccw){ COMMAND_NOP, CCW_CHAIN_COMMAND | CCW_SUPPRESS_LENGTH_INDICATION, 1,
                             address_of (nothing) };
  program[1] = (struct ccw){ COMMAND_NOP, CCW_SUSPEND | CCW_SUPPRESS_LENGTH_INDICATION, 1,
                             address_of (nothing) };
  return start_program (number, ORB_USUAL | ORB_SUSPEND | ORB_NO_SUSPEND_INTERRUPTION, program);
}

void
check_device_works (uint16_t number, const char *what)
{
  static uint8_t identity[IDENTITY_ROOM];
  struct irb irb;
  int cc;

  fill (identity, 0, sizeof identity);
  cc = run_command (number, COMMAND_SENSE_ID, identity, sizeof identity, &irb);
  check (cc == 0 && identity[0] == 0xff && irb.scsw.subchannel_status == 0
             && irb.scsw.device_status == (DEVICE_STATUS_CHANNEL_END | DEVICE_STATUS_DEVICE_END)
             && irb.scsw.residual_count == IDENTITY_ROOM - IDENTITY_LENGTH,
         what);
}

bool
take_device (uint16_t device_number, uint16_t *number)
{
  bool taken = find_device (device_number, number) && set_enabled (*number, true) == 0;

  if (!taken)
    check (false, "the device is there and can be enabled");
  return taken;
}
