/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/tidy.h"

#include <libvirt/libvirt.h>

#include "ccw/error.h"
#include "mdev/record.h"
#include "mdev/transition.h"

struct _NodedevTidy
{
  NodedevView view;
  NodedevEvents *events;
  const CcwPaths *paths;
  NodedevJobQueue *queue;
};

/* Stands alone: it may end after the NodedevTidy that made it. */
typedef struct
{
  NodedevView view;
  const CcwPaths *paths;
  CcwDevId subchannel;
  gboolean keep_bound;
} Job;

/* --- one subchannel ------------------------------------------------------- */

/* A definition keeps the subchannel: mdevctl may be about to start it again. */
static gboolean
prepare (gpointer data, GError **error)
{
  Job *job = data;

  job->keep_bound = mdev_store_has_file (job->view.store, &job->subchannel);
  return TRUE;
}

static gboolean
work (gpointer data, GError **error)
{
  const Job *job = data;

  return job->keep_bound || mdev_give_back (job->paths, &job->subchannel, error);
}

/* That it did not come to its turn is no failure, and not of CCW_ERROR. */
static void
log_failure (const Job *job, const GError *error)
{
  g_autofree char *name = ccw_dev_id_to_name (&job->subchannel, CCW_NAME_PREFIX_CSS);

  if (error != NULL && error->domain == CCW_ERROR)
    g_warning ("%s has no mediated device any more, but %s", name, error->message);
}

static void
finish (gpointer data, const GError *error)
{
  Job *job = data;

  if (!job->keep_bound)
    ccw_host_refresh (job->view.host, &job->subchannel);
  log_failure (job, error);
  g_free (job);
}

static const NodedevJobFuncs funcs = { prepare, work, finish };

static void
tidy_subchannel (const NodedevTidy *tidy, const CcwDevId *subchannel)
{
  Job *job = g_new0 (Job, 1);

  job->view = tidy->view;
  job->paths = tidy->paths;
  job->subchannel = *subchannel;
  nodedev_job_queue_push (tidy->queue, &funcs, job);
}

/* --- when ----------------------------------------------------------------- */

/* An mdev or a definition went, by whomever, or the subchannel itself: is it kept for nothing? */
static void
on_lifecycle (const NodedevEvent *event, gpointer user_data)
{
  g_autofree char *uuid = NULL;
  CcwDevId subchannel;

  if (event->lifecycle != VIR_NODE_DEVICE_EVENT_DELETED
      && event->lifecycle != VIR_NODE_DEVICE_EVENT_UNDEFINED)
    return;
  if (nodedev_mdev_name_parse (event->name, &uuid, &subchannel)
      || ccw_dev_id_parse_name (event->name, CCW_NAME_PREFIX_CSS, &subchannel))
    tidy_subchannel (user_data, &subchannel);
}

void
nodedev_tidy_all (NodedevTidy *tidy)
{
  g_autoptr (GArray) subchannels = mdev_record_list (tidy->paths);

  for (guint i = 0; i < subchannels->len; i++)
    tidy_subchannel (tidy, &g_array_index (subchannels, CcwDevId, i));
}

NodedevTidy *
nodedev_tidy_new (const NodedevView *view, NodedevEvents *events, const CcwPaths *paths,
                  NodedevJobQueue *queue)
{
  NodedevTidy *tidy = g_new0 (NodedevTidy, 1);

  tidy->view = *view;
  tidy->events = events;
  tidy->paths = paths;
  tidy->queue = queue;
  nodedev_events_listen (events, VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, on_lifecycle, tidy);
  return tidy;
}

void
nodedev_tidy_free (NodedevTidy *tidy)
{
  nodedev_events_unsubscribe_all (tidy->events, tidy);
  g_free (tidy);
}
