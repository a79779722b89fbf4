/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/doctor/checks.h"

#define HOOK "/etc/libvirt/hooks/qemu.d/virt-ccw"
#define CALLOUT "/usr/lib/mdevctl/scripts.d/callouts/virt-ccw"
#define OLD_CALLOUT "/etc/mdevctl.d/scripts.d/callouts/virt-ccw"

/* Where distributions have them. */
static const char *const mdevctls[] = { "/usr/sbin/mdevctl", "/usr/bin/mdevctl", NULL };
static const char *const qemus[]
    = { "/usr/bin/qemu-system-s390x", "/usr/libexec/qemu-kvm", "/usr/bin/qemu-kvm", NULL };

static const char *
find_program (const DoctorScene *scene, const char *const *candidates)
{
  while (*candidates != NULL && !doctor_is_program (scene, *candidates))
    candidates++;
  return *candidates;
}

static gboolean
is_there (const DoctorScene *scene, const char *path)
{
  g_autofree char *place = doctor_path (scene, path);

  return g_file_test (place, G_FILE_TEST_IS_SYMLINK) || g_file_test (place, G_FILE_TEST_EXISTS);
}

/* --- ours ---------------------------------------------------------------- */

/* One that is there, but cannot be run, is worse than none: somebody relies on it. */
static void
check_program (const DoctorScene *scene, Findings *findings, const char *path, const char *what,
               const char *without)
{
  if (doctor_is_program (scene, path))
    findings_ok (findings, "%s is at %s", what, path);
  else if (is_there (scene, path))
    findings_problem (findings, "install virt-ccw anew", "%s, %s, is no program that can be run",
                      path, what);
  else
    findings_warn (findings, "install virt-ccw with its prefix /usr", "there is no %s, %s: %s",
                   path, what, without);
}

static void
check_early (const DoctorScene *scene, Findings *findings)
{
  if (!is_there (scene, "/usr/lib/udev/rules.d/40-virt-ccw.rules")
      && !is_there (scene, "/etc/udev/rules.d/40-virt-ccw.rules"))
    findings_warn (findings, "install virt-ccw with its prefix /usr",
                   "there is no udev rule 40-virt-ccw.rules: at boot the host may use a device "
                   "before its mdev starts");
  else
    check_program (scene, findings, "/usr/lib/udev/virt-ccw-early", "what udev runs at boot",
                   "the host may use a device before its mdev starts");
}

/* --- mdevctl's callout --------------------------------------------------- */

/* "mdevctl 1.2.0" */
static gboolean
read_version (const char *text, guint *major, guint *minor)
{
  const char *digits = text != NULL ? strpbrk (text, "0123456789") : NULL;

  return digits != NULL && sscanf (digits, "%u.%u", major, minor) == 2;
}

static void
note_no_mdevctl (const DoctorScene *scene, Findings *findings)
{
  if (doctor_is_monolithic (scene))
    findings_warn (findings, "install mdevctl, or ask virtccwd: --connect nodedev:///system",
                   "mdevctl is not installed: libvirtd makes no mediated devices without it");
  else
    findings_ok (findings, "mdevctl is not installed: virtccwd needs no callout");
}

/* Since 1.3 callouts of packages have a folder of their own. */
static void
check_callout (const DoctorScene *scene, Findings *findings)
{
  const char *mdevctl = find_program (scene, mdevctls);
  const char *const line[] = { mdevctl, "--version", NULL };
  g_autofree char *text = mdevctl != NULL ? doctor_run (scene, line) : NULL;
  guint major;
  guint minor;

  if (mdevctl == NULL)
    note_no_mdevctl (scene, findings);
  else if (!read_version (text, &major, &minor))
    findings_warn (findings, "look whether it runs: mdevctl --version",
                   "%s does not tell its version", mdevctl);
  else
    check_program (scene, findings, major == 1 && minor < 3 ? OLD_CALLOUT : CALLOUT,
                   "mdevctl's callout",
                   "mdevctl, and a libvirt that calls it, bind no subchannels and check no uses");
}

/* --- QEMU ---------------------------------------------------------------- */

static void
check_qemu (const DoctorScene *scene, Findings *findings)
{
  const char *qemu = find_program (scene, qemus);
  const char *const line[] = { qemu, "-device", "vfio-ccw,help", NULL };
  g_autofree char *text = qemu != NULL ? doctor_run (scene, line) : NULL;

  if (qemu == NULL)
    findings_warn (findings, "install QEMU for s390x, unless it is elsewhere",
                   "there is no qemu-system-s390x nor qemu-kvm");
  else if (text == NULL || strstr (text, "vfio-ccw options") == NULL)
    findings_problem (findings, "install a QEMU with vfio-ccw", "%s has no device vfio-ccw", qemu);
  else
    findings_ok (findings, "%s has vfio-ccw", qemu);
}

void
doctor_check_programs (const DoctorScene *scene, Findings *findings)
{
  findings_begin (findings, "programs");
  check_program (scene, findings, VIRTCCWD, "the daemon", "libvirt alone serves node devices");
  check_program (scene, findings, HOOK, "libvirt's hook",
                 "mdevs do not start with the virtual machines that have them");
  check_callout (scene, findings);
  check_early (scene, findings);
  check_qemu (scene, findings);
}
