/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's side: sysfs, and the monitor of the emulator around the machine. */
#include "host.h"
#include "../vfio-client/client.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUBCHANNELS "/sys/bus/css/devices"
#define MDEVS "/sys/bus/mdev/devices"
#define MONITOR "/dev/virtio-ports/qmp"

/* the longest path in sysfs that we make */
#define PATH_SIZE 256

int
host_write (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC), error = 0;

  if (fd < 0)
    return errno;
  if (write (fd, text, strlen (text)) < 0)
    error = errno;
  close (fd);
  return error;
}

bool
host_exists (const char *path)
{
  return access (path, F_OK) == 0;
}

static void
read_line (const char *path, char *line, size_t size)
{
  FILE *file = fopen (path, "r");

  line[0] = 0;
  if (!file)
    return;
  if (fgets (line, size, file))
    line[strcspn (line, "\n")] = 0;
  fclose (file);
}

/* The subchannel that the mdev is a child of, such as 0.0.0003. */
const char *
host_subchannel_of (const char *uuid)
{
  static char name[16];
  char link[PATH_SIZE], folder[PATH_MAX];

  snprintf (link, sizeof link, MDEVS "/%s", uuid);
  if (!realpath (link, folder))
    die_errno (link);
  snprintf (name, sizeof name, "%s", basename (dirname (folder)));
  return name;
}

/* The file that varies the first channel path of the mdev's device. */
const char *
host_path_of (const char *uuid)
{
  static char path[PATH_SIZE];
  char file[PATH_SIZE], chpids[64];

  snprintf (file, sizeof file, SUBCHANNELS "/%s/chpids", host_subchannel_of (uuid));
  read_line (file, chpids, sizeof chpids);
  snprintf (path, sizeof path, "/sys/devices/css0/chp0.%.2s/status", chpids);
  return path;
}

/* The subchannel of a device by its number, such as 0.0.0310; NULL if none. */
const char *
host_find_subchannel (const char *bus_id)
{
  static char name[16];
  char found[16];
  bool is_there = false;
  glob_t files;
  size_t i;

  if (glob (SUBCHANNELS "/0.*/dev_busid", 0, NULL, &files))
    return NULL;
  for (i = 0; i < files.gl_pathc && !is_there; i++)
    {
      read_line (files.gl_pathv[i], found, sizeof found);
      is_there = !strcmp (found, bus_id);
      if (is_there)
        snprintf (name, sizeof name, "%s", basename (dirname (files.gl_pathv[i])));
    }
  globfree (&files);
  return is_there ? name : NULL;
}

bool
host_has_mdev (const char *uuid)
{
  char path[PATH_SIZE];

  snprintf (path, sizeof path, MDEVS "/%s", uuid);
  return host_exists (path);
}

int
host_create_mdev (const char *subchannel, const char *uuid)
{
  char path[PATH_SIZE];

  snprintf (path, sizeof path, SUBCHANNELS "/%s/mdev_supported_types/vfio_ccw-io/create",
            subchannel);
  return host_write (path, uuid);
}

int
host_remove_mdev (const char *uuid)
{
  char path[PATH_SIZE];

  snprintf (path, sizeof path, MDEVS "/%s/remove", uuid);
  return host_write (path, "1");
}

/* Takes it from the driver it has. */
int
host_unbind (const char *subchannel)
{
  char path[PATH_SIZE];

  snprintf (path, sizeof path, SUBCHANNELS "/%s/driver/unbind", subchannel);
  return host_write (path, subchannel);
}

/* Gives it to vfio_ccw, whoever has it. */
int
host_bind (const char *subchannel)
{
  char path[PATH_SIZE];
  int error;

  snprintf (path, sizeof path, SUBCHANNELS "/%s/driver_override", subchannel);
  error = host_write (path, "vfio_ccw");
  if (error)
    return error;
  error = host_unbind (subchannel);
  if (error && error != ENOENT)
    return error;
  return host_write ("/sys/bus/css/drivers_probe", subchannel);
}

/* Reads answers until ours; events and greetings are in between. */
static int
await_answer (FILE *monitor)
{
  char line[4096];

  while (fgets (line, sizeof line, monitor))
    {
      if (strstr (line, "\"id\": \"asked\""))
        return strstr (line, "\"error\"") ? EIO : 0;
    }
  return ENODATA;
}

static int
monitor_command (const char *command, const char *arguments)
{
  FILE *monitor = fopen (MONITOR, "r+e");
  int error;

  if (!monitor)
    return errno;
  setvbuf (monitor, NULL, _IONBF, 0);
  fprintf (monitor,
           "{\"execute\":\"qmp_capabilities\",\"id\":\"hello\"}"
           "{\"execute\":\"%s\",\"arguments\":{%s},\"id\":\"asked\"}\n",
           command, arguments);
  error = await_answer (monitor);
  fclose (monitor);
  return error;
}

/* A virtio random number generator as device BUS_ID, such as 0.0.0310. */
int
host_plug (const char *id, const char *bus_id)
{
  char arguments[PATH_SIZE];

  snprintf (arguments, sizeof arguments,
            "\"driver\":\"virtio-rng-ccw\",\"rng\":\"random\",\"id\":\"%s\",\"devno\":\"fe.%s\"",
            id, bus_id + 2);
  return monitor_command ("device_add", arguments);
}

int
host_unplug (const char *id)
{
  char arguments[PATH_SIZE];

  snprintf (arguments, sizeof arguments, "\"id\":\"%s\"", id);
  return monitor_command ("device_del", arguments);
}
