/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

/*
 * What any device of a domain can have, and no two of them the same: an alias
 * and a place in the boot order. @device: an element of domain_xml_devices().
 */

/*
 * The alias that the domain's owner gave, "ua-…" as libvirt wants it; NULL when
 * there is none. All others are libvirt's own, which it makes anew each time
 * the domain starts, and passes over here. The caller frees it.
 */
char *device_info_alias (const xmlNode *device);

/*
 * Its place in the boot order, 0 when it has none, and the loadparm, NULL when
 * there is none (the caller frees it). Errors: CCW_ERROR_INVALID.
 */
gboolean device_info_boot (const xmlNode *device, guint *order, char **loadparm, GError **error);

/*
 * Are the aliases and the boot order of @devices, those of @root, without
 * conflict, and with its <os><boot>? Errors: CCW_ERROR_INVALID.
 */
gboolean device_info_check (GPtrArray *devices, const xmlNode *root, GError **error);
