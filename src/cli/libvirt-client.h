/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <libvirt/libvirt.h>

/*
 * Being one of libvirt's clients, with its errors in our codes: so that the
 * same command works on a host far away, and whatever daemon serves it.
 */

/* Where virtual machines and the devices of their host are, unless somebody says otherwise. */
#define LIBVIRT_CLIENT_DEFAULT_URI "qemu:///system"

/*
 * Somebody may by LIBVIRT_DEFAULT_URI, as for all of libvirt's clients. What else these try when
 * no URI is given, up to a session of the user's own, has no channel-attached devices.
 */
const char *libvirt_client_default_uri (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (virConnect, virConnectClose)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (virDomain, virDomainFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (virNodeDevice, virNodeDeviceFree)

/*
 * @uri: NULL for the default. The caller closes it. Where polkit wants a password and the user
 * has no agent that asks for it, the terminal does. Errors: CCW_ERROR_SYSTEM.
 */
virConnect *libvirt_client_open (const char *uri, gboolean read_only, GError **error);

/*
 * Is the host behind @connection another one than this? By what its URI
 * names: a name of this host with a port is taken for a tunnel to another.
 */
gboolean libvirt_client_is_afar (virConnect *connection);

/* The same before one is connected; FALSE for a short name that libvirt.conf gives a URI. */
gboolean libvirt_client_uri_is_afar (const char *uri);

/*
 * Sets @error to the last error of libvirt in this thread, "could not WHAT:
 * REASON", @format telling WHAT. Returns FALSE, for the caller to return.
 */
gboolean libvirt_client_fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);
