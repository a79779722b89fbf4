/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The opponents. A move ends the program when something is refused that nobody's
 * excuses cover.
 */
#include "host.h"
#include "mix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* what memory is filled with once the device must not reach it */
#define UNTOUCHED 0x5a

static int
read_region (Client *client, unsigned index, void *block, size_t size)
{
  ssize_t done = pread (client->device, block, size, client->region_offset[index]);

  return done == (ssize_t) size ? 0 : done < 0 ? errno : EIO;
}

/* Up to LIMIT programs more, so that there is something to oppose; none once all have finished. */
static void
let_start (Mix *mix, Random *random, unsigned limit)
{
  unsigned before = mix->starts, programs = below (random, limit);

  while (mix->unfinished && mix->starts - before < programs)
    usleep (100);
  pause_below (random, 200);
}

/* All that can be looked at without taking part. */
static void
look (Mix *mix, Random *random)
{
  struct ccw_schib_region schib;
  struct ccw_crw_region crw;
  struct vfio_device_info info = { .argsz = sizeof info };
  int failed;

  judge (mix, "reading the schib", read_region (&mix->client, REGION_SCHIB, &schib, sizeof schib),
         0);
  judge (mix, "reading a CRW", read_region (&mix->client, REGION_CRW, &crw, sizeof crw), 0);
  failed = ioctl (mix->client.device, VFIO_DEVICE_GET_INFO, &info);
  judge (mix, "VFIO_DEVICE_GET_INFO", failed ? errno : 0, 0);
  pause_below (random, 200);
}

static void
halt (Mix *mix, Random *random)
{
  judge (mix, "halt", halt_subchannel (&mix->client), EBUSY);
  let_start (mix, random, 3);
}

static void
clear (Mix *mix, Random *random)
{
  judge (mix, "clear", clear_subchannel (&mix->client), 0);
  let_start (mix, random, 3);
}

/* An eventfd that nobody else knows and that goes away; then the usual one. */
static void
swap_eventfds (Mix *mix, Random *random)
{
  unsigned index = below (random, VFIO_CCW_NUM_IRQS);
  int fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK), failed;

  if (fd < 0)
    die_errno ("eventfd");
  failed = client_set_eventfd (&mix->client, index, below (random, 4) ? fd : -1);
  judge (mix, "swapping an eventfd", failed ? errno : 0, 0);
  close (fd);
  pause_below (random, 200);
  failed = client_set_eventfd (&mix->client, VFIO_CCW_IO_IRQ_INDEX, mix->client.io_event);
  judge (mix, "giving back an eventfd", failed ? errno : 0, 0);
}

static void
reset (Mix *mix, Random *random)
{
  int failed = ioctl (mix->client.device, VFIO_DEVICE_RESET);

  judge (mix, "VFIO_DEVICE_RESET", failed ? errno : 0, 0);
  let_start (mix, random, 6);
}

/* The data area as it must stay while the device does not reach it. */
static void
expect_untouched (Client *client, Random *random)
{
  uint8_t *data = guest (client, MIX_DATA, MIX_DATA_SIZE);
  size_t i;

  memset (data, UNTOUCHED, MIX_DATA_SIZE);
  pause_below (random, 500);
  for (i = 0; i < MIX_DATA_SIZE; i++)
    {
      if (data[i] != UNTOUCHED)
        die ("the device writes to 0x%zx, which was taken away", MIX_DATA + i);
    }
}

static void
unmap (Mix *mix, Random *random)
{
  client_unmap (&mix->client);
  expect_untouched (&mix->client, random);
  client_map (&mix->client);
  let_start (mix, random, 10);
}

/* Programs change while they are read. */
static void
scribble (Mix *mix, Random *random)
{
  uint32_t area = below (random, 2) ? MIX_PROGRAM : MIX_LISTS;
  uint8_t *byte = guest (&mix->client, area, 128);
  unsigned i;

  for (i = 0; i < 8; i++)
    byte[below (random, 128)] = rand_r (&random->state);
  pause_below (random, 200);
}

/* Closed without waiting for anything, in any order, and opened again. */
static void
reopen (Mix *mix, Random *random)
{
  Client *client = &mix->client;
  unsigned tries = 0;

  if (below (random, 2))
    {
      close (client->container);
      client->container = -1;
    }
  if (below (random, 2))
    {
      close (client->group);
      client->group = -1;
    }
  client_detach (client);
  /* A request that is still under way holds the old one open. */
  while (client_attach (client))
    {
      if (errno != EBUSY || tries++ == 1000)
        die_errno ("opening it again");
      usleep (10000);
    }
  let_start (mix, random, 20);
}

/* The administrator varies the channel path off and on. */
static void
vary_path (Mix *mix, Random *random)
{
  const char *path = host_path_of (mix->client.uuid);

  judge (mix, "varying the path off", host_write (path, "off"), 0);
  let_start (mix, random, 20);
  judge (mix, "varying the path on", host_write (path, "on"), 0);
  let_start (mix, random, 20);
}

const Opponent opponents[] = {
  { .name = "look", .move = look, .rounds_per_move = 1 },
  { .name = "halt", .move = halt, .rounds_per_move = 1 },
  { .name = "clear", .move = clear, .rounds_per_move = 1 },
  { .name = "eventfds", .move = swap_eventfds, .rounds_per_move = 1 },
  { .name = "reset", .move = reset, .rounds_per_move = 4, .silent = true, .excuses = { EAGAIN } },
  { .name = "unmap",
    .move = unmap,
    .rounds_per_move = 10,
    .silent = true,
    .excuses = { EAGAIN, EFAULT } },
  { .name = "scribble",
    .move = scribble,
    .rounds_per_move = 1,
    .silent = true,
    .excuses = { EINVAL, EFAULT, EOPNOTSUPP, E2BIG, ENOMEM, EIO } },
  { .name = "reopen",
    .move = reopen,
    .rounds_per_move = 20,
    .silent = true,
    .excuses = { EBADF, EINVAL, ESPIPE, ENOTTY, EIO } },
  { .name = "path",
    .move = vary_path,
    .rounds_per_move = 40,
    .silent = true,
    .excuses = { EACCES, ENODEV, EIO } },
  { .name = NULL },
};
