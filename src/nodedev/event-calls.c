/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "nodedev/forward.h"
#include "nodedev/handlers.h"
#include "nodedev/rpc-error.h"

/*
 * More than any client has use for: libvirt's makes one of each kind, and one for
 * each device that somebody wants to hear of alone.
 */
#define SUBSCRIPTIONS_MAX 256

/*
 * Of one user's clients, and of all clients that are not trusted: each event is
 * told to all who asked for it before anything else is done.
 */
#define SUBSCRIPTIONS_OF_USER_MAX 1024
#define SUBSCRIPTIONS_OF_ALL_MAX 4096

/* Longer than the name of any device: file names have at most 255 bytes. */
#define NAME_LENGTH_MAX 512

/* virNodeDeviceEventID; libvirt's headers hide the count from clients. */
#define EVENT_IDS (VIR_NODE_DEVICE_EVENT_ID_UPDATE + 1)

static nd_header
message_header (nd_procedure procedure)
{
  return (nd_header){
    .prog = ND_PROGRAM,
    .vers = ND_PROGRAM_VERSION,
    .proc = (int) procedure,
    .type = ND_TYPE_MESSAGE,
    .status = ND_STATUS_OK,
  };
}

static GBytes *
make_lifecycle (const NodedevEvent *event)
{
  nd_header header = message_header (ND_PROC_EVENT_LIFECYCLE);
  nd_event_lifecycle_msg message = {
    .callback_id = event->callback_ids[0],
    .dev.name = (char *) event->name,
    .event = event->lifecycle,
  };

  return nodedev_packet_new (&header, (xdrproc_t) xdr_nd_event_lifecycle_msg, &message, NULL);
}

static GBytes *
make_update (const NodedevEvent *event)
{
  nd_header header = message_header (ND_PROC_EVENT_UPDATE);
  nd_event_update_msg message = {
    .callback_id = event->callback_ids[0],
    .dev.name = (char *) event->name,
  };

  return nodedev_packet_new (&header, (xdrproc_t) xdr_nd_event_update_msg, &message, NULL);
}

/* Of either message the first part is the callback's id: the same packet for each, but for that. */
#define CALLBACK_ID_OFFSET (ND_LENGTH_SIZE + ND_HEADER_SIZE)

static GBytes *
repeat_for_each (GBytes *packet, const NodedevEvent *event)
{
  GByteArray *packets = g_byte_array_new ();

  for (guint i = 0; i < event->n_callbacks; i++)
    {
      gsize size;
      gconstpointer bytes = g_bytes_get_data (packet, &size);
      guint32 id = GUINT32_TO_BE ((guint32) event->callback_ids[i]);

      g_byte_array_append (packets, bytes, (guint) size);
      memcpy (packets->data + i * size + CALLBACK_ID_OFFSET, &id, sizeof id);
    }
  return g_byte_array_free_to_bytes (packets);
}

static void
on_event (const NodedevEvent *event, gpointer user_data)
{
  NodedevConnection *connection = nodedev_session_get_connection (user_data);
  g_autoptr (GBytes) packet = event->event_id == VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE
                                  ? make_lifecycle (event)
                                  : make_update (event);

  nodedev_connection_send (connection, repeat_for_each (packet, event));
}

static NodedevHearer
make_hearer (NodedevSession *session)
{
  return (NodedevHearer){
    .func = on_event,
    .user_data = session,
    .is_limited = !nodedev_session_is_trusted (session),
    .uid = nodedev_connection_get_peer (nodedev_session_get_connection (session)).uid,
  };
}

static gboolean
check_count (const NodedevEvents *events, const NodedevHearer *hearer, GError **error)
{
  NodedevEventsCount count = nodedev_events_count (events, hearer);

  if (count.of_hearer >= SUBSCRIPTIONS_MAX)
    g_set_error (error, NODEDEV_ERROR, VIR_ERR_OPERATION_FAILED,
                 "a client can register at most %d callbacks", SUBSCRIPTIONS_MAX);
  else if (hearer->is_limited && count.of_user >= SUBSCRIPTIONS_OF_USER_MAX)
    g_set_error (error, NODEDEV_ERROR, VIR_ERR_OPERATION_FAILED,
                 "the clients of a user can register at most %d callbacks together",
                 SUBSCRIPTIONS_OF_USER_MAX);
  else if (hearer->is_limited && count.of_limited >= SUBSCRIPTIONS_OF_ALL_MAX)
    g_set_error (error, NODEDEV_ERROR, VIR_ERR_OPERATION_FAILED,
                 "all clients but trusted ones can register at most %d callbacks together, try "
                 "again later",
                 SUBSCRIPTIONS_OF_ALL_MAX);
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_subscription (const nd_event_register_args *asked, GError **error)
{
  if (asked->event_id < 0 || asked->event_id >= EVENT_IDS)
    {
      g_set_error (error, NODEDEV_ERROR, VIR_ERR_INTERNAL_ERROR,
                   "unsupported node device event ID %d", asked->event_id);
      return FALSE;
    }
  if (asked->dev != NULL && strlen (asked->dev->name) > NAME_LENGTH_MAX)
    {
      g_set_error (error, NODEDEV_ERROR, VIR_ERR_INVALID_ARG,
                   "no node device has a name of more than %d bytes", NAME_LENGTH_MAX);
      return FALSE;
    }
  return TRUE;
}

/* A device that does not exist may be asked for: it may come. */
gboolean
nodedev_event_register (NodedevSession *session, gconstpointer args, gpointer ret, GError **error)
{
  const nd_event_register_args *asked = args;
  NodedevEvents *events = nodedev_session_get_backend (session)->events;
  NodedevForward *forward = nodedev_session_get_forward (session);
  NodedevHearer hearer = make_hearer (session);
  nd_int_ret *callback_id = ret;

  if (!check_subscription (asked, error) || !check_count (events, &hearer, error))
    return FALSE;
  callback_id->value = nodedev_events_subscribe (events, &hearer, asked->event_id,
                                                 asked->dev == NULL ? NULL : asked->dev->name);
  if (forward != NULL)
    nodedev_forward_subscribe (forward, callback_id->value, asked);
  return TRUE;
}

gboolean
nodedev_event_deregister (NodedevSession *session, gconstpointer args, gpointer ret, GError **error)
{
  const nd_event_deregister_args *asked = args;
  NodedevForward *forward = nodedev_session_get_forward (session);

  if (forward != NULL)
    nodedev_forward_unsubscribe (forward, asked->callback_id);
  if (nodedev_events_unsubscribe (nodedev_session_get_backend (session)->events, asked->callback_id,
                                  session))
    return TRUE;
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_INTERNAL_ERROR,
               "node device event callback %d not registered", asked->callback_id);
  return FALSE;
}
