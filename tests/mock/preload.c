/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Preloaded beside umockdev's library, which redirects /sys to a folder of
 * ordinary files. In sysfs, some writes are orders: they take effect, or are
 * refused, before write(2) returns. This library hands such writes to the
 * mock machine's kernel and returns what that answers.
 *
 * It also makes one receive of events fail as if the socket's buffer had
 * overflown, when the machine says so.
 *
 * The kernel's address is in MOCK_KERNEL_SOCKET; without it, or for files that are not
 * in the mock machine, nothing is different. Not seen: writes by stdio (a
 * shell's echo is seen in dash, not in bash).
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "kernel-protocol.h"

static const char *const order_names[] = {
  "bind", "create", "driver_override", "drivers_probe", "online", "remove", "unbind",
};

/* Where in the mock sysfs @fd is, as "/devices/…"; NULL when it takes no orders. */
static const char *
order_path (int fd, char *path, size_t size)
{
  const char *root = getenv ("UMOCKDEV_DIR");
  char link[64];
  const char *name;
  ssize_t length;
  size_t root_length;

  if (root == NULL)
    return NULL;
  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  /* Not by readlink(), which umockdev redirects. */
  length = syscall (SYS_readlink, link, path, size - 1);
  if (length < 0)
    return NULL;
  path[length] = '\0';

  root_length = strlen (root);
  if (strncmp (path, root, root_length) != 0 || strncmp (path + root_length, "/sys/", 5) != 0)
    return NULL;
  name = strrchr (path, '/') + 1;
  for (size_t i = 0; i < sizeof order_names / sizeof *order_names; i++)
    if (strcmp (name, order_names[i]) == 0)
      return path + root_length + strlen ("/sys");
  return NULL;
}

static int
connect_kernel (void)
{
  const char *address = getenv ("MOCK_KERNEL_SOCKET");
  struct sockaddr_un to = { .sun_family = AF_UNIX };
  int fd;

  if (address == NULL || strlen (address) >= sizeof to.sun_path)
    return -1;
  strcpy (to.sun_path, address);
  fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect (fd, (struct sockaddr *) &to, sizeof to) < 0)
    {
      close (fd);
      fd = -1;
    }
  return fd;
}

/* The kernel's answer: 0 or an errno; -1 when there is no kernel to ask. */
static int
give_order (const char *path, const void *data, size_t length)
{
  char request[MOCK_KERNEL_REQUEST_MAX];
  int answer = -1;
  int size;
  int fd;

  if (length > MOCK_KERNEL_DATA_MAX)
    return EINVAL;
  fd = connect_kernel ();
  if (fd < 0)
    return -1;
  size = snprintf (request, sizeof request, "%c%s", MOCK_KERNEL_WRITE, path) + 1;
  memcpy (request + size, data, length);
  if (send (fd, request, (size_t) size + length, MSG_NOSIGNAL) < 0
      || recv (fd, &answer, sizeof answer, 0) != sizeof answer)
    answer = EIO;
  close (fd);
  return answer;
}

ssize_t
write (int fd, const void *data, size_t length)
{
  static ssize_t (*next_write) (int, const void *, size_t);
  int reason = errno;
  char path[PATH_MAX];
  const char *order = order_path (fd, path, sizeof path);
  int answer = order != NULL ? give_order (order, data, length) : -1;

  if (answer == MOCK_KERNEL_DIE)
    kill (getpid (), SIGKILL);
  if (answer > 0)
    {
      errno = answer;
      return -1;
    }
  errno = reason;
  if (answer == 0)
    return (ssize_t) length;

  if (next_write == NULL)
    next_write = (ssize_t (*) (int, const void *, size_t)) dlsym (RTLD_NEXT, "write");
  return next_write (fd, data, length);
}

/* One of the sockets that umockdev makes of libudev's monitors? */
static int
is_monitor (int fd)
{
  const char *root = getenv ("UMOCKDEV_DIR");
  struct sockaddr_un address = { 0 };
  socklen_t length = sizeof address - 1;
  char prefix[PATH_MAX];

  if (root == NULL || getsockname (fd, (struct sockaddr *) &address, &length) < 0
      || address.sun_family != AF_UNIX)
    return 0;
  snprintf (prefix, sizeof prefix, "%s/event", root);
  return strncmp (address.sun_path, prefix, strlen (prefix)) == 0;
}

/* The machine leaves a file for each overflow to come. */
static int
take_overflow (void)
{
  char path[PATH_MAX];

  snprintf (path, sizeof path, "%s/" MOCK_OVERFLOW_FILE, getenv ("UMOCKDEV_DIR"));
  return unlink (path) == 0;
}

ssize_t
recvmsg (int fd, struct msghdr *message, int flags)
{
  static ssize_t (*next_recvmsg) (int, struct msghdr *, int);

  if (next_recvmsg == NULL)
    next_recvmsg = (ssize_t (*) (int, struct msghdr *, int)) dlsym (RTLD_NEXT, "recvmsg");
  if (is_monitor (fd) && take_overflow ())
    {
      errno = ENOBUFS;
      return -1;
    }
  return next_recvmsg (fd, message, flags);
}
