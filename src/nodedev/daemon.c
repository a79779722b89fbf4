/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/daemon.h"

#include <errno.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "ccw/error.h"
#include "ccw/paths.h"
#include "nodedev/server.h"

struct _NodedevDaemon
{
  CcwPaths *paths;
  NodedevOthers others;
  NodedevSettings *settings;
  NodedevBackend backend;
  NodedevServer *server;
};

/* Follows before it reads, so that no change falls between the two. */
static gboolean
load (NodedevDaemon *daemon, GError **error)
{
  NodedevView *view = &daemon->backend.view;

  mdev_store_sweep (view->store);
  return ccw_host_watch (view->host, error) && ccw_host_scan (view->host, error)
         && mdev_store_watch (view->store, error) && mdev_store_load (view->store, error);
}

/* --- sockets -------------------------------------------------------------- */

static gboolean
adopt_all (NodedevServer *server, int n, GError **error)
{
  for (int i = 0; i < n; i++)
    if (!nodedev_server_adopt (server, SD_LISTEN_FDS_START + i, error))
      return FALSE;
  return TRUE;
}

static gboolean
listen_readonly (NodedevDaemon *daemon, const NodedevDaemonOptions *options, GError **error)
{
  guint mode = nodedev_settings_get_mode (daemon->settings, TRUE);
  g_autofree char *beside = NULL;

  if (options->socket_readonly != NULL)
    return nodedev_server_listen (daemon->server, options->socket_readonly, mode, TRUE, error);
  if (options->socket != NULL)
    return TRUE;
  beside = g_strconcat (ccw_paths_default_socket (daemon->paths), "-ro", NULL);
  return nodedev_server_listen (daemon->server, beside, mode, TRUE, error);
}

static gboolean
listen_on_sockets (NodedevDaemon *daemon, const NodedevDaemonOptions *options, GError **error)
{
  const char *path
      = options->socket != NULL ? options->socket : ccw_paths_default_socket (daemon->paths);
  guint mode = options->socket_mode != NULL ? *options->socket_mode
                                            : nodedev_settings_get_mode (daemon->settings, FALSE);
  int n_given = sd_listen_fds (1);

  daemon->server = nodedev_server_new (&daemon->backend);
  if (n_given > 0)
    return adopt_all (daemon->server, n_given, error);
  return nodedev_server_listen (daemon->server, path, mode, FALSE, error)
         && listen_readonly (daemon, options, error);
}

/* --- life ----------------------------------------------------------------- */

/* A file that was asked for has to be there. */
static gboolean
load_settings (NodedevDaemon *daemon, const char *path, GError **error)
{
  if (path != NULL && access (path, R_OK) != 0)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "%s: %s", path, g_strerror (errno));
      return FALSE;
    }
  daemon->settings
      = nodedev_settings_load (path != NULL ? path : ccw_paths_daemon_conf (daemon->paths), error);
  daemon->backend.settings = daemon->settings;
  return daemon->settings != NULL;
}

static void
set_others (NodedevDaemon *daemon, const char *socket)
{
  if (socket == NULL)
    return;
  daemon->others = (NodedevOthers){
    .socket = g_strdup (socket),
    .keepalive = nodedev_settings_get_keepalive (daemon->settings),
  };
  daemon->backend.others = &daemon->others;
}

NodedevDaemon *
nodedev_daemon_new (const NodedevDaemonOptions *options, GError **error)
{
  g_autoptr (NodedevDaemon) daemon = g_new0 (NodedevDaemon, 1);
  NodedevView *view = &daemon->backend.view;

  daemon->paths = ccw_paths_new (options->root);
  daemon->backend.budget = nodedev_budget_new (NODEDEV_UNTRUSTED_BYTES_MAX);
  if (!load_settings (daemon, options->settings, error))
    return NULL;
  set_others (daemon, options->upstream);
  daemon->backend.schema = nodedev_schema_new (options->schema);
  view->host = ccw_host_new ();
  view->store = mdev_store_new (daemon->paths);
  if (!load (daemon, error))
    return NULL;
  daemon->backend.events = nodedev_events_new (view);
  daemon->backend.service = nodedev_service_new (view, daemon->backend.events, daemon->paths);
  if (!listen_on_sockets (daemon, options, error))
    return NULL;
  nodedev_service_begin (daemon->backend.service);
  return g_steal_pointer (&daemon);
}

/* Clients first, then what they use, then what that uses. */
gboolean
nodedev_daemon_end (NodedevDaemon *daemon)
{
  g_clear_pointer (&daemon->server, nodedev_server_free);
  return daemon->backend.service == NULL || nodedev_service_end (daemon->backend.service);
}

void
nodedev_daemon_free (NodedevDaemon *daemon)
{
  if (!nodedev_daemon_end (daemon))
    return;
  g_clear_pointer (&daemon->backend.service, nodedev_service_free);
  g_clear_pointer (&daemon->backend.events, nodedev_events_free);
  g_clear_pointer (&daemon->backend.schema, nodedev_schema_free);
  g_clear_pointer (&daemon->backend.view.store, mdev_store_free);
  g_clear_pointer (&daemon->backend.view.host, ccw_host_free);
  g_clear_pointer (&daemon->paths, ccw_paths_free);
  g_free (daemon->others.socket);
  g_clear_pointer (&daemon->settings, nodedev_settings_free);
  g_clear_pointer (&daemon->backend.budget, nodedev_budget_free);
  g_free (daemon);
}
