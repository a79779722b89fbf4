/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <unistd.h>

#include <libvirt/virterror.h>

#include "nodedev/handlers.h"
#include "nodedev/polkit.h"
#include "nodedev/rpc-error.h"

/* libvirt's own actions: what an administrator allowed for its daemons holds for this one. */
#define ACTION_MONITOR "org.libvirt.unix.monitor"
#define ACTION_MANAGE "org.libvirt.unix.manage"

gboolean
nodedev_auth_list (NodedevSession *session, gconstpointer args, gpointer ret, GError **error)
{
  nd_auth_list_ret *list = ret;

  list->types.types_len = 1;
  list->types.types_val = g_new (int, 1);
  list->types.types_val[0]
      = nodedev_session_get_auth (session) == NODEDEV_AUTH_POLKIT ? ND_AUTH_POLKIT : ND_AUTH_NONE;
  return TRUE;
}

static void
fail (NodedevCall *call, const char *reason)
{
  g_autoptr (GError) error = g_error_new_literal (NODEDEV_ERROR, VIR_ERR_AUTH_FAILED, reason);

  nodedev_call_fail (call, error);
}

static void
on_polkit (const GError *error, gpointer user_data)
{
  NodedevCall *call = user_data;
  NodedevSession *session = nodedev_call_get_session (call);
  nd_int_ret complete = { 1 };

  nodedev_session_end_authenticating (session);
  if (error != NULL)
    {
      nodedev_call_fail (call, error);
      return;
    }
  nodedev_session_set_authenticated (session);
  nodedev_call_succeed (call, &complete);
}

static void
ask_polkit (NodedevCall *call)
{
  NodedevSession *session = nodedev_call_get_session (call);
  const NodedevConnection *connection = nodedev_session_get_connection (session);
  NodedevPolkitQuestion question = {
    .process = nodedev_connection_get_peer (connection),
    .pidfd = nodedev_connection_open_peer (connection),
    .action = nodedev_connection_is_readonly (connection) ? ACTION_MONITOR : ACTION_MANAGE,
    .may_interact = TRUE,
  };

  nodedev_polkit_ask (&question, nodedev_session_get_cancellable (session), on_polkit, call);
  if (question.pidfd >= 0)
    close (question.pidfd);
}

/* One question at a time: a user is not to be asked for passwords by the dozen. */
void
nodedev_auth_polkit (NodedevCall *call, gconstpointer args)
{
  NodedevSession *session = nodedev_call_get_session (call);

  if (nodedev_session_get_auth (session) != NODEDEV_AUTH_POLKIT)
    fail (call, "polkit is not the way to authenticate here");
  else if (nodedev_session_is_authenticated (session))
    fail (call, "authenticated already");
  else if (!nodedev_session_begin_authenticating (session))
    fail (call, "polkit is being asked already");
  else
    ask_polkit (call);
}
