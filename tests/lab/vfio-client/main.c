/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vfio-client: the command line. */
#include "check.h"
#include "commands.h"

#include <stdio.h>
#include <string.h>

static const struct
{
  const char *name;
  int (*run) (Client *client, int argc, char **argv);
  const char *words;
  const char *help;
} commands[] = {
  { "info", command_info, "", "print regions and interrupts of the device" },
  { "schib", command_schib, "", "print the subchannel-information block" },
  { "sense-id", command_sense_id, "", "print what the device is, in hex" },
  { "write-3270", command_write_3270, "TEXT", "clear a 3270's screen and show TEXT" },
  { "bad-command", command_bad_command, "", "expect a unit check for an unknown command" },
  { "characteristics", command_characteristics, "", "print a disk's characteristics, in hex" },
  { "label", command_label, "", "print a disk's volume label with its key, in hex" },
  { "read-blocks", command_read_blocks, "FIRST COUNT HOW", "print blocks of a disk, see dasd.c" },
  { "write-blocks", command_write_blocks, "FIRST COUNT HOW", "write them from standard input" },
  { "tape", command_tape, "", "write a tape, and read it forward and backward" },
  { "stream", command_stream, "FIRST COUNT", "write and read blocks until SIGTERM" },
  { "fault", command_fault, "WHAT...", "have a unit check and print its sense, see faults.c" },
  { "busy", command_busy, "BLOCK", "write a block with a program that goes on for ever" },
  { "await", command_await, "", "wait for status nobody has asked for" },
  { "run-program", command_run_program, "FILE", "run what FILE describes, see run-program.c" },
  { "loop", command_loop, "N", "N times Sense ID, always with the same answer" },
  { "async", command_async, "halt|clear", "start an endless program and end it" },
  { "endless", command_endless, "", "start an endless program; somebody else ends it" },
  { "hold", command_hold, "SECONDS", "keep the device until asked to give it back" },
  { "check", command_check, "CASE...", "check something; see check --list" },
};

static void
print_help (void)
{
  size_t i;

  puts ("usage: vfio-client COMMAND UUID [WORD...]\n"
        "       vfio-client check --list\n"
        "\n"
        "Uses the mediated subchannel UUID as QEMU would.\n"
        "Exit status: 0 all as expected, 1 not so, 2 wrong usage.\n");
  for (i = 0; i < sizeof commands / sizeof commands[0]; i++)
    printf ("  %-16s%-16s%s\n", commands[i].name, commands[i].words, commands[i].help);
}

static int
run_command (int argc, char **argv)
{
  Client client = { 0 };
  size_t i;
  int status;

  for (i = 0; i < sizeof commands / sizeof commands[0]; i++)
    {
      if (strcmp (argv[1], commands[i].name))
        continue;
      client_open (&client, argv[2]);
      status = commands[i].run (&client, argc - 3, argv + 3);
      client_close (&client);
      return status;
    }
  fprintf (stderr, "vfio-client: there is no command %s; see --help\n", argv[1]);
  return 2;
}

int
main (int argc, char **argv)
{
  setvbuf (stdout, NULL, _IOLBF, 0);
  if (argc == 2 && !strcmp (argv[1], "--help"))
    {
      print_help ();
      return 0;
    }
  if (argc == 3 && !strcmp (argv[1], "check") && !strcmp (argv[2], "--list"))
    {
      check_list ();
      return 0;
    }
  if (argc >= 3)
    return run_command (argc, argv);
  fputs ("usage: vfio-client COMMAND UUID [WORD...]; see --help\n", stderr);
  return 2;
}
