/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <unistd.h>

#include "disk.h"

#define SYSLOG_ACTION_READ_ALL 3 /* syslog(2) */
#define LOG_SIZE 65536

#define MOUNT_POINT "/mnt"
#define FROM_HOST MOUNT_POINT "/from-host"
#define FROM_GUEST MOUNT_POINT "/from-guest"

/* What the kernel has said of disks, without the times. */
static void
show_messages (void)
{
  static char log[LOG_SIZE];
  int length = klogctl (SYSLOG_ACTION_READ_ALL, log, sizeof log - 1);

  log[length > 0 ? length : 0] = '\0';
  for (char *line = strtok (log, "\n"); line != NULL; line = strtok (NULL, "\n"))
    {
      const char *text = strstr (line, "dasd");

      if (text != NULL)
        puts (text);
    }
}

static bool
read_file (void)
{
  char line[128];
  FILE *file = fopen (FROM_HOST, "re");
  bool read;

  if (file == NULL)
    return false;
  read = fgets (line, sizeof line, file) != NULL;
  fclose (file);
  if (read)
    printf ("guest: %s says: %s", FROM_HOST, line);
  return read;
}

static bool
write_file (void)
{
  FILE *file = fopen (FROM_GUEST, "we");
  bool written;

  if (file == NULL)
    return false;
  written = fputs ("This was written by the guest.\n", file) >= 0;
  if (fclose (file) != 0 || !written)
    return false;
  printf ("guest: %s is written\n", FROM_GUEST);
  return true;
}

static const char *
use_files (void)
{
  if (!read_file ())
    return "there is nothing in " FROM_HOST;
  return write_file () ? NULL : FROM_GUEST " cannot be written";
}

const char *
use_disk (const char *disk)
{
  char partition[128];
  const char *failure;

  show_messages ();
  snprintf (partition, sizeof partition, "/dev/%.100s1", disk);
  if (mount (partition, MOUNT_POINT, "ext2", 0, NULL) != 0)
    return "the first partition cannot be mounted";
  failure = use_files ();
  /* This is what brings all of it to the disk. */
  if (umount (MOUNT_POINT) != 0 && failure == NULL)
    failure = "the first partition cannot be unmounted";
  return failure;
}
