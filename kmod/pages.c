// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest pages of the current channel program.
 *
 * The translator lists them in ascending order; they are pinned in runs from
 * the first to the last and given up in runs from the last to the first, so
 * that a single number, pages.pinned, tells what is still held. A run is taken
 * off the list under the lock and unpinned outside it: see device.h for why.
 * Two threads may therefore give up the same request's pages at once.
 *
 * VFIO's type1 asks for pages by dma_unmap up to ten times in a row, and an
 * eleventh time is a BUG(). Hence a run that is just being pinned is waited
 * for, and for a while after pages were revoked no request pins any. Nor may
 * type1's dma_unmap unpin them itself, see give_up_elsewhere() in stop.c.
 */
#include <linux/iommu.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "observe.h"

/* how long nobody pins after pages were revoked */
#define HOLD_OFF	(HZ / 10)

/* vfio_pin_pages() leaves page pointers where the translator wants addresses. */
static_assert(sizeof(struct page *) == sizeof(u64));
static_assert(CCW_XLAT_PAGE_SIZE == PAGE_SIZE);

struct page_run {
	u64 guest;
	u32 count;
};

/**
 * vfio_ccw_pages_init - start with no pages
 * @pages: zeroed memory
 */
void vfio_ccw_pages_init(struct vfio_ccw_pages *pages)
{
	spin_lock_init(&pages->lock);
	init_waitqueue_head(&pages->moved);
	pages->hold_until = jiffies;
}

/* Most of the time nobody waits, and then this is a look at the queue. */
static void wake_waiters(struct vfio_ccw_pages *pages)
{
	if (wq_has_sleeper(&pages->moved))
		wake_up_all(&pages->moved);
}

static void pages_to_addresses(u64 *host, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		host[i] = page_to_phys((struct page *)host[i]);
}

static void mark_unpinned(u64 *host, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		host[i] = CCW_XLAT_UNPINNED;
}

static int pin_all_or_none(struct vfio_device *vdev, u64 guest, u32 count, u64 *host)
{
	int done = vfio_pin_pages(vdev, guest, count, IOMMU_READ | IOMMU_WRITE,
				  (struct page **)host);

	if (done == count) {
		pages_to_addresses(host, count);
		return 0;
	}
	if (done > 0)
		vfio_unpin_pages(vdev, guest, done);
	mark_unpinned(host, count);
	return done < 0 ? done : -EFAULT;
}

/* Who revokes pages waits until no run is being pinned: so at most for this one. */
static int pin_run(void *context, u64 guest, u32 count, u64 *host)
{
	struct vfio_ccw_device *device = context;
	struct vfio_ccw_pages *pages = &device->pages;
	u32 first = host - device->program.host_page;
	int ret;

	if (READ_ONCE(pages->revoked))
		return -ECANCELED;
	ret = pin_all_or_none(&device->vdev, guest, count, host);
	trace_vfio_ccw_pinned(device, guest, count, ret);
	if (!ret) {
		pages->newest_run = first;
		pages->pinned = first + count;
	}
	return ret;
}

static int wait_out_hold(struct vfio_ccw_pages *pages)
{
	unsigned long until = READ_ONCE(pages->hold_until);
	long rest;

	while ((rest = (long)(until - jiffies)) > 0) {
		schedule_timeout_killable(rest);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static void begin_pinning(struct vfio_ccw_device *device)
{
	struct vfio_ccw_pages *pages = &device->pages;

	spin_lock(&pages->lock);
	pages->request = device->request;
	pages->program = &device->program;
	pages->pinned = 0;
	pages->newest_run = 0;
	pages->revoked = false;
	pages->pinning = true;
	spin_unlock(&pages->lock);
}

static void end_pinning(struct vfio_ccw_pages *pages)
{
	/* Who sees that nothing is being pinned also sees what was pinned. */
	smp_store_release(&pages->pinning, false);
	wake_waiters(pages);
}

/**
 * vfio_ccw_pages_pin - pin what a fetched channel program needs
 * @device: the device; its request_lock is held, its program is that of its
 *	newest request, and the pages of the one before were collected
 *
 * Return: 0 also if some pages cannot be pinned (the translator knows whether
 * that matters), -ECANCELED if they were revoked meanwhile, or another -errno.
 * The caller collects the pages in any case.
 */
int vfio_ccw_pages_pin(struct vfio_ccw_device *device)
{
	int ret;

	if (!device->program.nr_pages)
		return 0;
	ret = wait_out_hold(&device->pages);
	if (ret)
		return ret;
	begin_pinning(device);
	ret = ccw_xlat_pin(&device->program, pin_run, device);
	end_pinning(&device->pages);
	return ret;
}

/**
 * vfio_ccw_pages_revoke - ask for pages back
 * @pages: the pages
 * @iova: start of a range of guest memory
 * @length: its length in bytes
 *
 * If the range is in use no more pages are pinned for the request.
 *
 * Return: the number of the request that uses it, or 0.
 */
unsigned int vfio_ccw_pages_revoke(struct vfio_ccw_pages *pages, u64 iova, u64 length)
{
	unsigned int request = 0;

	spin_lock(&pages->lock);
	if (pages->program &&
	    /* Pairs with end_pinning(). */
	    (smp_load_acquire(&pages->pinning) || pages->pinned || pages->unpinning) &&
	    ccw_xlat_uses(pages->program, iova, length)) {
		request = pages->request;
		if (!pages->revoked)
			vfio_ccw_observe_revoke(container_of(pages, struct vfio_ccw_device, pages));
		pages->revoked = true;
		WRITE_ONCE(pages->hold_until, jiffies + HOLD_OFF);
	}
	spin_unlock(&pages->lock);
	return request;
}

static bool follows(const struct ccw_xlat *program, u32 index)
{
	return program->host_page[index - 1] != CCW_XLAT_UNPINNED &&
	       program->guest_page[index - 1] + PAGE_SIZE == program->guest_page[index];
}

static u32 run_start(const struct ccw_xlat *program, u32 end)
{
	u32 first = end - 1;

	while (first && end - first < CCW_XLAT_RUN_MAX && follows(program, first))
		first--;
	return first;
}

/* The run at the end of the pinned pages; there is none if count is zero. */
static struct page_run last_run(struct vfio_ccw_pages *pages)
{
	const struct ccw_xlat *program = pages->program;
	u32 first, end = pages->pinned;

	while (end && program->host_page[end - 1] == CCW_XLAT_UNPINNED)
		end--;
	if (!end) {
		pages->pinned = 0;
		return (struct page_run) {};
	}
	/* A program with one run needs no search. */
	first = pages->newest_run < end ? pages->newest_run : run_start(program, end);
	pages->pinned = first;
	return (struct page_run) { program->guest_page[first], end - first };
}

/* The caller holds pages.lock. */
static struct page_run take_run(struct vfio_ccw_device *device, unsigned int request)
{
	struct vfio_ccw_pages *pages = &device->pages;

	if (pages->request != request || !pages->pinned)
		return (struct page_run) {};
	return last_run(pages);
}

/* At the end, @forget the list of pages unless others are at it still. */
static void unpin_runs(struct vfio_ccw_device *device, unsigned int request, bool forget)
{
	struct vfio_ccw_pages *pages = &device->pages;
	struct page_run run;

	spin_lock(&pages->lock);
	while ((run = take_run(device, request)).count) {
		pages->unpinning++;
		spin_unlock(&pages->lock);
		vfio_unpin_pages(&device->vdev, run.guest, run.count);
		trace_vfio_ccw_unpinned(device, run.guest, run.count, 0);
		spin_lock(&pages->lock);
		pages->unpinning--;
	}
	if (forget && !pages->unpinning)
		pages->program = NULL;
	spin_unlock(&pages->lock);
	wake_waiters(pages);
}

/**
 * vfio_ccw_pages_release - give up the pages of a request
 * @device: the device, open
 * @request: number of the request; nothing happens if there is a newer one
 *
 * The caller has seen under sch->lock that the program is over, or that it could
 * not be stopped: then the pages stay in memory, see kept.c.
 *
 * Waits for others who pin or unpin pages right now. They may wait for a lock
 * that type1 holds around dma_unmap.
 */
void vfio_ccw_pages_release(struct vfio_ccw_device *device, unsigned int request)
{
	struct vfio_ccw_pages *pages = &device->pages;

	/* Pairs with end_pinning(). */
	wait_event(pages->moved, !smp_load_acquire(&pages->pinning));
	unpin_runs(device, request, false);
	wait_event(pages->moved, !READ_ONCE(pages->unpinning));
}

/**
 * vfio_ccw_pages_collect - give up the pages of the program before the next
 * @device: the device; its request_lock is held
 *
 * As vfio_ccw_pages_release(), and forgets the list of pages, which is about to
 * change. Who holds request_lock is the only one who pins, and the only one who
 * changes pages.program.
 */
void vfio_ccw_pages_collect(struct vfio_ccw_device *device)
{
	struct vfio_ccw_pages *pages = &device->pages;

	lockdep_assert_held(&device->request_lock);
	if (!pages->program)
		return;
	unpin_runs(device, pages->request, true);
	while (pages->program) {
		wait_event(pages->moved, !READ_ONCE(pages->unpinning));
		unpin_runs(device, pages->request, true);
	}
}

/**
 * vfio_ccw_pages_want - say whose pages vfio_ccw_pages_give_up() shall release
 * @pages: the pages
 * @request: number of a request the channel does not work for any more
 *
 * Not before that: the thread that releases them may still be on its way for
 * an earlier request, and looks here when it gets to it.
 *
 * Return: how many times in a row they were wanted, from 1.
 */
unsigned int vfio_ccw_pages_want(struct vfio_ccw_pages *pages, unsigned int request)
{
	unsigned int times;

	spin_lock(&pages->lock);
	if (pages->wanted != request)
		pages->times_wanted = 0;
	times = ++pages->times_wanted;
	pages->wanted = request;
	pages->given_up = 0;
	spin_unlock(&pages->lock);
	return times;
}

/**
 * vfio_ccw_pages_give_up - release the pages that user space wants back
 * @device: the device; if it is closed there are none
 */
void vfio_ccw_pages_give_up(struct vfio_ccw_device *device)
{
	struct vfio_ccw_pages *pages = &device->pages;
	unsigned int request = READ_ONCE(pages->wanted);

	vfio_ccw_pages_release(device, request);
	WRITE_ONCE(pages->given_up, request);
	wake_up_all(&pages->moved);
}

/**
 * vfio_ccw_pages_await_given_up - wait until user space has its pages back
 * @pages: the pages
 * @request: number of the request they belong to, as wanted
 * @time: the longest wait, in jiffies
 */
void vfio_ccw_pages_await_given_up(struct vfio_ccw_pages *pages, unsigned int request,
				   long time)
{
	wait_event_timeout(pages->moved, READ_ONCE(pages->given_up) == request, time);
}
