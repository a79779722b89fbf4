/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "round-trip.h"

#include <sys/mman.h>
#include <unistd.h>

struct ccw_io_region
round_trip_request (const Program *program)
{
  struct ccw_io_region request = { 0 };

  put_be32 (request.orb_area + 4, program->orb_flags);
  put_be32 (request.orb_area + 8, program->start);
  put_be32 (request.scsw_area, FCTL_START << 12);
  return request;
}

/* From writing the I/O region over the eventfd to reading the region. */
void
round_trip (Client *client, const struct ccw_io_region *request)
{
  off_t offset = client->region_offset[REGION_IO];
  struct ccw_io_region reply;

  if (pwrite (client->device, request, sizeof *request, offset) != sizeof *request)
    die_errno ("start");
  if (!client_wait (client->io_event, PATIENCE_MS))
    die ("no interrupt");
  if (pread (client->device, &reply, sizeof reply, offset) != sizeof reply)
    die_errno ("status");
  if (reply.irb_area[8] != (DSTAT_CHANNEL_END | DSTAT_DEVICE_END) || reply.irb_area[9])
    die ("bad status %02x %02x", reply.irb_area[8], reply.irb_area[9]);
}

/*
 * Replaces the memory by pages of 4 KiB which are there from the beginning, so
 * that pinning one costs the same in every run.
 */
void
use_small_pages (Client *client)
{
  client_unmap (client);
  if (mmap (client->memory, MEMORY_SIZE, PROT_READ | PROT_WRITE,
            MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED | MAP_POPULATE, -1, 0)
      == MAP_FAILED)
    die_errno ("mmap");
  client_map (client);
}
