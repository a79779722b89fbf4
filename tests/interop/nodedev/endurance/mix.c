/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mix.h"

#include <string.h>

#include <libvirt/libvirt.h>

#include "nodedev/packet.h"
#include "raw-client.h"

/* Clients at a time. */
#define CLIENTS 8

/* mdevs that are remembered; the oldest is taken away for a new one. */
#define MDEVS 8

struct _Mix
{
  char *socket;
  GRand *random;
  RawClient *clients[CLIENTS];
  GQueue mdevs; /* of names, the oldest first */
  gboolean is_plugged;
  gboolean has_failed;
  MixCounts counts;
};

#define WITH(type, args) (xdrproc_t) xdr_##type, &(args)

static const char *const fixed_names[] = {
  "computer",
  "css_0_0_0000",
  "css_0_0_0313",
  "css_0_0_0314",
  "ccw_0_0_1234",
  "ccw_0_0_2b09",
  "css_0_0_0400",
  "ccw_0_0_0400",
  "css_0_0_9999",
  "pci_0000_00_02_0",
  "net_lo_00_00_00_00_00_00",
  "mdev_00000000_0000_4000_8000_000000000000_0_0_0313",
  "",
  "css_0_0_",
  "no such device",
};

static const char *const parents[] = { "css_0_0_0313", "css_0_0_0314", "ccw_0_0_1234",
                                       "ccw_0_0_2b09", "css_0_0_0001", "css_0_0_9999" };

static guint
below (Mix *mix, guint limit)
{
  return (guint) g_rand_int_range (mix->random, 0, (gint32) limit);
}

#define PICK(mix, array) (array)[below ((mix), G_N_ELEMENTS (array))]

/* A name that XDR's structures, which are not const, can hold; valid until the next change. */
static char *
pick_mdev (Mix *mix)
{
  if (mix->mdevs.length == 0)
    return (char *) fixed_names[11];
  return g_queue_peek_nth (&mix->mdevs, below (mix, mix->mdevs.length));
}

static char *
pick_name (Mix *mix)
{
  return below (mix, 3) == 0 ? pick_mdev (mix) : (char *) PICK (mix, fixed_names);
}

/* --- calls ---------------------------------------------------------------- */

static void
fail (Mix *mix, const char *why, int procedure)
{
  g_printerr ("after %u calls: %s (procedure %d)\n", mix->counts.calls, why, procedure);
  mix->has_failed = TRUE;
}

/* The answer to what has been sent, past the events that come before it; NULL: none came. */
static GBytes *
receive (Mix *mix, RawClient *client, nd_header *answer)
{
  GBytes *packet;

  while ((packet = raw_client_receive (client, answer)) != NULL)
    {
      if (answer->type == ND_TYPE_REPLY || answer->prog == ND_KEEPALIVE_PROGRAM)
        return packet;
      mix->counts.events++;
      g_bytes_unref (packet);
    }
  return NULL;
}

/* Sends @packet and waits for its answer. */
static GBytes *
exchange (Mix *mix, RawClient *client, GBytes *packet, nd_header *answer)
{
  GBytes *reply = NULL;

  mix->counts.calls++;
  if (raw_client_send (client, g_bytes_get_data (packet, NULL), g_bytes_get_size (packet)))
    reply = receive (mix, client, answer);
  if (reply == NULL)
    {
      fail (mix, "no answer", 0);
      return NULL;
    }
  mix->counts.answers++;
  mix->counts.errors += answer->status == ND_STATUS_ERROR;
  return reply;
}

/* TRUE: it succeeded. */
static gboolean
call (Mix *mix, RawClient *client, int procedure, xdrproc_t filter, gconstpointer args)
{
  g_autoptr (GBytes) packet = raw_client_make_call (client, procedure, filter, args);
  nd_header answer = { 0 };
  g_autoptr (GBytes) reply = exchange (mix, client, packet, &answer);

  if (reply != NULL && answer.proc != procedure)
    fail (mix, "the answer to another call", procedure);
  return reply != NULL && answer.status == ND_STATUS_OK;
}

/* The result of a call that @filter decodes into @ret; TRUE: it succeeded. */
static gboolean
call_for (Mix *mix, RawClient *client, int procedure, xdrproc_t filter, gconstpointer args,
          xdrproc_t ret_filter, gpointer ret)
{
  g_autoptr (GBytes) packet = raw_client_make_call (client, procedure, filter, args);
  nd_header answer = { 0 };
  g_autoptr (GBytes) reply = exchange (mix, client, packet, &answer);
  gsize length;
  const guint8 *data;

  if (reply == NULL || answer.status != ND_STATUS_OK)
    return FALSE;
  data = g_bytes_get_data (reply, &length);
  return nodedev_packet_parse_payload (data + RAW_CLIENT_PAYLOAD, length - RAW_CLIENT_PAYLOAD,
                                       ret_filter, ret, NULL);
}

/* --- coming and going ----------------------------------------------------- */

static RawClient *
connect_client (Mix *mix)
{
  RawClient *client = raw_client_connect (mix->socket);
  nd_supports_feature_args keepalive = { ND_FEATURE_KEEPALIVE };

  if (client == NULL)
    {
      fail (mix, "nobody answers the socket", 0);
      return NULL;
    }
  mix->counts.clients++;
  call (mix, client, ND_PROC_AUTH_LIST, NULL, NULL);
  call (mix, client, ND_PROC_CONNECT_SUPPORTS_FEATURE, WITH (nd_supports_feature_args, keepalive));
  if (!raw_client_open (client, 0))
    fail (mix, "opening is refused", ND_PROC_CONNECT_OPEN);
  mix->counts.calls++;
  mix->counts.answers++;
  call (mix, client, ND_PROC_REGISTER_CLOSE_CALLBACK, NULL, NULL);
  return client;
}

static void
hang_up (RawClient **client)
{
  g_clear_pointer (client, raw_client_free);
}

/* As libvirt's clients go. */
static void
leave (Mix *mix, RawClient **client)
{
  call (mix, *client, ND_PROC_UNREGISTER_CLOSE_CALLBACK, NULL, NULL);
  call (mix, *client, ND_PROC_CONNECT_CLOSE, NULL, NULL);
  hang_up (client);
}

static void
come_and_go (Mix *mix, RawClient **client)
{
  leave (mix, client);
}

/* Goes with a call under way, or in the middle of one. */
static void
go_at_once (Mix *mix, RawClient **client)
{
  static const int procedures[] = { ND_PROC_DESTROY, ND_PROC_LOOKUP_BY_NAME, ND_PROC_GET_XML_DESC };
  nd_name_args args = { pick_name (mix) };
  g_autoptr (GBytes) packet
      = raw_client_make_call (*client, PICK (mix, procedures), WITH (nd_name_args, args));
  gsize size = g_bytes_get_size (packet);

  mix->counts.calls++;
  raw_client_send (*client, g_bytes_get_data (packet, NULL),
                   below (mix, 2) == 0 ? size : below (mix, (guint) size));
  hang_up (client);
}

/* --- looking -------------------------------------------------------------- */

static void
look (Mix *mix, RawClient **client)
{
  static const int procedures[]
      = { ND_PROC_LOOKUP_BY_NAME, ND_PROC_GET_PARENT,    ND_PROC_NUM_OF_CAPS,
          ND_PROC_GET_AUTOSTART,  ND_PROC_IS_PERSISTENT, ND_PROC_IS_ACTIVE };
  nd_name_args args = { pick_name (mix) };

  call (mix, *client, PICK (mix, procedures), WITH (nd_name_args, args));
}

static void
look_closely (Mix *mix, RawClient **client)
{
  nd_name_flags_args xml = { pick_name (mix), below (mix, 2) };
  nd_list_caps_args caps = { pick_name (mix), 10 };

  if (below (mix, 3) == 0)
    call (mix, *client, ND_PROC_LIST_CAPS, WITH (nd_list_caps_args, caps));
  else
    call (mix, *client, ND_PROC_GET_XML_DESC, WITH (nd_name_flags_args, xml));
}

static void
ask_connection (Mix *mix, RawClient **client)
{
  static const int procedures[] = { ND_PROC_CONNECT_GET_TYPE,     ND_PROC_CONNECT_GET_VERSION,
                                    ND_PROC_CONNECT_GET_HOSTNAME, ND_PROC_CONNECT_GET_LIB_VERSION,
                                    ND_PROC_CONNECT_GET_URI,      ND_PROC_CONNECT_IS_SECURE };

  call (mix, *client, PICK (mix, procedures), NULL, NULL);
}

static void
list (Mix *mix, RawClient **client)
{
  static const guint flags[] = { 0, 1u << 14, 1u << 16, 1u << 17, 1u << 30, 1u << 31 };
  static const char *const capabilities[] = { "css", "ccw", "mdev", "pci", "nonsense" };
  char *capability = (char *) PICK (mix, capabilities);
  nd_list_all_args all = { (int) below (mix, 2), PICK (mix, flags) };
  nd_list_devices_args names = { below (mix, 2) == 0 ? NULL : &capability, 100, 0 };
  nd_num_of_devices_args number = { below (mix, 2) == 0 ? NULL : &capability, 0 };

  switch (below (mix, 4))
    {
    case 0:
      call (mix, *client, ND_PROC_LIST_DEVICES, WITH (nd_list_devices_args, names));
      break;
    case 1:
      call (mix, *client, ND_PROC_NUM_OF_DEVICES, WITH (nd_num_of_devices_args, number));
      break;
    default:
      call (mix, *client, ND_PROC_LIST_ALL_DEVICES, WITH (nd_list_all_args, all));
      break;
    }
}

/* --- changing ------------------------------------------------------------- */

static void
take_away (Mix *mix, RawClient *client, char *name)
{
  nd_name_args destroy = { name };
  nd_name_flags_args undefine = { name, 0 };

  call (mix, client, ND_PROC_DESTROY, WITH (nd_name_args, destroy));
  call (mix, client, ND_PROC_UNDEFINE, WITH (nd_name_flags_args, undefine));
}

static void
remember (Mix *mix, RawClient *client, const char *name)
{
  mix->counts.made++;
  g_queue_push_tail (&mix->mdevs, g_strdup (name));
  if (mix->mdevs.length > MDEVS)
    {
      g_autofree char *oldest = g_queue_pop_head (&mix->mdevs);

      take_away (mix, client, oldest);
    }
}

/* The daemon makes the UUID: each is new to it. */
static void
make (Mix *mix, RawClient *client, int procedure)
{
  g_autofree char *xml = g_strdup_printf ("<device><parent>%s</parent><capability type='mdev'>"
                                          "<type id='vfio_ccw-io'/></capability></device>",
                                          PICK (mix, parents));
  nd_xml_args args = { xml, below (mix, 2) };
  nd_device_ret ret = { 0 };

  if (call_for (mix, client, procedure, WITH (nd_xml_args, args), WITH (nd_device_ret, ret)))
    remember (mix, client, ret.dev.name);
  xdr_free ((xdrproc_t) xdr_nd_device_ret, (char *) &ret);
}

static void
update (Mix *mix, RawClient *client)
{
  char *name = pick_mdev (mix);
  g_autofree char *uuid = g_strndup (name + strlen ("mdev_"), 36);
  g_autofree char *xml = NULL;
  nd_update_args args = { name, NULL, 1u << 1 };

  g_strdelimit (uuid, "_", '-');
  xml = g_strdup_printf ("<device><name>%s</name><parent>%s</parent><capability type='mdev'>"
                         "<type id='vfio_ccw-io'/><uuid>%s</uuid>"
                         "<attr name='assign' value='%u'/></capability></device>",
                         name, PICK (mix, parents), uuid, below (mix, 100));
  args.xml = xml;
  call (mix, client, ND_PROC_UPDATE, WITH (nd_update_args, args));
}

static void
change (Mix *mix, RawClient **client)
{
  nd_name_args name = { pick_mdev (mix) };
  nd_name_flags_args flagged = { pick_mdev (mix), 0 };
  nd_set_autostart_args autostart = { pick_mdev (mix), (int) below (mix, 2) };

  switch (below (mix, 7))
    {
    case 0:
      make (mix, *client, ND_PROC_CREATE_XML);
      break;
    case 1:
      make (mix, *client, ND_PROC_DEFINE_XML);
      break;
    case 2:
      call (mix, *client, ND_PROC_CREATE, WITH (nd_name_flags_args, flagged));
      break;
    case 3:
      call (mix, *client, ND_PROC_SET_AUTOSTART, WITH (nd_set_autostart_args, autostart));
      break;
    case 4:
      update (mix, *client);
      break;
    case 5:
      call (mix, *client, ND_PROC_UNDEFINE, WITH (nd_name_flags_args, flagged));
      break;
    default:
      call (mix, *client, ND_PROC_DESTROY, WITH (nd_name_args, name));
      break;
    }
}

/* --- mistakes ------------------------------------------------------------- */

static void
send_xml (Mix *mix, RawClient *client)
{
  static const char *const texts[] = {
    "",
    "<device>",
    "<device/>",
    "no XML",
    "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    "<device><parent>css_0_0_0313</parent><capability type='mdev'><type id='other'/></capability>"
    "</device>",
    "<device><capability type='mdev'><type id='vfio_ccw-io'/></capability></device>",
    "<device><parent>css_0_0_0313</parent><capability type='mdev'><type id='vfio_ccw-io'/>"
    "<uuid>1</uuid></capability></device>",
  };
  nd_xml_args args = { (char *) PICK (mix, texts), below (mix, 3) };

  call (mix, client, below (mix, 2) == 0 ? ND_PROC_CREATE_XML : ND_PROC_DEFINE_XML,
        WITH (nd_xml_args, args));
}

/* A call cut short, with a length that fits: its arguments cannot be decoded. */
static void
send_cut (Mix *mix, RawClient *client)
{
  nd_update_args args = { pick_name (mix), (char *) "<device/>", 0 };
  g_autoptr (GBytes) whole
      = raw_client_make_call (client, ND_PROC_UPDATE, WITH (nd_update_args, args));
  gsize size
      = RAW_CLIENT_PAYLOAD + below (mix, (guint) (g_bytes_get_size (whole) - RAW_CLIENT_PAYLOAD));
  g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (whole, NULL), size);
  guint32 length = GUINT32_TO_BE ((guint32) size);
  g_autoptr (GBytes) cut = NULL;
  g_autoptr (GBytes) reply = NULL;
  nd_header answer;

  memcpy (bytes, &length, sizeof length);
  cut = g_bytes_new (bytes, size);
  reply = exchange (mix, client, cut, &answer);
}

/* One of another program, a ping, or one that nobody has. */
static void
send_stranger (Mix *mix, RawClient *client)
{
  static const nd_header headers[] = {
    { ND_KEEPALIVE_PROGRAM, ND_KEEPALIVE_VERSION, ND_KEEPALIVE_PING, ND_TYPE_MESSAGE, 0, 0 },
    { ND_PROGRAM, 2, 1, ND_TYPE_CALL, 5, 0 },
    { 0x20008087, 1, 1, ND_TYPE_CALL, 5, 0 },
    { ND_PROGRAM, ND_PROGRAM_VERSION, 400, ND_TYPE_CALL, 5, 0 },
    { ND_PROGRAM, ND_PROGRAM_VERSION, -1, ND_TYPE_CALL, 5, 0 },
    { ND_PROGRAM, ND_PROGRAM_VERSION, 1, ND_TYPE_CALL, 5, 7 },
  };
  g_autoptr (GBytes) packet = nodedev_packet_new (&PICK (mix, headers), NULL, NULL, NULL);
  nd_header answer;
  g_autoptr (GBytes) reply = exchange (mix, client, packet, &answer);
}

static void
be_wrong (Mix *mix, RawClient **client)
{
  nd_name_flags_args flags = { pick_name (mix), 1u << below (mix, 32) };
  nd_list_caps_args caps = { pick_name (mix), -1 };

  switch (below (mix, 5))
    {
    case 0:
      send_xml (mix, *client);
      break;
    case 1:
      send_cut (mix, *client);
      break;
    case 2:
      send_stranger (mix, *client);
      break;
    case 3:
      call (mix, *client, ND_PROC_GET_XML_DESC, WITH (nd_name_flags_args, flags));
      break;
    default:
      call (mix, *client, ND_PROC_LIST_CAPS, WITH (nd_list_caps_args, caps));
      break;
    }
}

/* --- the rest ------------------------------------------------------------- */

static void
subscribe (Mix *mix, RawClient **client)
{
  nd_device device = { pick_name (mix) };
  nd_event_register_args args = { (int) below (mix, 3), below (mix, 2) == 0 ? NULL : &device };
  nd_event_deregister_args end = { -1 };
  nd_int_ret ret = { 0 };

  if (call_for (mix, *client, ND_PROC_EVENT_REGISTER, WITH (nd_event_register_args, args),
                WITH (nd_int_ret, ret)))
    end.callback_id = ret.value;
  if (below (mix, 2) == 0)
    call (mix, *client, ND_PROC_EVENT_DEREGISTER, WITH (nd_event_deregister_args, end));
}

static void
identify (Mix *mix, RawClient **client)
{
  nd_typed_param params[] = {
    { (char *) "unix-user-id", { .type = 4, .nd_typed_value_u.ul = below (mix, 70000) } },
    { (char *) "user-name", { .type = 7, .nd_typed_value_u.s = pick_name (mix) } },
  };
  nd_set_identity_args args = { { G_N_ELEMENTS (params), params }, 0 };

  call (mix, *client, ND_PROC_CONNECT_SET_IDENTITY, WITH (nd_set_identity_args, args));
}

/* Something happens to the machine. */
static void
happen (Mix *mix, const char *verb)
{
  const char *argv[] = { g_getenv ("MOCK_MACHINE"), "--control", verb, NULL };
  int status = -1;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, 0, NULL, NULL, NULL, NULL, &status, NULL)
      || status != 0)
    fail (mix, verb, 0);
}

static void
plug_or_unplug (Mix *mix, RawClient **client)
{
  happen (mix, mix->is_plugged ? "unplug 0.0.0400" : "plug 0.0.0400 0.0.0400 3270");
  mix->is_plugged = !mix->is_plugged;
  mix->counts.plugs++;
}

/* --- the mix -------------------------------------------------------------- */

static const struct
{
  guint weight; /* in thousandths */
  void (*act) (Mix *mix, RawClient **client);
} actions[] = {
  { 600, look },     { 110, look_closely }, { 60, ask_connection }, { 60, list },
  { 40, change },    { 70, be_wrong },      { 30, subscribe },      { 16, come_and_go },
  { 8, go_at_once }, { 5, identify },       { 1, plug_or_unplug },
};

static void
act (Mix *mix)
{
  RawClient **client = &mix->clients[below (mix, CLIENTS)];
  guint number = below (mix, 1000);
  gsize i = 0;

  if (*client == NULL)
    *client = connect_client (mix);
  if (*client == NULL)
    return;
  while (number >= actions[i].weight)
    number -= actions[i++].weight;
  actions[i].act (mix, client);
}

gboolean
mix_run (Mix *mix, guint calls)
{
  guint end = mix->counts.calls + calls;

  /* The rarest there is, which a short run would leave out. */
  plug_or_unplug (mix, NULL);
  while (mix->counts.calls < end && !mix->has_failed)
    act (mix);
  return !mix->has_failed;
}

/* --- rest ----------------------------------------------------------------- */

/* Every mdev there is: what clients made who left before they were answered, too. */
static void
take_all_away (Mix *mix, RawClient *client)
{
  nd_list_all_args args = { 1, (1u << 14) | (1u << 30) | (1u << 31) };
  nd_list_all_ret ret = { 0 };

  if (call_for (mix, client, ND_PROC_LIST_ALL_DEVICES, WITH (nd_list_all_args, args),
                WITH (nd_list_all_ret, ret)))
    for (u_int i = 0; i < ret.devices.devices_len; i++)
      take_away (mix, client, ret.devices.devices_val[i].name);
  xdr_free ((xdrproc_t) xdr_nd_list_all_ret, (char *) &ret);
}

/* The queue of changes is in order: when this one has had its turn, all before it had theirs. */
static void
wait_for_changes (Mix *mix, RawClient *client)
{
  nd_name_args subchannel = { (char *) "css_0_0_0313" };

  call (mix, client, ND_PROC_DESTROY, WITH (nd_name_args, subchannel));
}

gboolean
mix_rest (Mix *mix)
{
  RawClient *last = connect_client (mix);

  for (guint i = 0; i < CLIENTS; i++)
    hang_up (&mix->clients[i]);
  if (last == NULL)
    return FALSE;
  if (mix->is_plugged)
    plug_or_unplug (mix, &last);
  wait_for_changes (mix, last);
  take_all_away (mix, last);
  g_queue_clear_full (&mix->mdevs, g_free);
  wait_for_changes (mix, last);
  leave (mix, &last);
  return !mix->has_failed;
}

/* --- life ----------------------------------------------------------------- */

Mix *
mix_new (const char *socket, guint seed)
{
  Mix *mix = g_new0 (Mix, 1);

  mix->socket = g_strdup (socket);
  mix->random = g_rand_new_with_seed (seed);
  g_queue_init (&mix->mdevs);
  return mix;
}

void
mix_free (Mix *mix)
{
  for (guint i = 0; i < CLIENTS; i++)
    if (mix->clients[i] != NULL)
      hang_up (&mix->clients[i]);
  g_queue_clear_full (&mix->mdevs, g_free);
  g_rand_free (mix->random);
  g_free (mix->socket);
  g_free (mix);
}

const MixCounts *
mix_get_counts (const Mix *mix)
{
  return &mix->counts;
}
