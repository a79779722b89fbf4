/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Which virtual machines have an mdev among their host devices, told by
 * libvirt: the running ones as they are now, the others as they are defined.
 */

/* Where the virtual machines of a host are, unless somebody says otherwise. */
#define DOMAINS_DEFAULT_URI "qemu:///system"

/*
 * A table from UUID of an mdev (36 characters, lower case) to the names of
 * its domains, joined by commas. The caller frees it. Errors:
 * CCW_ERROR_SYSTEM when libvirt cannot be asked.
 */
GHashTable *domains_read (const char *uri, GError **error);
