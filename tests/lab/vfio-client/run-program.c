/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Running a channel program from a file. Each line is one of
 *
 *   orb FLAGS                          word 1 of the ORB, hex; usually 00c2ff00
 *   at ADDRESS                         the CCWs that follow go there
 *   ccw COMMAND FLAGS COUNT ADDRESS    a CCW: hex, hex, decimal, hex
 *   data ADDRESS HEX...                bytes in the guest's memory
 *   expect ADDRESS HEX...              bytes there must have afterwards
 *   refused ERRNO                      the driver must refuse it
 *   status DSTAT CSTAT COUNT           how it must end: hex, hex, decimal
 *   # COMMENT
 *
 * Addresses are hex and relative to the start of the guest's memory. The
 * program starts at the first CCW. Without a status line it must end normally.
 */
#include "commands.h"
#include "subchannel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECTATIONS_MAX 64
#define LINE_SIZE 4096

typedef struct
{
  uint32_t address;
  unsigned length;
  uint8_t *bytes;
} Expectation;

typedef struct
{
  Client *client;
  Program program;
  bool started; /* the first CCW is known */
  int refused;  /* errno, or 0 */
  unsigned dstat;
  unsigned cstat;
  unsigned count;
  bool count_matters;
  Expectation expectations[EXPECTATIONS_MAX];
  unsigned n_expectations;
  unsigned line_number;
} Script;

static void __attribute__ ((noreturn)) bad_line (const Script *script)
{
  die ("line %u is not understood", script->line_number);
}

static unsigned long
next_number (const Script *script, char **rest, int base)
{
  char *end;
  unsigned long number = strtoul (*rest, &end, base);

  if (end == *rest)
    bad_line (script);
  *rest = end;
  return number;
}

static uint32_t
next_address (const Script *script, char **rest)
{
  return MEMORY_START + next_number (script, rest, 16);
}

static unsigned
read_bytes (char *rest, uint8_t *bytes, unsigned max)
{
  unsigned length = 0;
  char *end;
  unsigned long byte;

  while (length < max)
    {
      byte = strtoul (rest, &end, 16);
      if (end == rest)
        break;
      bytes[length++] = byte;
      rest = end;
    }
  return length;
}

static void
add_ccw (Script *script, char *rest)
{
  unsigned command = next_number (script, &rest, 16);
  unsigned flags = next_number (script, &rest, 16);
  unsigned count = next_number (script, &rest, 10);
  uint32_t address = next_address (script, &rest);

  if (!script->started)
    script->program.start = script->program.next;
  script->started = true;
  program_add (&script->program, command, flags, count, address);
}

static void
set_data (Script *script, char *rest)
{
  uint32_t address = next_address (script, &rest);
  uint8_t bytes[LINE_SIZE];
  unsigned length = read_bytes (rest, bytes, sizeof bytes);

  memcpy (guest (script->client, address, length), bytes, length);
}

static void
add_expectation (Script *script, char *rest)
{
  Expectation *expectation = &script->expectations[script->n_expectations];

  if (script->n_expectations++ == EXPECTATIONS_MAX)
    die ("too many expectations");
  expectation->address = next_address (script, &rest);
  expectation->bytes = malloc (LINE_SIZE);
  if (!expectation->bytes)
    die_errno ("malloc");
  expectation->length = read_bytes (rest, expectation->bytes, LINE_SIZE);
}

static void
set_status (Script *script, char *rest)
{
  script->dstat = next_number (script, &rest, 16);
  script->cstat = next_number (script, &rest, 16);
  script->count = next_number (script, &rest, 10);
  script->count_matters = true;
}

static bool
is_word (const char *line, const char *word, char **rest)
{
  size_t length = strlen (word);

  if (strncmp (line, word, length) || !strchr (" \n", line[length]))
    return false;
  *rest = (char *) line + length;
  return true;
}

static void
read_line (Script *script, char *line)
{
  char *rest;

  if (line[0] == '#' || line[0] == '\n')
    return;
  if (is_word (line, "orb", &rest))
    script->program.orb_flags = next_number (script, &rest, 16);
  else if (is_word (line, "at", &rest))
    script->program.next = next_address (script, &rest);
  else if (is_word (line, "ccw", &rest))
    add_ccw (script, rest);
  else if (is_word (line, "data", &rest))
    set_data (script, rest);
  else if (is_word (line, "expect", &rest))
    add_expectation (script, rest);
  else if (is_word (line, "refused", &rest))
    script->refused = next_number (script, &rest, 10);
  else if (is_word (line, "status", &rest))
    set_status (script, rest);
  else
    bad_line (script);
}

static void
read_script (Script *script, const char *path)
{
  FILE *file = fopen (path, "r");
  char line[LINE_SIZE];

  if (!file)
    die_errno (path);
  for (script->line_number = 1; fgets (line, sizeof line, file); script->line_number++)
    read_line (script, line);
  fclose (file);
  if (!script->started)
    die ("%s has no CCW", path);
}

static int
judge_refusal (const Script *script, int error)
{
  printf ("refused: %s\n", error ? strerror (error) : "no");
  return error == script->refused ? 0 : 1;
}

static int
judge_status (const Script *script, const Status *status)
{
  puts (status_text (status));
  if (status->dstat != script->dstat || status->cstat != script->cstat)
    return 1;
  return script->count_matters && status->count != script->count;
}

static int
judge_memory (Script *script)
{
  const Expectation *expectation = script->expectations;
  const Expectation *end = expectation + script->n_expectations;
  int result = 0;

  for (; expectation < end; expectation++)
    {
      if (!memcmp (guest (script->client, expectation->address, expectation->length),
                   expectation->bytes, expectation->length))
        continue;
      printf ("the bytes at %x differ\n", expectation->address - MEMORY_START);
      result = 1;
    }
  return result;
}

int
command_run_program (Client *client, int argc, char **argv)
{
  Script script = {
    .client = client,
    .program = program_begin (client, MEMORY_START, ORB_USUAL),
    .dstat = DSTAT_CHANNEL_END | DSTAT_DEVICE_END,
  };
  Status status;
  int error;

  if (argc != 1)
    {
      fputs ("usage: vfio-client run-program UUID FILE\n", stderr);
      return 2;
    }
  read_script (&script, argv[0]);
  error = start_subchannel (&script.program);
  if (error || script.refused)
    return judge_refusal (&script, error);
  if (!wait_for_status (client, &status))
    die ("no interrupt");
  return judge_status (&script, &status) || judge_memory (&script);
}
