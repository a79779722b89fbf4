/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/session.h"

/*
 * May the caller make this very call? libvirt's access control
 * (access_drivers = [ "polkit" ] in the settings), which libvirt-acl(5) calls
 * permissions: each is a polkit action org.libvirt.api.PERMISSION, asked about
 * the process for which the session calls. Nobody is asked for a password.
 *
 * Lists and events are allowed as a whole: they are not filtered by device.
 */

/* The most that one call needs. */
#define NODEDEV_ACCESS_MAX 2

/* Is every call of that session allowed? */
gboolean nodedev_access_is_free (const NodedevSession *session);

/*
 * @permissions as libvirt writes them in action names ("node-device.read"), up
 * to a NULL; all of them are needed. @device: the name of the device it is
 * about, or NULL. @func is told VIR_ERR_ACCESS_DENIED where one is refused;
 * the session must be kept until then.
 */
typedef void (*NodedevAccessFunc) (const GError *error, gpointer user_data);
void nodedev_access_check (const NodedevSession *session,
                           const char *const permissions[NODEDEV_ACCESS_MAX], const char *device,
                           NodedevAccessFunc func, gpointer user_data);
