/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/autostart.h"

#include <libvirt/libvirt.h>

#include "mdev/early.h"

struct _NodedevAutostart
{
  grefcount references; /* the service's, and one of each of the boot's starts */
  NodedevView view;
  NodedevEvents *events;
  const CcwPaths *paths;
  NodedevService *service;
  GHashTable *awaited; /* keys of new subchannels whose devices are not recognised yet */
  guint n_of_boot;     /* of the boot's starts, those that have not ended */
  gboolean is_ending;
};

static void
autostart_unref (NodedevAutostart *autostart)
{
  if (!g_ref_count_dec (&autostart->references))
    return;
  g_hash_table_unref (autostart->awaited);
  g_free (autostart);
}

/* --- one ------------------------------------------------------------------ */

/* Nobody asked, so nobody is told but the log. */
static void
on_started (const char *name, const GError *error, gpointer user_data)
{
  if (error != NULL)
    g_warning ("%s was to start by itself and did not: %s", name, error->message);
}

static gboolean
is_to_be_started (const NodedevAutostart *autostart, const MdevConfig *config)
{
  return mdev_config_get_autostart (config)
         && ccw_host_get_mdev (autostart->view.host, mdev_config_get_uuid (config)) == NULL;
}

static char *
name_of (const MdevConfig *config)
{
  return nodedev_mdev_name (mdev_config_get_uuid (config), mdev_config_get_parent (config));
}

void
nodedev_autostart_on (NodedevAutostart *autostart, const CcwDevId *subchannel)
{
  g_autoptr (GPtrArray) configs = mdev_store_list_on (autostart->view.store, subchannel);

  for (guint i = 0; i < configs->len; i++)
    {
      const MdevConfig *config = g_ptr_array_index (configs, i);
      g_autofree char *name = name_of (config);

      if (is_to_be_started (autostart, config))
        nodedev_service_start_by_itself (autostart->service, name, on_started, NULL);
    }
}

/* --- those of the boot ---------------------------------------------------- */

/*
 * They are done with when each has ended. A daemon that is stopped or killed
 * before that leaves them to the next one, which starts what is not active.
 */
static void
end_one_of_boot (NodedevAutostart *autostart)
{
  autostart->n_of_boot--;
  if (autostart->n_of_boot == 0 && !autostart->is_ending)
    mdev_make_boot_stamp (autostart->paths);
  autostart_unref (autostart);
}

/* What this daemon's end keeps from its turn, or from succeeding, is the next one's to start. */
static void
on_started_at_boot (const char *name, const GError *error, gpointer user_data)
{
  NodedevAutostart *autostart = user_data;

  if (!autostart->is_ending || error == NULL)
    {
      on_started (name, error, NULL);
      mdev_make_boot_mark (autostart->paths, name);
    }
  end_one_of_boot (autostart);
}

static void
begin_one_of_boot (NodedevAutostart *autostart)
{
  g_ref_count_inc (&autostart->references);
  autostart->n_of_boot++;
}

/* Active or not: what is there may be left of a start that is undone first. */
static void
start_one_of_boot (NodedevAutostart *autostart, const MdevConfig *config)
{
  g_autofree char *name = name_of (config);

  if (mdev_has_boot_mark (autostart->paths, name))
    return;
  begin_one_of_boot (autostart);
  nodedev_service_start_by_itself (autostart->service, name, on_started_at_boot, autostart);
}

static void
start_at_boot (NodedevAutostart *autostart)
{
  g_autoptr (GPtrArray) configs = mdev_store_list (autostart->view.store);

  /* There may be none to start, which is then done with. */
  begin_one_of_boot (autostart);
  for (guint i = 0; i < configs->len; i++)
    {
      const MdevConfig *config = g_ptr_array_index (configs, i);

      if (mdev_config_get_autostart (config))
        start_one_of_boot (autostart, config);
    }
  end_one_of_boot (autostart);
}

void
nodedev_autostart_all (NodedevAutostart *autostart)
{
  if (!mdev_has_boot_stamp (autostart->paths))
    start_at_boot (autostart);
}

/* --- when ----------------------------------------------------------------- */

/*
 * A subchannel comes first, its ccw device when the kernel has recognised what
 * it is. One that comes later, on a subchannel that was there, is a device that
 * somebody gave back to the host.
 */
static void
on_device (NodedevAutostart *autostart, const CcwDevId *id)
{
  const CcwSubchannel *subchannel = ccw_host_get_subchannel_of_device (autostart->view.host, id);
  const CcwDevId *home = subchannel == NULL ? NULL : ccw_subchannel_get_id (subchannel);

  if (home != NULL && g_hash_table_remove (autostart->awaited, ccw_dev_id_hash_key (home)))
    nodedev_autostart_on (autostart, home);
}

static void
on_subchannel (NodedevAutostart *autostart, int lifecycle, const CcwDevId *id)
{
  if (lifecycle == VIR_NODE_DEVICE_EVENT_CREATED)
    g_hash_table_add (autostart->awaited, ccw_dev_id_hash_key (id));
  else if (lifecycle == VIR_NODE_DEVICE_EVENT_DELETED)
    g_hash_table_remove (autostart->awaited, ccw_dev_id_hash_key (id));
}

static void
on_lifecycle (const NodedevEvent *event, gpointer user_data)
{
  CcwDevId id;

  if (ccw_dev_id_parse_name (event->name, CCW_NAME_PREFIX_CSS, &id))
    on_subchannel (user_data, event->lifecycle, &id);
  else if (event->lifecycle == VIR_NODE_DEVICE_EVENT_CREATED
           && ccw_dev_id_parse_name (event->name, CCW_NAME_PREFIX_CCW, &id))
    on_device (user_data, &id);
}

/* --- life ----------------------------------------------------------------- */

NodedevAutostart *
nodedev_autostart_new (const NodedevView *view, NodedevEvents *events, const CcwPaths *paths,
                       NodedevService *service)
{
  NodedevAutostart *autostart = g_new0 (NodedevAutostart, 1);

  g_ref_count_init (&autostart->references);
  autostart->view = *view;
  autostart->events = events;
  autostart->paths = paths;
  autostart->service = service;
  autostart->awaited = g_hash_table_new (NULL, NULL);
  nodedev_events_listen (events, VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, on_lifecycle, autostart);
  return autostart;
}

void
nodedev_autostart_free (NodedevAutostart *autostart)
{
  nodedev_events_unsubscribe_all (autostart->events, autostart);
  autostart->is_ending = TRUE;
  autostart_unref (autostart);
}
