/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/inventory.h"
#include "cli/libvirt-client.h"

/*
 * What there is on the host behind @connection, as far as libvirt's node
 * devices tell of it: subchannels with their drivers and devices, and mdevs.
 * As inventory_read() gives it. Errors: CCW_ERROR_SYSTEM, CCW_ERROR_UNSUPPORTED.
 */
GPtrArray *inventory_read_afar (virConnect *connection, GError **error);
