/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * The folder of ordinary files that stands for /sys, /proc and /dev. Paths
 * are given as they are seen inside, with their leading slash
 * ("/sys/bus/css/devices"); whatever goes wrong ends the test.
 */
typedef struct
{
  char *root;
} MockTree;

void mock_tree_folder (const MockTree *tree, const char *path);

/* Creates or replaces a file, making folders as needed. */
void mock_tree_file (const MockTree *tree, const char *path, const char *text);

/* A relative link, as sysfs has them; a link that is there is replaced. */
void mock_tree_link (const MockTree *tree, const char *path, const char *target);

/* A file, a link or a folder with all in it; nothing when there is none. */
void mock_tree_remove (const MockTree *tree, const char *path);

/* Links within it are as they were, which is enough for a folder moved as deep as it was. */
void mock_tree_move (const MockTree *tree, const char *from, const char *to);

gboolean mock_tree_exists (const MockTree *tree, const char *path);

/* The text of a file without its line end, NULL when there is none; the caller frees it. */
char *mock_tree_read (const MockTree *tree, const char *path);

/* The last part of what a link points to, NULL when there is none; the caller frees it. */
char *mock_tree_link_name (const MockTree *tree, const char *path);

/* Names in a folder, sorted; empty when there is none. */
GPtrArray *mock_tree_list (const MockTree *tree, const char *path);

/* All below @path, a line each, sorted: what it is and holds. For comparing two moments. */
char *mock_tree_snapshot (const MockTree *tree, const char *path);
