/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Process 1 of the smallest Linux guest. Lists the channel-attached devices as
 * lscss does, waits for the one named by ccw=BUS_ID on the kernel's command
 * line, sets it online, shows that it is, uses it if it is a disk, and powers
 * the guest off.
 *
 * Its last line tells how that went: "guest: BUS_ID is online" or
 * "guest: FAILED: reason".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

#include "disk.h"
#include "sysfs.h"

/* Finds the value of ccw= on the kernel's command line. */
static bool
wanted_device (char bus_id[BUS_ID_LENGTH + 1])
{
  char line[512] = "";
  FILE *file = fopen ("/proc/cmdline", "re");
  const char *word;

  if (file == NULL || fgets (line, sizeof line, file) == NULL)
    return false;
  fclose (file);
  word = strstr (line, "ccw=");
  return word != NULL && sscanf (word, "ccw=%8s", bus_id) == 1;
}

/* Returns what has failed, NULL if nothing has. */
static const char *
set_online (const char *bus_id)
{
  Text online;

  printf ("Setting device %s online\n", bus_id);
  if (!write_attribute (bus_id, "online", "1"))
    return strerror (errno);
  read_attribute (bus_id, "online", online);
  return strcmp (online, "1") == 0 ? NULL : "the device stayed offline";
}

static const char *
run (const char *bus_id)
{
  const char *failure;
  Text disk;

  if (!wait_for_device (bus_id))
    {
      show_devices ();
      return "the device did not appear";
    }
  show_devices ();
  failure = set_online (bus_id);
  if (failure != NULL)
    return failure;
  show_devices ();
  return find_disk (bus_id, disk) ? use_disk (disk) : NULL;
}

int
main (void)
{
  char bus_id[BUS_ID_LENGTH + 1] = "";
  const char *failure;

  mount ("proc", "/proc", "proc", 0, NULL);
  mount ("sysfs", "/sys", "sysfs", 0, NULL);
  mount ("devtmpfs", "/dev", "devtmpfs", 0, NULL);
  failure = wanted_device (bus_id) ? run (bus_id) : "no ccw= on the kernel's command line";
  if (failure == NULL)
    printf ("guest: %s is online\n", bus_id);
  else
    printf ("guest: FAILED: %s\n", failure);
  fflush (stdout);
  tcdrain (STDOUT_FILENO);
  reboot (RB_POWER_OFF);
  return EXIT_FAILURE;
}
