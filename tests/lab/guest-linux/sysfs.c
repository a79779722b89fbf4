/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sysfs.h"

#define CCW_DEVICES "/sys/bus/ccw/devices"
#define WAIT_STEP_US 100000
#define WAIT_STEPS 600 /* a minute: nested emulation is slow */

/* Reads the first line of a file into TEXT; empty where there is none. */
static void
read_line (const char *path, Text text)
{
  FILE *file = fopen (path, "re");

  text[0] = '\0';
  if (file == NULL)
    return;
  if (fgets (text, sizeof (Text), file) != NULL)
    text[strcspn (text, "\n")] = '\0';
  fclose (file);
}

void
read_attribute (const char *bus_id, const char *name, Text text)
{
  char path[256];

  snprintf (path, sizeof path, CCW_DEVICES "/%s/%s", bus_id, name);
  read_line (path, text);
}

bool
write_attribute (const char *bus_id, const char *name, const char *value)
{
  char path[256];
  int fd;
  bool written;

  snprintf (path, sizeof path, CCW_DEVICES "/%s/%s", bus_id, name);
  fd = open (path, O_WRONLY | O_CLOEXEC);
  if (fd < 0)
    return false;
  written = write (fd, value, strlen (value)) == (ssize_t) strlen (value);
  close (fd);
  return written;
}

bool
wait_for_device (const char *bus_id)
{
  char path[256];

  snprintf (path, sizeof path, CCW_DEVICES "/%s/online", bus_id);
  for (int step = 0; step < WAIT_STEPS; step++)
    {
      if (access (path, W_OK) == 0)
        return true;
      usleep (WAIT_STEP_US);
    }
  return false;
}

/* The subchannel is the folder that the device's folder lies in. */
static void
read_subchannel (const char *bus_id, Text subchannel)
{
  char path[256], target[256];
  ssize_t length;
  char *slash;

  snprintf (path, sizeof path, CCW_DEVICES "/%s", bus_id);
  length = readlink (path, target, sizeof target - 1);
  target[length > 0 ? length : 0] = '\0';
  slash = strrchr (target, '/');
  if (slash != NULL)
    *slash = '\0';
  slash = strrchr (target, '/');
  snprintf (subchannel, sizeof (Text), "%.100s", slash ? slash + 1 : "?");
}

static void
show_device (const char *bus_id)
{
  Text subchannel, device_type, control_unit, online, available;

  read_subchannel (bus_id, subchannel);
  read_attribute (bus_id, "devtype", device_type);
  read_attribute (bus_id, "cutype", control_unit);
  read_attribute (bus_id, "online", online);
  read_attribute (bus_id, "availability", available);
  printf ("%-8s %-8s %-7s %-7s %-3s %s\n", bus_id, subchannel, device_type, control_unit,
          strcmp (online, "1") == 0 ? "yes" : "", available);
}

void
show_devices (void)
{
  DIR *folder = opendir (CCW_DEVICES);
  struct dirent *entry;

  puts ("Device   Subchan. DevType CU Type Use Availability");
  puts ("--------------------------------------------------");
  if (folder == NULL)
    return;
  while ((entry = readdir (folder)) != NULL)
    if (entry->d_name[0] != '.')
      show_device (entry->d_name);
  closedir (folder);
}

bool
find_disk (const char *bus_id, Text disk)
{
  char path[256];
  DIR *folder;
  struct dirent *entry;

  disk[0] = '\0';
  snprintf (path, sizeof path, CCW_DEVICES "/%s/block", bus_id);
  folder = opendir (path);
  if (folder == NULL)
    return false;
  while ((entry = readdir (folder)) != NULL)
    if (entry->d_name[0] != '.')
      snprintf (disk, sizeof (Text), "%.100s", entry->d_name);
  closedir (folder);
  return disk[0] != '\0';
}
