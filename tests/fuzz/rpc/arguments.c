/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "arguments.h"

#include <string.h>

#include "nodedev/protocol.h"

/*
 * How a payload is made up: s a string, x device XML, o a string that may be
 * left out, i a number, h two of them, A a list of strings, I a list of numbers,
 * P an identity's parameters.
 */
typedef struct
{
  int procedure;
  const char *call;
  const char *answer;
} Layout;

/* A new one comes last: the inputs of corpus/ choose by place. */
static const Layout layouts[] = {
  { ND_PROC_AUTH_LIST, "", "I" },
  { ND_PROC_CONNECT_OPEN, "oi", "" },
  { ND_PROC_CONNECT_CLOSE, "", "" },
  { ND_PROC_CONNECT_GET_TYPE, "", "s" },
  { ND_PROC_CONNECT_GET_VERSION, "", "h" },
  { ND_PROC_CONNECT_GET_HOSTNAME, "", "s" },
  { ND_PROC_CONNECT_SUPPORTS_FEATURE, "i", "i" },
  { ND_PROC_CONNECT_GET_URI, "", "s" },
  { ND_PROC_CONNECT_IS_SECURE, "", "i" },
  { ND_PROC_CONNECT_GET_LIB_VERSION, "", "h" },
  { ND_PROC_NUM_OF_DEVICES, "oi", "i" },
  { ND_PROC_LIST_DEVICES, "oii", "A" },
  { ND_PROC_LOOKUP_BY_NAME, "s", "s" },
  { ND_PROC_GET_XML_DESC, "si", "s" },
  { ND_PROC_GET_PARENT, "s", "o" },
  { ND_PROC_NUM_OF_CAPS, "s", "i" },
  { ND_PROC_LIST_CAPS, "si", "A" },
  { ND_PROC_DETTACH, "s", "" },
  { ND_PROC_RE_ATTACH, "s", "" },
  { ND_PROC_RESET, "s", "" },
  { ND_PROC_DETACH_FLAGS, "soi", "" },
  { ND_PROC_CREATE_XML, "xi", "s" },
  { ND_PROC_DESTROY, "s", "" },
  { ND_PROC_LIST_ALL_DEVICES, "ii", "Ai" },
  { ND_PROC_LOOKUP_SCSI_HOST_BY_WWN, "ssi", "s" },
  { ND_PROC_REGISTER_CLOSE_CALLBACK, "", "" },
  { ND_PROC_UNREGISTER_CLOSE_CALLBACK, "", "" },
  { ND_PROC_EVENT_REGISTER, "io", "i" },
  { ND_PROC_EVENT_DEREGISTER, "i", "" },
  { ND_PROC_CONNECT_SET_IDENTITY, "Pi", "" },
  { ND_PROC_DEFINE_XML, "xi", "s" },
  { ND_PROC_UNDEFINE, "si", "" },
  { ND_PROC_CREATE, "si", "" },
  { ND_PROC_GET_AUTOSTART, "s", "i" },
  { ND_PROC_SET_AUTOSTART, "si", "" },
  { ND_PROC_IS_PERSISTENT, "s", "i" },
  { ND_PROC_IS_ACTIVE, "s", "i" },
  { ND_PROC_UPDATE, "sxi", "" },
  { ND_PROC_AUTH_POLKIT, "", "i" },
};

/* Code, domain, message, level, no domain, three strings, two numbers, no network. */
#define ERROR_LAYOUT "iioiooooiio"

/* What means something somewhere. The definition is that of dialogue.c. */
static const char *const words[] = {
  "computer",
  "css_0_0_0313",
  "ccw_0_0_1234",
  "css_0_0_0315",
  "mdev_d3b07384_d9a0_4c9b_8f3e_5a1c0de0c0de_0_0_0313",
  "mdev_d3b07384_d9a0_4c9b_8f3e_5a1c0de0c0de_0_0_0314",
  "pci_0000_00_02_0",
  "net_eth0",
  "nodedev:///system",
  "css",
  "mdev",
  "user-name",
};

static const char *const texts[] = {
  "<device><parent>css_0_0_0313</parent><capability type='mdev'><type id='vfio_ccw-io'/>"
  "<uuid>d3b07384-d9a0-4c9b-8f3e-5a1c0de0c0de</uuid><attr name='a' value='b'/></capability>"
  "</device>",
  "<device><parent>pci_0000_00_02_0</parent><capability type='mdev'><type id='i915'/></capability>"
  "</device>",
  "<device><capability type='scsi_host'><wwnn>1</wwnn></capability></device>",
  "<device><parent>ccw_0_0_1234</parent><capability type='mdev'><type id='vfio_ccw-io'/>"
  "</capability></device>",
};

static void
append_number (GByteArray *payload, guint32 number)
{
  guint32 wire = GUINT32_TO_BE (number);

  g_byte_array_append (payload, (const guint8 *) &wire, sizeof wire);
}

/* Small ones, and the borders of what they can be. */
static void
append_some_number (GByteArray *payload, Input *input)
{
  static const guint32 borders[] = { G_MAXUINT32, G_MAXINT32, 0x80000000, 65536, 65537, 1u << 30 };
  guint8 choice = input_take_byte (input);

  append_number (payload, choice < 250 ? choice : borders[choice - 250]);
}

static void
append_bytes (GByteArray *payload, const void *bytes, gsize length)
{
  static const guint8 padding[4];

  append_number (payload, (guint32) length);
  g_byte_array_append (payload, bytes, (guint) length);
  g_byte_array_append (payload, padding, (guint) (-length & 3));
}

/* One of @known, or bytes of the input. */
static void
append_string (GByteArray *payload, Input *input, const char *const *known, gsize n)
{
  guint8 choice = input_take_byte (input);
  gsize length;
  const guint8 *bytes;

  if (choice < 128)
    {
      append_bytes (payload, known[choice % n], strlen (known[choice % n]));
      return;
    }
  bytes = input_take (input, (gsize) choice - 128, &length);
  append_bytes (payload, bytes, length);
}

static void
append_word (GByteArray *payload, Input *input)
{
  append_string (payload, input, words, G_N_ELEMENTS (words));
}

static void
append_optional (GByteArray *payload, Input *input)
{
  gboolean is_there = input_take_byte (input) & 1;

  append_number (payload, (guint32) is_there);
  if (is_there)
    append_word (payload, input);
}

static void
append_list (GByteArray *payload, Input *input, void (*append) (GByteArray *, Input *))
{
  guint n = input_take_byte (input) % 16;

  append_number (payload, n);
  while (n-- > 0)
    append (payload, input);
}

/* virTypedParameterType tells how long the value is. */
static void
append_param (GByteArray *payload, Input *input)
{
  guint type = input_take_byte (input) % 9;

  append_word (payload, input);
  append_number (payload, type);
  if (type == 7)
    append_word (payload, input);
  else
    append_some_number (payload, input);
  if (type >= 3 && type <= 5)
    append_some_number (payload, input);
}

static void
append_item (GByteArray *payload, char kind, Input *input)
{
  switch (kind)
    {
    case 's':
      append_word (payload, input);
      break;
    case 'x':
      append_string (payload, input, texts, G_N_ELEMENTS (texts));
      break;
    case 'o':
      append_optional (payload, input);
      break;
    case 'A':
      append_list (payload, input, append_word);
      break;
    case 'I':
      append_list (payload, input, append_some_number);
      break;
    case 'P':
      append_list (payload, input, append_param);
      break;
    case 'h':
      append_some_number (payload, input);
      append_some_number (payload, input);
      break;
    default:
      append_some_number (payload, input);
      break;
    }
}

static void
append_layout (GByteArray *payload, const char *layout, Input *input)
{
  for (; *layout != '\0'; layout++)
    append_item (payload, *layout, input);
}

static const Layout *
find_layout (int procedure)
{
  static const Layout unknown = { 0, "", "" };

  for (gsize i = 0; i < G_N_ELEMENTS (layouts); i++)
    if (layouts[i].procedure == procedure)
      return &layouts[i];
  return &unknown;
}

int
arguments_pick_procedure (guint choice)
{
  return layouts[choice % G_N_ELEMENTS (layouts)].procedure;
}

void
arguments_append_call (GByteArray *payload, int procedure, Input *input)
{
  append_layout (payload, find_layout (procedure)->call, input);
}

void
arguments_append_answer (GByteArray *payload, int procedure, guint status, Input *input)
{
  append_layout (payload, status == ND_STATUS_OK ? find_layout (procedure)->answer : ERROR_LAYOUT,
                 input);
}

void
arguments_append_event (GByteArray *payload, Input *input)
{
  append_layout (payload, "isii", input);
}
