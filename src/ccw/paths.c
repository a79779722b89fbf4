/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/paths.h"

struct _CcwPaths
{
  char *mdevctl_dir;
  char *config_dir;
  char *state_dir;
  char *run_dir;
  char *default_socket;
  char *daemon_conf;
};

CcwPaths *
ccw_paths_new (const char *root)
{
  g_autofree char *base = g_canonicalize_filename (root != NULL ? root : "/", "/");
  CcwPaths *paths = g_new0 (CcwPaths, 1);

  paths->mdevctl_dir = g_build_filename (base, "etc", "mdevctl.d", NULL);
  paths->config_dir = g_build_filename (base, "etc", "virt-ccw", NULL);
  paths->state_dir = g_build_filename (base, "var", "lib", "virt-ccw", NULL);
  paths->run_dir = g_build_filename (base, "run", "virt-ccw", NULL);
  paths->default_socket = g_build_filename (base, "run", "libvirt", "virtnodedevd-sock", NULL);
  paths->daemon_conf = g_build_filename (base, "etc", "virt-ccw", "virtccwd.conf", NULL);
  return paths;
}

void
ccw_paths_free (CcwPaths *paths)
{
  if (paths == NULL)
    return;
  g_free (paths->mdevctl_dir);
  g_free (paths->config_dir);
  g_free (paths->state_dir);
  g_free (paths->run_dir);
  g_free (paths->default_socket);
  g_free (paths->daemon_conf);
  g_free (paths);
}

const char *
ccw_paths_mdevctl_dir (const CcwPaths *paths)
{
  return paths->mdevctl_dir;
}

const char *
ccw_paths_config_dir (const CcwPaths *paths)
{
  return paths->config_dir;
}

const char *
ccw_paths_state_dir (const CcwPaths *paths)
{
  return paths->state_dir;
}

const char *
ccw_paths_run_dir (const CcwPaths *paths)
{
  return paths->run_dir;
}

const char *
ccw_paths_daemon_conf (const CcwPaths *paths)
{
  return paths->daemon_conf;
}

const char *
ccw_paths_default_socket (const CcwPaths *paths)
{
  return paths->default_socket;
}
