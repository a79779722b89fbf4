/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asks every device for its identity and prints one line for each,
 *
 *   subchannel 0000 device 1234 sense-id ff327000000000 status 0c00
 */
#include "channel.h"
#include "console.h"
#include "processor.h"
#include "programs.h"
#include "scenarios.h"

enum
{
  SENSE_ID_LENGTH = 7
};

static void
print_identity (uint16_t number, const struct schib *schib, int cc, const uint8_t *identity,
                const struct irb *irb)
{
  console_text ("subchannel ");
  console_hex (number, 4);
  console_text (" device ");
  console_hex (schib->device_number, 4);
  if (cc != 0)
    {
      console_text (" could not be started, cc ");
      console_hex ((uint64_t) cc, 1);
    }
  else
    {
      console_text (" sense-id ");
      for (int i = 0; i < SENSE_ID_LENGTH; i++)
        console_hex (identity[i], 2);
      console_text (" status ");
      console_hex (irb->scsw.device_status, 2);
      console_hex (irb->scsw.subchannel_status, 2);
    }
  console_end_line ();
}

void
identify (uint16_t number, const struct schib *schib)
{
  uint8_t identity[SENSE_ID_LENGTH];
  struct irb irb;
  int cc;

  fill (identity, 0, sizeof identity);
  cc = set_enabled (number, true);
  if (cc == 0)
    cc = run_command (number, COMMAND_SENSE_ID, identity, sizeof identity, &irb);
  print_identity (number, schib, cc, identity, &irb);
}

void
identify_devices (uint16_t device_number)
{
  struct schib schib;

  (void) device_number;
  for (uint16_t number = 0; number < SUBCHANNELS; number++)
    if (store_subchannel (number, &schib) == 0 && (schib.more_flags & SCHIB_DEVICE_NUMBER_VALID))
      identify (number, &schib);
}
