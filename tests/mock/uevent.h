/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Sends one event, as udevd would after its rules, to every libudev monitor
 * that runs under umockdev's preload library in the mock machine @root.
 *
 * umockdev can send events itself, but drops them silently when a receiver is
 * more than net.unix.max_dgram_qlen (10) events behind; this one waits for
 * the receiver, for at most a second.
 *
 * @subsystem: css, ccw or mdev. @devpath: without "/sys".
 */
void mock_uevent_send (const char *root, const char *action, const char *subsystem,
                       const char *devpath);

/* The same to every monitor in this network namespace, which must be the machine's own. */
void mock_uevent_broadcast (const char *action, const char *subsystem, const char *devpath);
