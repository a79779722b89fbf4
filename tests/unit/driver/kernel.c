/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel in user space: its own functions, see kernel.h. */
#include "kernel.h"

#include <stdio.h>
#include <string.h>

struct eventfd_ctx eventfds[EVENTFDS];
unsigned int nospec_indices;

static __thread unsigned int spinlocks_held;

static void
fail (const char *why)
{
  fprintf (stderr, "%s\n", why);
  abort ();
}

void
might_sleep (void)
{
  if (spinlocks_held > 0)
    fail ("something that may sleep is called with a spinlock held");
}

/* --- locks --- */

void
mutex_init (struct mutex *mutex)
{
  pthread_mutex_init (&mutex->lock, NULL);
}

void
mutex_destroy (struct mutex *mutex)
{
  pthread_mutex_destroy (&mutex->lock);
}

void
mutex_lock (struct mutex *mutex)
{
  might_sleep ();
  pthread_mutex_lock (&mutex->lock);
}

bool
mutex_trylock (struct mutex *mutex)
{
  return pthread_mutex_trylock (&mutex->lock) == 0;
}

void
mutex_unlock (struct mutex *mutex)
{
  pthread_mutex_unlock (&mutex->lock);
}

void
spin_lock_init (spinlock_t *lock)
{
  mutex_init (lock);
}

void
spin_lock_irq (spinlock_t *lock)
{
  pthread_mutex_lock (&lock->lock);
  spinlocks_held++;
}

void
spin_unlock_irq (spinlock_t *lock)
{
  spinlocks_held--;
  pthread_mutex_unlock (&lock->lock);
}

/* --- user memory, eventfds, speculation --- */

unsigned long
copy_to_user (void *to, const void *from, unsigned long size)
{
  might_sleep ();
  memcpy (to, from, size);
  return 0;
}

unsigned long
copy_from_user (void *to, const void *from, unsigned long size)
{
  might_sleep ();
  memcpy (to, from, size);
  return 0;
}

struct eventfd_ctx *
eventfd_ctx_fdget (int fd)
{
  if (fd < 0 || fd >= EVENTFDS)
    return ERR_PTR (-EBADF);
  __atomic_add_fetch (&eventfds[fd].references, 1, __ATOMIC_SEQ_CST);
  return &eventfds[fd];
}

/* Dropping the last reference frees memory, which may sleep. */
void
eventfd_ctx_put (struct eventfd_ctx *context)
{
  might_sleep ();
  if (__atomic_sub_fetch (&context->references, 1, __ATOMIC_SEQ_CST) < 0)
    fail ("an eventfd is put once too often");
}

void
eventfd_signal (struct eventfd_ctx *context)
{
  __atomic_add_fetch (&context->signals, 1, __ATOMIC_SEQ_CST);
}

int
eventfd_ctx_remove_wait_queue (struct eventfd_ctx *context, struct wait_queue_entry *entry,
                               u64 *count)
{
  (void) entry;
  if (!current->in_eventfd)
    fail ("who waits for room in an eventfd may signal it while it is locked");
  *count = (u64) __atomic_exchange_n (&context->signals, 0, __ATOMIC_SEQ_CST);
  return *count ? 0 : -EAGAIN;
}

_Thread_local struct task_struct current_task;

size_t
array_index_nospec (size_t index, size_t size)
{
  __atomic_add_fetch (&nospec_indices, 1, __ATOMIC_SEQ_CST);
  return index < size ? index : 0;
}

/* --- work --- */

bool
flush_work (struct work_struct *work)
{
  bool queued = work->queued;

  might_sleep ();
  if (queued)
    work->run (work);
  work->queued = false;
  return queued;
}

bool
cancel_work_sync (struct work_struct *work)
{
  bool queued = work->queued;

  might_sleep ();
  work->queued = false;
  return queued;
}

/* --- channel I/O: one path, always there --- */

int
chp_ssd_get_mask (int *ssd, struct chp_link *link)
{
  (void) ssd;
  (void) link;
  return 0x80;
}

int
cio_update_schib (struct subchannel *sch)
{
  sch->schib.scsw.cmd.fctl = sch->fctl;
  return sch->is_gone ? -ENODEV : 0;
}

/* MODIFY SUBCHANNEL. */
static int
modify_subchannel (const struct subchannel *sch)
{
  if (sch->is_gone)
    return -ENODEV;
  return sch->fctl ? -EBUSY : 0;
}

int
cio_enable_subchannel (struct subchannel *sch, u32 parameter)
{
  (void) parameter;
  return modify_subchannel (sch);
}

int
cio_disable_subchannel (struct subchannel *sch)
{
  return modify_subchannel (sch);
}

int
cio_clear (struct subchannel *sch)
{
  sch->clears++;
  return 0;
}

/* --- VFIO --- */

int
vfio_info_add_capability (struct vfio_info_cap *caps, struct vfio_info_cap_header *header,
                          size_t size)
{
  caps->buf = malloc (size);
  caps->size = size;
  memcpy (caps->buf, header, size);
  return 0;
}

int
vfio_set_irqs_validate_and_prepare (struct vfio_irq_set *set, int interrupts, int indices,
                                    size_t *size)
{
  (void) interrupts;
  *size = set->argsz - sizeof *set;
  return set->index < (unsigned int) indices ? 0 : -EINVAL;
}

struct vfio_device *
make_vfio_device (size_t size, struct device *parent, const struct vfio_device_ops *ops)
{
  /* The VFIO device is the first member of the whole. */
  struct vfio_device *device = calloc (1, size);

  device->dev = parent;
  device->ops = ops;
  ops->init (device);
  return device;
}

void
vfio_put_device (struct vfio_device *device)
{
  device->ops->release (device);
  free (device);
}
