/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/*
 * The real virtccwd as a child, on a socket and a root of its own, for tests
 * that run within mock-machine and print TAP.
 */
typedef struct
{
  char *folder; /* everything is in it */
  char *socket;
  char *log;
  GPid pid; /* 0: not running */
} DaemonProcess;

void daemon_process_init (DaemonProcess *daemon, const char *name);

/* It must have been stopped. Removes the folder. */
void daemon_process_clear (DaemonProcess *daemon);

/*
 * Runs @program with the options --socket and --root, and @options, a
 * NULL-terminated list or NULL, behind @wrapper, the same: a command that is
 * to run it. It answers on return; otherwise the test bails out. @preload: a
 * further library to load into it, or NULL.
 */
void daemon_process_start (DaemonProcess *daemon, const char *const *wrapper, const char *program,
                           const char *const *options, const char *preload);

gboolean daemon_process_is_alive (const DaemonProcess *daemon);

/* Tells it to end and waits; TRUE when it ended well. */
gboolean daemon_process_stop (DaemonProcess *daemon);

/* What it has said; the caller frees it. */
char *daemon_process_read_log (const DaemonProcess *daemon);

/* No sanitizer, and no check of its own, has found anything; else the log is shown. */
gboolean daemon_process_is_log_clean (const DaemonProcess *daemon);

/* Shows the log and ends the whole test. */
void daemon_process_bail_out (DaemonProcess *daemon, const char *why) G_GNUC_NORETURN;
