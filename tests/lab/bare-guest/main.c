/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest that takes a second where Linux takes half a minute: asks every
 * device for its identity and prints one line for each,
 *
 *   subchannel 0000 device 1234 sense-id ff327000000000 status 0c00
 *
 * and at last "bare guest: done".
 */
#include "machine.h"

enum
{
  SUBCHANNELS = 64,
  CMD_SENSE_ID = 0xe4,
  SENSE_ID_LENGTH = 7,
};

void main (void);

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
      console_hex (cc, 1);
    }
  else
    {
      console_text (" sense-id ");
      for (int i = 0; i < SENSE_ID_LENGTH; i++)
        console_hex (identity[i], 2);
      console_text (" status ");
      console_hex (irb->device_status, 2);
      console_hex (irb->subchannel_status, 2);
    }
  console_end_line ();
}

static void
identify (uint16_t number, struct schib *schib)
{
  uint8_t identity[SENSE_ID_LENGTH];
  struct irb irb;
  int cc;

  fill (identity, 0, sizeof identity);
  schib->more_flags |= SCHIB_ENABLED;
  cc = modify_subchannel (number, schib);
  if (cc == 0)
    cc = run_command (number, CMD_SENSE_ID, identity, sizeof identity, &irb);
  print_identity (number, schib, cc, identity, &irb);
}

void
main (void)
{
  struct schib schib;

  console_open ();
  for (uint16_t number = 0; number < SUBCHANNELS; number++)
    if (store_subchannel (number, &schib) == 0
        && (schib.more_flags & SCHIB_DEVICE_NUMBER_VALID))
      identify (number, &schib);
  console_text ("bare guest: done");
  console_end_line ();
}
