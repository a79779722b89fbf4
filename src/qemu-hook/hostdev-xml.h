/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

/* The model of a hostdev that is a vfio-ccw mdev. */
#define HOSTDEV_MODEL "vfio-ccw"

/*
 * The vfio-ccw host devices in a libvirt document.
 *
 * @text (@length bytes, -1: up to its NUL) holds a <domain> or one <hostdev>;
 * @what names it in messages. Returns the Hostdevs in document order (the
 * array frees them), completed the way libvirt completes them when it starts
 * the domain: a hostdev without an alias of its owner's ("ua-…") becomes
 * hostdevN, one without an address gets the lowest device number in fe.0 that
 * is still free when its turn comes (libvirt goes through disks, interfaces,
 * sound cards, then hostdevs).
 *
 * hostdevs of other kinds are passed over. A document without any vfio-ccw
 * hostdev is CCW_ERROR_NOT_FOUND. CCW_ERROR_INVALID: not XML, another
 * document, and what libvirt refuses of a vfio-ccw hostdev and of what it
 * shares with the other devices: addresses, aliases, the boot order. (Its
 * schema lets much of that through; the domain would not start.) The message
 * names the device. The rest of the domain is not looked at.
 */
GPtrArray *hostdevs_from_xml (const char *text, gssize length, const char *what, GError **error);

/* Is @device, any element, a vfio-ccw hostdev? */
gboolean hostdev_node_is_vfio_ccw (const xmlNode *device);

/* The UUID of @hostdev, an mdev, in lower case (the caller frees it). Errors: CCW_ERROR_INVALID. */
char *hostdev_node_get_uuid (const xmlNode *hostdev, GError **error);
