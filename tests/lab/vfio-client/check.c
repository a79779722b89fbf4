/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding and running the cases. */
#include "check.h"
#include "commands.h"

#include <stdio.h>
#include <string.h>

static const Case *const tables[] = {
  data_cases, refusal_cases, signal_cases, interface_cases, thread_cases, history_cases,
};

#define TABLES (sizeof tables / sizeof tables[0])

/* A NOP, and a Sense ID that is suspended before it begins. */
Program
start_suspended (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_SUSPENDING);

  program_add (&program, CMD_NOP, CCW_SLI | CCW_CC, 1, 0);
  program_add (&program, CMD_SENSE_ID, CCW_SLI | CCW_SUSPEND, 7, CASE_DATA);
  expect (start_subchannel (&program) == 0);
  return program;
}

Status
next_status (Client *client)
{
  Status status;

  if (!wait_for_status (client, &status))
    die ("no interrupt");
  return status;
}

/* A line for each case: its name and what it proves. */
void
check_list (void)
{
  const Case *entry;
  size_t i;

  for (i = 0; i < TABLES; i++)
    {
      for (entry = tables[i]; entry->name; entry++)
        printf ("%s\t%s\n", entry->name, entry->property);
    }
}

static const Case *
find_case (const char *name)
{
  const Case *entry;
  size_t i;

  for (i = 0; i < TABLES; i++)
    {
      for (entry = tables[i]; entry->name; entry++)
        {
          if (!strcmp (entry->name, name))
            return entry;
        }
    }
  return NULL;
}

int
command_check (Client *client, int argc, char **argv)
{
  const Case *entry;
  uint8_t id[ID_MAX];
  int i;

  for (i = 0; i < argc; i++)
    {
      entry = find_case (argv[i]);
      if (!entry)
        {
          fprintf (stderr, "vfio-client: there is no case %s\n", argv[i]);
          return 2;
        }
      entry->run (client);
      /* Whatever the case did, the device must still work. */
      sense_id (client, id, sizeof id);
    }
  return 0;
}
