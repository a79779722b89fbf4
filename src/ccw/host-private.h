/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/host-objects.h"
#include "ccw/host.h"

/*
 * What the files of the host model share, for them alone: host.c has its life and look-ups,
 * host-state.c what is known and how that changes, host-scan.c the pass over all of sysfs,
 * host-events.c what the kernel tells.
 */

struct _CcwHost
{
  GHashTable *subchannels; /* key of the id -> CcwSubchannel, owned */
  GHashTable *by_device;   /* key of the device id -> CcwSubchannel */
  GHashTable *devices;     /* key of the id -> CcwDevice, owned */
  GHashTable *mdevs;       /* UUID -> CcwMdev, owned */
  GHashTable *by_parent;   /* key of a subchannel's id -> the CcwMdev on it */
  guint generation;        /* of the last scan */

  CcwHostFunc listener;
  gpointer listener_data;

  struct udev *udev;
  struct udev_monitor *monitor;
  GSource *monitor_source;
};

/* Tells the listener, if there is one. @object is of @kind, and whole while it is told. */
void ccw_host_notify (CcwHost *host, CcwChange change, CcwKind kind, gconstpointer object);

/* Brings one object up to date with sysfs, and its parent, which comes first; tells the listener. */
void ccw_host_update_subchannel (CcwHost *host, const CcwDevId *id);
void ccw_host_update_device (CcwHost *host, const CcwDevId *id);
void ccw_host_update_mdev (CcwHost *host, const char *uuid);

/*
 * What was read of one: it is new, changed or as before, and seen by the last scan. The first
 * takes over what @state holds, the last @mdev. @subchannel: NULL for a device on none.
 */
void ccw_host_put_subchannel (CcwHost *host, const CcwDevId *id, CcwSubchannelState *state);
void ccw_host_put_device (CcwHost *host, const CcwDevId *id, const CcwDevId *subchannel);
void ccw_host_put_mdev (CcwHost *host, CcwMdev *mdev);

/* They are gone; the listener still sees them whole. */
void ccw_host_drop_subchannel (CcwHost *host, CcwSubchannel *subchannel);
void ccw_host_drop_device (CcwHost *host, CcwDevice *device);
void ccw_host_drop_mdev (CcwHost *host, CcwMdev *mdev);

/* A UUID, as the names of mdevs are in sysfs. */
gboolean ccw_host_is_mdev_name (const char *name);
