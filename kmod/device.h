/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mediated subchannel, and what the driver's files offer each other.
 *
 * Locks, outermost first:
 *
 *   request_lock (mutex)	one user request at a time: start, resume, halt,
 *				clear, reset, open, close. Held while guest
 *				memory is read and pages are pinned, so neither
 *				dma_unmap nor an interrupt may take it.
 *   pages.lock (spinlock)	which pages are pinned. Taken by dma_unmap, so
 *				never held while VFIO pins, unpins or copies:
 *				those take the container's lock, under which
 *				VFIO calls dma_unmap.
 *   sch->lock (spinlock, irq)	the subchannel and everything that says what it
 *				does: state, status. The common I/O layer
 *				holds it around our interrupt and channel path
 *				handlers.
 *   crw.lock, triggers.lock	leaves (spinlocks, irq).
 *
 * pages.lock and sch->lock are never held together.
 */
#ifndef VIRT_CCW_DEVICE_H
#define VIRT_CCW_DEVICE_H

#include <linux/mdev.h>
#include <linux/mutex.h>
#include <linux/ratelimit_types.h>
#include <linux/spinlock.h>
#include <linux/tracepoint-defs.h>
#include <linux/vfio.h>
#include <linux/vfio_ccw.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <asm/crw.h>

#include "counters.h"
#include "css-private.h"
#include "fsm.h"
#include "irb.h"
#include "translator.h"

/* what waits in front of a channel report word reader before reports merge */
#define CRW_QUEUE_LEN	16

struct vfio_ccw_device;

/**
 * struct vfio_ccw_kept - memory of a channel program that could not be stopped
 * @running: there is such a program
 * @host_page: its pages, where they are not CCW_XLAT_UNPINNED; in its arena
 * @nr_pages: how many
 * @arena: where it lies; empty as long as the device is open, whose it is until then
 */
struct vfio_ccw_kept {
	bool running;
	const u64 *host_page;
	u32 nr_pages;
	struct ccw_xlat_arena arena;
};

/**
 * struct vfio_ccw_parent - a subchannel bound to the driver
 * @mdev: the mdev core's view
 * @type: the only mdev type, "io"
 * @types: the list of it
 * @device: the mdev if there is one; guarded by the subchannel lock, as what follows
 * @kept: what outlives the mdev, if its program does
 */
struct vfio_ccw_parent {
	struct mdev_parent mdev;
	struct mdev_type type;
	struct mdev_type *types[1];
	struct vfio_ccw_device *device;
	struct vfio_ccw_kept kept;
};

/**
 * struct vfio_ccw_triggers - the eventfds which user space listens on
 * @lock: guards @eventfd; a leaf, taken with interrupts off
 * @eventfd: by VFIO_CCW_*_IRQ_INDEX, NULL if none
 */
struct vfio_ccw_triggers {
	spinlock_t lock;
	struct eventfd_ctx *eventfd[VFIO_CCW_NUM_IRQS];
};

/**
 * struct vfio_ccw_crw_queue - channel report words nobody has read yet
 * @lock: guards the rest; a leaf, taken with interrupts off
 * @word: a ring
 * @head: index of the oldest
 * @len: how many
 */
struct vfio_ccw_crw_queue {
	spinlock_t lock;
	struct crw word[CRW_QUEUE_LEN];
	unsigned int head;
	unsigned int len;
};

/**
 * struct vfio_ccw_pages - the pages of the current channel program
 * @lock: guards the rest
 * @request: number of the request they belong to, from 1; 0: none yet
 * @program: translation which lists them, NULL while there are none; changed
 *	under request_lock and @lock, so either is enough to look at it
 * @pinned: the first so many of @program's pages were handled, and are pinned
 *	unless their host address is CCW_XLAT_UNPINNED
 * @newest_run: index of the first page of the run that was pinned last
 * @pinning: pages are being pinned; meanwhile @pinned and @newest_run belong to
 *	whoever pins
 * @unpinning: runs being unpinned
 * @revoked: no more may be pinned for this request
 * @wanted: number of the request whose pages user space wants back; the
 *	channel does not work for it any more
 * @times_wanted: how many times it has asked for them
 * @given_up: number of the request whose pages it has got back last, or 0
 * @hold_until: jiffies before which no request may pin
 * @moved: woken when @pinning or @unpinning falls, or @given_up changes
 */
struct vfio_ccw_pages {
	spinlock_t lock;
	unsigned int request;
	struct ccw_xlat *program;
	u32 pinned;
	u32 newest_run;
	bool pinning;
	unsigned int unpinning;
	bool revoked;
	unsigned int wanted;
	unsigned int times_wanted;
	unsigned int given_up;
	unsigned long hold_until;
	wait_queue_head_t moved;
};

/**
 * struct vfio_ccw_device - a mediated subchannel
 * @vdev: the VFIO device; its reference count is ours
 * @sch: the subchannel, bound to us as long as the mdev exists
 * @request_lock: one user request at a time
 * @orb: ORB as user space last wrote it; guarded by @request_lock
 * @scsw: SCSW likewise
 * @prefetch_reported: the log says that programs are prefetched; likewise
 * @start_result: what became of the last start; guarded by @request_lock
 * @command: the last asynchronous command and its result; likewise
 * @program: the translated channel program; written under @request_lock while
 *	the state is FSM_BUILDING, stable while FSM_ACTIVE or FSM_STOPPING
 * @arena: where it lies; no memory while the device is closed
 * @pages: the guest pages it uses
 * @give_up: gives up pages which dma_unmap wants
 * @state: guarded by sch->lock, as all that follows
 * @request: number of the newest request
 * @status: status on its way to user space
 * @signals: how often it was signalled since it was read last
 * @interrupts: counts interrupts, for those who wait for the next
 * @interrupted: woken by every interrupt
 * @triggers: the eventfds
 * @crw: the channel report words
 * @counters: what it has done so far
 * @complaints: keeps a guest from filling the log
 * @debugfs: folder of its files
 */
struct vfio_ccw_device {
	struct vfio_device vdev;
	struct subchannel *sch;

	struct mutex request_lock;
	u8 orb[ORB_AREA_SIZE];
	u8 scsw[SCSW_AREA_SIZE];
	bool prefetch_reported;
	int start_result;
	struct ccw_cmd_region command;
	struct ccw_xlat program;
	struct ccw_xlat_arena arena;

	struct vfio_ccw_pages pages;
	struct work_struct give_up;

	enum fsm_state state;
	unsigned int request;
	struct irb_box status;
	unsigned int signals;
	unsigned int interrupts;
	wait_queue_head_t interrupted;

	struct vfio_ccw_triggers triggers;
	struct vfio_ccw_crw_queue crw;

	struct vfio_ccw_counters counters;
	struct ratelimit_state complaints;
	struct dentry *debugfs;
};

static inline struct vfio_ccw_device *to_vfio_ccw_device(struct vfio_device *vdev)
{
	return container_of(vdev, struct vfio_ccw_device, vdev);
}

static inline struct vfio_ccw_parent *vfio_ccw_parent(struct subchannel *sch)
{
	return dev_get_drvdata(&sch->dev);
}

/* The caller holds sch->lock. */
static inline struct vfio_ccw_device *vfio_ccw_device_of(struct subchannel *sch)
{
	struct vfio_ccw_parent *parent = vfio_ccw_parent(sch);

	return parent ? parent->device : NULL;
}

DECLARE_TRACEPOINT(vfio_ccw_state);

/* observe.c */
int vfio_ccw_move_traced(struct vfio_ccw_device *device, enum fsm_event event);

/* The caller holds sch->lock. */
static inline int vfio_ccw_move(struct vfio_ccw_device *device, enum fsm_event event)
{
	lockdep_assert_held(&device->sch->lock);
	if (tracepoint_enabled(vfio_ccw_state))
		return vfio_ccw_move_traced(device, event);
	return fsm_move(&device->state, event);
}

/*
 * Is there a program that is over, or given up, and may still hold pages? The caller
 * holds sch->lock, and request_lock until it has collected them.
 */
static inline bool vfio_ccw_retire(struct vfio_ccw_device *device)
{
	if (device->state != FSM_DONE && device->state != FSM_WEDGED && device->state != FSM_GONE)
		return false;
	vfio_ccw_move(device, FSM_COLLECT);
	return true;
}

/* drv.c */
extern struct workqueue_struct *vfio_ccw_queue;

/* ops.c */
extern struct mdev_driver vfio_ccw_mdev_driver;

/* arena.c */
int vfio_ccw_arena_alloc(struct ccw_xlat_arena *arena);
void vfio_ccw_arena_free(struct ccw_xlat_arena *arena);

/* request.c */
int vfio_ccw_start(struct vfio_ccw_device *device);
int vfio_ccw_resume(struct vfio_ccw_device *device);
int vfio_ccw_halt(struct vfio_ccw_device *device);
int vfio_ccw_clear(struct vfio_ccw_device *device);
void vfio_ccw_collect(struct vfio_ccw_device *device);

/* stop.c */
int vfio_ccw_enable(struct vfio_ccw_device *device);
void vfio_ccw_disable(struct vfio_ccw_device *device);
int vfio_ccw_reset(struct vfio_ccw_device *device);
void vfio_ccw_vanish(struct vfio_ccw_device *device);
void vfio_ccw_shut_down(struct vfio_ccw_device *device);
void vfio_ccw_give_up(struct work_struct *work);
void vfio_ccw_dma_unmap(struct vfio_device *vdev, u64 iova, u64 length);

/* kept.c */
void vfio_ccw_keep(struct vfio_ccw_device *device);
void vfio_ccw_unkeep(struct subchannel *sch);
void vfio_ccw_leave_arena(struct vfio_ccw_device *device);
void vfio_ccw_leave_kept(struct subchannel *sch);

/* status.c */
void vfio_ccw_interrupt(struct subchannel *sch);
void vfio_ccw_status_remind(struct vfio_ccw_device *device, bool always);
bool vfio_ccw_status_look(struct vfio_ccw_device *device, struct irb_words *irb, bool take);
void vfio_ccw_status_untake(struct vfio_ccw_device *device, const struct irb_words *irb);
void vfio_ccw_status_forget(struct vfio_ccw_device *device);

/* pages.c */
void vfio_ccw_pages_init(struct vfio_ccw_pages *pages);
int vfio_ccw_pages_pin(struct vfio_ccw_device *device);
unsigned int vfio_ccw_pages_revoke(struct vfio_ccw_pages *pages, u64 iova, u64 length);
unsigned int vfio_ccw_pages_want(struct vfio_ccw_pages *pages, unsigned int request);
void vfio_ccw_pages_give_up(struct vfio_ccw_device *device);
void vfio_ccw_pages_await_given_up(struct vfio_ccw_pages *pages, unsigned int request,
				   long time);
void vfio_ccw_pages_collect(struct vfio_ccw_device *device);
void vfio_ccw_pages_release(struct vfio_ccw_device *device, unsigned int request);

/* regions.c */
ssize_t vfio_ccw_read(struct vfio_device *vdev, char __user *buffer, size_t count, loff_t *pos);
ssize_t vfio_ccw_write(struct vfio_device *vdev, const char __user *buffer, size_t count,
		       loff_t *pos);
int vfio_ccw_get_region_info(struct vfio_device *vdev, struct vfio_region_info *info,
			     struct vfio_info_cap *caps);
unsigned int vfio_ccw_num_regions(void);

/* irqs.c */
void vfio_ccw_triggers_init(struct vfio_ccw_triggers *triggers);
void vfio_ccw_triggers_drop(struct vfio_ccw_triggers *triggers);
bool vfio_ccw_trigger(struct vfio_ccw_triggers *triggers, unsigned int index);
void vfio_ccw_untrigger(struct vfio_ccw_triggers *triggers, unsigned int index);
int vfio_ccw_get_irq_info(struct vfio_irq_info *info);
int vfio_ccw_set_irqs(struct vfio_ccw_device *device, const struct vfio_irq_set *set,
		      void __user *data);

/* chp.c */
void vfio_ccw_crw_init(struct vfio_ccw_crw_queue *queue);
void vfio_ccw_crw_forget(struct vfio_ccw_crw_queue *queue);
bool vfio_ccw_crw_waits(struct vfio_ccw_crw_queue *queue);
u32 vfio_ccw_crw_take(struct vfio_ccw_device *device);
int vfio_ccw_chp_event(struct subchannel *sch, struct chp_link *link, int event);

#endif
