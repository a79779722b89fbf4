/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "nodedev/forward.h"
#include "nodedev/handlers.h"
#include "nodedev/rpc-error.h"

#define OUR_URI "nodedev:///system"

/* virConnectFlags a client may open with: VIR_CONNECT_RO and VIR_CONNECT_NO_ALIASES. */
#define OPEN_FLAGS (VIR_CONNECT_RO | VIR_CONNECT_NO_ALIASES)

/* The libvirt whose node-device calls we have all of: 11.3.0. */
#define LIBVIRT_VERSION 11003000

static gboolean
check_uri (const char *uri, GError **error)
{
  if (uri == NULL || strcmp (uri, OUR_URI) == 0)
    return TRUE;
  if (g_str_has_prefix (uri, "nodedev:"))
    g_set_error (error, NODEDEV_ERROR, VIR_ERR_INTERNAL_ERROR,
                 "unexpected nodedev URI '%s', try " OUR_URI, uri);
  else
    g_set_error (error, NODEDEV_ERROR, VIR_ERR_NO_CONNECT, "no connection driver available for %s",
                 uri);
  return FALSE;
}

static void
tell_upstream (NodedevSession *session, const nd_set_identity_args *identity)
{
  NodedevForward *forward = nodedev_session_get_forward (session);
  g_autoptr (GBytes) payload
      = nodedev_packet_encode ((xdrproc_t) xdr_nd_set_identity_args, identity);

  if (forward != NULL)
    nodedev_forward_set_identity (forward, payload);
}

static nd_typed_param
make_param (const char *name, int type, guint64 number)
{
  nd_typed_param param = { .field = (char *) name, .value = { .type = type } };

  if (type == VIR_TYPED_PARAM_LLONG)
    param.value.nd_typed_value_u.l = (gint64) number;
  else
    param.value.nd_typed_value_u.ul = number;
  return param;
}

/* The daemon behind us sees us, who are root: whom it would not obey it shall not through us. */
static void
tell_upstream_of_peer (NodedevSession *session)
{
  NodedevProcess peer = nodedev_connection_get_peer (nodedev_session_get_connection (session));
  nd_typed_param params[] = {
    make_param (VIR_CONNECT_IDENTITY_UNIX_USER_ID, VIR_TYPED_PARAM_ULLONG, (guint64) peer.uid),
    make_param (VIR_CONNECT_IDENTITY_PROCESS_ID, VIR_TYPED_PARAM_LLONG, (guint64) peer.pid),
    make_param (VIR_CONNECT_IDENTITY_PROCESS_TIME, VIR_TYPED_PARAM_ULLONG, peer.start_time),
  };
  nd_set_identity_args identity = { .params = { G_N_ELEMENTS (params), params } };

  tell_upstream (session, &identity);
}

gboolean
nodedev_connect_open (NodedevSession *session, gconstpointer args, gpointer ret, GError **error)
{
  const nd_open_args *open = args;

  if (nodedev_session_is_open (session))
    {
      g_set_error_literal (error, NODEDEV_ERROR, VIR_ERR_INTERNAL_ERROR, "connection already open");
      return FALSE;
    }
  if (!nodedev_call_check_flags (open->flags, OPEN_FLAGS, "virConnectOpen", error)
      || !check_uri (open->name == NULL ? NULL : *open->name, error))
    return FALSE;
  nodedev_session_open (session, (open->flags & VIR_CONNECT_RO) != 0);
  if (!nodedev_session_is_trusted (session))
    tell_upstream_of_peer (session);
  return TRUE;
}

/* The client disconnects when it has our answer. */
gboolean
nodedev_connect_close (NodedevSession *session, gconstpointer args, gpointer ret, GError **error)
{
  nodedev_session_end_open (session);
  return TRUE;
}

gboolean
nodedev_connect_supports_feature (NodedevSession *session, gconstpointer args, gpointer ret,
                                  GError **error)
{
  const nd_supports_feature_args *asked = args;
  nd_int_ret *supported = ret;

  supported->value = asked->feature == ND_FEATURE_KEEPALIVE
                     || asked->feature == ND_FEATURE_EVENT_CALLBACK
                     || asked->feature == ND_FEATURE_CLOSE_CALLBACK;
  return TRUE;
}

static gboolean
return_string (gpointer ret, const char *text)
{
  ((nd_string_ret *) ret)->value = g_strdup (text);
  return TRUE;
}

gboolean
nodedev_connect_get_type (NodedevSession *session, gconstpointer args, gpointer ret, GError **error)
{
  return return_string (ret, "nodedev");
}

gboolean
nodedev_connect_get_hostname (NodedevSession *session, gconstpointer args, gpointer ret,
                              GError **error)
{
  return return_string (ret, g_get_host_name ());
}

gboolean
nodedev_connect_get_uri (NodedevSession *session, gconstpointer args, gpointer ret, GError **error)
{
  return return_string (ret, OUR_URI);
}

/* Our own version, where a hypervisor's driver tells the hypervisor's. */
gboolean
nodedev_connect_get_version (NodedevSession *session, gconstpointer args, gpointer ret,
                             GError **error)
{
  nd_version_ret *version = ret;
  guint major = 0;
  guint minor = 0;
  guint release = 0;

  sscanf (VIRT_CCW_VERSION, "%u.%u.%u", &major, &minor, &release);
  version->number = (guint64) major * 1000000 + minor * 1000 + release;
  return TRUE;
}

gboolean
nodedev_connect_get_lib_version (NodedevSession *session, gconstpointer args, gpointer ret,
                                 GError **error)
{
  ((nd_version_ret *) ret)->number = LIBVIRT_VERSION;
  return TRUE;
}

/* A Unix socket is. */
gboolean
nodedev_connect_is_secure (NodedevSession *session, gconstpointer args, gpointer ret,
                           GError **error)
{
  ((nd_int_ret *) ret)->value = 1;
  return TRUE;
}

/*
 * What a client asks for is to be told when the connection behind us breaks.
 * To the daemon behind us we connect again ourselves, and when ours breaks the
 * client sees for itself.
 */
gboolean
nodedev_connect_close_callback (NodedevSession *session, gconstpointer args, gpointer ret,
                                GError **error)
{
  return TRUE;
}

static const nd_typed_value *
find_param (const nd_set_identity_args *identity, const char *field, int type)
{
  for (u_int i = 0; i < identity->params.params_len; i++)
    {
      const nd_typed_param *param = &identity->params.params_val[i];

      if (strcmp (param->field, field) == 0 && param->value.type == type)
        return &param->value;
    }
  return NULL;
}

/* Names and types: libvirt-host.h, VIR_CONNECT_IDENTITY_*. */
static NodedevProcess
read_caller (const nd_set_identity_args *identity)
{
  const nd_typed_value *uid
      = find_param (identity, VIR_CONNECT_IDENTITY_UNIX_USER_ID, VIR_TYPED_PARAM_ULLONG);
  const nd_typed_value *pid
      = find_param (identity, VIR_CONNECT_IDENTITY_PROCESS_ID, VIR_TYPED_PARAM_LLONG);
  const nd_typed_value *start
      = find_param (identity, VIR_CONNECT_IDENTITY_PROCESS_TIME, VIR_TYPED_PARAM_ULLONG);

  return (NodedevProcess){
    .pid = pid == NULL ? -1 : pid->nd_typed_value_u.l,
    .uid = uid == NULL ? -1 : (gint64) uid->nd_typed_value_u.ul,
    .start_time = start == NULL ? 0 : start->nd_typed_value_u.ul,
  };
}

/*
 * A daemon in between (virtqemud) tells for whom it calls: for the checks of
 * each call, where they are asked for, and for the daemon behind us.
 */
gboolean
nodedev_connect_set_identity (NodedevSession *session, gconstpointer args, gpointer ret,
                              GError **error)
{
  const nd_set_identity_args *identity = args;
  NodedevProcess caller = read_caller (identity);

  if (!nodedev_call_check_flags (identity->flags, 0, "virConnectSetIdentity", error))
    return FALSE;
  if (!nodedev_session_is_trusted (session))
    {
      g_set_error_literal (error, NODEDEV_ERROR, VIR_ERR_OPERATION_DENIED,
                           "only root and trusted_users may call on behalf of another user");
      return FALSE;
    }
  g_debug ("process %" G_GINT64_FORMAT " calls for process %" G_GINT64_FORMAT " of user "
           "%" G_GINT64_FORMAT,
           nodedev_connection_get_peer (nodedev_session_get_connection (session)).pid, caller.pid,
           caller.uid);
  nodedev_session_set_caller (session, &caller);
  tell_upstream (session, identity);
  return TRUE;
}
