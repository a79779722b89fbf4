/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Channel programs, and the instructions for a subchannel. */
#include "subchannel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* where sense_id () keeps its program and its data */
#define SENSE_ID_CCW (MEMORY_START + 0x3f0000)
#define SENSE_ID_DATA (MEMORY_START + 0x3f1000)

Program
program_begin (Client *client, uint32_t start, uint32_t orb_flags)
{
  Program program = { client, orb_flags, start, start };

  return program;
}

static void
put_format1 (uint8_t *ccw, uint8_t command, uint8_t flags, uint16_t count, uint32_t address)
{
  ccw[0] = command;
  ccw[1] = flags;
  put_be16 (ccw + 2, count);
  put_be32 (ccw + 4, address);
}

static void
put_format0 (uint8_t *ccw, uint8_t command, uint8_t flags, uint16_t count, uint32_t address)
{
  put_be32 (ccw, address);
  ccw[0] = command;
  ccw[4] = flags;
  ccw[5] = 0;
  put_be16 (ccw + 6, count);
}

/* Appends a CCW in the ORB's format; returns its guest address. */
uint32_t
program_add (Program *program, uint8_t command, uint8_t flags, uint16_t count, uint32_t address)
{
  uint8_t *ccw = guest (program->client, program->next, 8);

  if (program->orb_flags & ORB_FORMAT1)
    put_format1 (ccw, command, flags, count, address);
  else
    put_format0 (ccw, command, flags, count, address);
  program->next += 8;
  return program->next - 8;
}

/* Appends a TRANSFER IN CHANNEL; what is added next goes to its target. */
void
program_tic (Program *program, uint32_t target)
{
  program_add (program, CMD_TIC, 0, 0, target);
  program->next = target;
}

static int
write_region (Client *client, unsigned index, const void *block, size_t size)
{
  ssize_t done = pwrite (client->device, block, size, client->region_offset[index]);

  if (done < 0)
    return errno;
  if ((size_t) done != size)
    die ("region %u: wrote %zd of %zu bytes", index, done, size);
  return 0;
}

static void
read_region (Client *client, unsigned index, void *block, size_t size)
{
  ssize_t done = pread (client->device, block, size, client->region_offset[index]);

  if (done != (ssize_t) size)
    die ("region %u: read %zd of %zu bytes: %s", index, done, size, strerror (errno));
}

static int
request (const Program *program, unsigned actl)
{
  struct ccw_io_region block = { 0 };

  put_be32 (block.orb_area, 0xdeadbeef);
  put_be32 (block.orb_area + 4, program->orb_flags);
  put_be32 (block.orb_area + 8, program->start);
  put_be32 (block.scsw_area, FCTL_START << 12 | actl << 5);
  return write_region (program->client, REGION_IO, &block, sizeof block);
}

int
start_subchannel (const Program *program)
{
  return request (program, ACTL_START_PENDING);
}

int
resume_subchannel (const Program *program)
{
  return request (program, ACTL_RESUME_PENDING);
}

static int
command (Client *client, uint32_t code)
{
  struct ccw_cmd_region block = { .command = code };

  return write_region (client, REGION_COMMAND, &block, sizeof block);
}

int
halt_subchannel (Client *client)
{
  return command (client, VFIO_CCW_ASYNC_CMD_HSCH);
}

int
clear_subchannel (Client *client)
{
  return command (client, VFIO_CCW_ASYNC_CMD_CSCH);
}

void
store_subchannel (Client *client, uint8_t schib[SCHIB_AREA_SIZE])
{
  read_region (client, REGION_SCHIB, schib, SCHIB_AREA_SIZE);
}

static Status
parse_irb (const uint8_t *irb)
{
  uint32_t control = get_be32 (irb);
  Status status = {
    .cc = control >> 24 & 0x3,
    .fctl = control >> 12 & 0x7,
    .actl = control >> 5 & 0x7f,
    .stctl = control & 0x1f,
    .cpa = get_be32 (irb + 4),
    .dstat = irb[8],
    .cstat = irb[9],
    .count = get_be16 (irb + 10),
  };

  memcpy (status.esw, irb + 12, sizeof status.esw);
  memcpy (status.ecw, irb + 32, sizeof status.ecw);
  return status;
}

/* Reads the status there is, whether or not it was announced. */
Status
test_subchannel (Client *client)
{
  struct ccw_io_region block;

  read_region (client, REGION_IO, &block, sizeof block);
  return parse_irb (block.irb_area);
}

/* Looks at the status control alone, which leaves the status unread. */
Status
peek_status (Client *client)
{
  struct ccw_io_region block = { 0 };
  const size_t at = offsetof (struct ccw_io_region, irb_area);

  if (pread (client->device, block.irb_area, 4, client->region_offset[REGION_IO] + at) != 4)
    die_errno ("region 0");
  return parse_irb (block.irb_area);
}

/* Waits for an interrupt; returns false when none comes. */
bool
wait_for_status (Client *client, Status *status)
{
  if (!client_wait (client->io_event, PATIENCE_MS))
    return false;
  *status = test_subchannel (client);
  return true;
}

/* Starts a program that must be accepted and must end. */
Status
run_program (const Program *program)
{
  Status status;
  int error = start_subchannel (program);

  if (error)
    die ("the program was refused: %s", strerror (error));
  do
    {
      if (!wait_for_status (program->client, &status))
        die ("no interrupt");
    }
  while (!status.cc && !(status.stctl & STCTL_SECONDARY));
  return status;
}

bool
is_normal_end (const Status *status)
{
  return !status->cc && !status->cstat && status->dstat == (DSTAT_CHANNEL_END | DSTAT_DEVICE_END);
}

/* In a buffer that the next call uses again. */
const char *
status_text (const Status *status)
{
  static char text[128];

  snprintf (text, sizeof text,
            "cc %u fctl %x actl %02x stctl %02x dstat %02x cstat %02x count %u cpa %08x",
            status->cc, status->fctl, status->actl, status->stctl, status->dstat, status->cstat,
            status->count, status->cpa);
  return text;
}

/* Asks the device what it is; returns how many bytes it has answered. */
unsigned
sense_id (Client *client, uint8_t *data, unsigned size)
{
  Program program = program_begin (client, SENSE_ID_CCW, ORB_USUAL);
  Status status;

  program_add (&program, CMD_SENSE_ID, CCW_SLI, size, SENSE_ID_DATA);
  status = run_program (&program);
  if (!is_normal_end (&status))
    die ("Sense ID failed: %s", status_text (&status));
  memcpy (data, guest (client, SENSE_ID_DATA, size), size);
  return size - status.count;
}
