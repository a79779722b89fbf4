/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * A process that wants something, so that it cannot be mistaken for another
 * one: numbers of processes are used again, and a process may become another
 * user's by running a setuid program. What counts is who it was when it
 * connected.
 */
typedef struct
{
  gint64 pid;         /* -1: not known */
  gint64 uid;         /* -1: not known */
  guint64 start_time; /* field 22 of /proc/PID/stat; 0: not known */
} NodedevProcess;

/* When the process @pid started; 0 when that cannot be told. */
guint64 nodedev_process_read_start_time (gint64 pid);

/* Can it be told from all others? Not when it had ended before it was looked at. */
gboolean nodedev_process_is_known (const NodedevProcess *process);
