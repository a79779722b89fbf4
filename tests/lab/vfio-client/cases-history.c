/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Mistakes that drivers like this one have had, where no test without a kernel
 * can tell. For the others see tests/history/.
 */
#include "check.h"

#include <errno.h>
#include <stdio.h>

/* Memory of ours that is locked, in KiB: VFIO counts pinned pages there. */
static unsigned long
locked_memory (void)
{
  char line[128];
  unsigned long size = 0;
  FILE *status = fopen ("/proc/self/status", "r");

  if (!status)
    die_errno ("/proc/self/status");
  while (fgets (line, sizeof line, status))
    {
      if (sscanf (line, "VmLck: %lu kB", &size) == 1)
        break;
    }
  fclose (status);
  return size;
}

/* A program of three segments; the data of the second can be had or not. */
static Program
three_segments (Client *client, uint32_t second_data)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_SUSPENDING);

  program_add (&program, CMD_SENSE_ID, CCW_SLI | CCW_CC | CCW_SUSPEND, 0x1000, CASE_DATA);
  program_tic (&program, CASE_PROGRAM + 0x1000);
  program_add (&program, CMD_SENSE_ID, CCW_SLI | CCW_CC, 0x1000, second_data);
  program_tic (&program, CASE_PROGRAM + 0x2000);
  program_add (&program, CMD_SENSE_ID, CCW_SLI, 0x1000, CASE_DATA + 0x8000);
  return program;
}

/* What the other segments took must be given back at once. */
static void
later_segment_fails (Client *client)
{
  unsigned long before = locked_memory ();
  Program program = three_segments (client, CASE_DATA + 0x4000);

  expect (start_subchannel (&program) == 0);
  expect (locked_memory () == before + 12);
  expect (clear_subchannel (client) == 0);
  next_status (client);
  expect (locked_memory () == before);

  program = three_segments (client, MEMORY_END + 0x4000);
  expect (start_subchannel (&program) == EFAULT);
  expect (locked_memory () == before);
}

const Case history_cases[] = {
  { "later-segment-fails", "no page stays pinned when a later segment fails", later_segment_fails },
  { NULL, NULL, NULL },
};
