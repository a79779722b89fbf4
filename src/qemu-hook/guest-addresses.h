/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * The addresses of a guest's devices in its channel subsystem, those in the
 * XML and those that libvirt hands out.
 *
 * @devices: of domain_xml_devices(). Returns a table from device (node) to
 * CcwDevId; those in it that had none have now the one that libvirt 11.3 gives
 * them. Devices that come after the hostdevs in libvirt's order get none here.
 * Errors: CCW_ERROR_INVALID: one is out of range, incomplete or given twice,
 * or none is left.
 */
GHashTable *guest_addresses (GPtrArray *devices, GError **error);
