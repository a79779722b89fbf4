/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Process 1 of the smallest Linux guest. Lists the channel-attached devices as
 * lscss does, waits for the one named by ccw=BUS_ID on the kernel's command
 * line, sets it online, shows that it is, and powers the guest off.
 *
 * Its last line tells how that went: "guest: BUS_ID is online" or
 * "guest: FAILED: reason".
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

#define CCW_DEVICES "/sys/bus/ccw/devices"
#define BUS_ID_LENGTH 8 /* 0.0.1234 */
#define WAIT_STEP_US 100000
#define WAIT_STEPS 600 /* a minute: nested emulation is slow */

typedef char Text[128];

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

static void
read_attribute (const char *bus_id, const char *name, Text text)
{
  char path[256];

  snprintf (path, sizeof path, CCW_DEVICES "/%s/%s", bus_id, name);
  read_line (path, text);
}

static bool
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

static void
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

static bool
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

static const char *
run (const char *bus_id)
{
  Text online;

  if (!wait_for_device (bus_id))
    {
      show_devices ();
      return "the device did not appear";
    }
  show_devices ();
  printf ("Setting device %s online\n", bus_id);
  if (!write_attribute (bus_id, "online", "1"))
    return strerror (errno);
  read_attribute (bus_id, "online", online);
  if (strcmp (online, "1") != 0)
    return "the device stayed offline";
  show_devices ();
  return NULL;
}

int
main (void)
{
  char bus_id[BUS_ID_LENGTH + 1] = "";
  const char *failure;

  mount ("proc", "/proc", "proc", 0, NULL);
  mount ("sysfs", "/sys", "sysfs", 0, NULL);
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
