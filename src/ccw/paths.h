/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Every path we touch comes from here, so that the real programs can run on a
 * fake machine: configuration, state and run-time files lie under a root of
 * the caller's choice; sysfs and procfs are always the process's own (tests
 * fake them by umockdev or by a mount namespace).
 */
typedef struct _CcwPaths CcwPaths;

/* @root: NULL or "/" for the real machine, else an absolute directory. */
CcwPaths *ccw_paths_new (const char *root);
void ccw_paths_free (CcwPaths *paths);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CcwPaths, ccw_paths_free)

/* ROOT/etc/mdevctl.d: persistent mdevs, in mdevctl's format, shared with mdevctl. */
const char *ccw_paths_mdevctl_dir (const CcwPaths *paths);

/* ROOT/etc/virt-ccw: what the administrator tells us. */
const char *ccw_paths_config_dir (const CcwPaths *paths);

/* ROOT/var/lib/virt-ccw: our own store beside mdevctl's, survives a reboot. */
const char *ccw_paths_state_dir (const CcwPaths *paths);

/* ROOT/run/virt-ccw: lock, journal and what to restore; gone after a reboot, as bindings are. */
const char *ccw_paths_run_dir (const CcwPaths *paths);

/* ROOT/etc/virt-ccw/virtccwd.conf: the daemon's settings. */
const char *ccw_paths_daemon_conf (const CcwPaths *paths);

/* ROOT/run/libvirt/virtnodedevd-sock: libvirt's slot for a node-device daemon. */
const char *ccw_paths_default_socket (const CcwPaths *paths);
