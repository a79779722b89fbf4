/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gio/gio.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nodedev/packet.h"
#include "nodedev/session.h"
#include "raw-client.h"
#include "test-backend.h"

#define UUID "d3b07384-d9a0-4c9b-8f3e-5a1c0de0c0de"
#define NAME "mdev_d3b07384_d9a0_4c9b_8f3e_5a1c0de0c0de_0_0_0313"

/* A session in this thread, and its client. */
typedef struct
{
  TestBackend test;
  NodedevSession *session;
  RawClient *client;
  gboolean ended;
} Fixture;

static void
on_ended (NodedevSession *session, gpointer user_data)
{
  ((Fixture *) user_data)->ended = TRUE;
}

static void
fixture_init (Fixture *f, gboolean readonly)
{
  int fds[2];

  f->ended = FALSE;
  test_backend_init (&f->test);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  f->client = raw_client_new (fds[1]);
  f->session = nodedev_session_new (&f->test.backend, g_socket_new_from_fd (fds[0], NULL), readonly,
                                    on_ended, f);
}

static void
fixture_clear (Fixture *f)
{
  if (!f->ended)
    nodedev_session_close (f->session);
  g_assert_true (f->ended);
  raw_client_free (f->client);
  test_backend_clear (&f->test);
}

static void
assert_succeeds (Fixture *f, int procedure, xdrproc_t filter, gconstpointer args)
{
  nd_header answer;
  g_autoptr (GBytes) packet = raw_client_call (f->client, procedure, filter, args, &answer);

  g_assert_nonnull (packet);
  g_assert_cmpuint (answer.status, ==, ND_STATUS_OK);
  g_assert_cmpint (answer.proc, ==, procedure);
}

static void
assert_fails (Fixture *f, int procedure, xdrproc_t filter, gconstpointer args, int code)
{
  nd_header answer;
  g_autoptr (GBytes) packet = raw_client_call (f->client, procedure, filter, args, &answer);

  g_assert_nonnull (packet);
  g_assert_cmpuint (answer.status, ==, ND_STATUS_ERROR);
  g_assert_cmpint (raw_client_get_error (packet), ==, code);
}

/* The number that a call returns. */
static int
call_for_int (Fixture *f, int procedure, xdrproc_t filter, gconstpointer args)
{
  nd_header answer;
  g_autoptr (GBytes) packet = raw_client_call (f->client, procedure, filter, args, &answer);
  gsize length;
  const guint8 *data;
  nd_int_ret ret = { 0 };

  g_assert_nonnull (packet);
  g_assert_cmpuint (answer.status, ==, ND_STATUS_OK);
  data = g_bytes_get_data (packet, &length);
  g_assert_true (nodedev_packet_parse_payload (data + RAW_CLIENT_PAYLOAD,
                                               length - RAW_CLIENT_PAYLOAD,
                                               (xdrproc_t) xdr_nd_int_ret, &ret, NULL));
  return ret.value;
}

#define WITH(type, args) (xdrproc_t) xdr_##type, &(args)

/* --- the connection ------------------------------------------------------- */

static void
test_before_open (void)
{
  nd_supports_feature_args keepalive = { ND_FEATURE_KEEPALIVE };
  nd_supports_feature_args fd_passing = { 8 };
  nd_name_args name = { (char *) "computer" };
  Fixture f;

  fixture_init (&f, FALSE);
  assert_succeeds (&f, ND_PROC_AUTH_LIST, NULL, NULL);
  g_assert_cmpint (call_for_int (&f, ND_PROC_CONNECT_SUPPORTS_FEATURE,
                                 WITH (nd_supports_feature_args, keepalive)),
                   ==, 1);
  g_assert_cmpint (call_for_int (&f, ND_PROC_CONNECT_SUPPORTS_FEATURE,
                                 WITH (nd_supports_feature_args, fd_passing)),
                   ==, 0);
  assert_fails (&f, ND_PROC_CONNECT_GET_URI, NULL, NULL, VIR_ERR_INTERNAL_ERROR);
  assert_fails (&f, ND_PROC_LOOKUP_BY_NAME, WITH (nd_name_args, name), VIR_ERR_INTERNAL_ERROR);
  assert_fails (&f, ND_PROC_DESTROY, WITH (nd_name_args, name), VIR_ERR_INTERNAL_ERROR);
  g_assert_true (raw_client_open (f.client, 0));
  assert_succeeds (&f, ND_PROC_CONNECT_GET_URI, NULL, NULL);
  assert_succeeds (&f, ND_PROC_LOOKUP_BY_NAME, WITH (nd_name_args, name));
  g_assert_false (raw_client_open (f.client, 0));
  assert_succeeds (&f, ND_PROC_CONNECT_CLOSE, NULL, NULL);
  assert_fails (&f, ND_PROC_CONNECT_GET_URI, NULL, NULL, VIR_ERR_INTERNAL_ERROR);
  fixture_clear (&f);
}

static void
assert_open_fails (const char *uri, guint flags, int code)
{
  char *name = (char *) uri;
  nd_open_args args = { &name, flags };
  Fixture f;

  fixture_init (&f, FALSE);
  assert_fails (&f, ND_PROC_CONNECT_OPEN, WITH (nd_open_args, args), code);
  assert_fails (&f, ND_PROC_CONNECT_GET_URI, NULL, NULL, VIR_ERR_INTERNAL_ERROR);
  fixture_clear (&f);
}

static void
test_open (void)
{
  nd_open_args nameless = { NULL, 0 };
  Fixture f;

  assert_open_fails ("qemu:///system", 0, VIR_ERR_NO_CONNECT);
  assert_open_fails ("nodedev:///session", 0, VIR_ERR_INTERNAL_ERROR);
  assert_open_fails ("", 0, VIR_ERR_NO_CONNECT);
  assert_open_fails ("nodedev:///system", 0x80000000, VIR_ERR_INVALID_ARG);
  fixture_init (&f, FALSE);
  assert_succeeds (&f, ND_PROC_CONNECT_OPEN, WITH (nd_open_args, nameless));
  fixture_clear (&f);
}

static void
test_unknown (void)
{
  nd_header foreign = { 0x20008087, 1, 1, ND_TYPE_CALL, 5, 0 };
  nd_header answer;
  g_autoptr (GBytes) call = nodedev_packet_new (&foreign, NULL, NULL, NULL);
  g_autoptr (GBytes) packet = NULL;
  Fixture f;

  fixture_init (&f, FALSE);
  g_assert_true (raw_client_open (f.client, 0));
  assert_fails (&f, 7, NULL, NULL, VIR_ERR_NO_SUPPORT);
  assert_fails (&f, 0, NULL, NULL, VIR_ERR_NO_SUPPORT);
  assert_fails (&f, -1, NULL, NULL, VIR_ERR_NO_SUPPORT);
  assert_fails (&f, ND_PROC_EVENT_LIFECYCLE, NULL, NULL, VIR_ERR_NO_SUPPORT);
  raw_client_send (f.client, g_bytes_get_data (call, NULL), g_bytes_get_size (call));
  packet = raw_client_receive (f.client, &answer);
  g_assert_nonnull (packet);
  g_assert_cmpuint (answer.prog, ==, 0x20008087);
  g_assert_cmpuint (answer.serial, ==, 5);
  g_assert_cmpint (raw_client_get_error (packet), ==, VIR_ERR_RPC);
  fixture_clear (&f);
}

/* Unasked for: an answer, an event, stream data. Nothing comes back, and calls go on. */
static void
test_unasked_for (void)
{
  static const nd_type types[] = { ND_TYPE_REPLY, ND_TYPE_MESSAGE, ND_TYPE_STREAM,
                                   ND_TYPE_REPLY_WITH_FDS, ND_TYPE_STREAM_HOLE };
  Fixture f;

  fixture_init (&f, FALSE);
  g_assert_true (raw_client_open (f.client, 0));
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      nd_header header = { ND_PROGRAM, ND_PROGRAM_VERSION, ND_PROC_CONNECT_GET_URI,
                           types[i],   99 + (guint) i,     0 };
      g_autoptr (GBytes) packet = nodedev_packet_new (&header, NULL, NULL, NULL);
      g_autoptr (GBytes) answer = NULL;
      nd_header next;

      raw_client_send (f.client, g_bytes_get_data (packet, NULL), g_bytes_get_size (packet));
      answer = raw_client_call (f.client, ND_PROC_CONNECT_GET_URI, NULL, NULL, &next);
      g_assert_nonnull (answer);
      g_assert_cmpuint (next.serial, !=, 99 + i);
    }
  fixture_clear (&f);
}

static void
test_keepalive (void)
{
  nd_header ping
      = { ND_KEEPALIVE_PROGRAM, ND_KEEPALIVE_VERSION, ND_KEEPALIVE_PING, ND_TYPE_MESSAGE, 0, 0 };
  g_autoptr (GBytes) packet = nodedev_packet_new (&ping, NULL, NULL, NULL);
  g_autoptr (GBytes) answer = NULL;
  nd_header pong;
  Fixture f;

  fixture_init (&f, FALSE);
  raw_client_send (f.client, g_bytes_get_data (packet, NULL), g_bytes_get_size (packet));
  answer = raw_client_receive (f.client, &pong);
  g_assert_nonnull (answer);
  g_assert_cmpuint (pong.prog, ==, ND_KEEPALIVE_PROGRAM);
  g_assert_cmpint (pong.proc, ==, ND_KEEPALIVE_PONG);
  g_assert_cmpuint (pong.type, ==, ND_TYPE_MESSAGE);
  fixture_clear (&f);
}

static void
test_missing_arguments (void)
{
  Fixture f;

  fixture_init (&f, FALSE);
  g_assert_true (raw_client_open (f.client, 0));
  assert_fails (&f, ND_PROC_LOOKUP_BY_NAME, NULL, NULL, VIR_ERR_RPC);
  assert_fails (&f, ND_PROC_CREATE_XML, NULL, NULL, VIR_ERR_RPC);
  assert_fails (&f, ND_PROC_CONNECT_SET_IDENTITY, NULL, NULL, VIR_ERR_RPC);
  assert_succeeds (&f, ND_PROC_CONNECT_GET_URI, NULL, NULL);
  fixture_clear (&f);
}

/* --- what read-only clients may do ---------------------------------------- */

/* Whatever is served and does not stand here has to be refused. */
static const int looking[] = {
  ND_PROC_CONNECT_OPEN,
  ND_PROC_CONNECT_CLOSE,
  ND_PROC_CONNECT_GET_TYPE,
  ND_PROC_CONNECT_GET_VERSION,
  ND_PROC_CONNECT_GET_HOSTNAME,
  ND_PROC_CONNECT_SUPPORTS_FEATURE,
  ND_PROC_AUTH_LIST,
  ND_PROC_AUTH_POLKIT,
  ND_PROC_CONNECT_GET_URI,
  ND_PROC_NUM_OF_DEVICES,
  ND_PROC_LIST_DEVICES,
  ND_PROC_LOOKUP_BY_NAME,
  ND_PROC_GET_XML_DESC,
  ND_PROC_GET_PARENT,
  ND_PROC_NUM_OF_CAPS,
  ND_PROC_LIST_CAPS,
  ND_PROC_CONNECT_IS_SECURE,
  ND_PROC_CONNECT_GET_LIB_VERSION,
  ND_PROC_LIST_ALL_DEVICES,
  ND_PROC_LOOKUP_SCSI_HOST_BY_WWN,
  ND_PROC_REGISTER_CLOSE_CALLBACK,
  ND_PROC_UNREGISTER_CLOSE_CALLBACK,
  ND_PROC_EVENT_REGISTER,
  ND_PROC_EVENT_DEREGISTER,
  ND_PROC_CONNECT_SET_IDENTITY,
  ND_PROC_GET_AUTOSTART,
  ND_PROC_IS_PERSISTENT,
  ND_PROC_IS_ACTIVE,
};

/* More than libvirt's last procedure. */
#define PROCEDURES 1000

static gboolean
only_looks (int procedure)
{
  for (gsize i = 0; i < G_N_ELEMENTS (looking); i++)
    if (looking[i] == procedure)
      return TRUE;
  return FALSE;
}

/* Refused, or not known at all. TRUE: refused. */
static gboolean
assert_refused (Fixture *f, int procedure)
{
  nd_header answer;
  g_autoptr (GBytes) packet = raw_client_call (f->client, procedure, NULL, NULL, &answer);
  int code;

  g_assert_nonnull (packet);
  g_assert_cmpuint (answer.status, ==, ND_STATUS_ERROR);
  code = raw_client_get_error (packet);
  g_assert_true (code == VIR_ERR_OPERATION_DENIED || code == VIR_ERR_NO_SUPPORT);
  return code == VIR_ERR_OPERATION_DENIED;
}

static void
assert_nothing_changes (gboolean readonly_socket, guint open_flags)
{
  nd_list_all_args all = { 0, 0 };
  guint refused = 0;
  Fixture f;

  fixture_init (&f, readonly_socket);
  test_backend_define (&f.test, UUID, 0x313);
  g_assert_true (raw_client_open (f.client, open_flags));
  for (int procedure = 0; procedure < PROCEDURES; procedure++)
    if (!only_looks (procedure))
      refused += assert_refused (&f, procedure);
  g_assert_cmpuint (refused, ==, 11);
  assert_succeeds (&f, ND_PROC_LIST_ALL_DEVICES, WITH (nd_list_all_args, all));
  fixture_clear (&f);
}

static void
test_readonly (void)
{
  assert_nothing_changes (FALSE, VIR_CONNECT_RO);
  assert_nothing_changes (TRUE, 0);
  assert_nothing_changes (TRUE, VIR_CONNECT_RO);
}

/* Closing and opening again is no way out. */
static void
test_readonly_for_ever (void)
{
  nd_name_args name = { (char *) NAME };
  Fixture f;

  fixture_init (&f, TRUE);
  g_assert_true (raw_client_open (f.client, VIR_CONNECT_RO));
  assert_succeeds (&f, ND_PROC_CONNECT_CLOSE, NULL, NULL);
  g_assert_true (raw_client_open (f.client, 0));
  assert_fails (&f, ND_PROC_DESTROY, WITH (nd_name_args, name), VIR_ERR_OPERATION_DENIED);
  fixture_clear (&f);
}

/* --- devices -------------------------------------------------------------- */

static void
test_older_lists (void)
{
  char *mdev = (char *) "mdev";
  char *pci = (char *) "pci";
  nd_num_of_devices_args all = { NULL, 0 };
  nd_num_of_devices_args mdevs = { &mdev, 0 };
  nd_num_of_devices_args pcis = { &pci, 0 };
  nd_num_of_devices_args flags = { NULL, 1 };
  nd_list_devices_args negative = { NULL, -1, 0 };
  nd_list_devices_args many = { NULL, 65537, 0 };
  nd_list_devices_args one = { NULL, 1, 0 };
  Fixture f;

  fixture_init (&f, FALSE);
  test_backend_define (&f.test, UUID, 0x313);
  g_assert_true (raw_client_open (f.client, 0));
  g_assert_cmpint (call_for_int (&f, ND_PROC_NUM_OF_DEVICES, WITH (nd_num_of_devices_args, all)),
                   ==, 2);
  g_assert_cmpint (call_for_int (&f, ND_PROC_NUM_OF_DEVICES, WITH (nd_num_of_devices_args, mdevs)),
                   ==, 1);
  g_assert_cmpint (call_for_int (&f, ND_PROC_NUM_OF_DEVICES, WITH (nd_num_of_devices_args, pcis)),
                   ==, 0);
  assert_fails (&f, ND_PROC_NUM_OF_DEVICES, WITH (nd_num_of_devices_args, flags),
                VIR_ERR_INVALID_ARG);
  /* An answer to a list begins with how many names follow. */
  g_assert_cmpint (call_for_int (&f, ND_PROC_LIST_DEVICES, WITH (nd_list_devices_args, one)), ==,
                   1);
  assert_fails (&f, ND_PROC_LIST_DEVICES, WITH (nd_list_devices_args, negative), VIR_ERR_RPC);
  assert_fails (&f, ND_PROC_LIST_DEVICES, WITH (nd_list_devices_args, many), VIR_ERR_RPC);
  fixture_clear (&f);
}

static void
test_list_all (void)
{
  nd_list_all_args all = { 1, 0 };
  nd_list_all_args persistent = { 1, NODEDEV_LIST_PERSISTENT };
  nd_list_all_args unknown = { 1, 1u << 27 };
  Fixture f;

  fixture_init (&f, FALSE);
  test_backend_define (&f.test, UUID, 0x313);
  g_assert_true (raw_client_open (f.client, 0));
  g_assert_cmpint (call_for_int (&f, ND_PROC_LIST_ALL_DEVICES, WITH (nd_list_all_args, all)), ==,
                   2);
  g_assert_cmpint (call_for_int (&f, ND_PROC_LIST_ALL_DEVICES, WITH (nd_list_all_args, persistent)),
                   ==, 2);
  assert_fails (&f, ND_PROC_LIST_ALL_DEVICES, WITH (nd_list_all_args, unknown),
                VIR_ERR_INVALID_ARG);
  fixture_clear (&f);
}

#define MANY_PARENTS 256
#define MDEVS_A_PARENT (ND_DEVICE_LIST_MAX / MANY_PARENTS)

/* The folders of all parents but one are links to that one's, for speed. */
static void
link_parents (const char *base)
{
  for (guint i = 1; i < MANY_PARENTS; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/0.0.%04x", base, 0x1000 + i);

      g_assert_cmpint (symlink ("0.0.1000", path), ==, 0);
    }
}

/* Defines ND_DEVICE_LIST_MAX mdevs. */
static void
define_many (TestBackend *test)
{
  g_autofree char *base = g_build_filename (test->root, "etc/mdevctl.d", NULL);

  for (guint i = 0; i < MDEVS_A_PARENT; i++)
    {
      g_autofree char *uuid = g_strdup_printf ("%08x-0000-4000-8000-000000000000", i);

      test_backend_define (test, uuid, 0x1000);
    }
  link_parents (base);
  g_assert_true (mdev_store_load (test->backend.view.store, NULL));
}

/* The mdevs are as many as an answer carries; with the computer it is one more. */
static void
test_too_long_lists (void)
{
  nd_num_of_devices_args number = { NULL, 0 };
  nd_list_devices_args most = { NULL, ND_DEVICE_LIST_MAX, 0 };
  nd_list_all_args mdevs = { 1, VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV };
  nd_list_all_args all = { 1, 0 };
  nd_list_all_args count = { 0, 0 };
  Fixture f;

  fixture_init (&f, FALSE);
  define_many (&f.test);
  g_assert_true (raw_client_open (f.client, 0));
  g_assert_cmpint (call_for_int (&f, ND_PROC_NUM_OF_DEVICES, WITH (nd_num_of_devices_args, number)),
                   ==, ND_DEVICE_LIST_MAX + 1);
  g_assert_cmpint (call_for_int (&f, ND_PROC_LIST_DEVICES, WITH (nd_list_devices_args, most)), ==,
                   ND_DEVICE_LIST_MAX);
  g_assert_cmpint (call_for_int (&f, ND_PROC_LIST_ALL_DEVICES, WITH (nd_list_all_args, mdevs)), ==,
                   ND_DEVICE_LIST_MAX);
  assert_fails (&f, ND_PROC_LIST_ALL_DEVICES, WITH (nd_list_all_args, all), VIR_ERR_RPC);
  assert_fails (&f, ND_PROC_LIST_ALL_DEVICES, WITH (nd_list_all_args, count), VIR_ERR_RPC);
  fixture_clear (&f);
}

static void
test_unknown_flags (void)
{
  nd_name_flags_args name = { (char *) NAME, 0x10 };
  nd_xml_args xml = { (char *) "<device/>", 0x10 };
  nd_update_args update = { (char *) NAME, (char *) "<device/>", 0x10 };
  Fixture f;

  fixture_init (&f, FALSE);
  g_assert_true (raw_client_open (f.client, 0));
  assert_fails (&f, ND_PROC_GET_XML_DESC, WITH (nd_name_flags_args, name), VIR_ERR_INVALID_ARG);
  assert_fails (&f, ND_PROC_CREATE, WITH (nd_name_flags_args, name), VIR_ERR_INVALID_ARG);
  assert_fails (&f, ND_PROC_UNDEFINE, WITH (nd_name_flags_args, name), VIR_ERR_INVALID_ARG);
  assert_fails (&f, ND_PROC_CREATE_XML, WITH (nd_xml_args, xml), VIR_ERR_INVALID_ARG);
  assert_fails (&f, ND_PROC_DEFINE_XML, WITH (nd_xml_args, xml), VIR_ERR_INVALID_ARG);
  assert_fails (&f, ND_PROC_UPDATE, WITH (nd_update_args, update), VIR_ERR_INVALID_ARG);
  fixture_clear (&f);
}

/* --- changes -------------------------------------------------------------- */

static void
test_autostart_and_undefine (void)
{
  nd_set_autostart_args autostart = { (char *) NAME, 1 };
  nd_name_args name = { (char *) NAME };
  nd_name_flags_args undefine = { (char *) NAME, 0 };
  Fixture f;

  fixture_init (&f, FALSE);
  test_backend_define (&f.test, UUID, 0x313);
  g_assert_true (raw_client_open (f.client, 0));
  g_assert_cmpint (call_for_int (&f, ND_PROC_GET_AUTOSTART, WITH (nd_name_args, name)), ==, 0);
  assert_succeeds (&f, ND_PROC_SET_AUTOSTART, WITH (nd_set_autostart_args, autostart));
  g_assert_cmpint (call_for_int (&f, ND_PROC_GET_AUTOSTART, WITH (nd_name_args, name)), ==, 1);
  assert_fails (&f, ND_PROC_DESTROY, WITH (nd_name_args, name), VIR_ERR_OPERATION_INVALID);
  assert_succeeds (&f, ND_PROC_UNDEFINE, WITH (nd_name_flags_args, undefine));
  assert_fails (&f, ND_PROC_IS_ACTIVE, WITH (nd_name_args, name), VIR_ERR_NO_NODE_DEVICE);
  fixture_clear (&f);
}

/* The answer to a change finds no one; the change is made nevertheless. */
static void
test_client_leaves_meanwhile (void)
{
  nd_set_autostart_args autostart = { (char *) NAME, 1 };
  CcwDevId parent = { 0, 0, 0x313 };
  g_autoptr (GBytes) call = NULL;
  const MdevConfig *config;
  Fixture f;

  fixture_init (&f, FALSE);
  test_backend_define (&f.test, UUID, 0x313);
  g_assert_true (raw_client_open (f.client, 0));
  call = raw_client_make_call (f.client, ND_PROC_SET_AUTOSTART,
                               WITH (nd_set_autostart_args, autostart));
  raw_client_send (f.client, g_bytes_get_data (call, NULL), g_bytes_get_size (call));
  shutdown (raw_client_get_fd (f.client), SHUT_RDWR);
  do
    {
      g_main_context_iteration (NULL, FALSE);
      config = mdev_store_get (f.test.backend.view.store, UUID, &parent);
    }
  while (!f.ended || !mdev_config_get_autostart (config));
  fixture_clear (&f);
}

/* --- events --------------------------------------------------------------- */

static void
test_events (void)
{
  nd_device device = { (char *) NAME };
  nd_event_register_args lifecycle = { VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, &device };
  nd_event_register_args unknown = { 2, NULL };
  g_autofree char *long_name = g_strnfill (513, 'x');
  nd_device long_device = { long_name };
  nd_event_register_args endless = { VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, &long_device };
  nd_event_deregister_args mine = { 0 };
  nd_event_deregister_args nobodys = { 12345 };
  nd_header header;
  g_autoptr (GBytes) event = NULL;
  Fixture f;

  fixture_init (&f, FALSE);
  g_assert_true (raw_client_open (f.client, 0));
  mine.callback_id
      = call_for_int (&f, ND_PROC_EVENT_REGISTER, WITH (nd_event_register_args, lifecycle));
  g_assert_cmpint (mine.callback_id, ==, 0);
  assert_fails (&f, ND_PROC_EVENT_REGISTER, WITH (nd_event_register_args, unknown),
                VIR_ERR_INTERNAL_ERROR);
  assert_fails (&f, ND_PROC_EVENT_REGISTER, WITH (nd_event_register_args, endless),
                VIR_ERR_INVALID_ARG);
  assert_fails (&f, ND_PROC_EVENT_DEREGISTER, WITH (nd_event_deregister_args, nobodys),
                VIR_ERR_INTERNAL_ERROR);
  test_backend_define (&f.test, "11111111-2222-3333-4444-555555555555", 0x313);
  test_backend_define (&f.test, UUID, 0x313);
  event = raw_client_receive (f.client, &header);
  g_assert_nonnull (event);
  g_assert_cmpint (header.proc, ==, ND_PROC_EVENT_LIFECYCLE);
  g_assert_cmpuint (header.type, ==, ND_TYPE_MESSAGE);
  g_assert_cmpuint (header.serial, ==, 0);
  assert_succeeds (&f, ND_PROC_EVENT_DEREGISTER, WITH (nd_event_deregister_args, mine));
  assert_fails (&f, ND_PROC_EVENT_DEREGISTER, WITH (nd_event_deregister_args, mine),
                VIR_ERR_INTERNAL_ERROR);
  fixture_clear (&f);
}

static void
assert_told (Fixture *f, int callback_id)
{
  nd_event_lifecycle_msg message = { 0 };
  nd_header header;
  g_autoptr (GBytes) event = raw_client_receive (f->client, &header);

  g_assert_nonnull (event);
  g_assert_cmpint (header.proc, ==, ND_PROC_EVENT_LIFECYCLE);
  g_assert_true (nodedev_packet_parse_payload (
      (const guint8 *) g_bytes_get_data (event, NULL) + RAW_CLIENT_PAYLOAD,
      g_bytes_get_size (event) - RAW_CLIENT_PAYLOAD, (xdrproc_t) xdr_nd_event_lifecycle_msg,
      &message, NULL));
  g_assert_cmpint (message.callback_id, ==, callback_id);
  g_assert_cmpstr (message.dev.name, ==, NAME);
  g_assert_cmpint (message.event, ==, VIR_NODE_DEVICE_EVENT_DEFINED);
  xdr_free ((xdrproc_t) xdr_nd_event_lifecycle_msg, (char *) &message);
}

/* What a client's subscriptions cost us, and each event's telling, is bounded; each is told. */
static void
test_too_many_subscriptions (void)
{
  nd_event_register_args lifecycle = { VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, NULL };
  nd_event_deregister_args seventh = { 7 };
  Fixture f;

  fixture_init (&f, FALSE);
  g_assert_true (raw_client_open (f.client, 0));
  for (guint i = 0; i < 256; i++)
    assert_succeeds (&f, ND_PROC_EVENT_REGISTER, WITH (nd_event_register_args, lifecycle));
  assert_fails (&f, ND_PROC_EVENT_REGISTER, WITH (nd_event_register_args, lifecycle),
                VIR_ERR_OPERATION_FAILED);
  assert_succeeds (&f, ND_PROC_EVENT_DEREGISTER, WITH (nd_event_deregister_args, seventh));
  test_backend_define (&f.test, UUID, 0x313);
  for (int i = 0; i < 256; i++)
    if (i != seventh.callback_id)
      assert_told (&f, i);
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nodedev/calls/before-open", test_before_open);
  g_test_add_func ("/nodedev/calls/open", test_open);
  g_test_add_func ("/nodedev/calls/unknown", test_unknown);
  g_test_add_func ("/nodedev/calls/unasked-for", test_unasked_for);
  g_test_add_func ("/nodedev/calls/keepalive", test_keepalive);
  g_test_add_func ("/nodedev/calls/missing-arguments", test_missing_arguments);
  g_test_add_func ("/nodedev/calls/readonly", test_readonly);
  g_test_add_func ("/nodedev/calls/readonly-for-ever", test_readonly_for_ever);
  g_test_add_func ("/nodedev/calls/older-lists", test_older_lists);
  g_test_add_func ("/nodedev/calls/list-all", test_list_all);
  g_test_add_func ("/nodedev/calls/too-long-lists", test_too_long_lists);
  g_test_add_func ("/nodedev/calls/unknown-flags", test_unknown_flags);
  g_test_add_func ("/nodedev/calls/autostart-and-undefine", test_autostart_and_undefine);
  g_test_add_func ("/nodedev/calls/client-leaves-meanwhile", test_client_leaves_meanwhile);
  g_test_add_func ("/nodedev/calls/events", test_events);
  g_test_add_func ("/nodedev/calls/too-many-subscriptions", test_too_many_subscriptions);
  return g_test_run ();
}
