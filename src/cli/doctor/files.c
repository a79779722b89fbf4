/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/doctor/checks.h"

/* Who can write there decides which devices guests get. */
static void
check_owner (const char *path, const struct stat *status, Findings *findings)
{
  g_autofree char *advice = g_strdup_printf ("chown root %s && chmod go-w %s", path, path);

  if (status->st_uid != 0 || (status->st_mode & 0022) != 0)
    findings_problem (findings, advice, "others than root may write to %s (owner %u, mode %03o)",
                      path, status->st_uid, status->st_mode & 0777);
}

/* A file system may be mounted read-only: root's access is refused, too. */
static void
check_access (const char *path, Findings *findings)
{
  if (access (path, R_OK | X_OK) != 0)
    findings_unseen (findings, "what is in %s: %s", path, g_strerror (errno));
  else if (geteuid () == 0 && access (path, W_OK) != 0)
    findings_problem (findings, "mount it for writing", "nothing can be written to %s: %s", path,
                      g_strerror (errno));
}

static void
check_folder (const char *path, Findings *findings)
{
  struct stat status;

  if (stat (path, &status) != 0)
    {
      if (errno == EACCES)
        findings_unseen (findings, "what is in %s: %s", path, g_strerror (errno));
      return;
    }
  if (!S_ISDIR (status.st_mode))
    {
      findings_problem (findings, "remove it", "%s is no folder", path);
      return;
    }
  check_owner (path, &status, findings);
  check_access (path, findings);
}

/* One that is not there is made when it is needed. */
void
doctor_check_files (const DoctorScene *scene, Findings *findings)
{
  const char *folders[]
      = { ccw_paths_mdevctl_dir (scene->paths), ccw_paths_config_dir (scene->paths),
          ccw_paths_state_dir (scene->paths), ccw_paths_run_dir (scene->paths) };
  guint before = findings_count_all (findings);

  findings_begin (findings, "files");
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    check_folder (folders[i], findings);
  if (findings_count_all (findings) == before)
    findings_ok (findings, "only root can change what is kept of mdevs");
}
