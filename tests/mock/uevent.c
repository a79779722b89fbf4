/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "uevent.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glob.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* libudev's private format between udevd and its listeners (systemd, device-monitor.c). */
#define MONITOR_MAGIC 0xfeedcafe

/* The group of the uevent netlink family in which udevd speaks. */
#define GROUP_UDEV 2

typedef struct
{
  char prefix[8];
  guint32 magic; /* this and the hashes in network order, the others in host order */
  guint32 header_size;
  guint32 properties_offset;
  guint32 properties_length;
  guint32 subsystem_hash;
  guint32 devtype_hash;
  guint32 tag_bloom_high;
  guint32 tag_bloom_low;
} MonitorHeader;

/* What a listener's socket filter compares: MurmurHash2 of the name, seed 0. */
static const struct
{
  const char *name;
  guint32 hash;
} subsystem_hashes[] = {
  { "css", 0x8c28edc7 },
  { "ccw", 0x94167623 },
  { "mdev", 0xbb5211c7 },
};

static guint32
hash_of_subsystem (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (subsystem_hashes); i++)
    if (g_str_equal (subsystem_hashes[i].name, name))
      return subsystem_hashes[i].hash;
  g_error ("no events are known for subsystem %s", name);
}

static void
append_property (GByteArray *message, const char *name, const char *value)
{
  g_autofree char *property = g_strdup_printf ("%s=%s", name, value);

  g_byte_array_append (message, (const guint8 *) property, (guint) strlen (property) + 1);
}

static GByteArray *
make_message (const char *action, const char *subsystem, const char *devpath)
{
  static guint64 sequence = 0;
  g_autofree char *seqnum = g_strdup_printf ("%" G_GUINT64_FORMAT, ++sequence);
  GByteArray *message = g_byte_array_new ();
  MonitorHeader header = {
    .prefix = "libudev",
    .magic = htonl (MONITOR_MAGIC),
    .header_size = sizeof header,
    .properties_offset = sizeof header,
    .subsystem_hash = htonl (hash_of_subsystem (subsystem)),
  };

  g_byte_array_append (message, (const guint8 *) &header, sizeof header);
  append_property (message, "ACTION", action);
  append_property (message, "DEVPATH", devpath);
  append_property (message, "SUBSYSTEM", subsystem);
  append_property (message, "SEQNUM", seqnum);
  ((MonitorHeader *) (gpointer) message->data)->properties_length = message->len - sizeof header;
  return message;
}

static void
send_to (const char *path, const GByteArray *message)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  struct timeval patience = { .tv_sec = 1 };
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    send (fd, message->data, message->len, MSG_NOSIGNAL);
  else if (errno == ECONNREFUSED)
    unlink (path); /* its listener is gone */
  close (fd);
}

void
mock_uevent_send (const char *root, const char *action, const char *subsystem, const char *devpath)
{
  /* umockdev's preload library turns each listener's netlink socket into one of these. */
  g_autofree char *pattern = g_build_filename (root, "event[0-9]*", NULL);
  g_autoptr (GByteArray) message = make_message (action, subsystem, devpath);
  glob_t found = { 0 };

  if (glob (pattern, GLOB_NOSORT, NULL, &found) == 0)
    for (gsize i = 0; i < found.gl_pathc; i++)
      send_to (found.gl_pathv[i], message);
  globfree (&found);
}

void
mock_uevent_broadcast (const char *action, const char *subsystem, const char *devpath)
{
  struct sockaddr_nl group = { .nl_family = AF_NETLINK, .nl_groups = GROUP_UDEV };
  g_autoptr (GByteArray) message = make_message (action, subsystem, devpath);
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

  /* ECONNREFUSED: nobody listens. */
  if (fd < 0
      || (sendto (fd, message->data, message->len, 0, (struct sockaddr *) &group, sizeof group) < 0
          && errno != ECONNREFUSED))
    g_error ("could not send an event: %s", g_strerror (errno));
  close (fd);
}
