/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Devices that come and go while the guest runs: the channel reports it
 * (Principles of Operation, chapter 17, "Channel Report"), and then the guest
 * looks which subchannels have a device. Prints the identity of each that comes,
 * as identify.c does, and
 *
 *   subchannel 0000 device 1234 is gone
 */
#include "channel.h"
#include "console.h"
#include "processor.h"
#include "programs.h"
#include "scenarios.h"

static struct
{
  bool present;
  uint16_t device_number;
} devices[SUBCHANNELS];

static void
print_loss (uint16_t number)
{
  console_text ("subchannel ");
  console_hex (number, 4);
  console_text (" device ");
  console_hex (devices[number].device_number, 4);
  console_text (" is gone");
  console_end_line ();
}

static void
look_at (uint16_t number)
{
  struct schib schib;
  bool present = store_subchannel (number, &schib) == 0
                 && (schib.more_flags & SCHIB_DEVICE_NUMBER_VALID) != 0;

  if (present == devices[number].present)
    return;
  devices[number].present = present;
  if (!present)
    {
      print_loss (number);
      return;
    }
  devices[number].device_number = schib.device_number;
  identify (number, &schib);
}

static void
drain_channel_reports (void)
{
  struct crw crw;

  while (store_channel_report (&crw) == 0)
    continue;
}

void
watch_devices (uint16_t device_number)
{
  (void) device_number;
  for (uint16_t number = 0; number < SUBCHANNELS; number++)
    look_at (number);
  console_line ("bare guest: waiting");
  for (;;)
    {
      wait_for_channel_report ();
      drain_channel_reports ();
      for (uint16_t number = 0; number < SUBCHANNELS; number++)
        look_at (number);
    }
}
