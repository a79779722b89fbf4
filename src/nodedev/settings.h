/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "nodedev/keepalive.h"

/*
 * What the administrator decides about who may connect and how many, from
 * virtccwd.conf: names and meanings are those of libvirt's virtnodedevd.conf
 * wherever that has them.
 */
typedef struct _NodedevSettings NodedevSettings;

/* How a client shows that it may use a socket. */
typedef enum
{
  NODEDEV_AUTH_NONE,   /* it could connect: the socket's permissions decide */
  NODEDEV_AUTH_POLKIT, /* polkit says so */
} NodedevAuthMethod;

typedef struct
{
  guint clients;           /* of one socket */
  guint user_clients;      /* of them, of one user who is not trusted */
  guint anonymous_clients; /* of those, not authenticated yet */
} NodedevLimits;

/* What holds without a file. */
NodedevSettings *nodedev_settings_new (void);

/*
 * From the file at @path; one that is missing counts as empty. Errors:
 * CCW_ERROR_INVALID, CCW_ERROR_SYSTEM; they tell the file and the setting.
 */
NodedevSettings *nodedev_settings_load (const char *path, GError **error);
void nodedev_settings_free (NodedevSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevSettings, nodedev_settings_free)

/* Of clients of the one socket, or of the read-only one. */
NodedevAuthMethod nodedev_settings_get_auth (const NodedevSettings *settings, gboolean readonly);

/* Permissions of a socket that we make. */
guint nodedev_settings_get_mode (const NodedevSettings *settings, gboolean readonly);

/* The group that owns it; -1: nobody said. */
gint64 nodedev_settings_get_group (const NodedevSettings *settings);

/*
 * Is it root, the user that we run as, or one of trusted_users? They need no
 * authentication, and may call on behalf of others.
 */
gboolean nodedev_settings_is_trusted (const NodedevSettings *settings, gint64 uid);

/* How many clients there may be. */
NodedevLimits nodedev_settings_get_limits (const NodedevSettings *settings);

/* Of the daemon for all other devices. */
NodedevKeepaliveLimits nodedev_settings_get_keepalive (const NodedevSettings *settings);

/* Is every single call to be allowed by polkit (access_drivers = [ "polkit" ])? */
gboolean nodedev_settings_checks_access (const NodedevSettings *settings);
