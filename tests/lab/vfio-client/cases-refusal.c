/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that the driver must refuse, and by which error. */
#include "check.h"

#include <errno.h>

static void
expect_refusal (const Program *program, int error)
{
  int got = start_subchannel (program);

  if (got != error)
    die ("refused with error %d, not %d", got, error);
}

static void
unmapped_program (Client *client)
{
  Program program = { client, ORB_USUAL, MEMORY_END + 0x1000, 0 };

  expect_refusal (&program, EFAULT);
}

static void
unmapped_chain (Client *client)
{
  Program program = program_begin (client, MEMORY_END - 8, ORB_USUAL);

  program_add (&program, CMD_NOP, CCW_CC | CCW_SLI, 1, 0);
  expect_refusal (&program, EFAULT);
}

static void
unmapped_data (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);

  program_add (&program, CMD_SENSE_ID, CCW_SLI, 7, MEMORY_END + 0x1000);
  expect_refusal (&program, EFAULT);
}

/* The first page is there, the second is not: both must be let go. */
static void
half_mapped_data (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);

  program_add (&program, CMD_SENSE_ID, CCW_SLI | CCW_CC, 7, CASE_DATA);
  program_add (&program, CMD_SENSE_ID, CCW_SLI, 0x2000, MEMORY_END - 0x1000);
  expect_refusal (&program, EFAULT);
  client_unmap (client);
  client_map (client);
}

static void
unmapped_idal (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);

  program_add (&program, CMD_SENSE_ID, CCW_SLI | CCW_IDA, 7, MEMORY_END + 0x1000);
  expect_refusal (&program, EFAULT);
}

static void
misaligned_idaw (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);

  put_be64 (guest (client, CASE_LISTS, 8), CASE_DATA);
  put_be64 (guest (client, CASE_LISTS + 8, 8), CASE_DATA + 0x1004);
  program_add (&program, CMD_SENSE_ID, CCW_SLI | CCW_IDA, 0x1800, CASE_LISTS);
  expect_refusal (&program, EINVAL);
}

static void
misaligned_program (Client *client)
{
  Program program = { client, ORB_USUAL, CASE_PROGRAM + 4, 0 };

  expect_refusal (&program, EINVAL);
}

static void
tic_first (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);

  program_tic (&program, CASE_PROGRAM + 64);
  program_add (&program, CMD_NOP, CCW_SLI, 1, 0);
  expect_refusal (&program, EINVAL);
}

static void
tic_to_tic (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);

  program_add (&program, CMD_NOP, CCW_CC | CCW_SLI, 1, 0);
  program_tic (&program, CASE_PROGRAM + 64);
  program_tic (&program, CASE_PROGRAM + 128);
  program_add (&program, CMD_NOP, CCW_SLI, 1, 0);
  expect_refusal (&program, EINVAL);
}

static void
tic_to_itself (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);

  program_add (&program, CMD_NOP, CCW_CC | CCW_SLI, 1, 0);
  program_tic (&program, program.next);
  expect_refusal (&program, EINVAL);
}

static void
transport_mode (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL | ORB_TRANSPORT);

  program_add (&program, CMD_NOP, CCW_SLI, 1, 0);
  expect_refusal (&program, EOPNOTSUPP);
}

/* Paths that are not installed; only the first of eight is, here. */
static void
no_such_path (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, (ORB_USUAL & ~ORB_ANY_PATH) | 0x7f00);

  program_add (&program, CMD_NOP, CCW_SLI, 1, 0);
  expect_refusal (&program, EACCES);
}

/* A program without end of what cannot be one: more CCWs than there is room. */
static void
too_long (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);
  unsigned i;

  for (i = 0; i < 0x1fffff / 8; i++)
    program_add (&program, CMD_NOP, CCW_CC | CCW_SLI, 1, 0);
  expect_refusal (&program, ENOSPC);
}

const Case refusal_cases[] = {
  { "refuse-unmapped-program", "no memory where the program is", unmapped_program },
  { "refuse-unmapped-chain", "no memory where the chain goes on", unmapped_chain },
  { "refuse-unmapped-data", "no memory where the data are", unmapped_data },
  { "refuse-half-mapped-data", "nothing stays pinned of what was refused", half_mapped_data },
  { "refuse-unmapped-idal", "no memory where the IDAWs are", unmapped_idal },
  { "refuse-misaligned-idaw", "an IDAW that is not on a block", misaligned_idaw },
  { "refuse-misaligned-program", "a program that is not on a doubleword", misaligned_program },
  { "refuse-tic-first", "a TIC as first CCW", tic_first },
  { "refuse-tic-to-tic", "a TIC to a TIC", tic_to_tic },
  { "refuse-tic-to-itself", "a TIC to itself", tic_to_itself },
  { "refuse-transport-mode", "transport mode", transport_mode },
  { "refuse-no-such-path", "paths that are not there", no_such_path },
  { "refuse-too-long", "more CCWs than there is room for", too_long },
  { NULL, NULL, NULL },
};
