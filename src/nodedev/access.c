/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/access.h"

#include <unistd.h>

#include <libvirt/virterror.h>

#include "nodedev/polkit.h"
#include "nodedev/rpc-error.h"

#define ACTION_PREFIX "org.libvirt.api."

typedef struct
{
  const NodedevSession *session;
  const char *const *permissions;
  guint next; /* of them, to ask for */
  char *device;
  NodedevAccessFunc func;
  gpointer user_data;
} Check;

static void
check_free (Check *check)
{
  g_free (check->device);
  g_free (check);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Check, check_free)

gboolean
nodedev_access_is_free (const NodedevSession *session)
{
  const NodedevSettings *settings = nodedev_session_get_backend (session)->settings;

  return !nodedev_settings_checks_access (settings)
         || nodedev_settings_is_trusted (settings, nodedev_session_get_caller (session).uid);
}

/* Of the caller that is the client itself: of whom a client calls for, we know the number. */
static int
open_pidfd (const NodedevSession *session)
{
  const NodedevConnection *connection = nodedev_session_get_connection (session);
  NodedevProcess peer = nodedev_connection_get_peer (connection);
  NodedevProcess caller = nodedev_session_get_caller (session);

  if (caller.pid != peer.pid || caller.start_time != peer.start_time)
    return -1;
  return nodedev_connection_open_peer (connection);
}

static void ask_next (Check *check);

static void
on_answer (const GError *error, gpointer user_data)
{
  g_autoptr (Check) check = user_data;
  g_autoptr (GError) denial = NULL;

  if (error == NULL)
    {
      ask_next (g_steal_pointer (&check));
      return;
    }
  denial = g_error_new (NODEDEV_ERROR, VIR_ERR_ACCESS_DENIED,
                        "'nodedev' denied access: " ACTION_PREFIX "%s: %s",
                        check->permissions[check->next - 1], error->message);
  check->func (denial, check->user_data);
}

/* Takes @check over. */
static void
ask_next (Check *check)
{
  g_autoptr (Check) owned = check;
  const char *details[]
      = { "connect_driver", "nodedev", check->device == NULL ? NULL : "node_device_name",
          check->device, NULL };
  NodedevPolkitQuestion question = {
    .process = nodedev_session_get_caller (check->session),
    .details = details,
  };
  g_autofree char *action = NULL;

  if (check->next == NODEDEV_ACCESS_MAX || check->permissions[check->next] == NULL)
    {
      check->func (NULL, check->user_data);
      return;
    }
  action = g_strconcat (ACTION_PREFIX, check->permissions[check->next++], NULL);
  question.action = action;
  question.pidfd = open_pidfd (check->session);
  nodedev_polkit_ask (&question, nodedev_session_get_cancellable (check->session), on_answer,
                      g_steal_pointer (&owned));
  if (question.pidfd >= 0)
    close (question.pidfd);
}

void
nodedev_access_check (const NodedevSession *session,
                      const char *const permissions[NODEDEV_ACCESS_MAX], const char *device,
                      NodedevAccessFunc func, gpointer user_data)
{
  Check *check = g_new0 (Check, 1);

  check->session = session;
  check->permissions = permissions;
  check->device = g_strdup (device);
  check->func = func;
  check->user_data = user_data;
  ask_next (check);
}
