/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening a mediated subchannel by its own node, with memory by iommufd. */
#include "iommufd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

/* Puts the name of the mdev's VFIO device, such as vfio0, into NAME. */
static bool
find_device (const char *uuid, char *name, size_t size)
{
  char path[128];
  struct dirent *entry;
  bool found = false;
  DIR *folder;

  snprintf (path, sizeof path, "/sys/bus/mdev/devices/%s/vfio-dev", uuid);
  folder = opendir (path);
  if (!folder)
    return false;
  while (!found && (entry = readdir (folder)))
    {
      found = !strncmp (entry->d_name, "vfio", 4);
      if (found)
        snprintf (name, size, "%s", entry->d_name);
    }
  closedir (folder);
  return found;
}

static int
open_node (Client *client)
{
  char name[256], path[288];

  if (!find_device (client->uuid, name, sizeof name))
    return -1;
  snprintf (path, sizeof path, "/dev/vfio/devices/%s", name);
  return open (path, O_RDWR | O_CLOEXEC);
}

static const char *
make_address_space (Client *client)
{
  struct lab_ioas_alloc alloc = { .size = sizeof alloc };

  client->container = open ("/dev/iommu", O_RDWR | O_CLOEXEC);
  if (client->container < 0)
    return "/dev/iommu";
  if (ioctl (client->container, LAB_IOMMU_IOAS_ALLOC, &alloc))
    return "IOMMU_IOAS_ALLOC";
  client->address_space = alloc.out_ioas_id;
  return NULL;
}

/*
 * Opens the device and gives it an address space, yet without memory. Returns
 * NULL, or what could not be done, with errno set.
 */
const char *
iommufd_open (Client *client)
{
  const char *failed = make_address_space (client);
  struct lab_bind_iommufd bind = { .argsz = sizeof bind };
  struct lab_attach_iommufd_pt attach = { .argsz = sizeof attach };

  if (failed)
    return failed;
  client->device = open_node (client);
  if (client->device < 0)
    return "/dev/vfio/devices/DEVICE";
  bind.iommufd = client->container;
  if (ioctl (client->device, LAB_VFIO_DEVICE_BIND_IOMMUFD, &bind))
    return "VFIO_DEVICE_BIND_IOMMUFD";
  attach.pt_id = client->address_space;
  if (ioctl (client->device, LAB_VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach))
    return "VFIO_DEVICE_ATTACH_IOMMUFD_PT";
  return NULL;
}

/* Lets the device reach the memory. Returns 0, or -1 with errno set. */
int
iommufd_map (Client *client)
{
  struct lab_ioas_map map = {
    .size = sizeof map,
    .flags
    = LAB_IOMMU_IOAS_MAP_FIXED_IOVA | LAB_IOMMU_IOAS_MAP_READABLE | LAB_IOMMU_IOAS_MAP_WRITEABLE,
    .ioas_id = client->address_space,
    .user_va = (uintptr_t) client->memory,
    .length = MEMORY_SIZE,
    .iova = MEMORY_START,
  };

  return ioctl (client->container, LAB_IOMMU_IOAS_MAP, &map);
}

/*
 * Takes it away again and puts its size into SIZE: none, as VFIO has it, if there
 * was none to take. Returns as iommufd_map does.
 */
int
iommufd_unmap (Client *client, uint64_t *size)
{
  struct lab_ioas_unmap unmap = {
    .size = sizeof unmap,
    .ioas_id = client->address_space,
    .iova = MEMORY_START,
    .length = MEMORY_SIZE,
  };
  int status = ioctl (client->container, LAB_IOMMU_IOAS_UNMAP, &unmap);

  *size = status ? 0 : unmap.length;
  return status && errno == ENOENT ? 0 : status;
}
