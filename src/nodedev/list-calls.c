/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "nodedev/forward.h"
#include "nodedev/handlers.h"
#include "nodedev/rpc-error.h"

/* One list on its way: ours and, where there is one, that of the daemon behind us. */
typedef struct _Listing Listing;

struct _Listing
{
  NodedevCall *call;
  gboolean (*merge) (Listing *listing, const guint8 *payload, gsize length, GError **error);
  void (*finish) (NodedevCall *call, GPtrArray *names, gsize max);
  guint flags;      /* of list all */
  char *capability; /* of the older calls; NULL: all */
  gsize max;        /* names that are wanted */
  GPtrArray *names; /* all there are */
  gboolean is_merged;
};

static Listing *
listing_new (NodedevCall *call, void (*finish) (NodedevCall *, GPtrArray *, gsize))
{
  Listing *listing = g_new0 (Listing, 1);

  listing->call = call;
  listing->finish = finish;
  listing->names = g_ptr_array_new_with_free_func (g_free);
  return listing;
}

static void
listing_free (Listing *listing)
{
  g_ptr_array_unref (listing->names);
  g_free (listing->capability);
  g_free (listing);
}

/* --- ours ----------------------------------------------------------------- */

static void
add_node (const NodedevNode *node, gpointer user_data)
{
  const Listing *listing = user_data;

  /* The daemon behind us has one, too. */
  if (listing->is_merged && node->kind == NODEDEV_KIND_COMPUTER)
    return;
  if (nodedev_node_matches (node, listing->flags)
      && (listing->capability == NULL || nodedev_node_has_capability (node, listing->capability)))
    g_ptr_array_add (listing->names, nodedev_node_get_name (node));
}

/* Adds what is ours and ends the call, and @listing with it. */
static void
finish (Listing *listing)
{
  const NodedevSession *session = nodedev_call_get_session (listing->call);

  nodedev_view_foreach (&nodedev_session_get_backend (session)->view, add_node, listing);
  listing->finish (listing->call, listing->names, listing->max);
  listing_free (listing);
}

/* --- theirs --------------------------------------------------------------- */

static void
add_theirs (Listing *listing, char *const *names, u_int n)
{
  NodedevSession *session = nodedev_call_get_session (listing->call);
  const NodedevForward *forward = nodedev_session_get_forward (session);

  listing->is_merged = TRUE;
  for (u_int i = 0; i < n; i++)
    if (!nodedev_forward_is_ours (forward, names[i]))
      g_ptr_array_add (listing->names, g_strdup (names[i]));
}

/* A device on the wire is a structure with nothing but its name. */
G_STATIC_ASSERT (sizeof (nd_device) == sizeof (char *));

static gboolean
merge_all (Listing *listing, const guint8 *payload, gsize length, GError **error)
{
  nd_list_all_ret ret = { 0 };
  gboolean parsed = nodedev_packet_parse_payload (payload, length, (xdrproc_t) xdr_nd_list_all_ret,
                                                  &ret, error);

  if (parsed)
    add_theirs (listing, (char *const *) ret.devices.devices_val, ret.devices.devices_len);
  xdr_free ((xdrproc_t) xdr_nd_list_all_ret, (char *) &ret);
  return parsed;
}

static gboolean
merge_names (Listing *listing, const guint8 *payload, gsize length, GError **error)
{
  nd_names_ret ret = { 0 };
  gboolean parsed
      = nodedev_packet_parse_payload (payload, length, (xdrproc_t) xdr_nd_names_ret, &ret, error);

  if (parsed)
    add_theirs (listing, ret.names.names_val, ret.names.names_len);
  xdr_free ((xdrproc_t) xdr_nd_names_ret, (char *) &ret);
  return parsed;
}

/* When the daemon cannot be asked the list is of what is ours; when it refuses, so do we. */
static void
on_listed (const GError *failure, nd_status status, const guint8 *payload, gsize length,
           gpointer user_data)
{
  Listing *listing = user_data;
  g_autoptr (GError) error = NULL;

  if (failure == NULL && status != ND_STATUS_OK)
    {
      nodedev_call_relay (listing->call, status, payload, length);
      listing_free (listing);
    }
  else if (failure == NULL && !listing->merge (listing, payload, length, &error))
    {
      nodedev_call_fail (listing->call, error);
      listing_free (listing);
    }
  else
    finish (listing);
}

/* @args: the same question, for the daemon behind us. */
static void
begin (Listing *listing, int procedure, xdrproc_t filter, gconstpointer args)
{
  NodedevForward *forward = nodedev_session_get_forward (nodedev_call_get_session (listing->call));
  g_autoptr (GBytes) payload = nodedev_packet_encode (filter, args);

  if (forward == NULL)
    finish (listing);
  else
    nodedev_forward_call (forward, procedure, payload, on_listed, listing);
}

static void
begin_all (Listing *listing)
{
  nd_list_all_args args = { .need_results = 1, .flags = listing->flags };

  listing->merge = merge_all;
  begin (listing, ND_PROC_LIST_ALL_DEVICES, (xdrproc_t) xdr_nd_list_all_args, &args);
}

/* All names there are, also to count those that are not ours. */
static void
begin_names (Listing *listing)
{
  nd_list_devices_args args = {
    .cap = listing->capability == NULL ? NULL : &listing->capability,
    .maxnames = ND_DEVICE_LIST_MAX,
  };

  listing->merge = merge_names;
  begin (listing, ND_PROC_LIST_DEVICES, (xdrproc_t) xdr_nd_list_devices_args, &args);
}

/* --- the calls ------------------------------------------------------------ */

static void
finish_num (NodedevCall *call, GPtrArray *names, gsize max)
{
  nd_int_ret ret = { .value = (int) names->len };

  nodedev_call_succeed (call, &ret);
}

void
nodedev_num_of_devices (NodedevCall *call, gconstpointer args)
{
  const nd_num_of_devices_args *asked = args;
  g_autoptr (GError) error = NULL;
  Listing *listing;

  if (!nodedev_call_check_flags (asked->flags, 0, "virNodeNumOfDevices", &error))
    {
      nodedev_call_fail (call, error);
      return;
    }
  listing = listing_new (call, finish_num);
  listing->capability = asked->cap == NULL ? NULL : g_strdup (*asked->cap);
  begin_names (listing);
}

static void
finish_names (NodedevCall *call, GPtrArray *names, gsize max)
{
  nd_names_ret ret = {
    .names.names_val = (nd_string *) names->pdata,
    .names.names_len = (u_int) MIN (names->len, max),
  };

  nodedev_call_succeed (call, &ret);
}

void
nodedev_list_devices (NodedevCall *call, gconstpointer args)
{
  const nd_list_devices_args *asked = args;
  g_autoptr (GError) error = NULL;
  Listing *listing;

  if (!nodedev_call_check_flags (asked->flags, 0, "virNodeListDevices", &error)
      || !nodedev_call_check_maxnames (asked->maxnames, &error))
    {
      nodedev_call_fail (call, error);
      return;
    }
  listing = listing_new (call, finish_names);
  listing->max = (gsize) asked->maxnames;
  listing->capability = asked->cap == NULL ? NULL : g_strdup (*asked->cap);
  begin_names (listing);
}

/* As libvirt's server has it: a list that was cut would pass for a whole one. */
static gboolean
check_fits (const GPtrArray *names, GError **error)
{
  if (names->len <= ND_DEVICE_LIST_MAX)
    return TRUE;
  g_set_error (error, NODEDEV_ERROR, VIR_ERR_RPC,
               "Too many node_devices '%u' for limit '%d'; list them by capability", names->len,
               ND_DEVICE_LIST_MAX);
  return FALSE;
}

static void
finish_all (NodedevCall *call, GPtrArray *names, gsize max)
{
  nd_list_all_ret ret = {
    .devices.devices_val = (nd_device *) names->pdata,
    .devices.devices_len = (u_int) MIN (names->len, max),
    .count = names->len,
  };
  g_autoptr (GError) error = NULL;

  if (!check_fits (names, &error))
    nodedev_call_fail (call, error);
  else
    nodedev_call_succeed (call, &ret);
}

void
nodedev_list_all_devices (NodedevCall *call, gconstpointer args)
{
  const nd_list_all_args *asked = args;
  g_autoptr (GError) error = NULL;
  Listing *listing;

  if (!nodedev_call_check_flags (asked->flags, NODEDEV_LIST_FLAGS, "virConnectListAllNodeDevices",
                                 &error))
    {
      nodedev_call_fail (call, error);
      return;
    }
  listing = listing_new (call, finish_all);
  listing->max = asked->need_results ? ND_DEVICE_LIST_MAX : 0;
  listing->flags = asked->flags;
  begin_all (listing);
}
