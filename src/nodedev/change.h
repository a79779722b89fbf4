/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/follow.h"
#include "nodedev/job-queue.h"
#include "nodedev/service.h"

/* One change of an mdev, as the job that it is: for service.c and change-*.c. */

/* What changes work with. */
typedef struct
{
  NodedevView view;
  const CcwPaths *paths;
  NodedevFollow *follow;
} NodedevChangeTools;

typedef struct
{
  const NodedevChangeTools *tools;
  const char *what; /* "create", for the log */
  char *name;       /* the mdev's */
  char *uuid;       /* NULL while @name is not known to be an mdev's */
  CcwDevId parent;
  MdevConfig *config; /* what it shall be; NULL when that is not told */
  gboolean autostart;
  gboolean keep_bound;
  gboolean is_needless; /* found done when its turn came: not worth a line in the log */
  guint flags;
  guint *n_pending; /* counts those that have not ended; NULL: does not count */
  NodedevDoneFunc done;
  gpointer user_data;
} NodedevChange;

/* @config is taken over. */
NodedevChange *nodedev_change_new_for_config (const NodedevChangeTools *tools, const char *what,
                                              MdevConfig *config, NodedevDoneFunc done,
                                              gpointer user_data);
NodedevChange *nodedev_change_new_for_name (const NodedevChangeTools *tools, const char *what,
                                            const char *name, NodedevDoneFunc done,
                                            gpointer user_data);

/* Tells whoever asked and the log, and frees @change. */
void nodedev_change_end (NodedevChange *change, const GError *error);

/* As finish() of a job: after one that left the host alone, or that may have changed it. */
void nodedev_change_finish (gpointer change, const GError *error);
void nodedev_change_finish_and_refresh (gpointer change, const GError *error);

/* Sets @error in the domain NODEDEV_ERROR; FALSE, always. */
gboolean nodedev_change_fail (GError **error, int code, const char *text);

/*
 * What it shares with others that must not be done at the same time: the
 * subchannel, since the kernel does one thing at a time there, and the UUID,
 * since that may be active, and defined, only once.
 */
GStrv nodedev_change_get_subjects (const NodedevChange *change);
