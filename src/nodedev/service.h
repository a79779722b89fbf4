/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/events.h"

/*
 * What clients do to mdevs. Every change is a job of one queue: checked when
 * its turn comes, done by the transitions of src/mdev off the main loop, and
 * shown by the host model before @done is called.
 *
 * - create makes a transient mdev; a subchannel still held by its usual
 *   driver is bound first, and given back when anything after that fails.
 * - define persists without touching the host. An mdev that is active becomes
 *   persistent; one that is persistent is replaced.
 * - start makes a persistent mdev active.
 * - destroy removes an active mdev. The subchannel is given back unless an
 *   mdev is persisted on it.
 * - undefine forgets a persistent mdev; when it is inactive and was the last
 *   on its subchannel, the subchannel is given back.
 * - update replaces what is persisted of an mdev.
 *
 * What others do, such as mdevctl, is followed up: a subchannel is given back
 * when its last mdev was removed, or its last definition undefined, by them.
 *
 * On an error nothing has changed. Errors are in the domains NODEDEV_ERROR
 * and CCW_ERROR.
 */
typedef struct _NodedevService NodedevService;

/* @error NULL: done. @name is the mdev's. */
typedef void (*NodedevDoneFunc) (const char *name, const GError *error, gpointer user_data);

/* @view's host and store, @events and @paths must outlive it. */
NodedevService *nodedev_service_new (const NodedevView *view, NodedevEvents *events,
                                     const CcwPaths *paths);

/* Waits for the change under way; those that wait for their turn fail. */
void nodedev_service_free (NodedevService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevService, nodedev_service_free)

/*
 * Changes that may wait for their turn. Clients that left cannot be held back
 * by NODEDEV_CONNECTION_HOLD_MAX; what they asked for is done nevertheless.
 */
#define NODEDEV_SERVICE_WAITING_MAX 2000

/*
 * @config is taken over. @done is called exactly once; before the return, with
 * an error, when too many changes wait.
 */
void nodedev_service_create (NodedevService *service, MdevConfig *config, NodedevDoneFunc done,
                             gpointer user_data);
void nodedev_service_define (NodedevService *service, MdevConfig *config, NodedevDoneFunc done,
                             gpointer user_data);

/* @name: an mdev's. */
void nodedev_service_start (NodedevService *service, const char *name, NodedevDoneFunc done,
                            gpointer user_data);
void nodedev_service_destroy (NodedevService *service, const char *name, NodedevDoneFunc done,
                              gpointer user_data);
void nodedev_service_undefine (NodedevService *service, const char *name, NodedevDoneFunc done,
                               gpointer user_data);
void nodedev_service_set_autostart (NodedevService *service, const char *name, gboolean autostart,
                                    NodedevDoneFunc done, gpointer user_data);

/* @flags: VIR_NODE_DEVICE_UPDATE_AFFECT_*. @config, taken over, is what it shall be. */
void nodedev_service_update (NodedevService *service, const char *name, MdevConfig *config,
                             guint flags, NodedevDoneFunc done, gpointer user_data);

/*
 * To be called once, before clients are served: definitions go to where their
 * devices are, what was taken and has neither mdev nor definition any more is
 * given back, and what starts by itself is started. Failures are logged.
 */
void nodedev_service_begin (NodedevService *service);
