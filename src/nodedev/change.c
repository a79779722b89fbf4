/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/change.h"

#include "nodedev/rpc-error.h"

static NodedevChange *
change_new (const NodedevChangeTools *tools, const char *what, NodedevDoneFunc done,
            gpointer user_data)
{
  NodedevChange *change = g_new0 (NodedevChange, 1);

  change->tools = tools;
  change->what = what;
  change->done = done;
  change->user_data = user_data;
  return change;
}

NodedevChange *
nodedev_change_new_for_config (const NodedevChangeTools *tools, const char *what,
                               MdevConfig *config, NodedevDoneFunc done, gpointer user_data)
{
  NodedevChange *change = change_new (tools, what, done, user_data);

  change->config = config;
  change->uuid = g_strdup (mdev_config_get_uuid (config));
  change->parent = *mdev_config_get_parent (config);
  change->name = nodedev_mdev_name (change->uuid, &change->parent);
  return change;
}

NodedevChange *
nodedev_change_new_for_name (const NodedevChangeTools *tools, const char *what, const char *name,
                             NodedevDoneFunc done, gpointer user_data)
{
  NodedevChange *change = change_new (tools, what, done, user_data);

  change->name = g_strdup (name);
  nodedev_mdev_name_parse (name, &change->uuid, &change->parent);
  return change;
}

static void
change_free (NodedevChange *change)
{
  g_clear_pointer (&change->config, mdev_config_free);
  g_free (change->uuid);
  g_free (change->name);
  g_free (change);
}

GStrv
nodedev_change_get_subjects (const NodedevChange *change)
{
  g_autoptr (GStrvBuilder) subjects = g_strv_builder_new ();
  g_autofree char *parent = ccw_dev_id_to_string (&change->parent);

  /* A name that is no mdev's is refused, which need not wait for anybody. */
  if (change->uuid != NULL)
    g_strv_builder_add_many (subjects, parent, change->uuid, NULL);
  return g_strv_builder_end (subjects);
}

/* The device number behind the subchannel, empty when there is none. */
static char *
get_devno (const NodedevChange *change)
{
  const CcwSubchannel *subchannel
      = ccw_host_get_subchannel (change->tools->view.host, &change->parent);
  const CcwDevId *device = subchannel == NULL ? NULL : ccw_subchannel_get_device_id (subchannel);

  return device == NULL ? g_strdup ("") : ccw_dev_id_to_string (device);
}

static void
log_end (const NodedevChange *change, const GError *error)
{
  g_autofree char *subchannel = ccw_dev_id_to_string (&change->parent);
  g_autofree char *devno = get_devno (change);

  /* A name that is no mdev's is the client's mistake, and the client is told. */
  if (change->uuid == NULL || change->is_needless)
    return;
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "SUBCHANNEL", subchannel, "DEVNO", devno,
                    "MDEV_UUID", change->uuid, "MESSAGE", "%s %s: %s", change->what, change->name,
                    error == NULL ? "done" : error->message);
}

void
nodedev_change_end (NodedevChange *change, const GError *error)
{
  log_end (change, error);
  if (change->n_pending != NULL)
    --*change->n_pending;
  change->done (change->name, error, change->user_data);
  change_free (change);
}

void
nodedev_change_finish (gpointer data, const GError *error)
{
  nodedev_change_end (data, error);
}

/* Also when it failed. */
void
nodedev_change_finish_and_refresh (gpointer data, const GError *error)
{
  NodedevChange *change = data;

  if (change->uuid != NULL)
    ccw_host_refresh (change->tools->view.host, &change->parent);
  nodedev_change_end (change, error);
}

gboolean
nodedev_change_fail (GError **error, int code, const char *text)
{
  g_set_error_literal (error, NODEDEV_ERROR, code, text);
  return FALSE;
}
