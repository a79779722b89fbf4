/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Halt, clear, resume, reset, and memory or device given up, with and without a
 * program under way. A program under way is one that is suspended: it ends only
 * when somebody ends it, however long that takes.
 */
#include "check.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void
clear_suspend_flag (const Program *program)
{
  guest (program->client, program->next - 8, 8)[1] &= ~CCW_SUSPEND;
}

static void
halt_idle (Client *client)
{
  Status status;

  expect (halt_subchannel (client) == 0);
  status = next_status (client);
  expect (status.fctl == FCTL_HALT);
  expect (status.cpa == 0);
}

static void
clear_idle (Client *client)
{
  Status status;

  expect (clear_subchannel (client) == 0);
  status = next_status (client);
  expect (status.fctl == FCTL_CLEAR);
  expect (status.cpa == 0);
}

static void
halt_program (Client *client)
{
  Status status;

  start_suspended (client);
  expect (halt_subchannel (client) == 0);
  status = next_status (client);
  expect (status.fctl & FCTL_HALT);
  expect (status.stctl & STCTL_PENDING);
}

static void
clear_program (Client *client)
{
  Status status;

  start_suspended (client);
  expect (clear_subchannel (client) == 0);
  status = next_status (client);
  expect (status.fctl == FCTL_CLEAR);
  expect (status.stctl == STCTL_PENDING);
}

static void
start_busy (Client *client)
{
  Program program = start_suspended (client);

  expect (start_subchannel (&program) == EBUSY);
  expect (clear_subchannel (client) == 0);
  next_status (client);
}

static void
resume_program (Client *client)
{
  Program program = start_suspended (client);
  Status status;

  memset (guest (client, CASE_DATA, 8), 0, 8);
  clear_suspend_flag (&program);
  expect (resume_subchannel (&program) == 0);
  status = next_status (client);
  expect (is_normal_end (&status));
  expect (status.cpa == program.next);
  expect (*guest (client, CASE_DATA, 1) == 0xff);
}

/* The guest has not turned off the flag: the program stops there again. */
static void
resume_still_suspended (Client *client)
{
  Program program = start_suspended (client);

  expect (resume_subchannel (&program) == 0);
  expect (!client_wait (client->io_event, 200));
  expect (start_subchannel (&program) == EBUSY);
  expect (clear_subchannel (client) == 0);
  next_status (client);
}

/* What drivers with a ring of CCWs do: turn one flag on, then another off. */
static void
resume_to_next (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_SUSPENDING);
  Status status;

  program_add (&program, CMD_NOP, CCW_SLI | CCW_CC | CCW_SUSPEND, 1, 0);
  program_add (&program, CMD_SENSE_ID, CCW_SLI, 7, CASE_DATA);
  expect (start_subchannel (&program) == 0);
  memset (guest (client, CASE_DATA, 8), 0, 8);
  guest (client, CASE_PROGRAM + 8, 8)[1] |= CCW_SUSPEND;
  guest (client, CASE_PROGRAM, 8)[1] &= ~CCW_SUSPEND;
  expect (resume_subchannel (&program) == 0);
  expect (!client_wait (client->io_event, 200));
  expect (*guest (client, CASE_DATA, 1) == 0);
  clear_suspend_flag (&program);
  expect (resume_subchannel (&program) == 0);
  status = next_status (client);
  expect (is_normal_end (&status));
  expect (*guest (client, CASE_DATA, 1) == 0xff);
}

static void
resume_changed (Client *client)
{
  Program program = start_suspended (client);

  clear_suspend_flag (&program);
  put_be16 (guest (client, program.next - 6, 2), 6);
  expect (resume_subchannel (&program) == EOPNOTSUPP);
  expect (clear_subchannel (client) == 0);
  next_status (client);
}

static void
resume_idle (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);

  expect (resume_subchannel (&program) == EBUSY);
}

static void
start_unknown_command (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);

  program_add (&program, CMD_UNKNOWN, CCW_SLI, 1, CASE_DATA);
  expect (start_subchannel (&program) == 0);
  expect (client_wait (client->io_event, PATIENCE_MS));
}

static Status
end_of_sense_id (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);

  program_add (&program, CMD_SENSE_ID, CCW_SLI, 7, CASE_DATA);
  expect (start_subchannel (&program) == 0);
  return next_status (client);
}

/* Two interrupts and one look: what both said is there. */
static void
status_accumulates (Client *client)
{
  const unsigned both = DSTAT_UNIT_CHECK | DSTAT_CHANNEL_END | DSTAT_DEVICE_END;
  Status status;

  start_unknown_command (client);
  status = end_of_sense_id (client);
  expect (status.dstat == both);
  expect (status.stctl & STCTL_ALERT);
  expect (status.ecw[0]);
  expect (status.cpa == CASE_PROGRAM + 8);
}

/* What was read once is not added to what comes later. */
static void
status_is_taken (Client *client)
{
  Status status;

  start_unknown_command (client);
  status = test_subchannel (client);
  expect (status.dstat == DSTAT_UNIT_CHECK);
  status = end_of_sense_id (client);
  expect (is_normal_end (&status));
  expect (!(status.stctl & STCTL_ALERT));
}

/* Two interrupts, one look: a second look, for the second signal, finds none. */
static void
status_is_told_once (Client *client)
{
  Status status;

  start_unknown_command (client);
  status = end_of_sense_id (client);
  expect (status.stctl & STCTL_PENDING);
  status = test_subchannel (client);
  expect (!status.stctl);
  expect (!status.dstat);
}

/* One who looks whenever there is a signal must not find old status gone. */
static void
signals_are_taken_back (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);
  Status status;

  program_add (&program, CMD_SENSE_ID, CCW_SLI, 7, CASE_DATA);
  expect (start_subchannel (&program) == 0);
  expect (halt_subchannel (client) == 0);
  status = next_status (client);
  expect (status.dstat == (DSTAT_CHANNEL_END | DSTAT_DEVICE_END));
  expect (start_subchannel (&program) == 0);
  expect (halt_subchannel (client) == 0);
  status = test_subchannel (client);
  expect (status.dstat == (DSTAT_CHANNEL_END | DSTAT_DEVICE_END));
  expect (!client_wait (client->io_event, 0));
}

/* A look at something else, or at a part of the status, takes nothing. */
static void
status_stays (Client *client)
{
  struct ccw_io_region block;
  Status status;

  start_unknown_command (client);
  expect (pread (client->device, &block, 24, 0) == 24);
  expect (pread (client->device, &block, 4, 120) == 4);
  status = end_of_sense_id (client);
  expect (status.dstat & DSTAT_UNIT_CHECK);
}

static void
reset_idle (Client *client)
{
  client_reset (client);
  expect (!client_wait (client->io_event, 0));
}

static void
reset_program (Client *client)
{
  Status status;

  start_suspended (client);
  client_reset (client);
  /* A user who waits for the program's end is told to look: it is no more. */
  status = next_status (client);
  expect (!status.stctl);
  expect (!status.fctl && !status.actl);
}

static void
unmap_idle (Client *client)
{
  client_unmap (client);
  client_map (client);
}

/* Pages of a program that is over but whose status nobody has read. */
static void
unmap_unread (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);

  program_add (&program, CMD_SENSE_ID, CCW_SLI, 7, CASE_DATA);
  expect (start_subchannel (&program) == 0);
  expect (client_wait (client->io_event, PATIENCE_MS));
  client_unmap (client);
  client_map (client);
  test_subchannel (client);
}

static void
unmap_program (Client *client)
{
  start_suspended (client);
  client_unmap (client);
  expect (client_wait (client->io_event, PATIENCE_MS));
  test_subchannel (client);
  client_map (client);
}

/* What gave up one program's memory must not do so with the next one's too early. */
static void
unmap_second_program (Client *client)
{
  unsigned round;

  for (round = 0; round < 20; round++)
    {
      start_suspended (client);
      client_unmap (client);
      client_map (client);
      next_status (client);
    }
}

/* Close and open again; that there is a program must not matter. */
static void
close_program (Client *client)
{
  const char *uuid = client->uuid;

  start_suspended (client);
  client_close (client);
  client_open (client, uuid);
}

const Case signal_cases[] = {
  { "halt-idle", "halt without a program", halt_idle },
  { "clear-idle", "clear without a program", clear_idle },
  { "halt-program", "halt ends a program", halt_program },
  { "clear-program", "clear ends a program", clear_program },
  { "start-busy", "no second program", start_busy },
  { "resume-program", "resume a suspended program", resume_program },
  { "resume-still-suspended", "resume while the suspend flag is on", resume_still_suspended },
  { "resume-to-next", "resume up to the next suspend flag", resume_to_next },
  { "resume-changed", "no resume of a program that was changed", resume_changed },
  { "resume-idle", "nothing to resume", resume_idle },
  { "status-accumulates", "no status is lost before it is read", status_accumulates },
  { "status-is-taken", "no status is told twice", status_is_taken },
  { "status-is-told-once", "no status for a signal that came late", status_is_told_once },
  { "signals-are-taken-back", "no signal for status that was read", signals_are_taken_back },
  { "status-stays", "status is taken only by reading it", status_stays },
  { "reset-idle", "reset without a program", reset_idle },
  { "reset-program", "reset ends a program and forgets its status", reset_program },
  { "unmap-idle", "memory given up without a program", unmap_idle },
  { "unmap-unread", "memory given up before the status was read", unmap_unread },
  { "unmap-program", "memory given up under a program", unmap_program },
  { "unmap-second-program", "memory given up under one program after the other",
    unmap_second_program },
  { "close-program", "device given up under a program", close_program },
  { NULL, NULL, NULL },
};
