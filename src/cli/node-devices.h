/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"
#include "cli/libvirt-client.h"

/*
 * The node devices of a host as libvirt tells of them: where a device is, and
 * which mdevs are on it.
 */

/*
 * The name of the subchannel, "css_0_0_0313", on which @device answers, with
 * whatever driver. The caller frees it. Errors: CCW_ERROR_NOT_FOUND,
 * CCW_ERROR_SYSTEM.
 */
char *node_devices_find_subchannel (virConnect *connection, const CcwDevId *device, GError **error);

/* A subchannel, as its XML tells of it. */
typedef struct
{
  CcwDevId id;
  CcwDevId device; /* when has_device */
  gboolean has_device;
  char *driver; /* NULL: none */
} NodeDevicesSubchannel;

void node_devices_subchannel_clear (NodeDevicesSubchannel *subchannel);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NodeDevicesSubchannel, node_devices_subchannel_clear)

/* FALSE, without an error, when @device is none, or just went. */
gboolean node_devices_read_subchannel (virNodeDevice *device, NodeDevicesSubchannel *subchannel);

/* "online" or "offline", as a ccw device's XML has it since libvirt 11.1; else NULL. */
char *node_devices_get_state (virNodeDevice *device);

/*
 * Node devices by VIR_CONNECT_LIST_NODE_DEVICES_* flags, as virNodeDevice,
 * which the array frees. Errors: CCW_ERROR_SYSTEM.
 */
GPtrArray *node_devices_list (virConnect *connection, guint flags, GError **error);

/*
 * The mdevs on @subchannel, active or defined, as virNodeDevice, which the
 * array frees. Errors: CCW_ERROR_SYSTEM.
 */
GPtrArray *node_devices_list_mdevs (virConnect *connection, const char *subchannel, GError **error);

/* The UUID of an mdev, 36 characters; the caller frees it. Errors: CCW_ERROR_SYSTEM. */
char *node_devices_get_uuid (virNodeDevice *mdev, GError **error);

/*
 * Starts a defined mdev, and returns when libvirt knows that it is active: stock
 * libvirt's node-device driver learns that from udev, after its call has
 * returned. 0, or -1 with libvirt's error.
 */
int node_devices_start (virNodeDevice *mdev);

/* Undefines it, and returns when libvirt knows that, for the same reason. The same results. */
int node_devices_undefine (virNodeDevice *mdev);

/* The XML that defines an mdev on @subchannel; the caller frees it. */
char *node_devices_mdev_xml (const char *subchannel, const char *uuid);
