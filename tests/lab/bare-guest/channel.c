/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "channel.h"
#include "processor.h"

/*
 * The I/O instructions take the subsystem identification in general register 1:
 * bit 15 is always one, bits 16-31 are the subchannel number.
 */
#define IO_INSTRUCTION(instruction, number, operand)                                               \
  ({                                                                                               \
    register uint64_t subsystem_id asm("1") = 0x10000UL | (number);                                \
    int cc;                                                                                        \
    asm volatile(instruction "\n"                                                                  \
                             "	ipm	%[cc]\n"                                                        \
                             "	srl	%[cc],28\n"                                                     \
                 : [cc] "=d"(cc)                                                                   \
                 : [address] "a"(operand), "d"(subsystem_id)                                       \
                 : "memory", "cc");                                                                \
    cc;                                                                                            \
  })

int
store_subchannel (uint16_t number, struct schib *schib)
{
  return IO_INSTRUCTION ("stsch	0(%[address])", number, schib);
}

int
modify_subchannel (uint16_t number, struct schib *schib)
{
  return IO_INSTRUCTION ("msch	0(%[address])", number, schib);
}

int
start_subchannel (uint16_t number, const struct orb *orb)
{
  return IO_INSTRUCTION ("ssch	0(%[address])", number, orb);
}

int
test_subchannel (uint16_t number, struct irb *irb)
{
  return IO_INSTRUCTION ("tsch	0(%[address])", number, irb);
}

int
halt_subchannel (uint16_t number)
{
  return IO_INSTRUCTION ("hsch", number, 0);
}

int
clear_subchannel (uint16_t number)
{
  return IO_INSTRUCTION ("csch", number, 0);
}

int
resume_subchannel (uint16_t number)
{
  return IO_INSTRUCTION ("rsch", number, 0);
}

int
cancel_subchannel (uint16_t number)
{
  return IO_INSTRUCTION ("xsch", number, 0);
}

int
store_channel_report (struct crw *crw)
{
  return IO_INSTRUCTION ("stcrw	0(%[address])", 0, crw);
}

bool
find_device (uint16_t device_number, uint16_t *number)
{
  struct schib schib;

  for (*number = 0; *number < SUBCHANNELS; (*number)++)
    if (store_subchannel (*number, &schib) == 0 && (schib.more_flags & SCHIB_DEVICE_NUMBER_VALID)
        && schib.device_number == device_number)
      return true;
  return false;
}

int
set_enabled (uint16_t number, bool enabled)
{
  struct schib schib;
  int cc = store_subchannel (number, &schib);

  if (cc != 0)
    return cc;
  schib.more_flags &= (uint8_t) ~SCHIB_ENABLED;
  if (enabled)
    schib.more_flags |= SCHIB_ENABLED;
  return modify_subchannel (number, &schib);
}

int
use_concurrent_sense (uint16_t number)
{
  struct schib schib;
  int cc = store_subchannel (number, &schib);

  if (cc != 0)
    return cc;
  schib.characteristics |= SCHIB_CONCURRENT_SENSE;
  return modify_subchannel (number, &schib);
}

int
start_program (uint16_t number, uint32_t orb_flags, const struct ccw *ccw)
{
  struct orb orb = { .interruption_parameter = address_of (ccw),
                     .flags = orb_flags,
                     .program = address_of (ccw) };

  return start_subchannel (number, &orb);
}

void
await_status (uint16_t number, struct irb *irb)
{
  do
    wait_for_io ();
  while (test_subchannel (number, irb) != 0);
}

int
run_command (uint16_t number, uint8_t command, void *buffer, uint16_t count, struct irb *irb)
{
  struct ccw ccw = { command, CCW_SUPPRESS_LENGTH_INDICATION, count, address_of (buffer) };
  int cc = start_program (number, ORB_USUAL, &ccw);

  if (cc == 0)
    await_status (number, irb);
  return cc;
}
