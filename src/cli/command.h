/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "ccw/error.h"

/*
 * The subcommands of virt-ccw, one file each. Each parses its own options,
 * does its work, prints its result on standard output and nothing else there.
 */
typedef struct
{
  const char *name;
  const char *summary; /* for the list in --help: a verb first, no full stop */

  gboolean is_report; /* What it prints is all it does: when that fails, it fails. */

  /* @argv[0] is the subcommand's name. Sets @error unless the result tells enough. */
  CcwExit (*run) (int argc, char **argv, GError **error);
} CliCommand;

extern const CliCommand cli_command_doctor;
extern const CliCommand cli_command_give_back;
extern const CliCommand cli_command_graph;
extern const CliCommand cli_command_hostdev_xml;
extern const CliCommand cli_command_list;
extern const CliCommand cli_command_pass;
extern const CliCommand cli_command_qemu_args;

/*
 * Parses the options of @command; nothing but options may be there. FALSE
 * with CCW_ERROR_INVALID otherwise. --help prints and ends the program.
 * @description follows the list of options in --help.
 */
gboolean cli_parse_options (const CliCommand *command, const GOptionEntry *const *entry_lists,
                            const char *description, int argc, char **argv, GError **error);
