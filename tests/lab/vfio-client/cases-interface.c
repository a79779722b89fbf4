/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the device file lets one do, and what not. */
#include "check.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static const uint64_t sizes[REGIONS] = {
  [REGION_IO] = sizeof (struct ccw_io_region),
  [REGION_COMMAND] = sizeof (struct ccw_cmd_region),
  [REGION_SCHIB] = sizeof (struct ccw_schib_region),
  [REGION_CRW] = sizeof (struct ccw_crw_region),
};

static int
try_read (Client *client, uint64_t offset, size_t size)
{
  uint8_t block[4096];

  return pread (client->device, block, size, offset) < 0 ? errno : 0;
}

static int
try_write (Client *client, uint64_t offset, size_t size)
{
  static const uint8_t block[4096];

  return pwrite (client->device, block, size, offset) < 0 ? errno : 0;
}

static void
region_sizes (Client *client)
{
  unsigned index;

  for (index = 0; index < REGIONS; index++)
    {
      expect (client->region_size[index] == sizes[index]);
      expect (client->region_offset[index] == (uint64_t) index << 10);
    }
}

static void
region_bounds (Client *client)
{
  unsigned index;

  for (index = 0; index < REGIONS; index++)
    {
      uint64_t offset = client->region_offset[index];

      expect (try_read (client, offset, sizes[index]) == 0);
      expect (try_read (client, offset, sizes[index] + 1) == EINVAL);
      expect (try_read (client, offset + 1, sizes[index]) == EINVAL);
      expect (try_read (client, offset + sizes[index], 1) == EINVAL);
      expect (try_read (client, offset + 1023, 2) == EINVAL);
      expect (try_read (client, offset + sizes[index] - 1, 1) == 0);
    }
}

static void
region_beyond (Client *client)
{
  expect (try_read (client, REGIONS << 10, 1) == EINVAL);
  expect (try_write (client, REGIONS << 10, 1) == EINVAL);
  expect (try_read (client, 1ull << 40, 1) == EINVAL);
  expect (try_read (client, (1ull << 63) - 4096, 1) == EINVAL);
}

static void
read_only_regions (Client *client)
{
  expect (try_write (client, client->region_offset[REGION_SCHIB], 52) == EINVAL);
  expect (try_write (client, client->region_offset[REGION_CRW], 8) == EINVAL);
}

static void
unknown_async_command (Client *client)
{
  expect (try_write (client, client->region_offset[REGION_COMMAND], 8) == EINVAL);
}

static void
bad_buffers (Client *client)
{
  void *nowhere = mmap (NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  expect (nowhere != MAP_FAILED);
  expect (pread (client->device, nowhere, 124, 0) < 0 && errno == EFAULT);
  expect (pwrite (client->device, nowhere, 124, 0) < 0 && errno == EFAULT);
  munmap (nowhere, 4096);
}

static void
no_channel_report (Client *client)
{
  struct ccw_crw_region block = { .crw = 1 };

  expect (pread (client->device, &block, sizeof block, client->region_offset[REGION_CRW])
          == sizeof block);
  expect (block.crw == 0);
}

static void
region_info_without_room (Client *client)
{
  struct vfio_region_info info = { .argsz = sizeof info, .index = REGION_SCHIB };

  expect (ioctl (client->device, VFIO_DEVICE_GET_REGION_INFO, &info) == 0);
  expect (info.flags & VFIO_REGION_INFO_FLAG_CAPS);
  expect (info.cap_offset == 0);
  expect (info.argsz == sizeof info + sizeof (struct vfio_region_info_cap_type));
  info = (struct vfio_region_info){ .argsz = sizeof info, .index = REGIONS };
  expect (ioctl (client->device, VFIO_DEVICE_GET_REGION_INFO, &info) < 0 && errno == EINVAL);
}

static int
set_irqs (Client *client, uint32_t flags, uint32_t index, uint8_t byte)
{
  struct
  {
    struct vfio_irq_set set;
    uint8_t data[4];
  } request = {
    .set = { .argsz = sizeof request, .flags = flags, .index = index, .count = 1 },
    .data = { byte },
  };

  return ioctl (client->device, VFIO_DEVICE_SET_IRQS, &request) ? errno : 0;
}

static void
irq_loopback (Client *client)
{
  const uint32_t trigger = VFIO_IRQ_SET_ACTION_TRIGGER;

  expect (set_irqs (client, trigger | VFIO_IRQ_SET_DATA_NONE, VFIO_CCW_IO_IRQ_INDEX, 0) == 0);
  expect (client_wait (client->io_event, 0));
  expect (set_irqs (client, trigger | VFIO_IRQ_SET_DATA_BOOL, VFIO_CCW_IO_IRQ_INDEX, 1) == 0);
  expect (client_wait (client->io_event, 0));
  expect (set_irqs (client, trigger | VFIO_IRQ_SET_DATA_BOOL, VFIO_CCW_IO_IRQ_INDEX, 0) == 0);
  expect (!client_wait (client->io_event, 0));
}

static void
irq_taken_away (Client *client)
{
  const uint32_t trigger = VFIO_IRQ_SET_ACTION_TRIGGER;

  expect (client_set_eventfd (client, VFIO_CCW_IO_IRQ_INDEX, -1) == 0);
  expect (set_irqs (client, trigger | VFIO_IRQ_SET_DATA_NONE, VFIO_CCW_IO_IRQ_INDEX, 0) == 0);
  expect (!client_wait (client->io_event, 0));
  expect (client_set_eventfd (client, VFIO_CCW_IO_IRQ_INDEX, client->io_event) == 0);
}

/* Status that nobody could be told of is announced when somebody listens. */
static void
irq_set_late (Client *client)
{
  Status status;

  expect (client_set_eventfd (client, VFIO_CCW_IO_IRQ_INDEX, -1) == 0);
  expect (clear_subchannel (client) == 0);
  do
    status = peek_status (client);
  while (!status.stctl);
  expect (!client_wait (client->io_event, 0));
  expect (client_set_eventfd (client, VFIO_CCW_IO_IRQ_INDEX, client->io_event) == 0);
  expect (client_wait (client->io_event, 0));
  expect (test_subchannel (client).fctl == FCTL_CLEAR);
  expect (client_set_eventfd (client, VFIO_CCW_IO_IRQ_INDEX, client->io_event) == 0);
  expect (!client_wait (client->io_event, 0));
}

static void
irq_errors (Client *client)
{
  const uint32_t trigger = VFIO_IRQ_SET_ACTION_TRIGGER;

  expect (set_irqs (client, trigger | VFIO_IRQ_SET_DATA_NONE, VFIO_CCW_NUM_IRQS, 0) == EINVAL);
  expect (set_irqs (client, VFIO_IRQ_SET_DATA_NONE, VFIO_CCW_IO_IRQ_INDEX, 0) == EINVAL);
  expect (set_irqs (client, trigger, VFIO_CCW_IO_IRQ_INDEX, 0) == EINVAL);
  expect (client_set_eventfd (client, VFIO_CCW_IO_IRQ_INDEX, -2) < 0 && errno == EINVAL);
  expect (client_set_eventfd (client, VFIO_CCW_IO_IRQ_INDEX, 0x7fffffff) < 0 && errno == EBADF);
}

static void
irq_info (Client *client)
{
  struct vfio_irq_info info = { .argsz = sizeof info };

  for (info.index = 0; info.index < VFIO_CCW_NUM_IRQS; info.index++)
    {
      expect (ioctl (client->device, VFIO_DEVICE_GET_IRQ_INFO, &info) == 0);
      expect (info.count == 1 && info.flags == VFIO_IRQ_INFO_EVENTFD);
    }
  expect (ioctl (client->device, VFIO_DEVICE_GET_IRQ_INFO, &info) < 0 && errno == EINVAL);
}

static void
device_info (Client *client)
{
  struct vfio_device_info info = { .argsz = sizeof info };

  expect (ioctl (client->device, VFIO_DEVICE_GET_INFO, &info) == 0);
  expect (info.flags == (VFIO_DEVICE_FLAGS_CCW | VFIO_DEVICE_FLAGS_RESET));
  expect (info.num_regions == REGIONS && info.num_irqs == VFIO_CCW_NUM_IRQS);
  info.argsz = 4;
  expect (ioctl (client->device, VFIO_DEVICE_GET_INFO, &info) < 0 && errno == EINVAL);
}

/* Enabled, with a device; and no address of the host in it. */
static void
schib_contents (Client *client)
{
  uint8_t schib[SCHIB_AREA_SIZE];

  store_subchannel (client, schib);
  expect (get_be32 (schib) == 0);
  expect (schib[5] & 0x80);
  expect (schib[5] & 0x01);
  expect (get_be32 (schib + 32) == 0);
}

const Case interface_cases[] = {
  { "device-info", "device info", device_info },
  { "region-sizes", "sizes and offsets of the regions", region_sizes },
  { "region-bounds", "no access beyond a region", region_bounds },
  { "region-beyond", "no region beyond the last", region_beyond },
  { "region-info-without-room", "capabilities where there is no room", region_info_without_room },
  { "read-only-regions", "regions that cannot be written", read_only_regions },
  { "unknown-async-command", "a command that is none", unknown_async_command },
  { "bad-buffers", "buffers that are nowhere", bad_buffers },
  { "no-channel-report", "no channel report without an event", no_channel_report },
  { "irq-info", "interrupt info", irq_info },
  { "irq-loopback", "interrupts triggered by user space", irq_loopback },
  { "irq-set-late", "an eventfd for status that is there already", irq_set_late },
  { "irq-taken-away", "no eventfd any more", irq_taken_away },
  { "irq-errors", "what is not an interrupt", irq_errors },
  { "schib-contents", "the subchannel-information block", schib_contents },
  { NULL, NULL, NULL },
};
