/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ccw/error.h"
#include "nodedev/server.h"
#include "raw-client.h"
#include "test-backend.h"

typedef struct
{
  TestBackend test;
  NodedevServer *server;
  char *path;
} Fixture;

static void
fixture_init (Fixture *f)
{
  test_backend_init (&f->test);
  f->server = nodedev_server_new (&f->test.backend);
  f->path = g_build_filename (f->test.root, "a", "b", "sock", NULL);
}

/* Where other users may connect. FALSE: we cannot be others, and the test is skipped. */
static gboolean
fixture_init_for_others (Fixture *f)
{
  if (geteuid () != 0)
    {
      g_test_skip ("needs root, to be somebody else");
      return FALSE;
    }
  fixture_init (f);
  g_chmod (f->test.root, 0755);
  return TRUE;
}

static void
fixture_clear (Fixture *f)
{
  g_clear_pointer (&f->server, nodedev_server_free);
  test_backend_clear (&f->test);
  g_free (f->path);
}

static void
listen_on (Fixture *f, guint mode, gboolean readonly)
{
  g_autoptr (GError) error = NULL;

  nodedev_server_listen (f->server, f->path, mode, readonly, &error);
  g_assert_no_error (error);
}

static void
assert_answers (const char *path)
{
  g_autoptr (RawClient) client = raw_client_connect (path);

  g_assert_nonnull (client);
  g_assert_true (raw_client_open (client, 0));
}

static void
test_listen (void)
{
  struct stat status;
  Fixture f;

  fixture_init (&f);
  listen_on (&f, 0640, FALSE);
  g_assert_cmpint (stat (f.path, &status), ==, 0);
  g_assert_cmpint (status.st_mode, ==, S_IFSOCK | 0640);
  assert_answers (f.path);
  g_clear_pointer (&f.server, nodedev_server_free);
  g_assert_false (g_file_test (f.path, G_FILE_TEST_EXISTS));
  fixture_clear (&f);
}

static int
make_socket (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

static void
make_folder (Fixture *f)
{
  g_autofree char *folder = g_path_get_dirname (f->path);

  g_mkdir_with_parents (folder, 0755);
}

static void
test_stale_socket (void)
{
  Fixture f;

  fixture_init (&f);
  make_folder (&f);
  close (make_socket (f.path));
  listen_on (&f, 0600, FALSE);
  assert_answers (f.path);
  fixture_clear (&f);
}

static void
test_live_socket (void)
{
  g_autoptr (GError) error = NULL;
  Fixture f;
  int fd;

  fixture_init (&f);
  make_folder (&f);
  fd = make_socket (f.path);
  g_assert_cmpint (listen (fd, 5), ==, 0);
  g_assert_false (nodedev_server_listen (f.server, f.path, 0600, FALSE, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_EXISTS);
  g_assert_true (g_file_test (f.path, G_FILE_TEST_EXISTS));
  close (fd);
  fixture_clear (&f);
}

/* A daemon that hangs is there nevertheless; connecting to it would wait for it. */
static void
test_hanging_socket (void)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autoptr (GArray) waiting = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GError) error = NULL;
  Fixture f;
  int fd;
  int client;

  fixture_init (&f);
  make_folder (&f);
  fd = make_socket (f.path);
  g_assert_cmpint (listen (fd, 0), ==, 0);
  g_strlcpy (address.sun_path, f.path, sizeof address.sun_path);
  do
    {
      client = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      g_array_append_val (waiting, client);
    }
  while (connect (client, (struct sockaddr *) &address, sizeof address) == 0);
  g_assert_false (nodedev_server_listen (f.server, f.path, 0600, FALSE, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_EXISTS);
  for (guint i = 0; i < waiting->len; i++)
    close (g_array_index (waiting, int, i));
  close (fd);
  fixture_clear (&f);
}

/* What is no socket is nobody's to remove. */
static void
test_no_socket (void)
{
  g_autoptr (GError) error = NULL;
  Fixture f;

  fixture_init (&f);
  make_folder (&f);
  g_assert_true (g_file_set_contents (f.path, "precious", -1, NULL));
  g_assert_false (nodedev_server_listen (f.server, f.path, 0600, FALSE, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_SYSTEM);
  g_assert_true (g_file_test (f.path, G_FILE_TEST_IS_REGULAR));
  fixture_clear (&f);
}

/* --- sockets from the service manager ------------------------------------- */

static gboolean
may_destroy (const char *path)
{
  g_autoptr (RawClient) client = raw_client_connect (path);
  nd_name_args name = { (char *) "computer" };
  nd_header answer;
  g_autoptr (GBytes) packet = NULL;

  g_assert_true (raw_client_open (client, 0));
  packet = raw_client_call (client, ND_PROC_DESTROY, (xdrproc_t) xdr_nd_name_args, &name, &answer);
  g_assert_nonnull (packet);
  return raw_client_get_error (packet) != VIR_ERR_OPERATION_DENIED;
}

static void
test_adopt (void)
{
  g_autofree char *readonly_path = NULL;
  int fd;
  Fixture f;

  fixture_init (&f);
  make_folder (&f);
  readonly_path = g_strconcat (f.path, "-ro", NULL);
  fd = make_socket (f.path);
  g_assert_cmpint (listen (fd, 5), ==, 0);
  g_assert_true (nodedev_server_adopt (f.server, fd, NULL));
  fd = make_socket (readonly_path);
  g_assert_cmpint (listen (fd, 5), ==, 0);
  g_assert_true (nodedev_server_adopt (f.server, fd, NULL));
  g_assert_true (may_destroy (f.path));
  g_assert_false (may_destroy (readonly_path));
  g_clear_pointer (&f.server, nodedev_server_free);
  g_assert_true (g_file_test (f.path, G_FILE_TEST_EXISTS));
  fixture_clear (&f);
}

static void
test_adopt_something_else (void)
{
  g_autoptr (GError) error = NULL;
  Fixture f;

  fixture_init (&f);
  make_folder (&f);
  g_assert_false (nodedev_server_adopt (f.server, make_socket (f.path), &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_INVALID);
  fixture_clear (&f);
}

/* --- many clients --------------------------------------------------------- */

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* The next one waits until one of those before leaves. */
static void
test_too_many_clients (void)
{
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) raw_client_free);
  g_autoptr (RawClient) next = NULL;
  Fixture f;

  fixture_init (&f);
  listen_on (&f, 0600, FALSE);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*further ones wait*");
  for (guint i = 0; i < nodedev_settings_get_limits (f.test.settings).clients; i++)
    {
      g_ptr_array_add (clients, raw_client_connect (f.path));
      settle ();
    }
  g_test_assert_expected_messages ();
  next = raw_client_connect (f.path);
  settle ();
  g_assert_true (raw_client_open (g_ptr_array_index (clients, 0), 0));
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*further ones wait*");
  g_ptr_array_remove_index (clients, 7);
  g_assert_true (raw_client_open (next, 0));
  g_test_assert_expected_messages ();
  fixture_clear (&f);
}

/* Connects as another user, who is not trusted. */
static RawClient *
connect_as (Fixture *f, uid_t uid)
{
  RawClient *client;

  g_assert_cmpint (seteuid (uid), ==, 0);
  client = raw_client_connect (f->path);
  g_assert_cmpint (seteuid (0), ==, 0);
  settle ();
  g_assert_nonnull (client);
  return client;
}

/* Nobody's ways in are fewer than everybody's; they are free again when they are left. */
static void
assert_turned_away (Fixture *f, guint allowed)
{
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) raw_client_free);
  g_autoptr (RawClient) other = NULL;

  for (guint i = 0; i < allowed; i++)
    g_ptr_array_add (clients, connect_as (f, 65534));
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*user 65534 away*");
  {
    g_autoptr (RawClient) refused = connect_as (f, 65534);

    g_assert_true (raw_client_is_closed (refused));
  }
  g_test_assert_expected_messages ();
  {
    /* Which is not logged again: any other warning fails the test. */
    g_autoptr (RawClient) refused = connect_as (f, 65534);

    g_assert_true (raw_client_is_closed (refused));
  }
  other = connect_as (f, 65533);
  assert_answers (f->path);
  g_ptr_array_set_size (clients, 0);
  settle ();
  g_ptr_array_add (clients, connect_as (f, 65534));
  raw_client_free (g_steal_pointer (&other));
}

static gboolean
is_answered (RawClient *client)
{
  g_autoptr (GBytes) call = raw_client_make_call (client, ND_PROC_AUTH_LIST, NULL, NULL);
  char answer[64];

  raw_client_send (client, g_bytes_get_data (call, NULL), g_bytes_get_size (call));
  settle ();
  return recv (raw_client_get_fd (client), answer, sizeof answer, MSG_DONTWAIT) > 0;
}

/* A place that somebody else leaves is none for one who is trusted. */
static void
test_other_leaves (void)
{
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) raw_client_free);
  g_autoptr (RawClient) other = NULL;
  g_autoptr (RawClient) next = NULL;
  Fixture f;

  if (!fixture_init_for_others (&f))
    return;
  listen_on (&f, 0666, TRUE);
  other = connect_as (&f, 65534);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*further ones wait*");
  for (guint i = 0; i < nodedev_settings_get_limits (f.test.settings).clients; i++)
    g_ptr_array_add (clients, connect_as (&f, 0));
  g_test_assert_expected_messages ();
  next = connect_as (&f, 0);
  g_clear_pointer (&other, raw_client_free);
  settle ();
  g_assert_false (is_answered (next));
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*further ones wait*");
  g_ptr_array_set_size (clients, clients->len - 1);
  settle ();
  g_test_assert_expected_messages ();
  g_assert_true (is_answered (next));
  fixture_clear (&f);
}

static void
test_too_many_of_a_user (void)
{
  Fixture f;

  if (geteuid () != 0)
    {
      g_test_skip ("needs root, to be somebody else");
      return;
    }
  for (gboolean readonly = FALSE; readonly <= TRUE; readonly++)
    {
      NodedevLimits limits;

      fixture_init (&f);
      g_chmod (f.test.root, 0755);
      listen_on (&f, 0666, readonly);
      limits = nodedev_settings_get_limits (f.test.settings);
      assert_turned_away (&f, readonly ? limits.user_clients : limits.anonymous_clients);
      fixture_clear (&f);
    }
}

/* How many of @n subscriptions @client is granted. */
static guint
subscribe_often (RawClient *client, guint n)
{
  nd_event_register_args args = { VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, NULL };
  guint granted = 0;

  g_assert_true (raw_client_open (client, 0));
  for (guint i = 0; i < n; i++)
    {
      nd_header header;
      g_autoptr (GBytes) answer = raw_client_call (
          client, ND_PROC_EVENT_REGISTER, (xdrproc_t) xdr_nd_event_register_args, &args, &header);

      g_assert_nonnull (answer);
      granted += header.status == ND_STATUS_OK;
    }
  return granted;
}

/* Four clients of one user's, and their subscriptions. */
static void
assert_user_subscribes (Fixture *f, GPtrArray *clients, uid_t uid)
{
  for (guint i = 0; i < 4; i++)
    {
      RawClient *client = connect_as (f, uid);

      g_ptr_array_add (clients, client);
      g_assert_cmpuint (subscribe_often (client, 256), ==, 256);
    }
}

/* Each event is told to all: one user has a quarter of what all have, root what it wants. */
static void
test_too_many_subscriptions (void)
{
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) raw_client_free);
  Fixture f;

  if (!fixture_init_for_others (&f))
    return;
  listen_on (&f, 0666, TRUE);
  assert_user_subscribes (&f, clients, 65534);
  g_ptr_array_add (clients, connect_as (&f, 65534));
  g_assert_cmpuint (subscribe_often (g_ptr_array_index (clients, 4), 1), ==, 0);
  assert_user_subscribes (&f, clients, 65533);
  assert_user_subscribes (&f, clients, 65532);
  assert_user_subscribes (&f, clients, 65531);
  g_ptr_array_add (clients, connect_as (&f, 65530));
  g_assert_cmpuint (subscribe_often (g_ptr_array_index (clients, clients->len - 1), 1), ==, 0);
  g_ptr_array_add (clients, connect_as (&f, 0));
  g_assert_cmpuint (subscribe_often (g_ptr_array_index (clients, clients->len - 1), 256), ==, 256);
  g_ptr_array_remove_index (clients, 0);
  settle ();
  g_ptr_array_add (clients, connect_as (&f, 65530));
  g_assert_cmpuint (subscribe_often (g_ptr_array_index (clients, clients->len - 1), 256), ==, 256);
  fixture_clear (&f);
}

/* Before authentication nothing is answered but the ways to authenticate. */
static void
test_anonymous (void)
{
  g_autoptr (RawClient) client = NULL;
  Fixture f;

  if (!fixture_init_for_others (&f))
    return;
  listen_on (&f, 0666, FALSE);
  client = connect_as (&f, 65534);
  for (int procedure = 0; procedure < 1000; procedure++)
    {
      nd_header answer;
      g_autoptr (GBytes) packet = NULL;

      if (procedure == ND_PROC_AUTH_POLKIT)
        continue;
      packet = raw_client_call (client, procedure, NULL, NULL, &answer);
      g_assert_nonnull (packet);
      g_assert_cmpuint (answer.status == ND_STATUS_OK, ==, procedure == ND_PROC_AUTH_LIST);
      if (procedure != ND_PROC_AUTH_LIST && raw_client_get_error (packet) != VIR_ERR_NO_SUPPORT)
        g_assert_cmpint (raw_client_get_error (packet), ==, VIR_ERR_RPC);
    }
  fixture_clear (&f);
}

/* A client of a process of another user, which has ended before the server looks at it. */
static RawClient *
connect_and_end (Fixture *f, uid_t uid)
{
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  pid_t child = fork ();
  int status;

  if (child == 0)
    {
      g_strlcpy (address.sun_path, f->path, sizeof address.sun_path);
      _exit (seteuid (uid) != 0 || connect (fd, (struct sockaddr *) &address, sizeof address) != 0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  return raw_client_new (fd);
}

/* Its number may be another process's by now: polkit is not asked about that. */
static void
test_gone_process (void)
{
  g_autoptr (RawClient) client = NULL;
  g_autoptr (GBytes) packet = NULL;
  g_autofree char *message = NULL;
  nd_header answer;
  Fixture f;

  if (!fixture_init_for_others (&f))
    return;
  listen_on (&f, 0666, FALSE);
  client = connect_and_end (&f, 65534);
  packet = raw_client_call (client, ND_PROC_AUTH_POLKIT, NULL, NULL, &answer);
  g_assert_nonnull (packet);
  g_assert_cmpuint (answer.status, ==, ND_STATUS_ERROR);
  g_assert_cmpint (raw_client_get_error (packet), ==, VIR_ERR_AUTH_FAILED);
  message = raw_client_get_message (packet);
  g_assert_nonnull (strstr (message, "has ended"));
  fixture_clear (&f);
}

/* A socket unit that lets in all, and settings that ask for nothing, do not go together. */
static void
test_adopt_wide_open (void)
{
  g_autofree char *conf = NULL;
  g_autoptr (NodedevSettings) settings = NULL;
  g_autoptr (GError) error = NULL;
  Fixture f;
  int fd;

  fixture_init (&f);
  make_folder (&f);
  conf = g_build_filename (f.test.root, "conf", NULL);
  g_assert_true (g_file_set_contents (conf, "auth_unix_rw = \"none\"", -1, NULL));
  settings = nodedev_settings_load (conf, NULL);
  f.test.backend.settings = settings;
  fd = make_socket (f.path);
  g_assert_cmpint (listen (fd, 5), ==, 0);
  g_chmod (f.path, 0666);
  g_assert_false (nodedev_server_adopt (f.server, dup (fd), &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_INVALID);
  g_chmod (f.path, 0660);
  g_assert_true (nodedev_server_adopt (f.server, fd, NULL));
  fixture_clear (&f);
}

/* --- a crowd -------------------------------------------------------------- */

/* What each of a crowd does before it falls silent; @packet is a valid call. */
typedef void (*Misdeed) (RawClient *client, GBytes *packet);

static void
say_nothing (RawClient *client, GBytes *packet)
{
}

static void
send_half_a_header (RawClient *client, GBytes *packet)
{
  raw_client_send (client, g_bytes_get_data (packet, NULL), 13);
}

static void
announce_much (RawClient *client, GBytes *packet)
{
  guint32 length = GUINT32_TO_BE (NODEDEV_PACKET_MAX);

  raw_client_send (client, &length, sizeof length);
}

/* Calls as often as the socket takes it, and never reads. */
static void
flood (RawClient *client, GBytes *packet)
{
  gsize size = g_bytes_get_size (packet);

  while (raw_client_send_some (client, g_bytes_get_data (packet, NULL), size) == (gssize) size)
    ;
}

static void
subscribe (RawClient *client, GBytes *packet)
{
  nd_event_register_args args = { VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, NULL };
  g_autoptr (GBytes) call = raw_client_make_call (client, ND_PROC_EVENT_REGISTER,
                                                  (xdrproc_t) xdr_nd_event_register_args, &args);

  raw_client_send (client, g_bytes_get_data (call, NULL), g_bytes_get_size (call));
}

static void
add_crowd (Fixture *f, GPtrArray *crowd, Misdeed misdeed, guint n)
{
  nd_list_all_args all = { 1, 0 };

  for (guint i = 0; i < n; i++)
    {
      RawClient *client = raw_client_connect (f->path);
      g_autoptr (GBytes) call = raw_client_make_call (client, ND_PROC_LIST_ALL_DEVICES,
                                                      (xdrproc_t) xdr_nd_list_all_args, &all);

      g_assert_true (raw_client_open (client, 0));
      misdeed (client, call);
      g_ptr_array_add (crowd, client);
    }
}

/* Turns of the main loop until @client's call is answered. */
static guint
count_turns (RawClient *client)
{
  g_autoptr (GBytes) call = raw_client_make_call (client, ND_PROC_CONNECT_GET_TYPE, NULL, NULL);
  char answer[64];
  guint n = 0;

  g_assert_true (raw_client_send (client, g_bytes_get_data (call, NULL), g_bytes_get_size (call)));
  while (recv (raw_client_get_fd (client), answer, sizeof answer, 0) <= 0)
    {
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpuint (++n, <, 1000);
    }
  return n;
}

/* Each turn every client has its turn: whatever a crowd does, the others wait for one or two. */
static void
test_crowd (void)
{
  g_autoptr (GPtrArray) crowd = g_ptr_array_new_with_free_func ((GDestroyNotify) raw_client_free);
  g_autoptr (RawClient) good = NULL;
  Fixture f;

  fixture_init (&f);
  listen_on (&f, 0600, FALSE);
  add_crowd (&f, crowd, say_nothing, 70);
  add_crowd (&f, crowd, send_half_a_header, 70);
  add_crowd (&f, crowd, announce_much, 70);
  add_crowd (&f, crowd, subscribe, 70);
  add_crowd (&f, crowd, flood, 70);
  good = raw_client_connect (f.path);
  g_assert_true (raw_client_open (good, 0));
  for (guint i = 0; i < 50; i++)
    {
      test_backend_define (&f.test, "d3b07384-d9a0-4c9b-8f3e-5a1c0de0c0de", (guint16) i);
      g_assert_cmpuint (count_turns (good), <=, 3);
    }
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nodedev/server/listen", test_listen);
  g_test_add_func ("/nodedev/server/stale-socket", test_stale_socket);
  g_test_add_func ("/nodedev/server/live-socket", test_live_socket);
  g_test_add_func ("/nodedev/server/hanging-socket", test_hanging_socket);
  g_test_add_func ("/nodedev/server/no-socket", test_no_socket);
  g_test_add_func ("/nodedev/server/adopt", test_adopt);
  g_test_add_func ("/nodedev/server/adopt-something-else", test_adopt_something_else);
  g_test_add_func ("/nodedev/server/too-many-clients", test_too_many_clients);
  g_test_add_func ("/nodedev/server/other-leaves", test_other_leaves);
  g_test_add_func ("/nodedev/server/too-many-of-a-user", test_too_many_of_a_user);
  g_test_add_func ("/nodedev/server/too-many-subscriptions", test_too_many_subscriptions);
  g_test_add_func ("/nodedev/server/anonymous", test_anonymous);
  g_test_add_func ("/nodedev/server/gone-process", test_gone_process);
  g_test_add_func ("/nodedev/server/adopt-wide-open", test_adopt_wide_open);
  g_test_add_func ("/nodedev/server/crowd", test_crowd);
  return g_test_run ();
}
