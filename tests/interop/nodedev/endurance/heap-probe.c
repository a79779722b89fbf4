/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Preloaded into the daemon: on SIGUSR1 it notes in the file that the
 * environment names how many bytes the allocator has given out. The daemon
 * itself needs nothing for that, and its code is as it is shipped.
 *
 * To be asked only while the daemon is at rest: the allocator's locks are
 * taken inside a signal handler.
 */
#include "heap-probe.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static HeapProbe *probe;

/* The address sanitizer's own count, where it has replaced the allocator. */
static size_t (*count_of_sanitizer) (void);

static size_t
count_bytes (void)
{
  struct mallinfo2 info;

  if (count_of_sanitizer != NULL)
    return count_of_sanitizer ();
  info = mallinfo2 ();
  return info.uordblks + info.hblkhd;
}

static void
on_signal (int number)
{
  probe->bytes = count_bytes ();
  atomic_fetch_add (&probe->n_answers, 1);
}

static void __attribute__ ((constructor)) begin (void)
{
  struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
  const char *path = getenv (HEAP_PROBE_VARIABLE);
  int fd = path == NULL ? -1 : open (path, O_RDWR | O_CLOEXEC);
  void *symbol = dlsym (RTLD_DEFAULT, "__sanitizer_get_current_allocated_bytes");

  if (fd < 0)
    return;
  memcpy (&count_of_sanitizer, &symbol, sizeof symbol);
  probe = mmap (NULL, sizeof *probe, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close (fd);
  if (probe != MAP_FAILED)
    sigaction (SIGUSR1, &action, NULL);
}
