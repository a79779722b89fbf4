/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How the driver ends channel programs, and what becomes of the memory of one that
 * cannot be ended, with a subchannel that ends them when a test wants it to.
 */
#include <glib.h>

#include "kernel.h"

#define NEVER G_MAXUINT

/* what a device may need to be stopped, before the driver gives up */
#define MANY 5

typedef struct
{
  struct subchannel sch;
  struct vfio_ccw_parent parent;
  struct vfio_ccw_device device;
  u64 pages[3];
} Fixture;

/* The subchannel: how it takes attempts to end its program. */
static struct
{
  Fixture *fixture;
  guint attempts;           /* so far */
  guint ends_after;         /* so many of them */
  gboolean is_shown_active; /* in the status with which it ends */
  gboolean is_silent;       /* status is pending of which no interrupt tells */
} machine;

static int arena_memory;
static guint arenas_freed;

/* --- doubles of the kernel --- */

unsigned long jiffies = 1000;
int page_references[PAGES];
struct workqueue_struct *vfio_ccw_queue;

/* Halts and clears answer by an interrupt, also if there is nothing to end. */
int
cio_cancel_halt_clear (struct subchannel *sch, int *attempts)
{
  (void) attempts;
  if (sch->is_gone)
    return -ENODEV;
  machine.attempts++;
  return -EBUSY;
}

/* HALT SUBCHANNEL, where nothing else has had an effect: once. */
int
cio_halt (struct subchannel *sch)
{
  if (machine.is_silent)
    machine.ends_after = machine.attempts;
  if (sch->fctl & SCSW_FCTL_HALT_FUNC)
    return -EBUSY;
  sch->fctl |= SCSW_FCTL_HALT_FUNC;
  return 0;
}

static void
end_program (Fixture *fixture)
{
  fixture->sch.fctl = 0;
  fixture->device.interrupts++;
  if (!machine.is_shown_active)
    vfio_ccw_move (&fixture->device, FSM_FINAL);
}

void
machine_goes_on (long time)
{
  Fixture *fixture = machine.fixture;

  if (fixture->sch.fctl && machine.attempts >= machine.ends_after)
    end_program (fixture);
  else
    jiffies += time;
}

/* --- doubles of the driver's other files --- */

void
vfio_ccw_arena_free (struct ccw_xlat_arena *arena)
{
  g_assert_true (arena->cpu == &arena_memory);
  *arena = (struct ccw_xlat_arena){ 0 };
  arenas_freed++;
}

void
vfio_ccw_collect (struct vfio_ccw_device *device)
{
  g_assert_cmpint (device->state, !=, FSM_ACTIVE);
  g_assert_cmpint (device->state, !=, FSM_STOPPING);
  vfio_ccw_move (device, FSM_COLLECT);
}

void
vfio_ccw_status_forget (struct vfio_ccw_device *device)
{
  device->status.unread = false;
}

void
vfio_ccw_status_remind (struct vfio_ccw_device *device, bool always)
{
  (void) device;
  (void) always;
}

unsigned int
vfio_ccw_pages_revoke (struct vfio_ccw_pages *pages, u64 iova, u64 length)
{
  (void) pages;
  (void) iova;
  (void) length;
  return 1;
}

unsigned int
vfio_ccw_pages_want (struct vfio_ccw_pages *pages, unsigned int request)
{
  (void) pages;
  return request;
}

void
vfio_ccw_pages_give_up (struct vfio_ccw_device *device)
{
  (void) device;
}

void
vfio_ccw_pages_await_given_up (struct vfio_ccw_pages *pages, unsigned int request, long time)
{
  (void) pages;
  (void) request;
  (void) time;
}

void
vfio_ccw_pages_release (struct vfio_ccw_device *device, unsigned int request)
{
  (void) device;
  (void) request;
}

/* --- a device with a program that runs --- */

static void
set_up (Fixture *fixture, gconstpointer data)
{
  struct vfio_ccw_device *device = &fixture->device;

  (void) data;
  spin_lock_init (&fixture->sch.lock);
  dev_set_drvdata (&fixture->sch.dev, &fixture->parent);
  fixture->parent.device = device;
  fixture->pages[0] = 1 * PAGE_SIZE;
  fixture->pages[1] = CCW_XLAT_UNPINNED;
  fixture->pages[2] = 3 * PAGE_SIZE;
  device->sch = &fixture->sch;
  device->arena.cpu = &arena_memory;
  device->program.host_page = fixture->pages;
  device->pages.pinned = G_N_ELEMENTS (fixture->pages);
  fixture->sch.fctl = SCSW_FCTL_START_FUNC;
  device->state = FSM_ACTIVE;
  machine = (typeof (machine)){ .fixture = fixture, .ends_after = NEVER };
  arenas_freed = 0;
}

/* Nothing is kept of any program, whatever has become of it. */
static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void) data;
  g_assert_false (fixture->parent.kept.running);
  for (guint i = 0; i < PAGES; i++)
    g_assert_cmpint (page_references[i], ==, 0);
  mutex_destroy (&fixture->sch.lock);
}

static void
close_device (Fixture *fixture)
{
  vfio_ccw_disable (&fixture->device);
  g_assert_cmpint (fixture->device.state, ==, FSM_CLOSED);
  vfio_ccw_leave_arena (&fixture->device);
}

static void
assert_kept (Fixture *fixture)
{
  g_assert_true (fixture->parent.kept.running);
  g_assert_cmpint (page_references[1], ==, 1);
  g_assert_cmpint (page_references[3], ==, 1);
  g_assert_cmpuint (arenas_freed, ==, 0);
}

static int
open_device (Fixture *fixture)
{
  return vfio_ccw_enable (&fixture->device);
}

/* --- programs that end --- */

static void
test_ends_at_once (Fixture *fixture, gconstpointer data)
{
  (void) data;
  machine.ends_after = 1;
  close_device (fixture);
  g_assert_cmpuint (machine.attempts, ==, 1);
  g_assert_cmpuint (arenas_freed, ==, 1);
}

static void
test_ends_after_many (Fixture *fixture, gconstpointer data)
{
  (void) data;
  machine.ends_after = MANY;
  close_device (fixture);
  g_assert_cmpuint (machine.attempts, ==, MANY);
  g_assert_cmpuint (arenas_freed, ==, 1);
  g_assert_cmpint (open_device (fixture), ==, 0);
}

/* Its status leaves the device active; the subchannel, asked, has no function. */
static void
test_ends_though_shown_active (Fixture *fixture, gconstpointer data)
{
  (void) data;
  machine.ends_after = 1;
  machine.is_shown_active = TRUE;
  close_device (fixture);
  g_assert_cmpuint (machine.attempts, ==, 1);
  g_assert_cmpuint (arenas_freed, ==, 1);
  g_assert_cmpint (open_device (fixture), ==, 0);
}

/* What is pending keeps the program from being cancelled, but not from being halted. */
static void
test_ends_by_halt (Fixture *fixture, gconstpointer data)
{
  (void) data;
  machine.is_silent = TRUE;
  close_device (fixture);
  g_assert_cmpuint (machine.attempts, ==, 1);
  g_assert_cmpuint (arenas_freed, ==, 1);
}

static void
test_device_goes (Fixture *fixture, gconstpointer data)
{
  (void) data;
  fixture->sch.is_gone = true;
  close_device (fixture);
  g_assert_cmpuint (machine.attempts, ==, 0);
  g_assert_cmpuint (arenas_freed, ==, 1);
}

/* --- programs that do not --- */

static void
end_late (Fixture *fixture)
{
  machine.is_shown_active = TRUE; /* nobody knows whose status that is */
  end_program (fixture);
}

static void
test_kept_until_next_open (Fixture *fixture, gconstpointer data)
{
  unsigned long start = jiffies;

  (void) data;
  close_device (fixture);
  g_assert_cmpuint (machine.attempts, >, MANY);
  g_assert_cmpuint (jiffies, >, start);
  assert_kept (fixture);
  g_assert_cmpint (open_device (fixture), ==, -EBUSY);
  assert_kept (fixture);
  end_late (fixture);
  g_assert_cmpint (open_device (fixture), ==, 0);
  g_assert_cmpuint (arenas_freed, ==, 1);
}

/* Whoever hears of the end, of the interrupt for instance, has it given back. */
static void
test_given_back_once (Fixture *fixture, gconstpointer data)
{
  (void) data;
  close_device (fixture);
  assert_kept (fixture);
  end_late (fixture);
  vfio_ccw_unkeep (&fixture->sch);
  g_assert_cmpuint (arenas_freed, ==, 1);
  vfio_ccw_unkeep (&fixture->sch);
  g_assert_cmpint (open_device (fixture), ==, 0);
  g_assert_cmpuint (arenas_freed, ==, 1);
}

/* A reset leaves the arena with the device, which is still open. */
static void
test_kept_over_reset (Fixture *fixture, gconstpointer data)
{
  (void) data;
  g_assert_cmpint (vfio_ccw_reset (&fixture->device), ==, -EBUSY);
  assert_kept (fixture);
  end_late (fixture);
  g_assert_cmpint (vfio_ccw_reset (&fixture->device), ==, 0);
  g_assert_cmpint (fixture->device.state, ==, FSM_IDLE);
  g_assert_cmpuint (arenas_freed, ==, 0);
  close_device (fixture);
  g_assert_cmpuint (arenas_freed, ==, 1);
}

/* It ends between the time at which it was given up and the close. */
static void
test_ends_before_close (Fixture *fixture, gconstpointer data)
{
  (void) data;
  vfio_ccw_dma_unmap (&fixture->device.vdev, 0, PAGE_SIZE);
  g_assert_cmpint (fixture->device.state, ==, FSM_ACTIVE);
  fixture->device.request = 1;
  vfio_ccw_dma_unmap (&fixture->device.vdev, 0, PAGE_SIZE);
  g_assert_cmpint (fixture->device.state, ==, FSM_WEDGED);
  assert_kept (fixture);
  end_late (fixture);
  close_device (fixture);
  g_assert_cmpuint (arenas_freed, ==, 1);
}

static void
test_kept_when_driver_leaves (Fixture *fixture, gconstpointer data)
{
  (void) data;
  close_device (fixture);
  vfio_ccw_leave_kept (&fixture->sch);
  assert_kept (fixture);
  g_assert_cmpint (fixture->sch.dev.references, ==, 1);
  end_late (fixture);
  vfio_ccw_leave_kept (&fixture->sch);
  g_assert_cmpuint (arenas_freed, ==, 1);
  g_assert_cmpint (fixture->sch.dev.references, ==, 1);
}

/* An interrupt before the driver has begun with the subchannel, or after it has left it. */
static void
test_nothing_kept_when_unbound (Fixture *fixture, gconstpointer data)
{
  (void) data;
  machine.ends_after = 1;
  close_device (fixture);
  dev_set_drvdata (&fixture->sch.dev, NULL);
  vfio_ccw_unkeep (&fixture->sch);
}

/* The machine takes the device away: then its program is no more, either. */
static void
test_given_back_when_device_goes (Fixture *fixture, gconstpointer data)
{
  (void) data;
  close_device (fixture);
  fixture->sch.is_gone = true;
  vfio_ccw_vanish (&fixture->device);
  vfio_ccw_leave_kept (&fixture->sch);
  g_assert_cmpuint (arenas_freed, ==, 1);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*run) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/stop/ends/at-once", test_ends_at_once },
    { "/stop/ends/after-many", test_ends_after_many },
    { "/stop/ends/though-shown-active", test_ends_though_shown_active },
    { "/stop/ends/by-halt", test_ends_by_halt },
    { "/stop/ends/device-goes", test_device_goes },
    { "/stop/kept/until-next-open", test_kept_until_next_open },
    { "/stop/kept/given-back-once", test_given_back_once },
    { "/stop/kept/over-reset", test_kept_over_reset },
    { "/stop/kept/ends-before-close", test_ends_before_close },
    { "/stop/kept/driver-leaves", test_kept_when_driver_leaves },
    { "/stop/kept/unbound", test_nothing_kept_when_unbound },
    { "/stop/kept/device-goes", test_given_back_when_device_goes },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}
