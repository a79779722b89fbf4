/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The subcommands. Each gets the words after the mdev's UUID, and returns the
 * exit status: 0 as expected, 1 not so, 2 wrong usage.
 */
#pragma once

#include "client.h"

/* Tells how a subcommand is used, WORDS being it and its words; returns 2. */
int usage (const char *words);

/* Prints bytes in hex, on a line. */
void print_hex (const uint8_t *data, size_t size);

int command_info (Client *client, int argc, char **argv);
int command_schib (Client *client, int argc, char **argv);
int command_sense_id (Client *client, int argc, char **argv);
int command_write_3270 (Client *client, int argc, char **argv);
int command_bad_command (Client *client, int argc, char **argv);
int command_characteristics (Client *client, int argc, char **argv);
int command_label (Client *client, int argc, char **argv);
int command_read_blocks (Client *client, int argc, char **argv);
int command_write_blocks (Client *client, int argc, char **argv);
int command_tape (Client *client, int argc, char **argv);
int command_stream (Client *client, int argc, char **argv);
int command_fault (Client *client, int argc, char **argv);
int command_busy (Client *client, int argc, char **argv);
int command_await (Client *client, int argc, char **argv);
int command_run_program (Client *client, int argc, char **argv);
int command_loop (Client *client, int argc, char **argv);
int command_async (Client *client, int argc, char **argv);
int command_endless (Client *client, int argc, char **argv);
int command_hold (Client *client, int argc, char **argv);
int command_check (Client *client, int argc, char **argv);
