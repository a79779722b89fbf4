/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * virtccwd put together: the host model and the store, followed; changes left
 * half done by a predecessor undone; mdevs that start by themselves started;
 * clients served. Everything happens in the thread-default main context.
 */
typedef struct _NodedevDaemon NodedevDaemon;

typedef struct
{
  const char *root;            /* NULL: the real machine's */
  const char *socket;          /* NULL: libvirt's slot for a node-device daemon */
  const char *socket_readonly; /* NULL: beside libvirt's slot; none when @socket is given */
  const guint *socket_mode;    /* permissions of that; NULL: as the settings say */
  const char *settings;        /* file of settings; NULL: /etc/virt-ccw/virtccwd.conf */
  const char *schema;          /* of device XML; NULL: our own */
  const char *upstream;        /* socket of the daemon for all other devices; NULL: there is none */
} NodedevDaemonOptions;

/*
 * Starts it: on return clients are answered. Sockets handed over by the
 * service manager are used instead of those in @options. Errors: in the
 * domain CCW_ERROR, saying what could not be done.
 */
NodedevDaemon *nodedev_daemon_new (const NodedevDaemonOptions *options, GError **error);

/*
 * Stops it: clients are disconnected, sockets removed, changes under way
 * finished. FALSE when one of those hangs in the kernel: the process must end
 * without freeing what that may still use.
 */
gboolean nodedev_daemon_end (NodedevDaemon *daemon);

/* Ends it first, unless it has ended; one in which a change hangs is left as it is. */
void nodedev_daemon_free (NodedevDaemon *daemon);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevDaemon, nodedev_daemon_free)
