/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine-private.h"

#include <errno.h>
#include <gio/gio.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

static gboolean
fail (GError **error, const char *doing)
{
  int reason = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (reason), "could not %s: %s", doing,
               g_strerror (reason));
  return FALSE;
}

/* Where its files are in memory. */
static char *memory;

gboolean
mock_mount_prepare (GError **error)
{
  memory = g_dir_make_tmp ("mock-machine-XXXXXX", error);
  if (memory == NULL)
    return FALSE;
  if (unshare (CLONE_NEWNS | CLONE_NEWNET) < 0)
    return fail (error, "get namespaces of its own");
  if (mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
    return fail (error, "keep mounts to itself");
  if (mount ("mock-machine", memory, "tmpfs", 0, "nr_inodes=0,size=90%") < 0)
    return fail (error, "get memory for files");
  return TRUE;
}

gboolean
mock_machine_mount (MockMachine *machine, GError **error)
{
  g_autofree char *sys = g_build_filename (machine->tree.root, "sys", NULL);

  if (mount (sys, "/sys", NULL, MS_BIND, NULL) < 0)
    return fail (error, "mount over /sys");
  machine->is_mounted = TRUE;
  /* The root that a path has to begin with is that of all paths (preload.c). */
  g_setenv ("UMOCKDEV_DIR", "", TRUE);
  /* libudev wants sysfs below /sys unless told so. */
  g_setenv ("SYSTEMD_DEVICE_VERIFY_SYSFS", "0", TRUE);
  return TRUE;
}

const char *
mock_mount_get_memory (void)
{
  return memory;
}

/* A million files go at once. */
void
mock_mount_end (void)
{
  if (memory == NULL)
    return;
  umount2 ("/sys", MNT_DETACH);
  umount2 (memory, MNT_DETACH);
  rmdir (memory);
  g_clear_pointer (&memory, g_free);
}
