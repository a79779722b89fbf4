/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "cli/libvirt-client.h"
#include "qemu-hook/hostdev.h"

/*
 * Which virtual machines have an mdev among their host devices, told by
 * libvirt.
 */

typedef enum
{
  DOMAINS_RUNNING = 1 << 0, /* the domain runs, and has it */
  DOMAINS_DEFINED = 1 << 1, /* it will have it when it is started again */
} DomainsUse;

/*
 * How @domain has the mdev @uuid: 0 for not at all. @hostdev, unless NULL, is
 * what it has it as, for the caller to free, or NULL.
 */
guint domains_get_use (virDomain *domain, const char *uuid, Hostdev **hostdev);

/* The one sign that libvirt has in no name of a domain; a comma it has. */
#define DOMAINS_SEPARATOR "\n"

/* All domains; the array frees them. Errors: CCW_ERROR_SYSTEM. */
GPtrArray *domains_list (virConnect *connection, GError **error);

/*
 * A table from UUID of an mdev (36 characters, lower case) to the names of
 * the domains that have it, running or when started, joined by
 * DOMAINS_SEPARATOR. The caller frees it. Errors: CCW_ERROR_SYSTEM.
 */
GHashTable *domains_by_mdev (virConnect *connection, GError **error);
