/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/host.h"

/*
 * The objects of the host model and how each is read from sysfs. Private to
 * the model: host.c keeps the tables and decides when to read.
 *
 * 65,536 subchannels and as many devices must be cheap, so strings that occur
 * many times over are interned, and what no look-up needs is read when first
 * asked for.
 */

typedef struct
{
  CcwDevId device;
  gboolean has_device;
  const char *driver; /* interned */
  GArray *types;      /* of CcwMdevType, NULL for none */
} CcwSubchannelState;

struct _CcwSubchannel
{
  CcwDevId id;
  guint generation; /* of the scan that saw it last */
  CcwSubchannelState state;
  char *syspath; /* made when asked for */
};

typedef struct
{
  const char *driver; /* all interned */
  const char *cutype;
  const char *devtype;
  gboolean online;
} CcwDeviceDetails;

struct _CcwDevice
{
  CcwDevId id;
  CcwDevId subchannel;
  gboolean has_subchannel;
  guint generation;
  gboolean has_details;
  CcwDeviceDetails details;
  char *syspath;
};

struct _CcwMdev
{
  char *uuid;
  CcwDevId parent;
  guint generation;
  const char *type;   /* interned */
  const char *driver; /* interned */
  int iommu_group;
  char *syspath;
};

/* Reads one I/O subchannel; FALSE when there is none with this id. */
gboolean ccw_subchannel_read (const CcwDevId *id, CcwSubchannelState *state);

/*
 * The state of a subchannel of which is known that @device hangs on it: only
 * io_subchannel registers ccw devices, so neither type nor driver need be read.
 */
void ccw_subchannel_state_of_device (const CcwDevId *device, CcwSubchannelState *state);
gboolean ccw_subchannel_state_equal (const CcwSubchannelState *a, const CcwSubchannelState *b);
void ccw_subchannel_state_clear (CcwSubchannelState *state);
void ccw_subchannel_free (CcwSubchannel *subchannel);

/*
 * Reads where a ccw device is. @folder is an open CCW_SYSFS_CCW_BUS
 * "/devices". FALSE when there is none of that name.
 */
gboolean ccw_device_read_place (int folder, const char *name, CcwDevId *subchannel,
                                gboolean *has_subchannel);
void ccw_device_read_details (const CcwDevice *device, CcwDeviceDetails *details);
void ccw_device_free (CcwDevice *device);

/* A new mdev as it is now; NULL when there is none on a subchannel with this UUID. */
CcwMdev *ccw_mdev_read (const char *uuid);
gboolean ccw_mdev_equal (const CcwMdev *a, const CcwMdev *b);
void ccw_mdev_free (CcwMdev *mdev);
