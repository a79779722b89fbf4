/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/system-use.h"

/*
 * Who uses a block device, and what it takes to find out: for in-use.c only.
 * All read sysfs and procfs and block for as long as that takes. What they
 * return is the caller's; errors are CCW_ERROR_SYSTEM.
 */

/* A device node and where its device is in sysfs. */
typedef struct
{
  char *name;   /* "dasda1" */
  char *folder; /* its folder in sysfs */
  char *number; /* "94:1" */
} CcwNode;

/* A CcwNode, with what it points to. */
void ccw_node_free (gpointer node);

/* An attribute in a folder of sysfs; NULL when there is none. */
char *ccw_leaf_read (const char *folder, const char *leaf);
gboolean ccw_leaf_exists (const char *folder, const char *leaf);

/* The name below /dev of the disk or partition in @folder. */
char *ccw_block_node_name (const char *folder);

/*
 * The user of a disk or partition, "/dev/dasda1 is mounted on /": a mount,
 * swap, a holder (with its own user), btrfs or a loop device. NULL, without an error, when
 * there is none.
 */
char *ccw_find_block_user (CcwSystemUse *use, const CcwNode *block, GError **error);

/*
 * Whether somebody claims a disk or partition in the kernel, without saying who. The user of
 * a partition claims the whole disk as well: look for named users of all of it first.
 */
char *ccw_find_block_claim (CcwSystemUse *use, const CcwNode *block, GError **error);
