/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

/*
 * What libvirt refuses of a <hostdev>, as far as one of model vfio-ccw is
 * concerned. Errors: CCW_ERROR_INVALID.
 */

/* Is @hostdev, of any kind, one that QEMU has? Which it is depends on no guess then. */
gboolean hostdev_check_kind (const xmlNode *hostdev, GError **error);

/* @hostdev is a vfio-ccw one: has it nothing that is for others only? */
gboolean hostdev_check_options (const xmlNode *hostdev, GError **error);
