/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/backend.h"

/*
 * The Unix sockets that clients connect to, and the clients.
 *
 * Each socket takes a limited number of clients, so that those who may only
 * read cannot keep the others out. Of them, all users who are not trusted may
 * have so many, each of them less, and fewer still before authentication: one
 * more is turned away. That leaves as much room for trusted ones (root, a
 * virtqemud), of whom one more waits until one leaves.
 */
typedef struct _NodedevServer NodedevServer;

/* @backend must outlive it. */
NodedevServer *nodedev_server_new (const NodedevBackend *backend);

/* Stops listening and disconnects everyone; sockets that were made here are removed. */
void nodedev_server_free (NodedevServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevServer, nodedev_server_free)

/*
 * Listens on a new socket at @path with permissions @mode, owned by the group
 * that the settings name. Its folder is made
 * when there is none; what a dead daemon left at @path is replaced, a live
 * one's is not. Errors: CCW_ERROR_EXISTS, CCW_ERROR_SYSTEM.
 */
gboolean nodedev_server_listen (NodedevServer *server, const char *path, guint mode,
                                gboolean readonly, GError **error);

/*
 * Listens on @fd, taken over, which the service manager opened. It is the
 * read-only one when its path ends in "-ro", as libvirt's do. Errors:
 * CCW_ERROR_INVALID when it is no listening Unix socket, or lets in
 * everybody to change things without authentication.
 */
gboolean nodedev_server_adopt (NodedevServer *server, int fd, GError **error);
