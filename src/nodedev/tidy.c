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
  char *uuid; /* of the mdev that went; NULL: whatever is there for no reason */
  gboolean keep_bound;
  gboolean was_cut_short;
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

/*
 * Whatever is to become of it, a change that was cut short comes first, and
 * what was noted of a subchannel that has been unplugged is forgotten.
 */
static gboolean
work (gpointer data, GError **error)
{
  Job *job = data;

  if (!mdev_recover (job->paths, &job->subchannel, &job->was_cut_short, error))
    return FALSE;
  if (job->keep_bound)
    return TRUE;
  return job->uuid != NULL ? mdev_give_back_after (job->paths, job->uuid, &job->subchannel, error)
                           : mdev_give_back (job->paths, &job->subchannel, error);
}

/* That it did not come to its turn is no failure, and not of CCW_ERROR. */
static void
log_failure (const Job *job, const char *what, const GError *error)
{
  g_autofree char *name = ccw_dev_id_to_name (&job->subchannel, CCW_NAME_PREFIX_CSS);

  if (error != NULL && error->domain == CCW_ERROR)
    g_warning ("%s %s: %s", name, what, error->message);
}

static void
end (Job *job, const GError *error)
{
  g_autofree char *name = ccw_dev_id_to_name (&job->subchannel, CCW_NAME_PREFIX_CSS);

  if (job->was_cut_short && error == NULL)
    g_message ("%s: a change that was cut short has been put in order", name);
  if (!job->keep_bound || job->was_cut_short)
    ccw_host_refresh (job->view.host, &job->subchannel);
  g_free (job->uuid);
  g_free (job);
}

static void
finish (gpointer data, const GError *error)
{
  log_failure (data, "has no mediated device any more, but is not given back", error);
  end (data, error);
}

static void
finish_recovered (gpointer data, const GError *error)
{
  log_failure (data, "could not be put in order, which will be tried again", error);
  end (data, error);
}

static const NodedevJobFuncs tidy_funcs = { prepare, work, finish };
static const NodedevJobFuncs recover_funcs = { prepare, work, finish_recovered };

static void
push (const NodedevTidy *tidy, const NodedevJobFuncs *funcs, const CcwDevId *subchannel,
      const char *uuid)
{
  g_autofree char *subject = ccw_dev_id_to_string (subchannel);
  const char *subjects[] = { subject, NULL };
  Job *job = g_new0 (Job, 1);

  job->view = tidy->view;
  job->paths = tidy->paths;
  job->subchannel = *subchannel;
  job->uuid = g_strdup (uuid);
  nodedev_job_queue_push (tidy->queue, subjects, funcs, job);
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
    push (user_data, &tidy_funcs, &subchannel, uuid);
}

void
nodedev_tidy_all (NodedevTidy *tidy)
{
  g_autoptr (GArray) subchannels = mdev_record_list (tidy->paths);

  for (guint i = 0; i < subchannels->len; i++)
    push (tidy, &recover_funcs, &g_array_index (subchannels, CcwDevId, i), NULL);
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
