/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * rpc-fuzz VIRTCCWD [PACKETS [SEED]]
 *
 * The real daemon against clients that send what no library would: packets
 * changed at random, halves of packets, floods, silence, crowds. After each
 * batch a well-behaved client must get its list of devices, and at the end
 * the daemon must stop as it should, with nothing found by a sanitizer.
 *
 * Runs within mock-machine. Prints TAP; the same seed sends the same bytes.
 */
#include <gio/gio.h>
#include <string.h>

#include "daemon-process.h"
#include "mutate.h"
#include "nodedev/packet.h"
#include "raw-client.h"
#include "samples.h"

#define PACKETS 10000
#define PACKETS_A_BATCH 250
#define SEED 20080862

typedef struct
{
  DaemonProcess daemon;
  GPtrArray *samples;
  GRand *random;
  guint n_checks;
  guint n_failures;
} Fuzz;

static void
check (Fuzz *fuzz, gboolean passed, const char *name)
{
  fuzz->n_checks++;
  fuzz->n_failures += !passed;
  g_print ("%sok %u - %s\n", passed ? "" : "not ", fuzz->n_checks, name);
}

static void G_GNUC_NORETURN
bail_out (Fuzz *fuzz, const char *why)
{
  daemon_process_bail_out (&fuzz->daemon, why);
}

/* --- the daemon ----------------------------------------------------------- */

/* How often @words stand in @log. */
static guint
count_words (const char *log, const char *words)
{
  guint n = 0;

  for (const char *next = log; (next = strstr (next, words)) != NULL; next++)
    n++;
  return n;
}

/* Packets that all fail early would prove little. */
static void
check_depth (Fuzz *fuzz)
{
  g_autofree char *log = daemon_process_read_log (&fuzz->daemon);
  guint n = count_words (log, ": done");

  g_print ("# %u changes made\n", n);
  check (fuzz, n > 30, "some of it went as far as changing the host");
}

static void
stop_daemon (Fuzz *fuzz)
{
  check (fuzz, daemon_process_stop (&fuzz->daemon), "the daemon ends well when told to");
  check (fuzz, daemon_process_is_log_clean (&fuzz->daemon), "it found no fault in itself");
  check_depth (fuzz);
}

/* --- the well-behaved client ---------------------------------------------- */

/* Opens and lists all devices: how many, 0 when that failed. */
static guint
count_devices (const char *socket)
{
  g_autoptr (RawClient) client = raw_client_connect (socket);
  nd_list_all_args args = { 1, 0 };
  nd_list_all_ret ret = { 0 };
  nd_header answer;
  g_autoptr (GBytes) packet = NULL;
  const guint8 *data;
  gsize length;
  guint n = 0;

  if (client == NULL || !raw_client_open (client, 0))
    return 0;
  packet = raw_client_call (client, ND_PROC_LIST_ALL_DEVICES, (xdrproc_t) xdr_nd_list_all_args,
                            &args, &answer);
  if (packet == NULL || answer.status != ND_STATUS_OK)
    return 0;
  data = g_bytes_get_data (packet, &length);
  if (nodedev_packet_parse_payload (data + RAW_CLIENT_PAYLOAD, length - RAW_CLIENT_PAYLOAD,
                                    (xdrproc_t) xdr_nd_list_all_ret, &ret, NULL)
      && ret.count == ret.devices.devices_len)
    n = ret.count;
  xdr_free ((xdrproc_t) xdr_nd_list_all_ret, &ret);
  return n;
}

/*
 * Waits for the changes that clients have asked for before they left, by
 * asking for one, which is refused when its turn comes.
 */
static gboolean
changes_are_done (const char *socket)
{
  g_autoptr (RawClient) client = raw_client_connect (socket);
  nd_name_args subchannel = { (char *) "css_0_0_0313" };
  nd_header answer;
  g_autoptr (GBytes) packet = NULL;

  if (client == NULL || !raw_client_open (client, 0))
    return FALSE;
  packet = raw_client_call (client, ND_PROC_DESTROY, (xdrproc_t) xdr_nd_name_args, &subchannel,
                            &answer);
  return packet != NULL && answer.status == ND_STATUS_ERROR;
}

/* The machine has eight devices that nothing here can make disappear. */
static void
check_serves (Fuzz *fuzz, const char *after)
{
  g_autofree char *name = g_strdup_printf ("a list is answered after %s", after);

  check (fuzz,
         daemon_process_is_alive (&fuzz->daemon) && count_devices (fuzz->daemon.socket) >= 8
             && changes_are_done (fuzz->daemon.socket),
         name);
  if (!daemon_process_is_alive (&fuzz->daemon))
    bail_out (fuzz, "the daemon has died");
}

/* --- clients that misbehave ----------------------------------------------- */

static GBytes *
pick (Fuzz *fuzz)
{
  return g_ptr_array_index (
      fuzz->samples, (guint) g_rand_int_range (fuzz->random, 0, (gint32) fuzz->samples->len));
}

static RawClient *
connect_client (Fuzz *fuzz)
{
  RawClient *client = raw_client_connect (fuzz->daemon.socket);

  if (client == NULL)
    bail_out (fuzz, "nobody answers the socket");
  return client;
}

/* One that has opened, mostly, as else little is listened to. */
static RawClient *
connect_bad_client (Fuzz *fuzz)
{
  RawClient *client = connect_client (fuzz);

  if (g_rand_int_range (fuzz->random, 0, 10) > 0 && !raw_client_open (client, 0))
    bail_out (fuzz, "opening is refused");
  return client;
}

/* Does the daemon find the next packet behind this one? Else it disconnects. */
static gboolean
keeps_framing (const GByteArray *packet)
{
  guint32 length;

  if (packet->len < ND_LENGTH_SIZE + ND_HEADER_SIZE)
    return FALSE;
  memcpy (&length, packet->data, sizeof length);
  return GUINT32_FROM_BE (length) == packet->len;
}

/* Waits until all that @client sent has been taken. */
static void
synchronise (Fuzz *fuzz, RawClient *client)
{
  nd_header answer;
  g_autoptr (GBytes) packet = raw_client_call (client, ND_PROC_AUTH_LIST, NULL, NULL, &answer);

  if (packet == NULL)
    bail_out (fuzz, "a client whose packets were packets has been disconnected");
}

/* Something happens in between, so that there is more than an idle machine to be wrong about. */
static void
send_valid (Fuzz *fuzz, RawClient *client)
{
  GBytes *sample = pick (fuzz);

  raw_client_send (client, g_bytes_get_data (sample, NULL), g_bytes_get_size (sample));
}

/* One client sends packets, up to the first that ends its connection. Returns how many. */
static guint
run_client (Fuzz *fuzz, guint most)
{
  g_autoptr (RawClient) client = connect_bad_client (fuzz);

  for (guint n = 1; n <= most; n++)
    {
      g_autoptr (GByteArray) packet = rpc_mutate (fuzz->random, pick (fuzz), pick (fuzz));

      if (g_rand_int_range (fuzz->random, 0, 4) == 0)
        send_valid (fuzz, client);
      if (!raw_client_send (client, packet->data, packet->len))
        bail_out (fuzz, "a client has been disconnected, or is not listened to");
      if (!keeps_framing (packet))
        return n;
    }
  synchronise (fuzz, client);
  return most;
}

static void
run_batch (Fuzz *fuzz, guint n)
{
  while (n > 0)
    {
      guint most = (guint) g_rand_int_range (fuzz->random, 1, 20);

      n -= run_client (fuzz, MIN (n, most));
    }
}

static void
test_mutated (Fuzz *fuzz, guint packets)
{
  guint sent = 0;

  while (sent < packets)
    {
      guint n = MIN (PACKETS_A_BATCH, packets - sent);
      g_autofree char *after = NULL;

      run_batch (fuzz, n);
      sent += n;
      after = g_strdup_printf ("%u mutated packets", sent);
      check_serves (fuzz, after);
    }
}

/* Every sample as it is, and its answer: so that the samples are known to lead somewhere. */
static void
test_samples (Fuzz *fuzz)
{
  g_autoptr (RawClient) client = connect_client (fuzz);
  guint n_calls = 0;
  guint n_answers = 0;
  guint n_errors = 0;

  for (guint i = 0; i < fuzz->samples->len; i++)
    {
      GBytes *sample = g_ptr_array_index (fuzz->samples, i);
      g_autoptr (GBytes) answer = NULL;
      nd_header header = { 0 };

      n_calls++;
      raw_client_send (client, g_bytes_get_data (sample, NULL), g_bytes_get_size (sample));
      while ((answer = raw_client_receive (client, &header)) != NULL
             && header.type == ND_TYPE_MESSAGE && header.prog == ND_PROGRAM)
        g_clear_pointer (&answer, g_bytes_unref);
      n_answers += answer != NULL;
      n_errors += header.status == ND_STATUS_ERROR;
    }
  check (fuzz, n_answers == n_calls, "every valid packet is answered");
  /* Eight looks at the mdev before it is made; and what PCI and SCSI are needed for. */
  check (fuzz, n_errors == RPC_SAMPLES_ERRORS, "most of them by success");
  g_print ("# %u errors\n", n_errors);
}

/* Half packets, then silence: a crowd of such holds nobody up. */
static void
test_crowd_of_halves (Fuzz *fuzz)
{
  g_autoptr (GPtrArray) crowd = g_ptr_array_new_with_free_func ((GDestroyNotify) raw_client_free);

  for (guint i = 0; i < 100; i++)
    {
      RawClient *client = connect_bad_client (fuzz);
      GBytes *sample = pick (fuzz);
      gsize size = g_bytes_get_size (sample);

      raw_client_send_some (client, g_bytes_get_data (sample, NULL),
                            (gsize) g_rand_int_range (fuzz->random, 0, (gint32) size));
      g_ptr_array_add (crowd, client);
    }
  check_serves (fuzz, "100 clients stopped in the middle of a packet");
}

/* Asks without end and never reads. */
static void
flood (RawClient *client, GBytes *call)
{
  gsize size = g_bytes_get_size (call);

  for (guint i = 0; i < 20000; i++)
    if (raw_client_send_some (client, g_bytes_get_data (call, NULL), size) != (gssize) size)
      return;
}

static void
test_floods (Fuzz *fuzz)
{
  g_autoptr (GPtrArray) crowd = g_ptr_array_new_with_free_func ((GDestroyNotify) raw_client_free);
  nd_list_all_args args = { 1, 0 };

  for (guint i = 0; i < 20; i++)
    {
      RawClient *client = connect_client (fuzz);
      g_autoptr (GBytes) call = raw_client_make_call (client, ND_PROC_LIST_ALL_DEVICES,
                                                      (xdrproc_t) xdr_nd_list_all_args, &args);

      g_ptr_array_add (crowd, client);
      if (raw_client_open (client, 0))
        flood (client, call);
    }
  check_serves (fuzz, "20 clients asked thousands of times and read nothing");
}

/* Says that a packet of the greatest length comes, and sends it slowly, as noise, or not. */
static void
test_long_packets (Fuzz *fuzz)
{
  g_autofree guint8 *noise = g_malloc (NODEDEV_PACKET_MAX);
  guint32 length = GUINT32_TO_BE (NODEDEV_PACKET_MAX);

  for (gsize i = 0; i < NODEDEV_PACKET_MAX; i++)
    noise[i] = (guint8) g_rand_int (fuzz->random);
  memcpy (noise, &length, sizeof length);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (RawClient) client = connect_bad_client (fuzz);

      raw_client_send (client, noise, NODEDEV_PACKET_MAX / (i + 1));
    }
  check_serves (fuzz, "packets of four million bytes of noise");
}

/* Come and go, with something sent or not. */
static void
test_comings_and_goings (Fuzz *fuzz)
{
  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (RawClient) client = raw_client_connect (fuzz->daemon.socket);
      GBytes *sample = pick (fuzz);

      if (client != NULL && i % 2 == 0)
        raw_client_send_some (client, g_bytes_get_data (sample, NULL), g_bytes_get_size (sample));
    }
  check_serves (fuzz, "1000 clients that came and went");
}

/* --- all ------------------------------------------------------------------ */

static void
fuzz_init (Fuzz *fuzz, guint seed)
{
  *fuzz = (Fuzz){ .samples = rpc_samples_new () };
  daemon_process_init (&fuzz->daemon, "rpc-fuzz");
  fuzz->random = g_rand_new_with_seed (seed);
}

static void
fuzz_clear (Fuzz *fuzz)
{
  g_ptr_array_unref (fuzz->samples);
  g_rand_free (fuzz->random);
  daemon_process_clear (&fuzz->daemon);
}

int
main (int argc, char **argv)
{
  guint packets = argc > 2 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : PACKETS;
  guint seed = argc > 3 ? (guint) g_ascii_strtoull (argv[3], NULL, 10) : SEED;
  Fuzz fuzz;

  if (argc < 2)
    return 2;
  fuzz_init (&fuzz, seed);
  g_print ("# seed %u\n", seed);
  daemon_process_start (&fuzz.daemon, NULL, argv[1], NULL, NULL);
  test_samples (&fuzz);
  test_mutated (&fuzz, packets);
  test_crowd_of_halves (&fuzz);
  test_floods (&fuzz);
  test_long_packets (&fuzz);
  test_comings_and_goings (&fuzz);
  stop_daemon (&fuzz);
  g_print ("1..%u\n", fuzz.n_checks);
  fuzz_clear (&fuzz);
  return fuzz.n_failures == 0 ? 0 : 1;
}
