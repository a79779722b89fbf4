/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest that takes a second where Linux takes half a minute. The words of
 * QEMU's -append are the name of a scenario and a device number in hex; without
 * words it identifies all devices. At last it prints "bare guest: done".
 */
#include "console.h"
#include "scenarios.h"

#include <stdbool.h>
#include <stddef.h>

/* In start.S. */
extern const volatile char command_line[];

static const struct
{
  const char *name;
  void (*run) (uint16_t device_number);
} scenarios[] = {
  { "identify", identify_devices }, { "instructions", try_instructions },
  { "await-user", await_user },     { "lose-device", lose_device },
  { "watch", watch_devices },       { "reset", reset_in_program },
  { "await-reset", await_reset },
};

void main (void);

/* Whether TEXT begins with WORD; then *END is what follows. */
static bool
begins_with (const volatile char *text, const char *word, const volatile char **end)
{
  while (*word != '\0' && *text == *word)
    {
      text++;
      word++;
    }
  *end = text;
  return *word == '\0' && (*text == '\0' || *text == ' ');
}

static uint16_t
parse_hex (const volatile char *text)
{
  uint16_t value = 0;

  for (; *text != '\0'; text++)
    {
      if (*text >= '0' && *text <= '9')
        value = (uint16_t) (value << 4 | (*text - '0'));
      if (*text >= 'a' && *text <= 'f')
        value = (uint16_t) (value << 4 | (*text - 'a' + 10));
    }
  return value;
}

void
main (void)
{
  const volatile char *words = command_line[0] == '\0' ? "identify" : command_line;
  const volatile char *number;
  size_t i;

  console_open ();
  for (i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++)
    if (begins_with (words, scenarios[i].name, &number))
      {
        scenarios[i].run (parse_hex (number));
        console_line ("bare guest: done");
        return;
      }
  console_line ("bare guest: no such scenario");
}
