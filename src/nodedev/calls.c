/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/calls.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "nodedev/access.h"
#include "nodedev/forward.h"
#include "nodedev/handlers.h"
#include "nodedev/keepalive.h"
#include "nodedev/rpc-error.h"

typedef enum
{
  EARLY = 1 << 0,     /* answered before the client has opened, too */
  CHANGE = 1 << 1,    /* refused to read-only clients */
  ANONYMOUS = 1 << 2, /* answered before the client has authenticated, too */
} ProcedureFlags;

typedef struct
{
  int number;
  const char *function; /* libvirt's name of it */
  ProcedureFlags flags;
  NodedevRoute route;
  xdrproc_t args_filter; /* NULL: no arguments */
  gsize args_size;
  xdrproc_t ret_filter; /* NULL: no results */
  gsize ret_size;
  NodedevNowFunc now;
  NodedevLaterFunc later;
  const char *access[NODEDEV_ACCESS_MAX]; /* libvirt's permissions for it */
} Procedure;

struct _NodedevCall
{
  NodedevSession *session;
  const Procedure *procedure;
  nd_header header;
  gsize size;      /* of what came */
  GBytes *payload; /* of one that is forwarded, or waits until it is allowed */
};

/* Who answers: see nodedev_forward_takes(). */
#define OURS NODEDEV_ROUTE_OURS
#define NAME NODEDEV_ROUTE_NAME
#define XML NODEDEV_ROUTE_XML
#define ALL NODEDEV_ROUTE_ALL

#define ARGS(type) .args_filter = (xdrproc_t) xdr_##type, .args_size = sizeof (type)
#define NEEDS(...) .access = { __VA_ARGS__ }
#define RET(type) .ret_filter = (xdrproc_t) xdr_##type, .ret_size = sizeof (type)

/* Ordered by number. */
static const Procedure procedures[] = {
  { ND_PROC_CONNECT_OPEN, "virConnectOpen", EARLY, OURS, ARGS (nd_open_args),
    .now = nodedev_connect_open },
  { ND_PROC_CONNECT_CLOSE, "virConnectClose", EARLY, OURS, .now = nodedev_connect_close },
  { ND_PROC_CONNECT_GET_TYPE, "virConnectGetType", 0, OURS, RET (nd_string_ret),
    .now = nodedev_connect_get_type, NEEDS ("connect.getattr") },
  { ND_PROC_CONNECT_GET_VERSION, "virConnectGetVersion", 0, OURS, RET (nd_version_ret),
    .now = nodedev_connect_get_version, NEEDS ("connect.getattr") },
  { ND_PROC_CONNECT_GET_HOSTNAME, "virConnectGetHostname", 0, OURS, RET (nd_string_ret),
    .now = nodedev_connect_get_hostname, NEEDS ("connect.getattr") },
  { ND_PROC_CONNECT_SUPPORTS_FEATURE, "virConnectSupportsFeature", EARLY, OURS,
    ARGS (nd_supports_feature_args), RET (nd_int_ret), .now = nodedev_connect_supports_feature },
  { ND_PROC_AUTH_LIST, "AuthList", EARLY | ANONYMOUS, OURS, RET (nd_auth_list_ret),
    .now = nodedev_auth_list },
  { ND_PROC_AUTH_POLKIT, "AuthPolkit", EARLY | ANONYMOUS, OURS, RET (nd_int_ret),
    .later = nodedev_auth_polkit },
  { ND_PROC_CONNECT_GET_URI, "virConnectGetURI", 0, OURS, RET (nd_string_ret),
    .now = nodedev_connect_get_uri, NEEDS ("connect.getattr") },
  { ND_PROC_NUM_OF_DEVICES, "virNodeNumOfDevices", 0, OURS, ARGS (nd_num_of_devices_args),
    RET (nd_int_ret), .later = nodedev_num_of_devices, NEEDS ("connect.search-node-devices") },
  { ND_PROC_LIST_DEVICES, "virNodeListDevices", 0, OURS, ARGS (nd_list_devices_args),
    RET (nd_names_ret), .later = nodedev_list_devices, NEEDS ("connect.search-node-devices") },
  { ND_PROC_LOOKUP_BY_NAME, "virNodeDeviceLookupByName", 0, NAME, ARGS (nd_name_args),
    RET (nd_device_ret), .now = nodedev_lookup_by_name, NEEDS ("node-device.getattr") },
  { ND_PROC_GET_XML_DESC, "virNodeDeviceGetXMLDesc", 0, NAME, ARGS (nd_name_flags_args),
    RET (nd_string_ret), .now = nodedev_get_xml_desc, NEEDS ("node-device.read") },
  { ND_PROC_GET_PARENT, "virNodeDeviceGetParent", 0, NAME, ARGS (nd_name_args), RET (nd_parent_ret),
    .now = nodedev_get_parent, NEEDS ("node-device.read") },
  { ND_PROC_NUM_OF_CAPS, "virNodeDeviceNumOfCaps", 0, NAME, ARGS (nd_name_args), RET (nd_int_ret),
    .now = nodedev_num_of_caps, NEEDS ("node-device.read") },
  { ND_PROC_LIST_CAPS, "virNodeDeviceListCaps", 0, NAME, ARGS (nd_list_caps_args),
    RET (nd_names_ret), .now = nodedev_list_caps, NEEDS ("node-device.read") },
  { ND_PROC_DETTACH, "virNodeDeviceDettach", CHANGE, NAME, .now = nodedev_pci_only,
    NEEDS ("node-device.detach") },
  { ND_PROC_RE_ATTACH, "virNodeDeviceReAttach", CHANGE, NAME, .now = nodedev_pci_only,
    NEEDS ("node-device.detach") },
  { ND_PROC_RESET, "virNodeDeviceReset", CHANGE, NAME, .now = nodedev_pci_only,
    NEEDS ("node-device.detach") },
  { ND_PROC_CREATE_XML, "virNodeDeviceCreateXML", CHANGE, XML, ARGS (nd_xml_args),
    RET (nd_device_ret), .later = nodedev_create_xml,
    NEEDS ("node-device.write", "node-device.start") },
  { ND_PROC_DESTROY, "virNodeDeviceDestroy", CHANGE, NAME, ARGS (nd_name_args),
    .later = nodedev_destroy, NEEDS ("node-device.stop") },
  { ND_PROC_CONNECT_IS_SECURE, "virConnectIsSecure", 0, OURS, RET (nd_int_ret),
    .now = nodedev_connect_is_secure },
  { ND_PROC_CONNECT_GET_LIB_VERSION, "virConnectGetLibVersion", 0, OURS, RET (nd_version_ret),
    .now = nodedev_connect_get_lib_version, NEEDS ("connect.getattr") },
  { ND_PROC_LIST_ALL_DEVICES, "virConnectListAllNodeDevices", 0, OURS, ARGS (nd_list_all_args),
    RET (nd_list_all_ret), .later = nodedev_list_all_devices,
    NEEDS ("connect.search-node-devices") },
  { ND_PROC_LOOKUP_SCSI_HOST_BY_WWN, "virNodeDeviceLookupSCSIHostByWWN", 0, ALL,
    ARGS (nd_scsi_host_args), RET (nd_device_ret), .now = nodedev_lookup_scsi_host,
    NEEDS ("node-device.getattr") },
  { ND_PROC_DETACH_FLAGS, "virNodeDeviceDetachFlags", CHANGE, NAME, .now = nodedev_pci_only,
    NEEDS ("node-device.detach") },
  { ND_PROC_REGISTER_CLOSE_CALLBACK, "virConnectRegisterCloseCallback", 0, OURS,
    .now = nodedev_connect_close_callback, NEEDS ("connect.getattr") },
  { ND_PROC_UNREGISTER_CLOSE_CALLBACK, "virConnectUnregisterCloseCallback", 0, OURS,
    .now = nodedev_connect_close_callback, NEEDS ("connect.getattr") },
  { ND_PROC_EVENT_REGISTER, "virConnectNodeDeviceEventRegisterAny", 0, OURS,
    ARGS (nd_event_register_args), RET (nd_int_ret), .now = nodedev_event_register,
    NEEDS ("connect.search-node-devices") },
  { ND_PROC_EVENT_DEREGISTER, "virConnectNodeDeviceEventDeregisterAny", 0, OURS,
    ARGS (nd_event_deregister_args), .now = nodedev_event_deregister, NEEDS ("connect.read") },
  { ND_PROC_CONNECT_SET_IDENTITY, "virConnectSetIdentity", 0, OURS, ARGS (nd_set_identity_args),
    .now = nodedev_connect_set_identity },
  { ND_PROC_DEFINE_XML, "virNodeDeviceDefineXML", CHANGE, XML, ARGS (nd_xml_args),
    RET (nd_device_ret), .later = nodedev_define_xml,
    NEEDS ("node-device.write", "node-device.save") },
  { ND_PROC_UNDEFINE, "virNodeDeviceUndefine", CHANGE, NAME, ARGS (nd_name_flags_args),
    .later = nodedev_undefine, NEEDS ("node-device.delete") },
  { ND_PROC_CREATE, "virNodeDeviceCreate", CHANGE, NAME, ARGS (nd_name_flags_args),
    .later = nodedev_create, NEEDS ("node-device.start") },
  { ND_PROC_GET_AUTOSTART, "virNodeDeviceGetAutostart", 0, NAME, ARGS (nd_name_args),
    RET (nd_int_ret), .now = nodedev_get_autostart, NEEDS ("node-device.read") },
  { ND_PROC_SET_AUTOSTART, "virNodeDeviceSetAutostart", CHANGE, NAME, ARGS (nd_set_autostart_args),
    .later = nodedev_set_autostart, NEEDS ("node-device.write") },
  { ND_PROC_IS_PERSISTENT, "virNodeDeviceIsPersistent", 0, NAME, ARGS (nd_name_args),
    RET (nd_int_ret), .now = nodedev_is_persistent, NEEDS ("node-device.read") },
  { ND_PROC_IS_ACTIVE, "virNodeDeviceIsActive", 0, NAME, ARGS (nd_name_args), RET (nd_int_ret),
    .now = nodedev_is_active, NEEDS ("node-device.read") },
  { ND_PROC_UPDATE, "virNodeDeviceUpdate", CHANGE, NAME, ARGS (nd_update_args),
    .later = nodedev_update, NEEDS ("node-device.write", "node-device.save") },
};

static const Procedure *
find_procedure (int number)
{
  for (gsize i = 0; i < G_N_ELEMENTS (procedures); i++)
    if (procedures[i].number == number)
      return &procedures[i];
  return NULL;
}

/* --- answers -------------------------------------------------------------- */

static void
send_packet (NodedevSession *session, GBytes *packet)
{
  nodedev_connection_send (nodedev_session_get_connection (session), packet);
}

static void
send_error (NodedevSession *session, const nd_header *call, const GError *error)
{
  send_packet (session, nodedev_packet_new_error (call, error));
}

static void
send_result (NodedevSession *session, const nd_header *call, const Procedure *procedure,
             gconstpointer ret)
{
  nd_header header = nodedev_packet_reply_header (call, ND_STATUS_OK);
  g_autoptr (GError) error = NULL;
  GBytes *packet = nodedev_packet_new (&header, procedure->ret_filter, ret, &error);

  if (packet == NULL)
    send_error (session, call, error);
  else
    send_packet (session, packet);
}

/* --- calls answered at once ----------------------------------------------- */

static void
answer_now (NodedevSession *session, const nd_header *call, const Procedure *procedure,
            gconstpointer args)
{
  g_autofree gpointer ret = g_malloc0 (procedure->ret_size);
  g_autoptr (GError) error = NULL;

  if (procedure->now (session, args, ret, &error))
    send_result (session, call, procedure, ret);
  else
    send_error (session, call, error);
  if (procedure->ret_filter != NULL)
    xdr_free (procedure->ret_filter, ret);
}

/* --- calls answered later ------------------------------------------------- */

static NodedevCall *
begin_call (NodedevSession *session, const nd_header *header, const Procedure *procedure,
            gsize size)
{
  NodedevCall *call = g_new0 (NodedevCall, 1);

  call->session = nodedev_session_ref (session);
  call->procedure = procedure;
  call->header = *header;
  call->size = size;
  nodedev_connection_hold (nodedev_session_get_connection (session), size);
  return call;
}

static void
end_call (NodedevCall *call)
{
  nodedev_connection_release (nodedev_session_get_connection (call->session), call->size);
  nodedev_session_unref (call->session);
  g_clear_pointer (&call->payload, g_bytes_unref);
  g_free (call);
}

void
nodedev_call_succeed (NodedevCall *call, gconstpointer ret)
{
  send_result (call->session, &call->header, call->procedure, ret);
  end_call (call);
}

void
nodedev_call_relay (NodedevCall *call, nd_status status, const guint8 *payload, gsize length)
{
  nd_header header = nodedev_packet_reply_header (&call->header, status);
  g_autoptr (GBytes) copy = g_bytes_new (payload, length);

  send_packet (call->session, nodedev_packet_new_raw (&header, copy));
  end_call (call);
}

void
nodedev_call_fail (NodedevCall *call, const GError *error)
{
  send_error (call->session, &call->header, error);
  end_call (call);
}

NodedevSession *
nodedev_call_get_session (const NodedevCall *call)
{
  return call->session;
}

static gboolean
check_allowed (NodedevSession *session, const Procedure *procedure, GError **error)
{
  /* No VIR_ERR_AUTH_FAILED: libvirt's own choice, for old clients. */
  if (!nodedev_session_is_authenticated (session) && (procedure->flags & ANONYMOUS) == 0)
    {
      g_set_error_literal (error, NODEDEV_ERROR, VIR_ERR_RPC, "authentication required");
      return FALSE;
    }
  if (!nodedev_session_is_open (session) && (procedure->flags & EARLY) == 0)
    {
      g_set_error_literal (error, NODEDEV_ERROR, VIR_ERR_INTERNAL_ERROR, "connection not open");
      return FALSE;
    }
  if (nodedev_session_is_readonly (session) && (procedure->flags & CHANGE) != 0)
    {
      g_set_error (error, NODEDEV_ERROR, VIR_ERR_OPERATION_DENIED, "read only access prevents %s",
                   procedure->function);
      return FALSE;
    }
  return TRUE;
}

static void
call_with_args (NodedevSession *session, const nd_header *header, const Procedure *procedure,
                const guint8 *payload, gsize length)
{
  g_autofree gpointer args = g_malloc0 (procedure->args_size);
  g_autoptr (GError) error = NULL;

  if (procedure->args_filter != NULL
      && !nodedev_packet_parse_payload (payload, length, procedure->args_filter, args, &error))
    send_error (session, header, error);
  else if (procedure->now != NULL)
    answer_now (session, header, procedure, args);
  else
    procedure->later (begin_call (session, header, procedure, length), args);
  if (procedure->args_filter != NULL)
    xdr_free (procedure->args_filter, args);
}

/* --- calls that the daemon behind us answers ------------------------------ */

/*
 * Without it we answer as if we were alone: the devices that it knows do not exist.
 * A client that has closed meanwhile is answered, too, as long as it stays.
 */
static void
on_forwarded (const GError *error, nd_status status, const guint8 *payload, gsize length,
              gpointer user_data)
{
  NodedevCall *call = user_data;
  gsize own_length;
  const guint8 *own_payload = g_bytes_get_data (call->payload, &own_length);

  if (error == NULL)
    {
      nodedev_call_relay (call, status, payload, length);
      return;
    }
  if (!nodedev_session_is_open (call->session))
    {
      nodedev_call_fail (call, error);
      return;
    }
  call_with_args (call->session, &call->header, call->procedure, own_payload, own_length);
  end_call (call);
}

static void
forward (NodedevSession *session, const nd_header *header, const Procedure *procedure,
         const guint8 *payload, gsize length)
{
  NodedevCall *call = begin_call (session, header, procedure, length);

  call->payload = g_bytes_new (payload, length);
  nodedev_forward_call (nodedev_session_get_forward (session), header->proc, call->payload,
                        on_forwarded, call);
}

static gboolean
is_to_be_forwarded (NodedevSession *session, const Procedure *procedure, const guint8 *payload,
                    gsize length)
{
  const NodedevForward *way = nodedev_session_get_forward (session);

  return way != NULL && nodedev_forward_takes (way, procedure->route, payload, length);
}

static void
serve (NodedevSession *session, const nd_header *header, const Procedure *procedure,
       const guint8 *payload, gsize length)
{
  if (is_to_be_forwarded (session, procedure, payload, length))
    forward (session, header, procedure, payload, length);
  else
    call_with_args (session, header, procedure, payload, length);
}

/* --- calls that have to be allowed one by one ----------------------------- */

/* The client may have closed meanwhile, and opened again to read only. */
static void
on_access (const GError *error, gpointer user_data)
{
  NodedevCall *call = user_data;
  g_autoptr (GError) refusal = NULL;
  gsize length;
  const guint8 *payload = g_bytes_get_data (call->payload, &length);

  if (error != NULL)
    nodedev_call_fail (call, error);
  else if (!check_allowed (call->session, call->procedure, &refusal))
    nodedev_call_fail (call, refusal);
  else
    {
      serve (call->session, &call->header, call->procedure, payload, length);
      end_call (call);
    }
}

static void
serve_if_allowed (NodedevSession *session, const nd_header *header, const Procedure *procedure,
                  const guint8 *payload, gsize length)
{
  NodedevCall *call = begin_call (session, header, procedure, length);
  g_autofree char *device
      = procedure->route == NAME ? nodedev_forward_first_string (payload, length) : NULL;

  call->payload = g_bytes_new (payload, length);
  nodedev_access_check (session, procedure->access, device, on_access, call);
}

/* --- dispatch ------------------------------------------------------------- */

static const Procedure *
find_allowed (NodedevSession *session, const nd_header *header, GError **error)
{
  const Procedure *procedure = find_procedure (header->proc);

  if (header->type != ND_TYPE_CALL || header->status != ND_STATUS_OK)
    {
      g_set_error (error, NODEDEV_ERROR, VIR_ERR_RPC, "Unexpected message type %u or status %u",
                   header->type, header->status);
      return NULL;
    }
  if (procedure == NULL)
    {
      g_set_error (error, NODEDEV_ERROR, VIR_ERR_NO_SUPPORT, "procedure %d of libvirt's protocol",
                   header->proc);
      return NULL;
    }
  return check_allowed (session, procedure, error) ? procedure : NULL;
}

static void
dispatch_call (NodedevSession *session, const nd_header *header, const guint8 *payload,
               gsize length)
{
  g_autoptr (GError) error = NULL;
  const Procedure *procedure = find_allowed (session, header, &error);

  if (procedure == NULL)
    send_error (session, header, error);
  else if (procedure->access[0] == NULL || nodedev_access_is_free (session))
    serve (session, header, procedure, payload, length);
  else
    serve_if_allowed (session, header, procedure, payload, length);
}

static void
refuse_program (NodedevSession *session, const nd_header *header)
{
  g_autoptr (GError) error = g_error_new (
      NODEDEV_ERROR, VIR_ERR_RPC, "Cannot find program %u version %u", header->prog, header->vers);

  send_error (session, header, error);
}

void
nodedev_calls_dispatch (NodedevSession *session, const nd_header *header, const guint8 *payload,
                        gsize length)
{
  if (header->prog == ND_KEEPALIVE_PROGRAM)
    nodedev_keepalive_answer (nodedev_session_get_connection (session), header);
  else if (header->type != ND_TYPE_CALL && header->type != ND_TYPE_CALL_WITH_FDS)
    return; /* a stream, an answer or an event: unasked for, and unanswered, as with libvirt */
  else if (header->prog != ND_PROGRAM || header->vers != ND_PROGRAM_VERSION)
    refuse_program (session, header);
  else
    dispatch_call (session, header, payload, length);
}

gboolean
nodedev_call_check_flags (guint flags, guint supported, const char *function, GError **error)
{
  if ((flags & ~supported) == 0)
    return TRUE;
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_INVALID_ARG, "unsupported flags (0x%x) in function %s",
               flags & ~supported, function);
  return FALSE;
}

gboolean
nodedev_call_check_maxnames (int maxnames, GError **error)
{
  if (maxnames >= 0 && maxnames <= ND_DEVICE_LIST_MAX)
    return TRUE;
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_RPC, "maxnames %d is not within 0 and %d", maxnames,
               ND_DEVICE_LIST_MAX);
  return FALSE;
}
