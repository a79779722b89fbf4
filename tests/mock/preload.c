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
 * Changes to files below the folder in MOCK_STEPS_BELOW are made as ever, but
 * the kernel is asked first: it may have them fail, or their program die.
 *
 * Where the machine is mounted over /sys, UMOCKDEV_DIR is empty and umockdev's
 * library is not there.
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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "kernel-protocol.h"

static const char *const order_names[] = {
  "bind", "create", "driver_override", "drivers_probe", "online", "remove", "unbind",
};

/* What @fd was opened as; 0 when that has no name. */
static int
read_fd_path (int fd, char *path, size_t size)
{
  char link[64];
  ssize_t length;

  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  /* Not by readlink(), which umockdev redirects. */
  length = syscall (SYS_readlink, link, path, size - 1);
  path[length < 0 ? 0 : length] = '\0';
  return length > 0;
}

/* Where in the mock sysfs @path is, as "/devices/…"; NULL when that takes no orders. */
static const char *
order_path (const char *path)
{
  const char *root = getenv ("UMOCKDEV_DIR");
  size_t root_length = root == NULL ? 0 : strlen (root);
  const char *name;

  if (root == NULL || strncmp (path, root, root_length) != 0
      || strncmp (path + root_length, "/sys/", 5) != 0)
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

/* The kernel's answer: 0 or an errno, or its order to die; -1 when there is no kernel to ask. */
static int
ask_kernel (const char *request, size_t size)
{
  int fd = connect_kernel ();
  int answer = -1;

  if (fd < 0)
    return -1;
  if (send (fd, request, size, MSG_NOSIGNAL) < 0
      || recv (fd, &answer, sizeof answer, 0) != sizeof answer)
    answer = EIO;
  close (fd);
  return answer;
}

static int
give_order (const char *path, const void *data, size_t length)
{
  char request[MOCK_KERNEL_REQUEST_MAX];
  int size;

  if (length > MOCK_KERNEL_DATA_MAX)
    return EINVAL;
  size = snprintf (request, sizeof request, "%c%s", MOCK_KERNEL_WRITE, path) + 1;
  memcpy (request + size, data, length);
  return ask_kernel (request, (size_t) size + length);
}

static void
die (void)
{
  kill (getpid (), SIGKILL);
}

/* --- steps on files ---------------------------------------------------------- */

/* Asks whether @path may be changed. TRUE: yes, and *@fatal whether to die then; FALSE: errno. */
static int
may_step (const char *what, const char *path, int *fatal)
{
  const char *below = getenv (MOCK_STEPS_BELOW);
  char request[MOCK_KERNEL_REQUEST_MAX];
  int reason = errno;
  int answer;
  int size;

  *fatal = 0;
  if (below == NULL || strncmp (path, below, strlen (below)) != 0)
    return 1;
  size = snprintf (request, sizeof request, "%c%s %s", MOCK_KERNEL_STEP, what, path) + 1;
  answer = ask_kernel (request, (size_t) size);
  if (answer == MOCK_KERNEL_DIE)
    die ();
  *fatal = answer == MOCK_KERNEL_DIE_AFTER;
  errno = answer > 0 ? answer : reason;
  return answer <= 0;
}

/* The end of a step that has been made. */
static int
end_step (int result, int fatal)
{
  if (fatal)
    die ();
  return result;
}

int
rename (const char *from, const char *to)
{
  static int (*next) (const char *, const char *);
  int fatal;

  if (next == NULL)
    next = (int (*) (const char *, const char *)) dlsym (RTLD_NEXT, "rename");
  return may_step ("rename", to, &fatal) ? end_step (next (from, to), fatal) : -1;
}

int
renameat2 (int from_fd, const char *from, int to_fd, const char *to, unsigned int flags)
{
  static int (*next) (int, const char *, int, const char *, unsigned int);
  int fatal;

  if (next == NULL)
    next = (int (*) (int, const char *, int, const char *, unsigned int)) dlsym (RTLD_NEXT,
                                                                                 "renameat2");
  return may_step ("rename", to, &fatal) ? end_step (next (from_fd, from, to_fd, to, flags), fatal)
                                         : -1;
}

int
unlink (const char *path)
{
  static int (*next) (const char *);
  int fatal;

  if (next == NULL)
    next = (int (*) (const char *)) dlsym (RTLD_NEXT, "unlink");
  return may_step ("unlink", path, &fatal) ? end_step (next (path), fatal) : -1;
}

int
rmdir (const char *path)
{
  static int (*next) (const char *);
  int fatal;

  if (next == NULL)
    next = (int (*) (const char *)) dlsym (RTLD_NEXT, "rmdir");
  return may_step ("rmdir", path, &fatal) ? end_step (next (path), fatal) : -1;
}

int
mkdir (const char *path, mode_t mode)
{
  static int (*next) (const char *, mode_t);
  int fatal;

  if (next == NULL)
    next = (int (*) (const char *, mode_t)) dlsym (RTLD_NEXT, "mkdir");
  return may_step ("mkdir", path, &fatal) ? end_step (next (path, mode), fatal) : -1;
}

/* --- writes ------------------------------------------------------------------ */

/* An ordinary write, which may be a step as well. */
static ssize_t
write_file (int fd, const char *path, const void *data, size_t length)
{
  static ssize_t (*next) (int, const void *, size_t);
  ssize_t result;
  int fatal;

  if (next == NULL)
    next = (ssize_t (*) (int, const void *, size_t)) dlsym (RTLD_NEXT, "write");
  if (!may_step ("write", path, &fatal))
    return -1;
  result = next (fd, data, length);
  end_step (0, fatal);
  return result;
}

ssize_t
write (int fd, const void *data, size_t length)
{
  int reason = errno;
  char path[PATH_MAX];
  const char *order = read_fd_path (fd, path, sizeof path) ? order_path (path) : NULL;
  int answer = order != NULL ? give_order (order, data, length) : -1;

  if (answer == MOCK_KERNEL_DIE)
    die ();
  if (answer > 0)
    {
      errno = answer;
      return -1;
    }
  errno = reason;
  return answer == 0 ? (ssize_t) length : write_file (fd, path, data, length);
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
