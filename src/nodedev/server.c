/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/server.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#include "ccw/error.h"
#include "nodedev/seldom.h"
#include "nodedev/session.h"
#include "nodedev/source.h"

/* Waiting for room after accept() failed for want of descriptors or memory, in seconds. */
#define ACCEPT_PAUSE 1

/* Clients that may have called and not been let in. */
#define BACKLOG 128

typedef struct
{
  NodedevServer *server;
  GSocket *socket;
  char *path; /* of a socket that we made; NULL for an adopted one */
  gboolean readonly;
  GPtrArray *sessions; /* not owned */
  GSource *source;     /* accepting, or pausing */
} Listener;

struct _NodedevServer
{
  const NodedevBackend *backend;
  GPtrArray *listeners;
  NodedevSeldom turned_away;
};

static void wait_for_clients (Listener *listener);

static void
set_source (Listener *listener, GSource *source, GSourceFunc func)
{
  nodedev_source_clear (&listener->source);
  listener->source = source;
  g_source_set_callback (source, func, listener, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

/* --- clients -------------------------------------------------------------- */

static gboolean
on_pause_over (gpointer user_data)
{
  wait_for_clients (user_data);
  return G_SOURCE_REMOVE;
}

/* Clients of a socket, by how far they are trusted. */
typedef struct
{
  guint trusted;
  guint others;
  guint of_user;   /* of those, of one user */
  guint anonymous; /* of those, not authenticated */
} Count;

static void
count_one (Count *count, const NodedevSession *session, gint64 uid)
{
  if (nodedev_session_is_trusted (session))
    {
      count->trusted++;
      return;
    }
  count->others++;
  if (nodedev_connection_get_peer (nodedev_session_get_connection (session)).uid != uid)
    return;
  count->of_user++;
  if (!nodedev_session_is_authenticated (session))
    count->anonymous++;
}

static Count
count_clients (const Listener *listener, gint64 uid)
{
  Count count = { 0 };

  for (guint i = 0; i < listener->sessions->len; i++)
    count_one (&count, g_ptr_array_index (listener->sessions, i), uid);
  return count;
}

/* Trusted clients are not turned away: beyond their number they wait to be let in. */
static gboolean
has_room (const Listener *listener, guint *trusted)
{
  *trusted = count_clients (listener, -1).trusted;
  return *trusted < nodedev_settings_get_limits (listener->server->backend->settings).clients;
}

static void
on_ended (NodedevSession *session, gpointer user_data)
{
  Listener *listener = user_data;
  guint trusted;

  g_ptr_array_remove_fast (listener->sessions, session);
  if (listener->source == NULL && listener->server != NULL && has_room (listener, &trusted))
    wait_for_clients (listener);
}

/* One that was just added may be one too many. */
static gboolean
is_too_many (const Listener *listener, const NodedevSession *session, gint64 uid)
{
  NodedevLimits limits = nodedev_settings_get_limits (listener->server->backend->settings);
  Count count = count_clients (listener, uid);

  return !nodedev_session_is_trusted (session)
         && (count.others > limits.clients || count.of_user > limits.user_clients
             || count.anonymous > limits.anonymous_clients);
}

static void
log_turned_away (NodedevServer *server, gint64 uid)
{
  guint others;

  if (nodedev_seldom (&server->turned_away, &others))
    g_warning ("turning a client of user %" G_GINT64_FORMAT " away: too many are connected "
               "(%u others since this was last logged)",
               uid, others);
}

static void
serve_client (Listener *listener, GSocket *client)
{
  NodedevSession *session = nodedev_session_new (listener->server->backend, client,
                                                 listener->readonly, on_ended, listener);
  gint64 uid = nodedev_connection_get_peer (nodedev_session_get_connection (session)).uid;

  g_ptr_array_add (listener->sessions, session);
  if (!is_too_many (listener, session, uid))
    return;
  log_turned_away (listener->server, uid);
  nodedev_session_close (session);
}

static void
accept_client (Listener *listener)
{
  g_autoptr (GError) error = NULL;
  GSocket *client = g_socket_accept (listener->socket, NULL, &error);

  if (client != NULL)
    {
      serve_client (listener, client);
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return;
  g_warning ("could not accept a client: %s", error->message);
  set_source (listener, g_timeout_source_new_seconds (ACCEPT_PAUSE), on_pause_over);
}

static gboolean
on_client (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  Listener *listener = user_data;
  guint trusted;

  accept_client (listener);
  if (!has_room (listener, &trusted))
    {
      g_warning ("%u clients are connected; further ones wait", trusted);
      nodedev_source_clear (&listener->source);
    }
  return G_SOURCE_CONTINUE;
}

static void
wait_for_clients (Listener *listener)
{
  set_source (listener, g_socket_create_source (listener->socket, G_IO_IN, NULL),
              G_SOURCE_FUNC (on_client));
}

/* --- listeners ------------------------------------------------------------ */

static void
listener_free (gpointer data)
{
  Listener *listener = data;

  nodedev_source_clear (&listener->source);
  listener->server = NULL;
  while (listener->sessions->len > 0)
    nodedev_session_close (g_ptr_array_index (listener->sessions, 0));
  g_ptr_array_unref (listener->sessions);
  g_socket_close (listener->socket, NULL);
  g_object_unref (listener->socket);
  if (listener->path != NULL)
    g_unlink (listener->path);
  g_free (listener->path);
  g_free (listener);
}

static void
add_listener (NodedevServer *server, GSocket *socket, const char *path, gboolean readonly)
{
  Listener *listener = g_new0 (Listener, 1);

  listener->server = server;
  listener->socket = socket;
  listener->path = g_strdup (path);
  listener->readonly = readonly;
  listener->sessions = g_ptr_array_new ();
  g_socket_set_blocking (socket, FALSE);
  g_ptr_array_add (server->listeners, listener);
  wait_for_clients (listener);
}

NodedevServer *
nodedev_server_new (const NodedevBackend *backend)
{
  NodedevServer *server = g_new0 (NodedevServer, 1);

  server->backend = backend;
  server->listeners = g_ptr_array_new_with_free_func (listener_free);
  return server;
}

void
nodedev_server_free (NodedevServer *server)
{
  g_ptr_array_unref (server->listeners);
  g_free (server);
}

/* --- new sockets ---------------------------------------------------------- */

static gboolean
fail (const char *path, const char *reason, GError **error)
{
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not listen on %s: %s", path, reason);
  return FALSE;
}

/* Or would be, by a daemon that has more to answer than it does: this does not wait for it. */
static gboolean
is_answered (GSocketAddress *address)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) probe
      = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);

  if (probe == NULL)
    return FALSE;
  g_socket_set_blocking (probe, FALSE);
  return g_socket_connect (probe, address, NULL, &error)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

/* Removes a socket that nobody listens on any more, and nothing else. */
static gboolean
remove_stale (const char *path, GSocketAddress *address, GError **error)
{
  struct stat status;

  if (lstat (path, &status) != 0)
    return errno == ENOENT || fail (path, g_strerror (errno), error);
  if (!S_ISSOCK (status.st_mode))
    return fail (path, "there is something that is not a socket", error);
  if (is_answered (address))
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_EXISTS,
                   "could not listen on %s: another daemon answers there; stop that or choose "
                   "another --socket",
                   path);
      return FALSE;
    }
  return g_unlink (path) == 0 || fail (path, g_strerror (errno), error);
}

static gboolean
make_folder (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  return g_mkdir_with_parents (folder, 0755) == 0 || fail (path, g_strerror (errno), error);
}

static gboolean
set_group (const char *path, gint64 group, GError **error)
{
  return group < 0 || chown (path, (uid_t) -1, (gid_t) group) == 0
         || fail (path, g_strerror (errno), error);
}

/* There is no moment at which the socket lets in more than it shall. */
static gboolean
bind_with_mode (GSocket *socket, GSocketAddress *address, const char *path, gint64 group,
                guint mode, GError **error)
{
  g_autoptr (GError) reason = NULL;
  mode_t old = umask (0777);
  gboolean bound = g_socket_bind (socket, address, FALSE, &reason);

  umask (old);
  if (!bound)
    return fail (path, reason->message, error);
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_listen (socket, &reason))
    return fail (path, reason->message, error);
  return set_group (path, group, error)
         && (g_chmod (path, (int) mode) == 0 || fail (path, g_strerror (errno), error));
}

gboolean
nodedev_server_listen (NodedevServer *server, const char *path, guint mode, gboolean readonly,
                       GError **error)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);
  gint64 group = nodedev_settings_get_group (server->backend->settings);

  if (socket == NULL || !make_folder (path, error) || !remove_stale (path, address, error)
      || !bind_with_mode (socket, address, path, group, mode, error))
    return FALSE;
  add_listener (server, g_steal_pointer (&socket), path, readonly);
  return TRUE;
}

/* --- sockets from the service manager ------------------------------------- */

/* "" where it has none. */
static char *
path_of (GSocket *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  return g_strdup (G_IS_UNIX_SOCKET_ADDRESS (address)
                       ? g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address))
                       : "");
}

/*
 * The unit of a socket and our settings are two files: one that was changed
 * alone must not open the host to everybody.
 */
static gboolean
is_closed_enough (const NodedevServer *server, const char *path, gboolean readonly)
{
  struct stat status;

  return readonly
         || nodedev_settings_get_auth (server->backend->settings, FALSE) != NODEDEV_AUTH_NONE
         || (stat (path, &status) == 0 && (status.st_mode & S_IWOTH) == 0);
}

static gboolean
is_listening_unix_socket (GSocket *socket)
{
  int listening = 0;

  return g_socket_get_family (socket) == G_SOCKET_FAMILY_UNIX
         && g_socket_get_option (socket, SOL_SOCKET, SO_ACCEPTCONN, &listening, NULL) && listening;
}

gboolean
nodedev_server_adopt (NodedevServer *server, int fd, GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);
  g_autofree char *path = NULL;
  gboolean readonly;

  if (socket == NULL || !is_listening_unix_socket (socket))
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "file descriptor %d is not a listening Unix socket", fd);
      return FALSE;
    }
  path = path_of (socket);
  readonly = g_str_has_suffix (path, "-ro");
  if (!is_closed_enough (server, path, readonly))
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "everybody may connect to %s, and auth_unix_rw is \"none\": set SocketMode= of "
                   "its unit to 0600 or 0660, or auth_unix_rw to \"polkit\"",
                   path);
      return FALSE;
    }
  add_listener (server, g_steal_pointer (&socket), NULL, readonly);
  return TRUE;
}
