/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Fields of /proc/PID/stat, as proc_pid_stat(5) counts them. */
#define CCW_PROCESS_PARENT 4
#define CCW_PROCESS_START_TIME 22

/* @field, from 3, of the process with the number @pid; NULL: it is gone. The caller frees it. */
char *ccw_process_stat (const char *pid, guint field);
