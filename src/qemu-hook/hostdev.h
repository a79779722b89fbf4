/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"

/*
 * A vfio-ccw host device of a guest: which mdev, and where the guest sees it.
 *
 * libvirt has no hostdev of type "ccw"; a subchannel is handed over as
 *
 *   <hostdev mode='subsystem' type='mdev' model='vfio-ccw'>
 *     <source><address uuid='…'/></source>
 *     <address type='ccw' cssid='0xfe' ssid='0x0' devno='0x1234'/>
 *   </hostdev>
 *
 * (libvirt, domain XML format, "Host device assignment"). This is that
 * element, read and written.
 */
typedef struct _Hostdev Hostdev;

/* The css that holds a guest's virtual devices; the guest sees fe.0.1234 as 0.0.1234. */
#define HOSTDEV_GUEST_CSSID 0xfe

/* libvirt refuses cssid 0xff for a guest's device. */
#define HOSTDEV_MAX_CSSID 0xfe

/*
 * @uuid: that of the mdev. @guest: its address in the guest (cssid at most
 * 0xfe), NULL leaves it to libvirt or QEMU. Errors: CCW_ERROR_INVALID.
 */
Hostdev *hostdev_new (const char *uuid, const CcwDevId *guest, GError **error);
void hostdev_free (Hostdev *hostdev);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Hostdev, hostdev_free)

/* 36 characters, lower case. */
const char *hostdev_get_uuid (const Hostdev *hostdev);

/* Its address in the guest, NULL when it has none yet. */
const CcwDevId *hostdev_get_guest_id (const Hostdev *hostdev);
gboolean hostdev_set_guest_id (Hostdev *hostdev, const CcwDevId *guest, GError **error);

/* The name that its owner gave it ("ua-disk"), or libvirt once it ran; NULL when it has none. */
const char *hostdev_get_alias (const Hostdev *hostdev);

/* Letters, digits, '_', '-' only, as libvirt demands of <alias name=…>. */
gboolean hostdev_set_alias (Hostdev *hostdev, const char *alias, GError **error);
gboolean hostdev_is_alias (const char *text);

/* The N of "hostdevN", by which libvirt names a hostdev without an alias when it starts; from 0. */
guint hostdev_get_index (const Hostdev *hostdev);
void hostdev_set_index (Hostdev *hostdev, guint index);

/*
 * libvirt's attributes display and ramfb, which it hands on to QEMU with any
 * mdev. They are there so that a hostdev stays as it was written: QEMU's
 * vfio-ccw has no such properties and says so.
 */
typedef enum
{
  HOSTDEV_DISPLAY_UNSET,
  HOSTDEV_DISPLAY_OFF,
  HOSTDEV_DISPLAY_ON,
} HostdevDisplay;

HostdevDisplay hostdev_get_display (const Hostdev *hostdev);
void hostdev_set_display (Hostdev *hostdev, HostdevDisplay display);
gboolean hostdev_has_ramfb (const Hostdev *hostdev);
void hostdev_set_ramfb (Hostdev *hostdev, gboolean has_ramfb);

/* Its place in the boot order, from 1; 0 when the guest does not boot from it. */
guint hostdev_get_boot_order (const Hostdev *hostdev);

/* @order: from 1, as libvirt takes it. (QEMU's bootindex ends at G_MAXINT.) */
gboolean hostdev_set_boot_order (Hostdev *hostdev, guint order, GError **error);

/* What the guest's loader is told, at most 8 characters; NULL when nothing. */
const char *hostdev_get_loadparm (const Hostdev *hostdev);

/*
 * @loadparm: 1-8 letters, digits, '.' and blanks, not blanks only; kept in upper case, as
 * libvirt and the machine loader do. Needs a boot order.
 */
gboolean hostdev_set_loadparm (Hostdev *hostdev, const char *loadparm, GError **error);

/* @text as a loadparm is kept, NULL when it is none; the caller frees it. */
char *hostdev_normal_loadparm (const char *text, GError **error);

/* The element as libvirt prints it, with a newline at the end; the caller frees it. */
char *hostdev_to_xml (const Hostdev *hostdev);
