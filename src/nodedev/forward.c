/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/forward.h"

#include <string.h>

#include "ccw/sysfs.h"
#include "nodedev/mdev-xml.h"
#include "nodedev/source.h"

/* While a client waits for events that the other daemon cannot send. */
#define RETRY_SECONDS 2

/* No ids: libvirt's begin at 0. */
#define NOT_REGISTERED (-1)
#define REGISTERING (-2)

struct _NodedevForward
{
  NodedevSession *session;
  NodedevUpstream *upstream;
  GArray *subscriptions; /* of Subscription */
  NodedevOthers *others;
  GSource *retry;
};

typedef struct
{
  int callback_id; /* the client's */
  int upstream_id; /* or NOT_REGISTERED, REGISTERING */
  GBytes *args;
} Subscription;

static void
subscription_clear (gpointer data)
{
  Subscription *subscription = data;

  g_bytes_unref (subscription->args);
}

static Subscription *
find_subscription (const NodedevForward *forward, int callback_id)
{
  for (guint i = 0; i < forward->subscriptions->len; i++)
    {
      Subscription *subscription = &g_array_index (forward->subscriptions, Subscription, i);

      if (subscription->callback_id == callback_id)
        return subscription;
    }
  return NULL;
}

static Subscription *
find_subscription_upstream (const NodedevForward *forward, int upstream_id)
{
  for (guint i = 0; i < forward->subscriptions->len; i++)
    {
      Subscription *subscription = &g_array_index (forward->subscriptions, Subscription, i);

      if (subscription->upstream_id == upstream_id)
        return subscription;
    }
  return NULL;
}

/* --- whose is it? --------------------------------------------------------- */

/* Subchannels for other things than I/O (channel subsystem calls, messages) are not in our model. */
static gboolean
is_ours_subchannel (const NodedevForward *forward, const CcwDevId *id)
{
  const NodedevBackend *backend = nodedev_session_get_backend (forward->session);
  g_autofree char *path = NULL;
  g_autofree char *type = NULL;

  if (ccw_host_get_subchannel (backend->view.host, id) != NULL)
    return TRUE;
  path = ccw_sysfs_subchannel_path (id, "type");
  type = ccw_sysfs_read (path, NULL);
  return type == NULL || g_str_equal (type, "0");
}

gboolean
nodedev_forward_is_ours (const NodedevForward *forward, const char *name)
{
  g_autofree char *uuid = NULL;
  CcwDevId id;

  if (strcmp (name, NODEDEV_NAME_COMPUTER) == 0)
    return FALSE;
  if (ccw_dev_id_parse_name (name, CCW_NAME_PREFIX_CSS, &id))
    return is_ours_subchannel (forward, &id);
  return ccw_dev_id_parse_name (name, CCW_NAME_PREFIX_CCW, &id)
         || nodedev_mdev_name_parse (name, &uuid, &id);
}

char *
nodedev_forward_first_string (const guint8 *payload, gsize length)
{
  nd_name_args args = { 0 };
  char *text = NULL;

  if (nodedev_packet_parse_payload (payload, length, (xdrproc_t) xdr_nd_name_args, &args, NULL))
    text = g_strdup (args.name);
  xdr_free ((xdrproc_t) xdr_nd_name_args, (char *) &args);
  return text;
}

gboolean
nodedev_forward_takes (const NodedevForward *forward, NodedevRoute route, const guint8 *payload,
                       gsize length)
{
  g_autofree char *text = NULL;

  if (route == NODEDEV_ROUTE_OURS || route == NODEDEV_ROUTE_ALL)
    return route == NODEDEV_ROUTE_ALL;
  text = nodedev_forward_first_string (payload, length);
  if (text == NULL)
    return FALSE;
  return route == NODEDEV_ROUTE_XML ? nodedev_mdev_xml_is_foreign (text)
                                    : !nodedev_forward_is_ours (forward, text);
}

/* --- calls ---------------------------------------------------------------- */

void
nodedev_forward_call (NodedevForward *forward, int procedure, GBytes *payload,
                      NodedevReplyFunc func, gpointer user_data)
{
  nodedev_upstream_call (forward->upstream, procedure, payload, func, user_data);
}

void
nodedev_forward_set_identity (NodedevForward *forward, GBytes *payload)
{
  nodedev_upstream_set_identity (forward->upstream, payload);
}

/* --- events --------------------------------------------------------------- */

static void
deregister (NodedevForward *forward, int upstream_id)
{
  nd_event_deregister_args args = { .callback_id = upstream_id };
  g_autoptr (GBytes) payload
      = nodedev_packet_encode ((xdrproc_t) xdr_nd_event_deregister_args, &args);

  if (upstream_id >= 0)
    nodedev_upstream_call (forward->upstream, ND_PROC_EVENT_DEREGISTER, payload, NULL, NULL);
}

/* The session is kept until it is answered. */
typedef struct
{
  NodedevSession *session;
  NodedevForward *forward;
  int callback_id;
} Registration;

/*
 * The client was answered long before, but as long as the other daemon owes us
 * an answer it counts as a call under way: however many a client makes and
 * takes back, few of them wait here.
 */
static Registration *
registration_new (NodedevForward *forward, int callback_id)
{
  Registration *registration = g_new0 (Registration, 1);

  registration->session = nodedev_session_ref (forward->session);
  registration->forward = forward;
  registration->callback_id = callback_id;
  nodedev_connection_hold (nodedev_session_get_connection (registration->session), 0);
  return registration;
}

static void
registration_free (Registration *registration)
{
  nodedev_connection_release (nodedev_session_get_connection (registration->session), 0);
  nodedev_session_unref (registration->session);
  g_free (registration);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Registration, registration_free)

/* The client may have unsubscribed meanwhile. */
static void
note_registered (NodedevForward *forward, int callback_id, int upstream_id)
{
  Subscription *subscription = find_subscription (forward, callback_id);

  if (subscription == NULL)
    deregister (forward, upstream_id);
  else
    subscription->upstream_id = upstream_id;
}

/* After an error @forward may be about to end. What the other daemon does not know it cannot send. */
static void
on_registered (const GError *error, nd_status status, const guint8 *payload, gsize length,
               gpointer user_data)
{
  g_autoptr (Registration) registration = user_data;
  nd_int_ret ret = { 0 };

  if (error != NULL)
    return;
  if (status != ND_STATUS_OK
      || !nodedev_packet_parse_payload (payload, length, (xdrproc_t) xdr_nd_int_ret, &ret, NULL))
    ret.value = NOT_REGISTERED;
  note_registered (registration->forward, registration->callback_id, ret.value);
}

static void
register_upstream (NodedevForward *forward, Subscription *subscription)
{
  subscription->upstream_id = REGISTERING;
  nodedev_upstream_call (forward->upstream, ND_PROC_EVENT_REGISTER, subscription->args,
                         on_registered, registration_new (forward, subscription->callback_id));
}

void
nodedev_forward_subscribe (NodedevForward *forward, int callback_id,
                           const nd_event_register_args *args)
{
  Subscription subscription = {
    .callback_id = callback_id,
    .upstream_id = NOT_REGISTERED,
    .args = nodedev_packet_encode ((xdrproc_t) xdr_nd_event_register_args, args),
  };

  g_array_append_val (forward->subscriptions, subscription);
  /* Else that follows when it is up. */
  if (nodedev_upstream_is_up (forward->upstream))
    register_upstream (forward, &g_array_index (forward->subscriptions, Subscription,
                                                forward->subscriptions->len - 1));
  else
    nodedev_upstream_connect (forward->upstream);
}

void
nodedev_forward_unsubscribe (NodedevForward *forward, int callback_id)
{
  Subscription *subscription = find_subscription (forward, callback_id);

  if (subscription == NULL)
    return;
  deregister (forward, subscription->upstream_id);
  g_array_remove_index (forward->subscriptions,
                        (guint) (subscription - (Subscription *) forward->subscriptions->data));
}

/* The event as the client knows it: the same, but for the callback's number in front. */
static GBytes *
renumber (const guint8 *payload, gsize length, int callback_id)
{
  guint8 *copy = g_memdup2 (payload, length);
  guint32 wire = GUINT32_TO_BE ((guint32) callback_id);

  memcpy (copy, &wire, sizeof wire);
  return g_bytes_new_take (copy, length);
}

static void
relay (NodedevForward *forward, const nd_header *header, const guint8 *payload, gsize length,
       const nd_event_update_msg *event)
{
  const Subscription *subscription = find_subscription_upstream (forward, event->callback_id);
  g_autoptr (GBytes) renumbered = NULL;

  if (subscription == NULL || nodedev_forward_is_ours (forward, event->dev.name))
    return;
  renumbered = renumber (payload, length, subscription->callback_id);
  nodedev_connection_send (nodedev_session_get_connection (forward->session),
                           nodedev_packet_new_raw (header, renumbered));
}

/* Every event begins like an update: callback and device. */
static void
on_message (NodedevUpstream *upstream, const nd_header *header, const guint8 *payload, gsize length,
            gpointer user_data)
{
  nd_event_update_msg event = { 0 };

  if ((header->proc == ND_PROC_EVENT_LIFECYCLE || header->proc == ND_PROC_EVENT_UPDATE)
      && nodedev_packet_parse_payload (payload, length, (xdrproc_t) xdr_nd_event_update_msg, &event,
                                       NULL))
    relay (user_data, header, payload, length, &event);
  xdr_free ((xdrproc_t) xdr_nd_event_update_msg, (char *) &event);
}

/* --- up and down ---------------------------------------------------------- */

static gboolean
on_retry (gpointer user_data)
{
  NodedevForward *forward = user_data;

  if (forward->subscriptions->len == 0)
    {
      nodedev_source_clear (&forward->retry);
      return G_SOURCE_REMOVE;
    }
  nodedev_upstream_connect (forward->upstream);
  return G_SOURCE_CONTINUE;
}

static void
retry_later (NodedevForward *forward)
{
  if (forward->retry != NULL || forward->subscriptions->len == 0)
    return;
  forward->retry = g_timeout_source_new_seconds (RETRY_SECONDS);
  g_source_set_callback (forward->retry, on_retry, forward, NULL);
  g_source_attach (forward->retry, g_main_context_get_thread_default ());
}

static void
note_missed (NodedevForward *forward, const char *reason)
{
  if (!forward->others->is_missed)
    g_warning ("the daemon for all other devices cannot be asked: %s", reason);
  forward->others->is_missed = TRUE;
}

static void
note_found (NodedevForward *forward)
{
  if (forward->others->is_missed)
    g_message ("the daemon for all other devices answers again at %s", forward->others->socket);
  forward->others->is_missed = FALSE;
}

static void
on_up (NodedevUpstream *upstream, gpointer user_data)
{
  NodedevForward *forward = user_data;

  nodedev_source_clear (&forward->retry);
  note_found (forward);
  for (guint i = 0; i < forward->subscriptions->len; i++)
    {
      Subscription *subscription = &g_array_index (forward->subscriptions, Subscription, i);

      if (subscription->upstream_id == NOT_REGISTERED)
        register_upstream (forward, subscription);
    }
}

static void
on_down (NodedevUpstream *upstream, const char *reason, gpointer user_data)
{
  NodedevForward *forward = user_data;

  note_missed (forward, reason);
  for (guint i = 0; i < forward->subscriptions->len; i++)
    g_array_index (forward->subscriptions, Subscription, i).upstream_id = NOT_REGISTERED;
  retry_later (forward);
}

static const NodedevUpstreamFuncs upstream_funcs = { on_up, on_down, on_message };

/* --- life ----------------------------------------------------------------- */

NodedevForward *
nodedev_forward_new (NodedevSession *session, NodedevOthers *others)
{
  NodedevForward *forward = g_new0 (NodedevForward, 1);

  forward->session = session;
  forward->others = others;
  forward->subscriptions = g_array_new (FALSE, FALSE, sizeof (Subscription));
  g_array_set_clear_func (forward->subscriptions, subscription_clear);
  forward->upstream
      = nodedev_upstream_new (others->socket, others->keepalive,
                              nodedev_session_is_readonly (session), &upstream_funcs, forward);
  return forward;
}

void
nodedev_forward_free (NodedevForward *forward)
{
  nodedev_source_clear (&forward->retry);
  nodedev_upstream_free (forward->upstream);
  g_array_unref (forward->subscriptions);
  g_free (forward);
}
