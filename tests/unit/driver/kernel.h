/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel in user space, as far as some of the driver's files need one. It
 * stands in front of each of them (-include) and takes the place of the driver's
 * own device.h, observe.h and debugfs.h; names are the kernel's and the driver's.
 *
 * Locks are real, so that ThreadSanitizer sees what they guard, and what must
 * not happen under a spinlock (sleeping, freeing) ends the test. Other files of
 * the driver are replaced by doubles, see kernel.c.
 */
#pragma once

#define VIRT_CCW_DEVICE_H
#define VIRT_CCW_OBSERVE_H
#define VIRT_CCW_DEBUGFS_H

#include <assert.h>
#include <linux/vfio.h>
#include <linux/vfio_ccw.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/types.h>

#include "fsm.h"
#include "irb.h"

#define __user
#define __cold
#define __must_hold(lock)
#define READ_ONCE(value) (value)
#define likely(condition) (condition)
#define unlikely(condition) (condition)
#define BIT(number) (1u << (number))
#define IS_ENABLED(option) 0
#define ARRAY_SIZE(array) (sizeof (array) / sizeof *(array))
#define offsetofend(type, member) (offsetof (type, member) + sizeof ((type *) 0)->member)
#define container_of(pointer, type, member) ((type *) ((char *) (pointer) -offsetof (type, member)))

typedef int32_t s32;
typedef u32 dma32_t;
#define u32_to_dma32(value) (value)

/* --- errors as pointers --- */

#define ERR_PTR(error) ((void *) (long) (error))
#define PTR_ERR(pointer) ((long) (pointer))
#define IS_ERR(pointer) ((unsigned long) (pointer) >= (unsigned long) -4095)

/* --- locks --- */

struct mutex
{
  pthread_mutex_t lock;
};

typedef struct mutex spinlock_t;

void mutex_init (struct mutex *mutex);
void mutex_destroy (struct mutex *mutex);
void mutex_lock (struct mutex *mutex);
bool mutex_trylock (struct mutex *mutex);
void mutex_unlock (struct mutex *mutex);
void spin_lock_init (spinlock_t *lock);
void spin_lock_irq (spinlock_t *lock);
void spin_unlock_irq (spinlock_t *lock);

#define spin_lock_irqsave(lock, flags) ((void) (flags = 0), spin_lock_irq (lock))
#define spin_unlock_irqrestore(lock, flags) ((void) (flags), spin_unlock_irq (lock))

/* Ends the test if the caller holds a spinlock. */
void might_sleep (void);

/* --- user memory, eventfds, speculation --- */

unsigned long copy_to_user (void *to, const void *from, unsigned long size);
unsigned long copy_from_user (void *to, const void *from, unsigned long size);
#define get_user(value, pointer) copy_from_user (&(value), pointer, sizeof (value))

struct eventfd_ctx
{
  int references;
  int signals;
};

struct wait_queue_entry
{
  int entry;
};

#define INIT_LIST_HEAD(head) ((void) (head))

/* A test's eventfds are its file descriptors from 0 on. */
#define EVENTFDS 4
extern struct eventfd_ctx eventfds[EVENTFDS];

struct eventfd_ctx *eventfd_ctx_fdget (int fd);
void eventfd_ctx_put (struct eventfd_ctx *context);
void eventfd_signal (struct eventfd_ctx *context);
int eventfd_ctx_remove_wait_queue (struct eventfd_ctx *context, struct wait_queue_entry *entry,
                                   u64 *count);

/* What of the running task the driver looks at. */
struct task_struct
{
  unsigned in_eventfd : 1;
};
extern _Thread_local struct task_struct current_task;
#define current (&current_task)

/* How many indices were made harmless for speculative execution. */
extern unsigned int nospec_indices;
size_t array_index_nospec (size_t index, size_t size);

/* --- work --- */

struct work_struct
{
  void (*run) (struct work_struct *work);
  bool queued;
};

#define INIT_WORK(work, function) (*(work) = (struct work_struct){ (function), false })
#define queue_work(queue, work) ((void) (queue), (work)->queued = true)
bool flush_work (struct work_struct *work);
bool cancel_work_sync (struct work_struct *work);

typedef struct
{
  int unused;
} wait_queue_head_t;

#define init_waitqueue_head(head) ((void) (head))
#define wake_up_all(head) ((void) (head))

/* --- time: it goes by only while somebody waits, or when a test has it do so --- */

#define HZ 100
extern unsigned long jiffies;
#define time_before(a, b) ((long) ((a) - (b)) < 0)
#define time_after_eq(a, b) (!time_before (a, b))

/* The machine does something meanwhile, or all of the time goes by. */
void machine_goes_on (long time);
#define wait_event_timeout(head, condition, time)                                                  \
  ((void) (head), (void) (condition), machine_goes_on (time))

/* --- pages: the page at address N * PAGE_SIZE is number N --- */

#define PAGES 8
#define PAGE_SIZE 4096
extern int page_references[PAGES];

#define phys_to_page(address) (&page_references[(address) / PAGE_SIZE])
#define get_page(page) ((void) ++*(page))
#define put_page(page) ((void) --*(page))
#define virt_to_phys(pointer) ((unsigned long) (pointer))

/* --- channel I/O --- */

struct cmd_scsw
{
  u32 fctl : 3;
  u32 actl : 7;
  u32 stctl : 5;
  u32 rest : 17;
  dma32_t cpa;
  u32 status;
};

union scsw
{
  struct cmd_scsw cmd;
};

#define SCSW_FCTL_START_FUNC 0x4
#define SCSW_FCTL_HALT_FUNC 0x2
#define SCSW_FCTL_CLEAR_FUNC 0x1
#define SCSW_ACTL_RESUME_PEND 0x40
#define SCSW_ACTL_START_PEND 0x20
#define scsw_actl(scsw) ((scsw)->cmd.actl)
#define scsw_fctl(scsw) ((scsw)->cmd.fctl)

#define VFIO_CCW_ISC 4

struct pmcw
{
  u32 intparm;
  u8 lpum;
  u8 pim;
  u8 pam;
  u8 rest[21];
};

struct schib
{
  struct pmcw pmcw;
  union scsw scsw;
  u32 mba;
  u8 mda[8];
};

struct crw
{
  u32 unused : 2;
  u32 oflw : 1;
  u32 chn : 1;
  u32 rsc : 4;
  u32 erc : 8;
  u32 rsid : 16;
};

#define CRW_RSC_CPATH 0x4
#define CRW_ERC_INIT 0x02
#define CRW_ERC_PERRN 0x07

struct chp_link
{
  struct
  {
    u8 id;
  } chpid;
};

enum
{
  CHP_ONLINE,
  CHP_OFFLINE,
  CHP_VARY_ON,
  CHP_VARY_OFF
};

struct device
{
  struct device *parent;
  void *data;
  int references; /* more than it had at first */
};

struct subchannel
{
  spinlock_t lock;
  u8 isc;
  u8 lpm;
  u8 opm;
  struct schib schib;
  bool is_gone;        /* the machine has no such subchannel any more */
  u32 fctl;            /* what the machine's subchannel does */
  unsigned int clears; /* so many CLEAR SUBCHANNEL */
  int ssd_info;
  struct device dev;
};

#define to_subchannel(device) container_of (device, struct subchannel, dev)
#define dev_set_drvdata(device, value) ((device)->data = (value))
#define dev_get_drvdata(device) ((device)->data)
#define get_device(device) ((void) (device)->references++)
#define dev_crit(device, ...) ((void) (device))
#define dev_err(device, ...) ((void) (device))
#define dev_notice(device, ...) ((void) (device))
#define dev_notice_ratelimited(device, ...) ((void) (device), (void) (count))

int chp_ssd_get_mask (int *ssd, struct chp_link *link);
int cio_update_schib (struct subchannel *sch);
int cio_clear (struct subchannel *sch);
int cio_halt (struct subchannel *sch);
int cio_cancel_halt_clear (struct subchannel *sch, int *attempts);
int cio_enable_subchannel (struct subchannel *sch, u32 parameter);
int cio_disable_subchannel (struct subchannel *sch);
#define chp_get_sch_opm(sch) ((u8) 0x80)

/* --- VFIO and mdev --- */

struct vfio_device_ops;
struct vfio_info_cap;

struct vfio_device
{
  struct device *dev;
  const struct vfio_device_ops *ops;
};

struct vfio_device_ops
{
  const char *name;
  int (*init) (struct vfio_device *device);
  void (*release) (struct vfio_device *device);
  int (*open_device) (struct vfio_device *device);
  void (*close_device) (struct vfio_device *device);
  ssize_t (*read) (struct vfio_device *device, char *buffer, size_t count, loff_t *position);
  ssize_t (*write) (struct vfio_device *device, const char *buffer, size_t count, loff_t *position);
  long (*ioctl) (struct vfio_device *device, unsigned int command, unsigned long argument);
  int (*get_region_info_caps) (struct vfio_device *device, struct vfio_region_info *info,
                               struct vfio_info_cap *caps);
  void (*request) (struct vfio_device *device, unsigned int count);
  void (*dma_unmap) (struct vfio_device *device, u64 iova, u64 length);
  void *bind_iommufd;
  void *unbind_iommufd;
  void *attach_ioas;
  void *detach_ioas;
};

#define vfio_iommufd_emulated_bind NULL
#define vfio_iommufd_emulated_unbind NULL
#define vfio_iommufd_emulated_attach_ioas NULL
#define vfio_iommufd_emulated_detach_ioas NULL

struct vfio_info_cap
{
  void *buf;
  size_t size;
};

#define kfree(pointer) free (pointer)
#define vfio_info_cap_shift(caps, size) ((void) (caps), (void) (size))
int vfio_info_add_capability (struct vfio_info_cap *caps, struct vfio_info_cap_header *header,
                              size_t size);
int vfio_set_irqs_validate_and_prepare (struct vfio_irq_set *set, int interrupts, int indices,
                                        size_t *size);

struct vfio_device *make_vfio_device (size_t size, struct device *parent,
                                      const struct vfio_device_ops *ops);
#define vfio_alloc_device(type, member, parent, ops)                                               \
  container_of (make_vfio_device (sizeof (struct type), parent, ops), struct type, member)
void vfio_put_device (struct vfio_device *device);
#define vfio_register_emulated_iommu_dev(device) ((void) (device), 0)
#define vfio_unregister_group_dev(device) ((void) (device))

struct mdev_device
{
  struct device dev;
};

struct mdev_driver
{
  const char *device_api;
  unsigned int max_instances;
  struct
  {
    const char *name;
    void *owner;
    const char *mod_name;
  } driver;
  int (*probe) (struct mdev_device *mdev);
  void (*remove) (struct mdev_device *mdev);
};

#define THIS_MODULE NULL
#define KBUILD_MODNAME "vfio_ccw"

/* --- the driver's device.h --- */

#define CRW_QUEUE_LEN 16

struct vfio_ccw_device;

struct vfio_ccw_kept
{
  bool running;
  const u64 *host_page;
  u32 nr_pages;
  struct ccw_xlat_arena arena;
};

struct vfio_ccw_parent
{
  struct vfio_ccw_device *device;
  struct vfio_ccw_kept kept;
};

struct vfio_ccw_triggers
{
  spinlock_t lock;
  struct eventfd_ctx *eventfd[VFIO_CCW_NUM_IRQS];
};

struct vfio_ccw_crw_queue
{
  spinlock_t lock;
  struct crw word[CRW_QUEUE_LEN];
  unsigned int head;
  unsigned int len;
};

struct vfio_ccw_pages
{
  u32 pinned;
};

struct vfio_ccw_device
{
  struct vfio_device vdev;
  struct subchannel *sch;
  struct mutex request_lock;
  u8 orb[ORB_AREA_SIZE];
  u8 scsw[SCSW_AREA_SIZE];
  int start_result;
  struct ccw_cmd_region command;
  struct ccw_xlat program;
  struct ccw_xlat_arena arena;
  struct vfio_ccw_pages pages;
  struct work_struct give_up;
  enum fsm_state state;
  unsigned int request;
  struct irb_box status;
  unsigned int interrupts;
  wait_queue_head_t interrupted;
  struct vfio_ccw_triggers triggers;
  struct vfio_ccw_crw_queue crw;
};

#define to_vfio_ccw_device(device) container_of (device, struct vfio_ccw_device, vdev)
#define vfio_ccw_parent(sch) ((struct vfio_ccw_parent *) dev_get_drvdata (&(sch)->dev))
#define vfio_ccw_device_of(sch) (vfio_ccw_parent (sch)->device)

#define vfio_ccw_move(device, event) fsm_move (&(device)->state, event)

extern struct mdev_driver vfio_ccw_mdev_driver;
extern struct workqueue_struct *vfio_ccw_queue;

int vfio_ccw_arena_alloc (struct ccw_xlat_arena *arena);
void vfio_ccw_arena_free (struct ccw_xlat_arena *arena);
void vfio_ccw_leave_arena (struct vfio_ccw_device *device);
int vfio_ccw_start (struct vfio_ccw_device *device);
int vfio_ccw_resume (struct vfio_ccw_device *device);
int vfio_ccw_halt (struct vfio_ccw_device *device);
int vfio_ccw_clear (struct vfio_ccw_device *device);
int vfio_ccw_enable (struct vfio_ccw_device *device);
void vfio_ccw_disable (struct vfio_ccw_device *device);
int vfio_ccw_reset (struct vfio_ccw_device *device);
void vfio_ccw_collect (struct vfio_ccw_device *device);
void vfio_ccw_vanish (struct vfio_ccw_device *device);
void vfio_ccw_shut_down (struct vfio_ccw_device *device);
void vfio_ccw_keep (struct vfio_ccw_device *device);
void vfio_ccw_unkeep (struct subchannel *sch);
void vfio_ccw_leave_kept (struct subchannel *sch);
void vfio_ccw_give_up (struct work_struct *work);
void vfio_ccw_dma_unmap (struct vfio_device *device, u64 iova, u64 length);
void vfio_ccw_status_remind (struct vfio_ccw_device *device, bool always);
bool vfio_ccw_status_look (struct vfio_ccw_device *device, struct irb_words *irb, bool take);
void vfio_ccw_status_untake (struct vfio_ccw_device *device, const struct irb_words *irb);
void vfio_ccw_status_forget (struct vfio_ccw_device *device);
void vfio_ccw_pages_init (struct vfio_ccw_pages *pages);
unsigned int vfio_ccw_pages_revoke (struct vfio_ccw_pages *pages, u64 iova, u64 length);
unsigned int vfio_ccw_pages_want (struct vfio_ccw_pages *pages, unsigned int request);
void vfio_ccw_pages_give_up (struct vfio_ccw_device *device);
void vfio_ccw_pages_await_given_up (struct vfio_ccw_pages *pages, unsigned int request, long time);
void vfio_ccw_pages_release (struct vfio_ccw_device *device, unsigned int request);

ssize_t vfio_ccw_read (struct vfio_device *device, char *buffer, size_t count, loff_t *position);
ssize_t vfio_ccw_write (struct vfio_device *device, const char *buffer, size_t count,
                        loff_t *position);
int vfio_ccw_get_region_info (struct vfio_device *device, struct vfio_region_info *info,
                              struct vfio_info_cap *caps);
unsigned int vfio_ccw_num_regions (void);
void vfio_ccw_triggers_init (struct vfio_ccw_triggers *triggers);
void vfio_ccw_triggers_drop (struct vfio_ccw_triggers *triggers);
bool vfio_ccw_trigger (struct vfio_ccw_triggers *triggers, unsigned int index);
void vfio_ccw_untrigger (struct vfio_ccw_triggers *triggers, unsigned int index);
int vfio_ccw_get_irq_info (struct vfio_irq_info *info);
int vfio_ccw_set_irqs (struct vfio_ccw_device *device, const struct vfio_irq_set *set, void *data);
void vfio_ccw_crw_init (struct vfio_ccw_crw_queue *queue);
void vfio_ccw_crw_forget (struct vfio_ccw_crw_queue *queue);
bool vfio_ccw_crw_waits (struct vfio_ccw_crw_queue *queue);
u32 vfio_ccw_crw_take (struct vfio_ccw_device *device);
int vfio_ccw_chp_event (struct subchannel *sch, struct chp_link *link, int event);

/* --- the driver's observe.h and debugfs.h: nobody watches --- */

#define observe_result(device, result) ((void) (device))
#define trace_vfio_ccw_signal(device, index, present) ((void) (device))
#define vfio_ccw_observe_init(device) ((void) (device))
#define vfio_ccw_observe_open(device, result) ((void) (device))
#define vfio_ccw_observe_close(device) ((void) (device))
#define vfio_ccw_observe_crw(device, report, lost) ((void) (device))
#define vfio_ccw_observe_reset(device, result) ((void) (device), (void) (result))
#define vfio_ccw_observe_vanish(device) ((void) (device))
#define vfio_ccw_observe_wedged(device) ((void) (device))
#define vfio_ccw_observe_late_end(sch) ((void) (sch))
#define trace_vfio_ccw_dma_unmap(device, iova, length, request) ((void) (device))
#define vfio_ccw_observe_path(device, link, event, mask) ((void) (device))
#define vfio_ccw_debugfs_add(device) ((void) (device))
#define vfio_ccw_debugfs_remove(device) ((void) (device))
