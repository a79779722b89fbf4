/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * rpc-calls [--readonly] [--unopened] SOCKET < CASES
 *
 * Calls a libvirt daemon as no client library would, and prints what it answers.
 * A case is a line, served on a connection of its own:
 *
 *   NUMBER [ARGUMENT...] [> RESULT] [; NUMBER ...]
 *
 * NUMBER is the procedure's. An argument is what goes on the wire:
 *   s:TEXT  string       s*N     string of N letters
 *   o:TEXT  optional     o       one that is not there
 *   i:N     int          u:N     unsigned int
 * RESULT tells how to read the answer:
 *   i  int               v  unsigned hyper
 *   s  string            o  optional string
 *   n  how many strings  d  how many devices, and the number behind them
 *   -  nothing is printed of it (the default)
 *
 * Each answer is printed as "ok [RESULT]", "error CODE DOMAIN MESSAGE", or
 * "closed" when the daemon hangs up; several on a line with tabs between.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nodedev/packet.h"
#include "raw-client.h"

static gboolean readonly;
static gboolean unopened;

static const GOptionEntry options[] = {
  { "readonly", 'r', 0, G_OPTION_ARG_NONE, &readonly, "Open as a client that may only look", NULL },
  { "unopened", 'u', 0, G_OPTION_ARG_NONE, &unopened, "Call without opening", NULL },
  { .long_name = NULL },
};

/* --- arguments (RFC 4506: numbers are big-endian, strings padded to four bytes) ------------ */

static void
put_number (GByteArray *payload, guint32 number)
{
  guint32 wire = GUINT32_TO_BE (number);

  g_byte_array_append (payload, (const guint8 *) &wire, sizeof wire);
}

static void
put_string (GByteArray *payload, const char *text)
{
  static const guint8 padding[4];
  gsize length = strlen (text);

  put_number (payload, (guint32) length);
  g_byte_array_append (payload, (const guint8 *) text, (guint) length);
  g_byte_array_append (payload, padding, (guint) (-length & 3));
}

static void
put_letters (GByteArray *payload, gsize n)
{
  g_autofree char *text = g_strnfill (n, 'x');

  put_string (payload, text);
}

static void
put_optional (GByteArray *payload, const char *text)
{
  put_number (payload, text != NULL);
  if (text != NULL)
    put_string (payload, text);
}

static void
put_argument (GByteArray *payload, const char *argument)
{
  if (g_str_has_prefix (argument, "s:"))
    put_string (payload, argument + 2);
  else if (g_str_has_prefix (argument, "s*"))
    put_letters (payload, g_ascii_strtoull (argument + 2, NULL, 10));
  else if (g_str_equal (argument, "o"))
    put_optional (payload, NULL);
  else if (g_str_has_prefix (argument, "o:"))
    put_optional (payload, argument + 2);
  else if (g_str_has_prefix (argument, "i:") || g_str_has_prefix (argument, "u:"))
    put_number (payload, (guint32) g_ascii_strtoll (argument + 2, NULL, 0));
  else
    g_error ("what is the argument '%s'?", argument);
}

/* --- results ------------------------------------------------------------------------------ */

static char *
format_int (gconstpointer ret)
{
  return g_strdup_printf ("%d", ((const nd_int_ret *) ret)->value);
}

static char *
format_version (gconstpointer ret)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT, (guint64) ((const nd_version_ret *) ret)->number);
}

static char *
format_string (gconstpointer ret)
{
  return g_strdup (((const nd_string_ret *) ret)->value);
}

static char *
format_optional (gconstpointer ret)
{
  const nd_parent_ret *optional = ret;

  return g_strdup (optional->parent == NULL ? "(none)" : *optional->parent);
}

static char *
format_names (gconstpointer ret)
{
  return g_strdup_printf ("%u", ((const nd_names_ret *) ret)->names.names_len);
}

static char *
format_devices (gconstpointer ret)
{
  const nd_list_all_ret *list = ret;

  return g_strdup_printf ("%u %u", list->devices.devices_len, list->count);
}

#define RESULT(type) (xdrproc_t) xdr_##type, sizeof (type)

static const struct
{
  char kind;
  xdrproc_t filter;
  gsize size;
  char *(*format) (gconstpointer ret);
} results[] = {
  { 'i', RESULT (nd_int_ret), format_int },       { 'v', RESULT (nd_version_ret), format_version },
  { 's', RESULT (nd_string_ret), format_string }, { 'o', RESULT (nd_parent_ret), format_optional },
  { 'n', RESULT (nd_names_ret), format_names },   { 'd', RESULT (nd_list_all_ret), format_devices },
};

static void
print_result (char kind, const guint8 *payload, gsize length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree gpointer ret = g_malloc0 (results[i].size);
      g_autofree char *text = NULL;

      if (results[i].kind != kind)
        continue;
      if (nodedev_packet_parse_payload (payload, length, results[i].filter, ret, NULL))
        text = results[i].format (ret);
      printf ("ok %s", text == NULL ? "that cannot be read" : text);
      xdr_free (results[i].filter, ret);
      return;
    }
  printf ("ok");
}

static void
print_error (const guint8 *payload, gsize length)
{
  nd_error error = { 0 };

  if (!nodedev_packet_parse_payload (payload, length, (xdrproc_t) xdr_nd_error, &error, NULL))
    printf ("error that cannot be read");
  else
    printf ("error %d %d %s", error.code, error.domain,
            error.message == NULL ? "(none)" : g_strdelimit (*error.message, "\n", ' '));
  xdr_free ((xdrproc_t) xdr_nd_error, &error);
}

static void
print_answer (GBytes *packet, const nd_header *header, char kind)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (packet, &length);

  data += RAW_CLIENT_PAYLOAD;
  length -= RAW_CLIENT_PAYLOAD;
  if (header->status != ND_STATUS_OK)
    print_error (data, length);
  else
    print_result (kind, data, length);
}

/* --- calls -------------------------------------------------------------------------------- */

static GBytes *
make_packet (int procedure, guint32 serial, GByteArray *payload)
{
  nd_header header = {
    .prog = ND_PROGRAM,
    .vers = ND_PROGRAM_VERSION,
    .proc = procedure,
    .type = ND_TYPE_CALL,
    .serial = serial,
    .status = ND_STATUS_OK,
  };
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (payload);

  return nodedev_packet_new_raw (&header, bytes);
}

static GBytes *
call (RawClient *client, GBytes *packet, nd_header *answer)
{
  GBytes *received;

  if (!raw_client_send (client, g_bytes_get_data (packet, NULL), g_bytes_get_size (packet)))
    return NULL;
  while ((received = raw_client_receive (client, answer)) != NULL && answer->type != ND_TYPE_REPLY)
    g_bytes_unref (received);
  return received;
}

/* One "NUMBER ARGUMENT... > RESULT". */
static void
do_call (RawClient *client, guint32 serial, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  GByteArray *payload = g_byte_array_new ();
  char kind = '-';
  nd_header answer;
  g_autoptr (GBytes) packet = NULL;
  g_autoptr (GBytes) received = NULL;

  for (char **word = words + 1; *word != NULL; word++)
    if (g_str_equal (*word, ">") && word[1] != NULL)
      kind = **++word;
    else
      put_argument (payload, *word);
  packet = make_packet (atoi (words[0]), serial, payload);
  received = call (client, packet, &answer);
  if (received == NULL)
    printf ("closed");
  else
    print_answer (received, &answer, kind);
}

static void
do_case (const char *path, const char *line)
{
  g_autoptr (RawClient) client = raw_client_connect (path);
  g_auto (GStrv) calls = g_strsplit (line, "; ", -1);

  if (client == NULL)
    g_error ("nobody answers at %s", path);
  if (!unopened && !raw_client_open (client, readonly))
    g_error ("%s cannot be opened", path);
  for (guint i = 0; calls[i] != NULL; i++)
    {
      if (i > 0)
        printf ("\t");
      do_call (client, i + 1, calls[i]);
    }
  printf ("\n");
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("SOCKET < CASES");
  g_autofree char *line = NULL;
  size_t size = 0;
  ssize_t length;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, NULL) || argc != 2)
    return 2;
  while ((length = getline (&line, &size, stdin)) > 0)
    do_case (argv[1], g_strchomp (line));
  return 0;
}
