/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The driver's entries for user space and for channel path events, by several
 * threads. Built with ThreadSanitizer: whatever two threads reach without the
 * lock that guards it ends the test, also when nothing comes of it.
 *
 * What these entries call in turn is replaced here by doubles that say when it
 * is called in a way it must not be.
 */
#include <glib.h>
#include <string.h>

#include "kernel.h"

#define ROUNDS 2000

typedef struct
{
  struct subchannel sch;
  struct vfio_ccw_parent parent;
  struct mdev_device mdev;
  struct vfio_ccw_device *device;
} Fixture;

/* --- doubles of the driver's other files --- */

static guint requests;
static gboolean arena_in_use;

/* Requests must not overlap: this one notices another by what both change. */
static int
do_request (struct vfio_ccw_device *device)
{
  guint8 orb[ORB_AREA_SIZE];
  guint number = ++requests;

  memcpy (orb, device->orb, sizeof orb);
  g_thread_yield ();
  g_assert_cmpmem (orb, sizeof orb, device->orb, sizeof orb);
  g_assert_cmpuint (number, ==, requests);
  return 0;
}

int
vfio_ccw_start (struct vfio_ccw_device *device)
{
  return do_request (device);
}

int
vfio_ccw_resume (struct vfio_ccw_device *device)
{
  return do_request (device);
}

int
vfio_ccw_halt (struct vfio_ccw_device *device)
{
  return do_request (device);
}

int
vfio_ccw_clear (struct vfio_ccw_device *device)
{
  return do_request (device);
}

int
vfio_ccw_reset (struct vfio_ccw_device *device)
{
  return do_request (device);
}

int
vfio_ccw_enable (struct vfio_ccw_device *device)
{
  return do_request (device);
}

void
vfio_ccw_disable (struct vfio_ccw_device *device)
{
  do_request (device);
}

int
vfio_ccw_arena_alloc (struct ccw_xlat_arena *arena)
{
  (void) arena;
  arena_in_use = TRUE;
  return 0;
}

void
vfio_ccw_arena_free (struct ccw_xlat_arena *arena)
{
  (void) arena;
  arena_in_use = FALSE;
}

void
vfio_ccw_leave_arena (struct vfio_ccw_device *device)
{
  vfio_ccw_arena_free (&device->arena);
}

/* Gives up pages, a list of which is in the arena. */
void
vfio_ccw_give_up (struct work_struct *work)
{
  (void) work;
  g_assert_true (arena_in_use);
}

void
vfio_ccw_dma_unmap (struct vfio_device *device, u64 iova, u64 length)
{
  (void) device;
  (void) iova;
  (void) length;
}

void
vfio_ccw_status_remind (struct vfio_ccw_device *device, bool always)
{
  (void) device;
  (void) always;
}

/* Gives up a program's pages, too, which must not meet a new request. */
bool
vfio_ccw_status_look (struct vfio_ccw_device *device, struct irb_words *irb, bool take)
{
  do_request (device);
  *irb = (struct irb_words){ { 0 } };
  return take;
}

void
vfio_ccw_status_untake (struct vfio_ccw_device *device, const struct irb_words *irb)
{
  (void) device;
  (void) irb;
}

void
vfio_ccw_status_forget (struct vfio_ccw_device *device)
{
  (void) device;
}

void
vfio_ccw_pages_init (struct vfio_ccw_pages *pages)
{
  (void) pages;
}

/* --- a device, made and opened as VFIO does --- */

static void
set_up (Fixture *fixture, gconstpointer data)
{
  (void) data;
  requests = 0;
  nospec_indices = 0;
  memset (eventfds, 0, sizeof eventfds);
  spin_lock_init (&fixture->sch.lock);
  dev_set_drvdata (&fixture->sch.dev, &fixture->parent);
  fixture->mdev.dev.parent = &fixture->sch.dev;
  g_assert_cmpint (vfio_ccw_mdev_driver.probe (&fixture->mdev), ==, 0);
  fixture->device = fixture->parent.device;
  g_assert_cmpint (fixture->device->vdev.ops->open_device (&fixture->device->vdev), ==, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void) data;
  if (arena_in_use)
    fixture->device->vdev.ops->close_device (&fixture->device->vdev);
  vfio_ccw_mdev_driver.remove (&fixture->mdev);
  g_assert_null (fixture->parent.device);
}

static int
set_eventfd (Fixture *fixture, guint index, gint32 fd)
{
  struct
  {
    struct vfio_irq_set set;
    gint32 fd;
  } argument = {
    .set = { .argsz = sizeof argument,
             .flags = VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_EVENTFD,
             .index = index,
             .count = 1 },
    .fd = fd,
  };

  return (int) fixture->device->vdev.ops->ioctl (&fixture->device->vdev, VFIO_DEVICE_SET_IRQS,
                                                 (unsigned long) &argument);
}

static gssize
write_region (Fixture *fixture, guint64 index, gconstpointer block, gsize size)
{
  loff_t position = (loff_t) (index << 10);

  return vfio_ccw_write (&fixture->device->vdev, block, size, &position);
}

static gssize
read_region (Fixture *fixture, guint64 index, gpointer block, gsize size)
{
  loff_t position = (loff_t) (index << 10);

  return vfio_ccw_read (&fixture->device->vdev, block, size, &position);
}

static void
run_together (Fixture *fixture, void *(*first) (void *), void *(*second) (void *) )
{
  pthread_t threads[2];

  g_assert_cmpint (pthread_create (&threads[0], NULL, first, fixture), ==, 0);
  g_assert_cmpint (pthread_create (&threads[1], NULL, second, fixture), ==, 0);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (pthread_join (threads[i], NULL), ==, 0);
}

/* --- channel report words --- */

static void
report_path (Fixture *fixture, guint8 path)
{
  struct chp_link link = { { path } };

  spin_lock_irq (&fixture->sch.lock);
  g_assert_cmpint (vfio_ccw_chp_event (&fixture->sch, &link, CHP_OFFLINE), ==, 0);
  spin_unlock_irq (&fixture->sch.lock);
}

static guint32
next_report (Fixture *fixture)
{
  guint32 report = 0;

  g_assert_cmpint (read_region (fixture, 3, &report, sizeof report), ==, sizeof report);
  return report;
}

static void *
report_paths (void *data)
{
  for (guint i = 0; i < ROUNDS; i++)
    report_path (data, (guint8) i);
  return NULL;
}

static void *
read_reports (void *data)
{
  for (guint i = 0; i < ROUNDS; i++)
    next_report (data);
  return NULL;
}

/* They come from the host's machine-check handler while user space reads them. */
static void
test_crw_race (Fixture *fixture, gconstpointer data)
{
  (void) data;
  run_together (fixture, report_paths, read_reports);
  run_together (fixture, read_reports, read_reports);
  g_assert_cmphex (next_report (fixture), ==, 0);
}

static void
test_crw_order (Fixture *fixture, gconstpointer data)
{
  guint32 word;
  struct crw report;

  (void) data;
  for (guint8 path = 1; path <= CRW_QUEUE_LEN + 2; path++)
    report_path (fixture, path);
  for (guint8 path = 1; path <= CRW_QUEUE_LEN; path++)
    {
      word = next_report (fixture);
      memcpy (&report, &word, sizeof report);
      g_assert_cmpuint (report.rsid, ==, path);
      g_assert_cmpuint (report.oflw, ==, path == CRW_QUEUE_LEN);
    }
  g_assert_cmphex (next_report (fixture), ==, 0);
}

/* --- channel paths --- */

/* The path 0x80 goes: what ends by a clear, and what has another path. */
static void
test_path_ends_programs (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    guint8 usable, used_last;
    guint activity, clears;
  } cases[] = {
    { 0x80, 0x80, 1, 1 }, /* on it */
    { 0x80, 0x00, 1, 1 }, /* nobody knows yet on which; there is no other */
    { 0xc0, 0x80, 1, 1 }, { 0xc0, 0x40, 1, 0 },
    { 0xc0, 0x00, 1, 0 }, { 0x80, 0x80, 0, 0 }, /* no program */
  };
  struct chp_link link = { { 1 } };

  (void) data;
  for (guint i = 0; i < 2 * G_N_ELEMENTS (cases); i++)
    {
      struct subchannel *sch = &fixture->sch;
      guint row = i / 2;

      sch->lpm = sch->opm = cases[row].usable;
      sch->schib.pmcw.lpum = cases[row].used_last;
      sch->schib.scsw.cmd.actl = cases[row].activity;
      sch->clears = 0;
      spin_lock_irq (&sch->lock);
      g_assert_cmpint (vfio_ccw_chp_event (sch, &link, i % 2 ? CHP_VARY_OFF : CHP_OFFLINE), ==, 0);
      spin_unlock_irq (&sch->lock);
      g_assert_cmpuint (sch->clears, ==, cases[row].clears);
    }
}

/* --- one request at a time --- */

static void *
start_programs (void *data)
{
  struct ccw_io_region block = { .ret_code = 0 };
  union scsw scsw = { .cmd = { .fctl = SCSW_FCTL_START_FUNC } };

  memcpy (block.scsw_area, &scsw, sizeof scsw);
  for (guint i = 0; i < ROUNDS; i++)
    {
      memset (block.orb_area, (int) i, sizeof block.orb_area);
      g_assert_cmpint (write_region (data, 0, &block, sizeof block), ==, sizeof block);
    }
  return NULL;
}

static void *
read_status (void *data)
{
  struct ccw_io_region block;

  for (guint i = 0; i < ROUNDS; i++)
    g_assert_cmpint (read_region (data, 0, &block, sizeof block), ==, sizeof block);
  return NULL;
}

static void *
halt_programs (void *data)
{
  const struct ccw_cmd_region block = { .command = VFIO_CCW_ASYNC_CMD_HSCH };

  for (guint i = 0; i < ROUNDS; i++)
    g_assert_cmpint (write_region (data, 1, &block, sizeof block), ==, sizeof block);
  return NULL;
}

static void *
read_commands (void *data)
{
  struct ccw_cmd_region block;

  for (guint i = 0; i < ROUNDS; i++)
    g_assert_cmpint (read_region (data, 1, &block, sizeof block), ==, sizeof block);
  return NULL;
}

static void *
reset_device (void *data)
{
  Fixture *fixture = data;
  struct vfio_device *device = &fixture->device->vdev;

  for (guint i = 0; i < ROUNDS; i++)
    g_assert_cmpint (device->ops->ioctl (device, VFIO_DEVICE_RESET, 0), ==, 0);
  return NULL;
}

static void
test_request_windows (Fixture *fixture, gconstpointer data)
{
  void *(*const all[]) (void *) = {
    start_programs, read_status, halt_programs, read_commands, reset_device,
  };

  (void) data;
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    for (guint j = i; j < G_N_ELEMENTS (all); j++)
      run_together (fixture, all[i], all[j]);
}

/* --- eventfds --- */

static void *
swap_eventfds (void *data)
{
  for (gint32 i = 0; i < ROUNDS; i++)
    g_assert_cmpint (set_eventfd (data, VFIO_CCW_IO_IRQ_INDEX, i % (EVENTFDS + 1) - 1), ==, 0);
  return NULL;
}

static void *
trigger (void *data)
{
  Fixture *fixture = data;

  for (guint i = 0; i < ROUNDS; i++)
    vfio_ccw_trigger (&fixture->device->triggers, VFIO_CCW_IO_IRQ_INDEX);
  return NULL;
}

static void
test_eventfd_race (Fixture *fixture, gconstpointer data)
{
  (void) data;
  run_together (fixture, swap_eventfds, trigger);
}

/* The last reference to an old eventfd may be ours: see eventfd_ctx_put (). */
static void
test_free_under_spinlock (Fixture *fixture, gconstpointer data)
{
  (void) data;
  g_assert_cmpint (set_eventfd (fixture, VFIO_CCW_IO_IRQ_INDEX, 0), ==, 0);
  g_assert_cmpint (set_eventfd (fixture, VFIO_CCW_IO_IRQ_INDEX, 1), ==, 0);
  g_assert_cmpint (eventfds[0].references, ==, 0);
  g_assert_cmpint (set_eventfd (fixture, VFIO_CCW_IO_IRQ_INDEX, -1), ==, 0);
  g_assert_cmpint (eventfds[1].references, ==, 0);
}

/* Whoever is woken for room in an eventfd must not signal it: see eventfd_ctx_remove_wait_queue (). */
static void
test_take_back (Fixture *fixture, gconstpointer data)
{
  struct vfio_ccw_triggers *triggers = &fixture->device->triggers;

  (void) data;
  g_assert_cmpint (set_eventfd (fixture, VFIO_CCW_IO_IRQ_INDEX, 0), ==, 0);
  vfio_ccw_trigger (triggers, VFIO_CCW_IO_IRQ_INDEX);
  vfio_ccw_trigger (triggers, VFIO_CCW_IO_IRQ_INDEX);
  g_assert_cmpint (eventfds[0].signals, ==, 2);
  vfio_ccw_untrigger (triggers, VFIO_CCW_IO_IRQ_INDEX);
  g_assert_cmpint (eventfds[0].signals, ==, 0);
  g_assert_false (current->in_eventfd);

  g_assert_cmpint (set_eventfd (fixture, VFIO_CCW_CRW_IRQ_INDEX, 0), ==, 0);
  vfio_ccw_trigger (triggers, VFIO_CCW_CRW_IRQ_INDEX);
  vfio_ccw_untrigger (triggers, VFIO_CCW_IO_IRQ_INDEX);
  g_assert_cmpint (eventfds[0].signals, ==, 1);
}

static void
test_eventfds_end_with_the_user (Fixture *fixture, gconstpointer data)
{
  (void) data;
  for (guint index = 0; index < VFIO_CCW_NUM_IRQS; index++)
    g_assert_cmpint (set_eventfd (fixture, index, (gint32) index), ==, 0);
  fixture->device->vdev.ops->close_device (&fixture->device->vdev);
  for (guint index = 0; index < VFIO_CCW_NUM_IRQS; index++)
    g_assert_cmpint (eventfds[index].references, ==, 0);
}

/* --- indices that user space chooses --- */

static void
test_region_index (Fixture *fixture, gconstpointer data)
{
  struct vfio_region_info info = { .argsz = sizeof info };
  struct vfio_info_cap caps = { NULL, 0 };
  guint8 block[4];

  (void) data;
  for (guint64 index = vfio_ccw_num_regions (); index < 64; index++)
    {
      g_assert_cmpint (read_region (fixture, index, block, sizeof block), ==, -EINVAL);
      g_assert_cmpint (write_region (fixture, index, block, sizeof block), ==, -EINVAL);
      info.index = (guint32) index;
      g_assert_cmpint (vfio_ccw_get_region_info (&fixture->device->vdev, &info, &caps), ==,
                       -EINVAL);
    }
  g_assert_cmpint (read_region (fixture, G_MAXUINT64 >> 10, block, sizeof block), ==, -EINVAL);
}

/* A processor that guesses must not get out of the tables either. */
static void
test_region_index_speculated (Fixture *fixture, gconstpointer data)
{
  guint8 block[4];

  (void) data;
  nospec_indices = 0;
  g_assert_cmpint (read_region (fixture, 1, block, sizeof block), ==, sizeof block);
  g_assert_cmpuint (nospec_indices, ==, 1);
}

static void
test_interrupt_index (Fixture *fixture, gconstpointer data)
{
  struct vfio_irq_info info = { .argsz = sizeof info, .index = VFIO_CCW_NUM_IRQS };

  (void) data;
  g_assert_cmpint (vfio_ccw_get_irq_info (&info), ==, -EINVAL);
  g_assert_cmpint (set_eventfd (fixture, VFIO_CCW_NUM_IRQS, 0), ==, -EINVAL);
  nospec_indices = 0;
  g_assert_cmpint (set_eventfd (fixture, VFIO_CCW_REQ_IRQ_INDEX, 0), ==, 0);
  g_assert_cmpuint (nospec_indices, ==, 1);
}

/* --- work that is left --- */

/* A dma_unmap may have queued it just before or after the last user has gone. */
static void
test_work_ends_before_close (Fixture *fixture, gconstpointer data)
{
  (void) data;
  fixture->device->give_up.queued = true;
  fixture->device->vdev.ops->close_device (&fixture->device->vdev);
  g_assert_false (fixture->device->give_up.queued);
}

static void (*driver_release) (struct vfio_device *device);

static void
release_and_look (struct vfio_device *device)
{
  driver_release (device);
  g_assert_false (to_vfio_ccw_device (device)->give_up.queued);
}

static void
test_work_ends_before_release (Fixture *fixture, gconstpointer data)
{
  struct vfio_device *device = &fixture->device->vdev;
  static struct vfio_device_ops ops;

  (void) data;
  device->ops->close_device (device);
  to_vfio_ccw_device (device)->give_up.queued = true;
  ops = *device->ops;
  driver_release = ops.release;
  ops.release = release_and_look;
  device->ops = &ops;
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*run) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/driver/crw/race", test_crw_race },
    { "/driver/crw/order", test_crw_order },
    { "/driver/path/ends-programs", test_path_ends_programs },
    { "/driver/request/windows", test_request_windows },
    { "/driver/eventfd/race", test_eventfd_race },
    { "/driver/eventfd/free-under-spinlock", test_free_under_spinlock },
    { "/driver/eventfd/take-back", test_take_back },
    { "/driver/eventfd/end-with-the-user", test_eventfds_end_with_the_user },
    { "/driver/index/region", test_region_index },
    { "/driver/index/region-speculated", test_region_index_speculated },
    { "/driver/index/interrupt", test_interrupt_index },
    { "/driver/work/ends-before-close", test_work_ends_before_close },
    { "/driver/work/ends-before-release", test_work_ends_before_release },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}
