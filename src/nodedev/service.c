/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/service.h"

#include <libvirt/virterror.h>

#include "nodedev/autostart.h"
#include "nodedev/change-active.h"
#include "nodedev/change-persistent.h"
#include "nodedev/rpc-error.h"
#include "nodedev/tidy.h"

struct _NodedevService
{
  NodedevChangeTools tools;
  NodedevJobQueue *queue;
  NodedevTidy *tidy;
  NodedevAutostart *autostart;
  guint n_pending; /* changes that were asked for and have not ended */
};

/* --- the queue ------------------------------------------------------------ */

static void
push (NodedevService *service, const NodedevJobFuncs *funcs, NodedevChange *change)
{
  g_auto (GStrv) subjects = nodedev_change_get_subjects (change);

  nodedev_job_queue_push (service->queue, (const char *const *) subjects, funcs, change);
}

static gboolean
fail_as_busy (GError **error, guint n, const char *what)
{
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_RESOURCE_BUSY,
               "%u changes%s%s wait for their turn already, try again later", n,
               what != NULL ? " of " : "", what != NULL ? what : "");
  return FALSE;
}

static gboolean
has_room (const NodedevService *service, const NodedevChange *change, GError **error)
{
  g_autofree char *parent = ccw_dev_id_to_string (&change->parent);

  if (service->n_pending >= NODEDEV_SERVICE_PENDING_MAX)
    return fail_as_busy (error, NODEDEV_SERVICE_PENDING_MAX, NULL);
  if (change->uuid != NULL
      && nodedev_job_queue_count (service->queue, parent) >= NODEDEV_SERVICE_PENDING_ON_ONE_MAX)
    return fail_as_busy (error, NODEDEV_SERVICE_PENDING_ON_ONE_MAX, parent);
  return TRUE;
}

/* For a client, of whom there may be many. */
static void
push_asked (NodedevService *service, const NodedevJobFuncs *funcs, NodedevChange *change)
{
  g_autoptr (GError) error = NULL;

  if (!has_room (service, change, &error))
    {
      nodedev_change_end (change, error);
      return;
    }
  change->n_pending = &service->n_pending;
  service->n_pending++;
  push (service, funcs, change);
}

/* --- the operations ------------------------------------------------------- */

void
nodedev_service_create (NodedevService *service, MdevConfig *config, NodedevDoneFunc done,
                        gpointer user_data)
{
  push_asked (service, &nodedev_change_create,
              nodedev_change_new_for_config (&service->tools, "create", config, done, user_data));
}

void
nodedev_service_define (NodedevService *service, MdevConfig *config, NodedevDoneFunc done,
                        gpointer user_data)
{
  push_asked (service, &nodedev_change_define,
              nodedev_change_new_for_config (&service->tools, "define", config, done, user_data));
}

void
nodedev_service_start (NodedevService *service, const char *name, NodedevDoneFunc done,
                       gpointer user_data)
{
  push_asked (service, &nodedev_change_start,
              nodedev_change_new_for_name (&service->tools, "start", name, done, user_data));
}

void
nodedev_service_start_by_itself (NodedevService *service, const char *name, NodedevDoneFunc done,
                                 gpointer user_data)
{
  push (service, &nodedev_change_start_by_itself,
        nodedev_change_new_for_name (&service->tools, "start", name, done, user_data));
}

void
nodedev_service_destroy (NodedevService *service, const char *name, NodedevDoneFunc done,
                         gpointer user_data)
{
  push_asked (service, &nodedev_change_destroy,
              nodedev_change_new_for_name (&service->tools, "destroy", name, done, user_data));
}

void
nodedev_service_undefine (NodedevService *service, const char *name, NodedevDoneFunc done,
                          gpointer user_data)
{
  push_asked (service, &nodedev_change_undefine,
              nodedev_change_new_for_name (&service->tools, "undefine", name, done, user_data));
}

void
nodedev_service_set_autostart (NodedevService *service, const char *name, gboolean autostart,
                               NodedevDoneFunc done, gpointer user_data)
{
  NodedevChange *change
      = nodedev_change_new_for_name (&service->tools, "set autostart of", name, done, user_data);

  change->autostart = autostart;
  push_asked (service, &nodedev_change_set_autostart, change);
}

void
nodedev_service_update (NodedevService *service, const char *name, MdevConfig *config, guint flags,
                        NodedevDoneFunc done, gpointer user_data)
{
  NodedevChange *change
      = nodedev_change_new_for_name (&service->tools, "update", name, done, user_data);

  change->config = config;
  change->flags = flags;
  push_asked (service, &nodedev_change_update, change);
}

/* --- life ----------------------------------------------------------------- */

static void
on_moved (const CcwDevId *subchannel, gpointer user_data)
{
  NodedevService *service = user_data;

  nodedev_autostart_on (service->autostart, subchannel);
}

NodedevService *
nodedev_service_new (const NodedevView *view, NodedevEvents *events, const CcwPaths *paths)
{
  NodedevService *service = g_new0 (NodedevService, 1);

  service->tools.view = *view;
  service->tools.paths = paths;
  service->queue = nodedev_job_queue_new ();
  service->tidy = nodedev_tidy_new (view, events, paths, service->queue);
  /* Before what starts devices: the kind of one is seen only while the host has it. */
  service->tools.follow
      = nodedev_follow_new (view, events, paths, service->queue, on_moved, service);
  service->autostart = nodedev_autostart_new (view, events, paths, service);
  return service;
}

void
nodedev_service_begin (NodedevService *service)
{
  nodedev_follow_all (service->tools.follow);
  nodedev_tidy_all (service->tidy);
  nodedev_autostart_all (service->autostart);
}

gboolean
nodedev_service_end (NodedevService *service)
{
  /* Deaf first: the last job's end must not add another to the queue. */
  g_clear_pointer (&service->autostart, nodedev_autostart_free);
  g_clear_pointer (&service->tidy, nodedev_tidy_free);
  nodedev_follow_end (service->tools.follow);
  return nodedev_job_queue_end (service->queue);
}

void
nodedev_service_free (NodedevService *service)
{
  if (!nodedev_service_end (service))
    return;
  nodedev_job_queue_free (service->queue);
  nodedev_follow_free (service->tools.follow);
  g_free (service);
}
