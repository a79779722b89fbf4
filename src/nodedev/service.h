/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/events.h"

/*
 * What clients do to mdevs. Every change is a job: checked when its turn
 * comes, done by the transitions of src/mdev off the main loop, and shown by
 * the host model before @done is called. Changes of one subchannel, or of one
 * UUID, are done in the order in which they were asked for; others do not wait
 * for each other (job-queue.h). What is persisted is only changed in the main
 * context, one file after the other.
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

/*
 * Finishes the changes under way; those that wait for their turn fail. FALSE
 * when one of them hangs: as nodedev_job_queue_end(), nothing that the service
 * works with may be freed then.
 */
gboolean nodedev_service_end (NodedevService *service);

/* Ends it first, unless it has ended; one in which a change hangs is left as it is. */
void nodedev_service_free (NodedevService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevService, nodedev_service_free)

/*
 * Changes asked for that may wait for their turn, in all and on one
 * subchannel. Clients that left cannot be held back by
 * NODEDEV_CONNECTION_HOLD_MAX; what they asked for is done nevertheless. Those
 * that wait for a device which hangs leave room for changes of others.
 */
#define NODEDEV_SERVICE_PENDING_MAX 2000
#define NODEDEV_SERVICE_PENDING_ON_ONE_MAX 100

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

/*
 * The same for one that nobody asked for: there may be any number of those, and one that is
 * active by then is as wanted.
 */
void nodedev_service_start_by_itself (NodedevService *service, const char *name,
                                      NodedevDoneFunc done, gpointer user_data);

/* @name: an mdev's. @config, which is taken over, is what it is updated to. */
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
 * devices are, changes that a predecessor left half done are put in order,
 * what was taken and has neither mdev nor definition any more is given back,
 * and what starts by itself is started. All but the first goes on behind the
 * clients' backs, before their changes on the same subchannel. Failures are logged.
 */
void nodedev_service_begin (NodedevService *service);
