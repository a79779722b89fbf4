/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/service.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "ccw/error.h"
#include "mdev/transition.h"
#include "nodedev/autostart.h"
#include "nodedev/follow.h"
#include "nodedev/job-queue.h"
#include "nodedev/rpc-error.h"
#include "nodedev/tidy.h"

/* virNodeDeviceUpdateFlags, since libvirt 10.1. */
#define UPDATE_AFFECT_LIVE (1u << 0)
#define UPDATE_AFFECT_CONFIG (1u << 1)

struct _NodedevService
{
  NodedevView view;
  const CcwPaths *paths;
  NodedevJobQueue *queue;
  NodedevTidy *tidy;
  NodedevFollow *follow;
  NodedevAutostart *autostart;
};

typedef struct
{
  NodedevService *service;
  const char *what; /* "create", for the log */
  char *name;       /* the mdev's */
  char *uuid;       /* NULL while @name is not known to be an mdev's */
  CcwDevId parent;
  MdevConfig *config; /* what it shall be; NULL when that is not told */
  gboolean autostart;
  gboolean keep_bound;
  guint flags;
  NodedevDoneFunc done;
  gpointer user_data;
} Job;

/* --- jobs ----------------------------------------------------------------- */

static Job *
job_new (NodedevService *service, const char *what, NodedevDoneFunc done, gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  job->service = service;
  job->what = what;
  job->done = done;
  job->user_data = user_data;
  return job;
}

static Job *
job_new_for_config (NodedevService *service, const char *what, MdevConfig *config,
                    NodedevDoneFunc done, gpointer user_data)
{
  Job *job = job_new (service, what, done, user_data);

  job->config = config;
  job->uuid = g_strdup (mdev_config_get_uuid (config));
  job->parent = *mdev_config_get_parent (config);
  job->name = nodedev_mdev_name (job->uuid, &job->parent);
  return job;
}

static Job *
job_new_for_name (NodedevService *service, const char *what, const char *name,
                  NodedevDoneFunc done, gpointer user_data)
{
  Job *job = job_new (service, what, done, user_data);

  job->name = g_strdup (name);
  nodedev_mdev_name_parse (name, &job->uuid, &job->parent);
  return job;
}

static void
job_free (Job *job)
{
  g_clear_pointer (&job->config, mdev_config_free);
  g_free (job->uuid);
  g_free (job->name);
  g_free (job);
}

/* The device number behind the job's subchannel, empty when there is none. */
static char *
get_devno (const Job *job)
{
  const CcwSubchannel *subchannel
      = ccw_host_get_subchannel (job->service->view.host, &job->parent);
  const CcwDevId *device = subchannel == NULL ? NULL : ccw_subchannel_get_device_id (subchannel);

  return device == NULL ? g_strdup ("") : ccw_dev_id_to_string (device);
}

static void
log_end (const Job *job, const GError *error)
{
  g_autofree char *subchannel = ccw_dev_id_to_string (&job->parent);
  g_autofree char *devno = get_devno (job);

  /* A name that is no mdev's is the client's mistake, and the client is told. */
  if (job->uuid == NULL)
    return;
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "SUBCHANNEL", subchannel, "DEVNO", devno,
                    "MDEV_UUID", job->uuid, "MESSAGE", "%s %s: %s", job->what, job->name,
                    error == NULL ? "done" : error->message);
}

/* Tells whoever asked and ends the job. */
static void
job_end (Job *job, const GError *error)
{
  log_end (job, error);
  job->done (job->name, error, job->user_data);
  job_free (job);
}

/* The end of a job that left the host alone. */
static void
finish_quietly (gpointer data, const GError *error)
{
  job_end (data, error);
}

/* The end of a job that may have changed the host, also when it failed. */
static void
finish_and_refresh (gpointer data, const GError *error)
{
  Job *job = data;

  if (job->uuid != NULL)
    ccw_host_refresh (job->service->view.host, &job->parent);
  job_end (job, error);
}

/* --- rules ---------------------------------------------------------------- */

static gboolean
fail (GError **error, int code, const char *text)
{
  g_set_error_literal (error, NODEDEV_ERROR, code, text);
  return FALSE;
}

/* Finds the mdev that @job names. */
static gboolean
find_mdev (const Job *job, NodedevNode *node, GError **error)
{
  if (!nodedev_node_find (&job->service->view, job->name, node, error))
    return FALSE;
  if (node->kind == NODEDEV_KIND_MDEV)
    return TRUE;
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_CONFIG_UNSUPPORTED,
               "'%s' is not a mediated device; only those can be changed", job->name);
  return FALSE;
}

static gboolean
check_subchannel_exists (const Job *job, GError **error)
{
  g_autofree char *name = ccw_dev_id_to_name (&job->parent, CCW_NAME_PREFIX_CSS);

  if (ccw_host_get_subchannel (job->service->view.host, &job->parent) != NULL)
    return TRUE;
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_NO_NODE_DEVICE,
               "there is no parent device '%s'; has its device been detached?", name);
  return FALSE;
}

/* One that is not bound for mdevs may get one. */
static gboolean
has_room (CcwHost *host, const CcwDevId *id)
{
  const CcwSubchannel *subchannel = ccw_host_get_subchannel (host, id);
  gsize n;
  const CcwMdevType *types = ccw_subchannel_get_mdev_types (subchannel, &n);

  return n == 0 || types[0].available_instances > 0;
}

/* A subchannel carries one mdev. That it exists has been checked. */
static gboolean
check_subchannel_free (const Job *job, GError **error)
{
  CcwHost *host = job->service->view.host;
  const CcwMdev *mdev
      = has_room (host, &job->parent) ? NULL : ccw_host_get_mdev_on (host, &job->parent);
  g_autofree char *parent = ccw_dev_id_to_name (&job->parent, CCW_NAME_PREFIX_CSS);
  g_autofree char *name = NULL;

  if (mdev == NULL)
    return TRUE;
  name = nodedev_mdev_name (ccw_mdev_get_uuid (mdev), &job->parent);
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_RESOURCE_BUSY,
               "%s already carries %s; destroy that first or take another subchannel", parent,
               name);
  return FALSE;
}

static gboolean
check_uuid_inactive (const Job *job, GError **error)
{
  const CcwMdev *mdev = ccw_host_get_mdev (job->service->view.host, job->uuid);
  g_autofree char *name = NULL;

  if (mdev == NULL)
    return TRUE;
  name = nodedev_mdev_name (job->uuid, ccw_mdev_get_parent_id (mdev));
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_OPERATION_INVALID,
               "UUID %s is taken by %s, which is active; take another one, or leave <uuid> out "
               "to have one made",
               job->uuid, name);
  return FALSE;
}

/* The active mdev with this UUID, when it is not the one that is meant. */
static gboolean
check_uuid_not_active_elsewhere (const Job *job, GError **error)
{
  const CcwMdev *mdev = ccw_host_get_mdev (job->service->view.host, job->uuid);

  if (mdev == NULL || ccw_dev_id_equal (ccw_mdev_get_parent_id (mdev), &job->parent))
    return TRUE;
  return check_uuid_inactive (job, error);
}

static const MdevConfig *
find_config_elsewhere (const Job *job)
{
  g_autoptr (GPtrArray) configs
      = mdev_store_list_uuid (job->service->view.store, job->uuid);

  for (guint i = 0; i < configs->len; i++)
    {
      const MdevConfig *config = g_ptr_array_index (configs, i);

      if (!ccw_dev_id_equal (mdev_config_get_parent (config), &job->parent))
        return config;
    }
  return NULL;
}

/*
 * mdevctl can keep a UUID on several parents, of which one can be active at a
 * time. Nobody means that when writing device XML: it is a copy not edited.
 */
static gboolean
check_uuid_not_defined_elsewhere (const Job *job, GError **error)
{
  const MdevConfig *config = find_config_elsewhere (job);
  g_autofree char *name = NULL;

  if (config == NULL)
    return TRUE;
  name = nodedev_mdev_name (job->uuid, mdev_config_get_parent (config));
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_OPERATION_INVALID,
               "UUID %s is defined already, as %s; take another one, leave <uuid> out to have one "
               "made, or undefine that one first",
               job->uuid, name);
  return FALSE;
}

static gboolean
check_not_defined_here (const Job *job, GError **error)
{
  if (mdev_store_get (job->service->view.store, job->uuid, &job->parent) == NULL)
    return TRUE;
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_OPERATION_INVALID,
               "%s is defined already; start it (virsh nodedev-start) instead of creating it",
               job->name);
  return FALSE;
}

/* --- create, start -------------------------------------------------------- */

static gboolean
prepare_create (gpointer data, GError **error)
{
  const Job *job = data;

  return check_subchannel_exists (job, error) && check_uuid_inactive (job, error)
         && check_not_defined_here (job, error)
         && check_uuid_not_defined_elsewhere (job, error) && check_subchannel_free (job, error);
}

static gboolean
prepare_start (gpointer data, GError **error)
{
  Job *job = data;
  NodedevNode node;

  if (!find_mdev (job, &node, error))
    return FALSE;
  if (node.mdev != NULL)
    return fail (error, VIR_ERR_OPERATION_INVALID, "Device is already active");
  job->config = mdev_config_copy (node.config);
  return check_subchannel_exists (job, error) && check_uuid_inactive (job, error)
         && check_subchannel_free (job, error);
}

static gboolean
work_start (gpointer data, GError **error)
{
  const Job *job = data;

  return mdev_start (job->service->paths, job->config, error);
}

/*
 * Binding the parent makes udev run mdevctl, which starts what is defined
 * there to start by itself: then the mdev we were to start exists, as wanted.
 */
static gboolean
was_started_by_mdevctl (const Job *job, const GError *error)
{
  NodedevNode node;

  return g_error_matches (error, CCW_ERROR, CCW_ERROR_EXISTS)
         && nodedev_node_find (&job->service->view, job->name, &node, NULL) && node.mdev != NULL;
}

static void
finish_start (gpointer data, const GError *error)
{
  Job *job = data;

  if (job->uuid != NULL)
    ccw_host_refresh (job->service->view.host, &job->parent);
  job_end (job, was_started_by_mdevctl (job, error) ? NULL : error);
}

/* --- destroy -------------------------------------------------------------- */

static gboolean
prepare_destroy (gpointer data, GError **error)
{
  Job *job = data;
  NodedevNode node;

  if (!find_mdev (job, &node, error))
    return FALSE;
  if (node.mdev == NULL)
    {
      g_set_error (error, NODEDEV_ERROR, VIR_ERR_OPERATION_INVALID, "Device '%s' is not active",
                   job->name);
      return FALSE;
    }
  job->keep_bound = mdev_store_has_parent (job->service->view.store, &job->parent, NULL);
  return TRUE;
}

static gboolean
work_destroy (gpointer data, GError **error)
{
  const Job *job = data;

  return mdev_stop (job->service->paths, job->uuid, job->keep_bound, error);
}

/* --- define, autostart, update -------------------------------------------- */

/* Device XML does not tell whether it starts by itself: that stays as it is. */
static void
keep_autostart (Job *job)
{
  const MdevConfig *old = mdev_store_get (job->service->view.store, job->uuid, &job->parent);

  mdev_config_set_autostart (job->config, old != NULL && mdev_config_get_autostart (old));
}

/* @old: NULL when there was none. The note of the device that it is meant for has not changed. */
static void
undo_define (const Job *job, const MdevConfig *old)
{
  MdevStore *store = job->service->view.store;
  g_autoptr (GError) error = NULL;

  if (old != NULL)
    mdev_store_put (store, old, TRUE, &error);
  else
    mdev_store_remove (store, job->uuid, &job->parent, &error);
  if (error != NULL)
    g_warning ("could not undo the failed definition of %s: %s", job->name, error->message);
}

/*
 * The definition first: were its note first, one that cannot be written would
 * leave the old one meant for another device.
 */
static gboolean
put_and_adopt (const Job *job, GError **error)
{
  MdevStore *store = job->service->view.store;
  const MdevConfig *known = mdev_store_get (store, job->uuid, &job->parent);
  g_autoptr (MdevConfig) old = known == NULL ? NULL : mdev_config_copy (known);

  if (!mdev_store_put (store, job->config, TRUE, error))
    return FALSE;
  if (nodedev_follow_adopt (job->service->follow, job->config, error))
    return TRUE;
  undo_define (job, old);
  return FALSE;
}

static gboolean
prepare_define (gpointer data, GError **error)
{
  Job *job = data;

  if (!check_subchannel_exists (job, error) || !check_uuid_not_active_elsewhere (job, error)
      || !check_uuid_not_defined_elsewhere (job, error))
    return FALSE;
  keep_autostart (job);
  return put_and_adopt (job, error);
}

static gboolean
prepare_set_autostart (gpointer data, GError **error)
{
  Job *job = data;
  NodedevNode node;

  if (!find_mdev (job, &node, error))
    return FALSE;
  if (node.config == NULL)
    return fail (error, VIR_ERR_OPERATION_INVALID, "cannot set autostart for transient device");
  if (mdev_config_get_autostart (node.config) == job->autostart)
    return TRUE;
  job->config = mdev_config_copy (node.config);
  mdev_config_set_autostart (job->config, job->autostart);
  return mdev_store_put (job->service->view.store, job->config, TRUE, error);
}

/* Without a flag an update is of what the device is now. */
static gboolean
check_update_flags (const Job *job, const NodedevNode *node, GError **error)
{
  gboolean live = (job->flags & UPDATE_AFFECT_LIVE) != 0
                  || ((job->flags & UPDATE_AFFECT_CONFIG) == 0 && node->mdev != NULL);

  if (live && node->mdev == NULL)
    return fail (error, VIR_ERR_OPERATION_INVALID, "node device is not active");
  if (live)
    return fail (error, VIR_ERR_OPERATION_UNSUPPORTED,
                 "an active vfio-ccw device has nothing that could be changed; update its "
                 "persistent configuration (--config), then destroy and start it");
  if (node->config == NULL)
    return fail (error, VIR_ERR_OPERATION_INVALID,
                 "transient node devices do not have any persistent config");
  return TRUE;
}

static gboolean
check_same_mdev (const Job *job, GError **error)
{
  g_autofree char *name = nodedev_mdev_name (mdev_config_get_uuid (job->config),
                                             mdev_config_get_parent (job->config));

  if (g_strcmp0 (name, job->name) == 0)
    return TRUE;
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_CONFIG_UNSUPPORTED,
               "Cannot update device '%s': UUID and parent cannot be changed, and the XML is that "
               "of '%s'",
               job->name, name);
  return FALSE;
}

static gboolean
prepare_update (gpointer data, GError **error)
{
  Job *job = data;
  NodedevNode node;

  if (!find_mdev (job, &node, error) || !check_same_mdev (job, error)
      || !check_update_flags (job, &node, error))
    return FALSE;
  keep_autostart (job);
  return mdev_store_put (job->service->view.store, job->config, TRUE, error);
}

/* --- undefine ------------------------------------------------------------- */

static gboolean
prepare_undefine (gpointer data, GError **error)
{
  Job *job = data;
  NodedevNode node;

  if (!find_mdev (job, &node, error))
    return FALSE;
  if (node.config == NULL)
    {
      g_set_error (error, NODEDEV_ERROR, VIR_ERR_OPERATION_INVALID,
                   "Node device '%s' is not defined", job->name);
      return FALSE;
    }
  /* Its file goes last: that this will fail shall be known before the subchannel is given back. */
  if (!mdev_store_check_writable (job->service->view.store, &job->parent, error))
    return FALSE;
  job->keep_bound = node.mdev != NULL
                    || mdev_store_has_parent (job->service->view.store, &job->parent, job->uuid);
  return TRUE;
}

static gboolean
work_give_back (gpointer data, GError **error)
{
  const Job *job = data;

  return job->keep_bound || mdev_give_back (job->service->paths, &job->parent, error);
}

/* Forgets it last, so that it is still defined when giving back failed. */
static void
finish_undefine (gpointer data, const GError *error)
{
  Job *job = data;
  g_autoptr (GError) own = NULL;

  if (error == NULL)
    mdev_store_remove (job->service->view.store, job->uuid, &job->parent, &own);
  finish_and_refresh (job, error != NULL ? error : own);
}

/* --- the operations ------------------------------------------------------- */

static void
push (NodedevService *service, const NodedevJobFuncs *funcs, Job *job)
{
  g_autoptr (GError) error = NULL;

  if (nodedev_job_queue_get_length (service->queue) < NODEDEV_SERVICE_WAITING_MAX)
    {
      nodedev_job_queue_push (service->queue, funcs, job);
      return;
    }
  g_set_error (&error, NODEDEV_ERROR, VIR_ERR_RESOURCE_BUSY,
               "%d changes wait for their turn already, try again later",
               NODEDEV_SERVICE_WAITING_MAX);
  job_end (job, error);
}

static const NodedevJobFuncs create_funcs = { prepare_create, work_start, finish_and_refresh };
static const NodedevJobFuncs start_funcs = { prepare_start, work_start, finish_start };
static const NodedevJobFuncs destroy_funcs = { prepare_destroy, work_destroy, finish_and_refresh };
static const NodedevJobFuncs define_funcs = { prepare_define, NULL, finish_quietly };
static const NodedevJobFuncs undefine_funcs = { prepare_undefine, work_give_back, finish_undefine };
static const NodedevJobFuncs autostart_funcs = { prepare_set_autostart, NULL, finish_quietly };
static const NodedevJobFuncs update_funcs = { prepare_update, NULL, finish_quietly };

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

  service->view = *view;
  service->paths = paths;
  service->queue = nodedev_job_queue_new ();
  service->tidy = nodedev_tidy_new (view, events, paths, service->queue);
  service->autostart = nodedev_autostart_new (view, events, paths, service);
  service->follow = nodedev_follow_new (view, events, paths, service->queue, on_moved, service);
  return service;
}

void
nodedev_service_free (NodedevService *service)
{
  /* Deaf first: the last job's end must not add another to the queue. */
  nodedev_autostart_free (service->autostart);
  nodedev_tidy_free (service->tidy);
  nodedev_follow_end (service->follow);
  nodedev_job_queue_free (service->queue);
  nodedev_follow_free (service->follow);
  g_free (service);
}

void
nodedev_service_create (NodedevService *service, MdevConfig *config, NodedevDoneFunc done,
                        gpointer user_data)
{
  push (service, &create_funcs,
        job_new_for_config (service, "create", config, done, user_data));
}

void
nodedev_service_define (NodedevService *service, MdevConfig *config, NodedevDoneFunc done,
                        gpointer user_data)
{
  push (service, &define_funcs,
        job_new_for_config (service, "define", config, done, user_data));
}

void
nodedev_service_start (NodedevService *service, const char *name, NodedevDoneFunc done,
                       gpointer user_data)
{
  push (service, &start_funcs,
        job_new_for_name (service, "start", name, done, user_data));
}

void
nodedev_service_destroy (NodedevService *service, const char *name, NodedevDoneFunc done,
                         gpointer user_data)
{
  push (service, &destroy_funcs,
        job_new_for_name (service, "destroy", name, done, user_data));
}

void
nodedev_service_undefine (NodedevService *service, const char *name, NodedevDoneFunc done,
                          gpointer user_data)
{
  push (service, &undefine_funcs,
        job_new_for_name (service, "undefine", name, done, user_data));
}

void
nodedev_service_set_autostart (NodedevService *service, const char *name, gboolean autostart,
                               NodedevDoneFunc done, gpointer user_data)
{
  Job *job = job_new_for_name (service, "set autostart of", name, done, user_data);

  job->autostart = autostart;
  push (service, &autostart_funcs, job);
}

void
nodedev_service_update (NodedevService *service, const char *name, MdevConfig *config,
                        guint flags, NodedevDoneFunc done, gpointer user_data)
{
  Job *job = job_new_for_name (service, "update", name, done, user_data);

  job->config = config;
  job->flags = flags;
  push (service, &update_funcs, job);
}

void
nodedev_service_begin (NodedevService *service)
{
  nodedev_follow_all (service->follow);
  nodedev_tidy_all (service->tidy);
  nodedev_autostart_all (service->autostart);
}
