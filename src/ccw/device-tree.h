/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"

/* What the kernel hung below a ccw device: for in-use.c and those who do its checks. */
typedef struct
{
  const CcwDevId *device;
  char *folder;          /* of the device, resolved */
  GPtrArray *blocks;     /* of CcwNode: disks and partitions */
  GPtrArray *characters; /* of CcwNode: name below /dev, as the kernel wants it called */
  GPtrArray *interfaces; /* of folders */
  GPtrArray *virtios;    /* of folders */
} CcwDeviceTree;

/* Fills @tree, to be cleared in any case. FALSE when no driver of the host has the device. */
gboolean ccw_device_tree_read (CcwDeviceTree *tree, const CcwDevId *device);
void ccw_device_tree_clear (CcwDeviceTree *tree);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CcwDeviceTree, ccw_device_tree_clear)
