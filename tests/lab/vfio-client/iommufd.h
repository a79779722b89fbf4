/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The other way to a VFIO device: its own node, and memory by iommufd.
 *
 * The kernel's interface (linux/iommufd.h, and the end of linux/vfio.h) is
 * younger than Debian 12's headers for s390x, so what is used of it is here.
 */
#pragma once

#include "client.h"

#include <linux/ioctl.h>

#define LAB_VFIO_DEVICE_BIND_IOMMUFD _IO (VFIO_TYPE, VFIO_BASE + 18)
#define LAB_VFIO_DEVICE_ATTACH_IOMMUFD_PT _IO (VFIO_TYPE, VFIO_BASE + 19)
#define LAB_IOMMU_IOAS_ALLOC _IO (';', 0x81)
#define LAB_IOMMU_IOAS_MAP _IO (';', 0x85)
#define LAB_IOMMU_IOAS_UNMAP _IO (';', 0x86)

#define LAB_IOMMU_IOAS_MAP_FIXED_IOVA (1u << 0)
#define LAB_IOMMU_IOAS_MAP_WRITEABLE (1u << 1)
#define LAB_IOMMU_IOAS_MAP_READABLE (1u << 2)

struct lab_bind_iommufd
{
  uint32_t argsz;
  uint32_t flags;
  int32_t iommufd;
  uint32_t out_devid;
};

struct lab_attach_iommufd_pt
{
  uint32_t argsz;
  uint32_t flags;
  uint32_t pt_id;
};

struct lab_ioas_alloc
{
  uint32_t size;
  uint32_t flags;
  uint32_t out_ioas_id;
};

struct lab_ioas_map
{
  uint32_t size;
  uint32_t flags;
  uint32_t ioas_id;
  uint32_t reserved;
  uint64_t user_va;
  uint64_t length;
  uint64_t iova;
};

struct lab_ioas_unmap
{
  uint32_t size;
  uint32_t ioas_id;
  uint64_t iova;
  uint64_t length;
};

const char *iommufd_open (Client *client);
int iommufd_map (Client *client);
int iommufd_unmap (Client *client, uint64_t *size);
