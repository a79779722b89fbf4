/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/terminal.h"

static const CliCommand *const commands[] = {
  &cli_command_list,   &cli_command_pass,        &cli_command_give_back, &cli_command_graph,
  &cli_command_doctor, &cli_command_hostdev_xml, &cli_command_qemu_args,
};

static const CliCommand *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i]->name, name) == 0)
      return commands[i];
  return NULL;
}

static void
print_help (void)
{
  g_print ("Usage: virt-ccw COMMAND [OPTION…]\n\n"
           "Give channel-attached devices of this host to virtual machines.\n\n"
           "Commands:\n");
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-12s  %s\n", commands[i]->name, commands[i]->summary);
  g_print ("\n'virt-ccw COMMAND --help' tells a command's options.\n\n"
           "Exit codes: 0 done, 1 failed and undone (doctor: problems),\n"
           "2 usage, 3 refused for safety, 4 not found.\n");
}

/* Options of virt-ccw itself; TRUE when @argument was one. */
static gboolean
handle_own_option (const char *argument)
{
  if (strcmp (argument, "--help") == 0 || strcmp (argument, "-h") == 0
      || strcmp (argument, "help") == 0)
    print_help ();
  else if (strcmp (argument, "--version") == 0 || strcmp (argument, "-V") == 0)
    g_print ("virt-ccw %s\n", VIRT_CCW_VERSION);
  else
    return FALSE;
  return TRUE;
}

/* XML or a table that is cut off, as by a full disk, is no result. */
static gboolean
flush_output (GError **error)
{
  if (ferror (stdout) == 0 && fclose (stdout) == 0)
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not write standard output: %s",
               g_strerror (errno));
  return FALSE;
}

static CcwExit
run_command (const CliCommand *command, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  CcwExit result = command->run (argc, argv, &error);

  if (error == NULL && command->is_report && !flush_output (&error))
    result = ccw_exit_from_error (error);
  if (error != NULL)
    g_printerr ("virt-ccw %s: %s\n", command->name, error->message);
  return result;
}

/*
 * A standard file that is closed (">&-") would become the next one that is opened, such as
 * libvirt's socket, and what is printed would go there. In its place comes one that can neither
 * be read nor written, open(2).
 */
static void
hold_standard_files (void)
{
  for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++)
    if (fcntl (file, F_GETFD) < 0 && open ("/", O_PATH) != file)
      _exit (CCW_EXIT_FAILED);
}

int
main (int argc, char **argv)
{
  const CliCommand *command;

  hold_standard_files ();
  terminal_set_locale ();
  if (argc < 2)
    {
      g_printerr ("virt-ccw: no command given; 'virt-ccw --help' lists them\n");
      return CCW_EXIT_USAGE;
    }
  if (handle_own_option (argv[1]))
    return CCW_EXIT_DONE;

  command = find_command (argv[1]);
  if (command == NULL)
    {
      g_printerr ("virt-ccw: '%s' is not a command; 'virt-ccw --help' lists them\n", argv[1]);
      return CCW_EXIT_USAGE;
    }
  return run_command (command, argc - 1, argv + 1);
}
