/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "counter.h"
#include "client.h"

#include <fcntl.h>
#include <unistd.h>

#define DEVICE "/dev/instructions"
#define CALIBRATIONS 20

/* The machine does count, and exactly. */
bool
counter_is_ready (void)
{
  int device = open (DEVICE, O_RDWR);

  if (device >= 0)
    close (device);
  return device >= 0;
}

Counter
counter_open (void)
{
  Counter counter = { .device = open (DEVICE, O_RDWR) };
  uint32_t lowest = UINT32_MAX;
  struct readings took;
  unsigned i;

  if (counter.device < 0)
    die_errno (DEVICE);
  for (i = 0; i < CALIBRATIONS; i++)
    {
      took = counter_since (&counter, counter_read (&counter));
      if (took.now < lowest)
        lowest = took.now;
    }
  counter.empty = lowest;
  return counter;
}

/* Whether to tell what is in probed functions; all instructions are more then. */
void
counter_probe (const Counter *counter, bool wanted)
{
  if (write (counter->device, wanted ? "1" : "0", 1) != 1)
    die_errno ("probes");
}

struct readings
counter_read (const Counter *counter)
{
  struct readings readings;

  if (read (counter->device, &readings, sizeof readings) != sizeof readings)
    die_errno (DEVICE);
  return readings;
}

/* What was executed since BEFORE, but for the reading. */
struct readings
counter_since (const Counter *counter, struct readings before)
{
  struct readings took = counter_read (counter);

  took.now -= before.now + counter->empty;
  took.inside -= before.inside;
  return took;
}
