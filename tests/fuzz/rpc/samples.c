/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "samples.h"

#include "nodedev/packet.h"

#define UUID "d3b07384-d9a0-4c9b-8f3e-5a1c0de0c0de"
#define MDEV "mdev_d3b07384_d9a0_4c9b_8f3e_5a1c0de0c0de_0_0_0313"

static const char device_xml[] = "<device>\n"
                                 "  <parent>css_0_0_0313</parent>\n"
                                 "  <capability type='mdev'>\n"
                                 "    <type id='vfio_ccw-io'/>\n"
                                 "    <uuid>" UUID "</uuid>\n"
                                 "    <parent_addr>0.0.0313</parent_addr>\n"
                                 "    <iommuGroup number='0'/>\n"
                                 "  </capability>\n"
                                 "</device>\n";

static const char persistent_xml[]
    = "<device><parent>ccw_0_0_1234</parent><capability type='mdev'><type id='vfio_ccw-io'/>"
      "<uuid>" UUID "</uuid></capability></device>";

static const char update_xml[]
    = "<device><name>" MDEV "</name><parent>ccw_0_0_1234</parent>"
      "<capability type='mdev'><type id='vfio_ccw-io'/><uuid>" UUID "</uuid>"
      "<attr name='assign' value='1'/></capability></device>";

/* Names are const here and not in generated structures. */
static char *
text (const char *constant)
{
  return (char *) constant;
}

static void
add (GPtrArray *samples, guint program, int procedure, nd_type type, xdrproc_t filter,
     gconstpointer args)
{
  nd_header header = {
    .prog = program,
    .vers = 1,
    .proc = procedure,
    .type = type,
    .serial = type == ND_TYPE_CALL ? samples->len + 1 : 0,
  };

  g_ptr_array_add (samples, nodedev_packet_new (&header, filter, args, NULL));
}

static void
add_call (GPtrArray *samples, int procedure, xdrproc_t filter, gconstpointer args)
{
  add (samples, ND_PROGRAM, procedure, ND_TYPE_CALL, filter, args);
}

/* A call with arguments of @type, in the order of its members. */
#define ADD(procedure, type, ...)                                                                  \
  do                                                                                               \
    {                                                                                              \
      type args = { __VA_ARGS__ };                                                                 \
      add_call (samples, procedure, (xdrproc_t) xdr_##type, &args);                                \
    }                                                                                              \
  while (0)

static void
add_without_arguments (GPtrArray *samples)
{
  static const int procedures[] = {
    ND_PROC_AUTH_LIST,
    ND_PROC_AUTH_POLKIT,
    ND_PROC_CONNECT_GET_TYPE,
    ND_PROC_CONNECT_GET_VERSION,
    ND_PROC_CONNECT_GET_LIB_VERSION,
    ND_PROC_CONNECT_GET_HOSTNAME,
    ND_PROC_CONNECT_GET_URI,
    ND_PROC_CONNECT_IS_SECURE,
    ND_PROC_REGISTER_CLOSE_CALLBACK,
    ND_PROC_UNREGISTER_CLOSE_CALLBACK,
    ND_PROC_CONNECT_CLOSE,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (procedures); i++)
    add_call (samples, procedures[i], NULL, NULL);
}

static void
add_connection (GPtrArray *samples)
{
  char *uri = text ("nodedev:///system");
  nd_typed_param identity[] = {
    { text ("unix-user-id"), { .type = 4, .nd_typed_value_u.ul = 1000 } },
    { text ("user-name"), { .type = 7, .nd_typed_value_u.s = text ("alice") } },
    { text ("process-id"), { .type = 3, .nd_typed_value_u.l = 4711 } },
    { text ("load"), { .type = 5, .nd_typed_value_u.d = 0.5 } },
  };

  ADD (ND_PROC_CONNECT_OPEN, nd_open_args, &uri, 0);
  ADD (ND_PROC_CONNECT_SUPPORTS_FEATURE, nd_supports_feature_args, ND_FEATURE_KEEPALIVE);
  ADD (ND_PROC_CONNECT_SET_IDENTITY, nd_set_identity_args, { G_N_ELEMENTS (identity), identity },
       0);
  add (samples, ND_KEEPALIVE_PROGRAM, ND_KEEPALIVE_PING, ND_TYPE_MESSAGE, NULL, NULL);
}

static void
add_lists (GPtrArray *samples)
{
  char *capability = text ("css");

  ADD (ND_PROC_NUM_OF_DEVICES, nd_num_of_devices_args, NULL, 0);
  ADD (ND_PROC_NUM_OF_DEVICES, nd_num_of_devices_args, &capability, 0);
  ADD (ND_PROC_LIST_DEVICES, nd_list_devices_args, &capability, 100, 0);
  ADD (ND_PROC_LIST_ALL_DEVICES, nd_list_all_args, 1, 0);
  ADD (ND_PROC_LIST_ALL_DEVICES, nd_list_all_args, 0, 1u << 16);
}

static void
add_looks (GPtrArray *samples)
{
  static const int by_name[] = { ND_PROC_LOOKUP_BY_NAME, ND_PROC_GET_PARENT,    ND_PROC_NUM_OF_CAPS,
                                 ND_PROC_GET_AUTOSTART,  ND_PROC_IS_PERSISTENT, ND_PROC_IS_ACTIVE };
  static const char *const names[] = { "computer", "css_0_0_0313", "ccw_0_0_1234", MDEV };

  for (gsize n = 0; n < G_N_ELEMENTS (names); n++)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (by_name); i++)
        ADD (by_name[i], nd_name_args, text (names[n]));
      ADD (ND_PROC_GET_XML_DESC, nd_name_flags_args, text (names[n]), 0);
      ADD (ND_PROC_LIST_CAPS, nd_list_caps_args, text (names[n]), 10);
    }
}

static void
add_changes (GPtrArray *samples)
{
  ADD (ND_PROC_CREATE_XML, nd_xml_args, text (device_xml), 0);
  ADD (ND_PROC_DESTROY, nd_name_args, text (MDEV));
  ADD (ND_PROC_DEFINE_XML, nd_xml_args, text (persistent_xml), 0);
  ADD (ND_PROC_SET_AUTOSTART, nd_set_autostart_args, text (MDEV), 1);
  ADD (ND_PROC_CREATE, nd_name_flags_args, text (MDEV), 0);
  ADD (ND_PROC_UPDATE, nd_update_args, text (MDEV), text (update_xml), 2);
  ADD (ND_PROC_UNDEFINE, nd_name_flags_args, text (MDEV), 0);
  ADD (ND_PROC_DESTROY, nd_name_args, text (MDEV));
  ADD (ND_PROC_DETTACH, nd_name_args, text ("css_0_0_0313"));
  ADD (ND_PROC_RE_ATTACH, nd_name_args, text ("css_0_0_0313"));
  ADD (ND_PROC_RESET, nd_name_args, text ("css_0_0_0313"));
  add_call (samples, ND_PROC_DETACH_FLAGS, NULL, NULL);
  add_call (samples, ND_PROC_LOOKUP_SCSI_HOST_BY_WWN, NULL, NULL);
}

static void
add_events (GPtrArray *samples)
{
  nd_device device = { text (MDEV) };

  ADD (ND_PROC_EVENT_REGISTER, nd_event_register_args, 0, NULL);
  ADD (ND_PROC_EVENT_REGISTER, nd_event_register_args, 1, &device);
  /* The first subscription of all is number 0. */
  ADD (ND_PROC_EVENT_DEREGISTER, nd_event_deregister_args, 0);
}

GPtrArray *
rpc_samples_new (void)
{
  GPtrArray *samples = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  add_connection (samples);
  add_lists (samples);
  add_looks (samples);
  add_events (samples);
  for (guint i = 0; i < RPC_SAMPLES_CHANGES; i++)
    add_changes (samples);
  add_without_arguments (samples);
  return samples;
}
