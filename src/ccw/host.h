/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"

/*
 * The host model: what the kernel says exists on the channel subsystem.
 *
 * It holds I/O subchannels (with or without a driver), ccw devices and active
 * mediated devices on subchannels, each found in constant time by its id. It
 * is filled by one linear scan, kept current by udev events, and only ever
 * read by the layers above: they change sysfs and the change comes back here.
 *
 * Not thread safe: one host belongs to one main context. Objects returned are
 * owned by the host and valid until control returns to the main loop or
 * ccw_host_scan() or ccw_host_refresh() is called.
 */
typedef struct _CcwHost CcwHost;
typedef struct _CcwSubchannel CcwSubchannel;
typedef struct _CcwDevice CcwDevice;
typedef struct _CcwMdev CcwMdev;

typedef enum
{
  CCW_KIND_SUBCHANNEL,
  CCW_KIND_DEVICE,
  CCW_KIND_MDEV,
} CcwKind;

typedef enum
{
  CCW_CHANGE_ADDED,
  CCW_CHANGE_REMOVED, /* the object is still whole during the call, and gone after it */
  CCW_CHANGE_UPDATED, /* driver, availability, online state or mdev types changed */
} CcwChange;

/* @object is a CcwSubchannel, CcwDevice or CcwMdev, as @kind says. */
typedef void (*CcwHostFunc) (CcwHost *host, CcwChange change, CcwKind kind, gconstpointer object,
                             gpointer user_data);

/* An empty one, which looks at nothing yet: ccw_host_scan() fills it. */
CcwHost *ccw_host_new (void);
void ccw_host_free (CcwHost *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CcwHost, ccw_host_free)

/* Calls @func for each later change, parents before children when added, after them when removed. */
void ccw_host_set_listener (CcwHost *host, CcwHostFunc func, gpointer user_data);

/*
 * Reads the whole css bus, ccw bus and mdev bus; changes against what was
 * known are reported to the listener. A machine without a channel subsystem
 * is an empty host, not an error. Errors: CCW_ERROR_SYSTEM.
 */
gboolean ccw_host_scan (CcwHost *host, GError **error);

/*
 * From now on follows udev's events in the thread-default main context. Call
 * it before ccw_host_scan() so that no change falls between the two.
 * Errors: CCW_ERROR_SYSTEM.
 */
gboolean ccw_host_watch (CcwHost *host, GError **error);

/*
 * Reads one subchannel, its ccw device and its mdevs again now, for a caller
 * that just changed them and will not wait for the event. The event that
 * follows finds nothing new.
 */
void ccw_host_refresh (CcwHost *host, const CcwDevId *subchannel);

/* Look-ups in constant time; NULL when there is none. */
const CcwSubchannel *ccw_host_get_subchannel (CcwHost *host, const CcwDevId *id);
const CcwSubchannel *ccw_host_get_subchannel_of_device (CcwHost *host, const CcwDevId *device);
const CcwDevice *ccw_host_get_device (CcwHost *host, const CcwDevId *id);
const CcwMdev *ccw_host_get_mdev (CcwHost *host, const char *uuid);

/* The active mdev on @subchannel; vfio_ccw has at most one on each. */
const CcwMdev *ccw_host_get_mdev_on (CcwHost *host, const CcwDevId *subchannel);

/* All of a kind, ordered by id (mdevs by UUID); the array is the caller's, its elements the host's. */
GPtrArray *ccw_host_list (CcwHost *host, CcwKind kind);

/* --- subchannels ------------------------------------------------------- */

const CcwDevId *ccw_subchannel_get_id (const CcwSubchannel *subchannel);

/* The device behind it (sysfs attribute dev_busid, there without any driver
 * too, since Linux 5.15), or NULL when the subchannel has no valid device. */
const CcwDevId *ccw_subchannel_get_device_id (const CcwSubchannel *subchannel);

/* Name of the bound driver ("io_subchannel", "vfio_ccw"), NULL when unbound. */
const char *ccw_subchannel_get_driver (const CcwSubchannel *subchannel);

/* "/sys/devices/css0/0.0.0313" */
const char *ccw_subchannel_get_syspath (const CcwSubchannel *subchannel);

/* A type of mediated device that a subchannel offers (mdev_supported_types/ID). */
typedef struct
{
  const char *id;            /* "vfio_ccw-io" */
  const char *name;          /* "I/O subchannel (Non-QDIO)", NULL when the driver gives none */
  const char *device_api;    /* "vfio-ccw" */
  guint available_instances; /* how many more can be made now */
} CcwMdevType;

/* The types offered now: @n of them, 0 unless a driver that makes mdevs is bound. */
const CcwMdevType *ccw_subchannel_get_mdev_types (const CcwSubchannel *subchannel, gsize *n);

/* --- ccw devices ------------------------------------------------------- */

const CcwDevId *ccw_device_get_id (const CcwDevice *device);

/* The subchannel it hangs on; NULL for one that has been orphaned (moved under css0/defunct). */
const CcwDevId *ccw_device_get_subchannel_id (const CcwDevice *device);
const char *ccw_device_get_driver (const CcwDevice *device);
const char *ccw_device_get_syspath (const CcwDevice *device);

/* "3990/e9", "3390/0c", as the kernel prints them; "n/a" device type when there is none. */
const char *ccw_device_get_cutype (const CcwDevice *device);
const char *ccw_device_get_devtype (const CcwDevice *device);
gboolean ccw_device_is_online (const CcwDevice *device);

/* --- active mediated devices ------------------------------------------- */

/* 36 characters, lower case. */
const char *ccw_mdev_get_uuid (const CcwMdev *mdev);
const CcwDevId *ccw_mdev_get_parent_id (const CcwMdev *mdev);
const char *ccw_mdev_get_type (const CcwMdev *mdev);

/* "/sys/devices/css0/0.0.0313/UUID" */
const char *ccw_mdev_get_syspath (const CcwMdev *mdev);
const char *ccw_mdev_get_driver (const CcwMdev *mdev);

/* Number of its IOMMU group (/dev/vfio/N), -1 when it has none. */
int ccw_mdev_get_iommu_group (const CcwMdev *mdev);
