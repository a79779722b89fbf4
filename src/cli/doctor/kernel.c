/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/utsname.h>

#include "ccw/sysfs.h"
#include "cli/doctor/checks.h"
#include "mdev/config.h"
#include "mdev/subchannel.h"

#define DRIVER_FOLDER CCW_SYSFS_CSS_BUS "/drivers/" MDEV_DRIVER_VFIO_CCW
#define MODULE_FOLDER "/sys/module/vfio_ccw"

/* --- the driver ---------------------------------------------------------- */

/* A line of modules.dep, depmod(8), is "kernel/drivers/s390/cio/vfio_ccw.ko.xz: kernel/…". */
static char *
find_module (const DoctorScene *scene)
{
  g_autofree char *lines = NULL;
  g_autofree char *path = NULL;
  g_auto (GStrv) list = NULL;
  struct utsname system;

  uname (&system);
  path = g_strconcat (scene->root, "/lib/modules/", system.release, "/modules.dep", NULL);
  if (!g_file_get_contents (path, &lines, NULL, NULL))
    return NULL;
  list = g_strsplit (lines, "\n", -1);
  for (char **line = list; *line != NULL; line++)
    {
      g_autofree char *file = g_strndup (*line, strcspn (*line, ":"));
      g_autofree char *name = g_path_get_basename (file);

      if (g_str_has_prefix (name, "vfio_ccw.ko"))
        return g_steal_pointer (&file);
    }
  return NULL;
}

/* The kernel's own modules lie below kernel/; what was added lies elsewhere. */
static const char *
tell_origin (const char *module)
{
  if (module == NULL)
    return "built in, or of a file that is gone";
  return g_str_has_prefix (module, "kernel/") ? "of the kernel's own modules" : "added to it";
}

static void
check_driver (const DoctorScene *scene, Findings *findings)
{
  g_autofree char *module = find_module (scene);
  struct utsname system;

  uname (&system);
  if (ccw_sysfs_exists (DRIVER_FOLDER))
    findings_ok (findings, "the driver vfio_ccw is loaded (%s%s%s)", tell_origin (module),
                 module != NULL ? ": " : "", module != NULL ? module : "");
  else if (ccw_sysfs_exists (MODULE_FOLDER))
    findings_problem (findings, "look why in the kernel's log: journalctl -k -g vfio_ccw",
                      "the module vfio_ccw is loaded, but has registered no driver");
  else if (module != NULL)
    findings_problem (findings, "modprobe vfio_ccw",
                      "the driver vfio_ccw is not loaded (there is %s)", module);
  else
    findings_problem (findings,
                      "install the kernel's package of extra modules, or the module that comes "
                      "with virt-ccw (kmod/)",
                      "there is no module vfio_ccw for Linux %s", system.release);
}

/* --- channel subsystem, mdev types, VFIO --------------------------------- */

static void
check_machine (Findings *findings)
{
  struct utsname system;

  uname (&system);
  if (!ccw_sysfs_exists (CCW_SYSFS_CSS_BUS))
    findings_problem (findings, "run it on an IBM Z or LinuxONE host, or ask for one by --connect",
                      "this machine (%s) has no channel subsystem", system.machine);
}

static gboolean
offers_type (const CcwSubchannel *subchannel)
{
  gsize n;
  const CcwMdevType *types = ccw_subchannel_get_mdev_types (subchannel, &n);

  for (gsize i = 0; i < n; i++)
    if (strcmp (types[i].id, MDEV_TYPE_VFIO_CCW) == 0)
      return TRUE;
  return FALSE;
}

/* What vfio_ccw has must offer the type, or no mdev can be made there. */
static void
check_types (const DoctorScene *scene, Findings *findings)
{
  g_autoptr (GPtrArray) subchannels = ccw_host_list (scene->host, CCW_KIND_SUBCHANNEL);
  guint bound = 0;
  guint offering = 0;

  for (guint i = 0; i < subchannels->len; i++)
    {
      const CcwSubchannel *subchannel = g_ptr_array_index (subchannels, i);

      if (g_strcmp0 (ccw_subchannel_get_driver (subchannel), MDEV_DRIVER_VFIO_CCW) != 0)
        continue;
      bound++;
      offering += offers_type (subchannel);
    }
  if (offering < bound)
    findings_problem (findings, "look why in the kernel's log: journalctl -k -g vfio_ccw",
                      "%u of %u subchannels that vfio_ccw has do not offer mediated devices of "
                      "type " MDEV_TYPE_VFIO_CCW,
                      bound - offering, bound);
  else if (bound > 0)
    findings_ok (findings, "%u subchannel%s with vfio_ccw offer mediated devices", bound,
                 bound == 1 ? "" : "s");
}

static void
check_mdev_core (Findings *findings)
{
  if (ccw_sysfs_exists (CCW_SYSFS_MDEV_BUS))
    findings_ok (findings, "the kernel has a core for mediated devices");
  else if (ccw_sysfs_exists (DRIVER_FOLDER))
    findings_problem (findings, "modprobe mdev",
                      "the kernel has no core for mediated devices (/sys/bus/mdev)");
}

static void
check_vfio (Findings *findings)
{
  if (g_file_test ("/dev/vfio/vfio", G_FILE_TEST_EXISTS)
      || g_file_test ("/dev/iommu", G_FILE_TEST_EXISTS))
    findings_ok (findings, "VFIO is there for QEMU to use");
  else if (ccw_sysfs_exists (DRIVER_FOLDER))
    findings_problem (findings, "modprobe -a vfio vfio_iommu_type1",
                      "there is neither /dev/vfio/vfio nor /dev/iommu for QEMU to use");
}

/* QEMU opens /dev/vfio/N, of the mdev's IOMMU group. */
static void
check_group (const CcwMdev *mdev, Findings *findings)
{
  int group = ccw_mdev_get_iommu_group (mdev);
  g_autofree char *node = g_strdup_printf ("/dev/vfio/%d", group);

  if (group < 0)
    findings_problem (findings, "stop it and start it again", "mdev %s has no IOMMU group",
                      ccw_mdev_get_uuid (mdev));
  else if (!g_file_test (node, G_FILE_TEST_EXISTS))
    findings_problem (findings, "udevadm trigger --subsystem-match=vfio",
                      "mdev %s is active, but there is no %s", ccw_mdev_get_uuid (mdev), node);
}

static void
check_groups (const DoctorScene *scene, Findings *findings)
{
  g_autoptr (GPtrArray) mdevs = ccw_host_list (scene->host, CCW_KIND_MDEV);

  for (guint i = 0; i < mdevs->len; i++)
    check_group (g_ptr_array_index (mdevs, i), findings);
}

void
doctor_check_kernel (const DoctorScene *scene, Findings *findings)
{
  findings_begin (findings, "kernel");
  check_machine (findings);
  check_driver (scene, findings);
  check_mdev_core (findings);
  check_types (scene, findings);
  check_vfio (findings);
  check_groups (scene, findings);
}
