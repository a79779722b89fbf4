/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* A fuzzer's input, taken from its front; behind its end it is zeros. */
typedef struct
{
  const guint8 *next;
  gsize left;
} Input;

static inline guint8
input_take_byte (Input *input)
{
  if (input->left == 0)
    return 0;
  input->left--;
  return *input->next++;
}

static inline guint32
input_take_number (Input *input)
{
  guint32 high = input_take_byte (input);

  return high << 8 | input_take_byte (input);
}

/* At most @wanted bytes; how many in @length. They are the input's. */
static inline const guint8 *
input_take (Input *input, gsize wanted, gsize *length)
{
  const guint8 *bytes = input->next;

  *length = MIN (wanted, input->left);
  input->next += *length;
  input->left -= *length;
  return bytes;
}
