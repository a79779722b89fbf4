/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opening a mediated subchannel and its memory by VFIO's group interface or,
 * with VFIO_CLIENT=iommufd in the environment, by iommufd.c.
 */
#include "client.h"
#include "iommufd.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

void
die (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  fprintf (stderr, "%s: ", program_invocation_short_name);
  vfprintf (stderr, format, args);
  fputc ('\n', stderr);
  va_end (args);
  exit (1);
}

void
die_errno (const char *what)
{
  die ("%s: %s", what, strerror (errno));
}

/* The number of the IOMMU group that the mdev's link leads to. */
int
client_group_number (const char *uuid)
{
  char path[128], target[256];
  ssize_t length;

  snprintf (path, sizeof path, "/sys/bus/mdev/devices/%s/iommu_group", uuid);
  length = readlink (path, target, sizeof target - 1);
  if (length < 0)
    die_errno (path);
  target[length] = 0;
  return atoi (basename (target));
}

/* Returns NULL, or what could not be done, with errno set; as all that follow. */
static const char *
open_group (Client *client)
{
  struct vfio_group_status status = { .argsz = sizeof status };
  char path[64];

  snprintf (path, sizeof path, "/dev/vfio/%d", client_group_number (client->uuid));
  client->container = open ("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
  if (client->container < 0)
    return "/dev/vfio/vfio";
  client->group = open (path, O_RDWR | O_CLOEXEC);
  if (client->group < 0)
    return "/dev/vfio/GROUP";
  if (ioctl (client->group, VFIO_GROUP_GET_STATUS, &status))
    return "VFIO_GROUP_GET_STATUS";
  if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
    die ("%s is not viable", path);
  if (ioctl (client->group, VFIO_GROUP_SET_CONTAINER, &client->container))
    return "VFIO_GROUP_SET_CONTAINER";
  if (ioctl (client->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
    return "VFIO_SET_IOMMU";
  return NULL;
}

static void
allocate_memory (Client *client)
{
  client->memory
      = mmap (NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (client->memory == MAP_FAILED)
    die_errno ("mmap");
}

static int
map_memory (Client *client)
{
  struct vfio_iommu_type1_dma_map map = {
    .argsz = sizeof map,
    .flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
    .vaddr = (uintptr_t) client->memory,
    .iova = MEMORY_START,
    .size = MEMORY_SIZE,
  };

  if (client->by_iommufd)
    return iommufd_map (client);
  return ioctl (client->container, VFIO_IOMMU_MAP_DMA, &map);
}

/* Let the device reach the memory. */
void
client_map (Client *client)
{
  if (map_memory (client))
    die_errno ("cannot map memory");
}

/* Puts the size of what was unmapped into SIZE. Returns 0, or -1 with errno set. */
int
client_try_unmap (Client *client, uint64_t *size)
{
  struct vfio_iommu_type1_dma_unmap unmap = {
    .argsz = sizeof unmap,
    .iova = MEMORY_START,
    .size = MEMORY_SIZE,
  };
  int status;

  if (client->by_iommufd)
    return iommufd_unmap (client, size);
  status = ioctl (client->container, VFIO_IOMMU_UNMAP_DMA, &unmap);
  *size = unmap.size;
  return status;
}

/* Take the memory away from the device. */
void
client_unmap (Client *client)
{
  uint64_t size;

  if (client_try_unmap (client, &size))
    die_errno ("cannot unmap memory");
  if (size != MEMORY_SIZE)
    die ("only 0x%llx bytes were unmapped", (unsigned long long) size);
}

static void
find_region (Client *client, unsigned index)
{
  struct vfio_region_info info = { .argsz = sizeof info, .index = index };

  if (ioctl (client->device, VFIO_DEVICE_GET_REGION_INFO, &info))
    die_errno ("VFIO_DEVICE_GET_REGION_INFO");
  client->region_offset[index] = info.offset;
  client->region_size[index] = info.size;
}

static int
listen_to (Client *client, unsigned index)
{
  int fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);

  if (fd < 0)
    die_errno ("eventfd");
  if (client_set_eventfd (client, index, fd))
    die_errno ("VFIO_DEVICE_SET_IRQS");
  return fd;
}

static const char *
open_device (Client *client)
{
  unsigned index;

  if (!client->by_iommufd)
    client->device = ioctl (client->group, VFIO_GROUP_GET_DEVICE_FD, client->uuid);
  if (client->device < 0)
    return "VFIO_GROUP_GET_DEVICE_FD";
  for (index = 0; index < REGIONS; index++)
    find_region (client, index);
  client->io_event = listen_to (client, VFIO_CCW_IO_IRQ_INDEX);
  client->request_event = listen_to (client, VFIO_CCW_REQ_IRQ_INDEX);
  return NULL;
}

static const char *
attach (Client *client)
{
  const char *failed = client->by_iommufd ? iommufd_open (client) : open_group (client);

  if (failed)
    return failed;
  if (map_memory (client))
    return "cannot map memory";
  return open_device (client);
}

/*
 * Opens the device CLIENT->uuid, which reaches CLIENT->memory. Returns NULL, or
 * what could not be done, with errno set; then nothing is open.
 */
const char *
client_attach (Client *client)
{
  const char *failed;
  int error;

  client->container = client->group = client->device = -1;
  client->io_event = client->request_event = -1;
  failed = attach (client);
  error = errno;
  if (failed)
    client_detach (client);
  errno = error;
  return failed;
}

static void
close_if_open (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

/* Closes the device, whatever it does; the memory stays. */
void
client_detach (Client *client)
{
  close_if_open (&client->device);
  close_if_open (&client->group);
  close_if_open (&client->container);
  close_if_open (&client->io_event);
  close_if_open (&client->request_event);
}

void
client_open (Client *client, const char *uuid)
{
  const char *way = getenv ("VFIO_CLIENT"), *failed;

  client->uuid = uuid;
  client->by_iommufd = way && !strcmp (way, "iommufd");
  allocate_memory (client);
  failed = client_attach (client);
  if (failed)
    die_errno (failed);
}

void
client_close (Client *client)
{
  client_detach (client);
  munmap (client->memory, MEMORY_SIZE);
}

void
client_reset (Client *client)
{
  if (ioctl (client->device, VFIO_DEVICE_RESET))
    die_errno ("VFIO_DEVICE_RESET");
}

/* Returns 0, or -1 with errno set; FD may be -1, which ends the signals. */
int
client_set_eventfd (Client *client, unsigned index, int fd)
{
  struct
  {
    struct vfio_irq_set set;
    int32_t fd;
  } request = {
    .set = {
      .argsz = sizeof request,
      .flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
      .index = index,
      .count = 1,
    },
    .fd = fd,
  };

  return ioctl (client->device, VFIO_DEVICE_SET_IRQS, &request);
}

/* Waits for a signal and takes it; returns false when time is up. */
bool
client_wait (int eventfd, int timeout_ms)
{
  struct pollfd poll_fd = { .fd = eventfd, .events = POLLIN };
  uint64_t signals;

  if (poll (&poll_fd, 1, timeout_ms) < 0)
    die_errno ("poll");
  return read (eventfd, &signals, sizeof signals) == sizeof signals;
}

/* Where the guest's ADDRESS is here. */
uint8_t *
guest (Client *client, uint32_t address, uint32_t length)
{
  if (address < MEMORY_START || length > MEMORY_SIZE
      || address - MEMORY_START > MEMORY_SIZE - length)
    die ("0x%x, %u bytes: not in the guest's memory", address, length);
  return client->memory + (address - MEMORY_START);
}

void
put_be16 (uint8_t *to, uint16_t value)
{
  to[0] = value >> 8;
  to[1] = value;
}

void
put_be32 (uint8_t *to, uint32_t value)
{
  put_be16 (to, value >> 16);
  put_be16 (to + 2, value);
}

void
put_be64 (uint8_t *to, uint64_t value)
{
  put_be32 (to, value >> 32);
  put_be32 (to + 4, value);
}

uint16_t
get_be16 (const uint8_t *from)
{
  return from[0] << 8 | from[1];
}

uint32_t
get_be32 (const uint8_t *from)
{
  return (uint32_t) get_be16 (from) << 16 | get_be16 (from + 2);
}
