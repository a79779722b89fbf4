// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ending what the subchannel does: on close and reset, when memory or device
 * go away, and when the system goes down.
 *
 * Memory is given back only when the channel cannot store into it any more. A
 * program that does not end within the time given keeps its memory until it does,
 * see kept.c; meanwhile the subchannel cannot be opened.
 */
#include <linux/jiffies.h>
#include <asm/io.h>
#include <asm/isc.h>

#include "observe.h"

/* the longest wait for the interrupt that answers a cancel, halt or clear */
#define STEP_TIME	(3 * HZ)

/* the longest wait for a device to become quiet */
#define CLOSE_TIME	(30 * HZ)
#define UNMAP_TIME	(30 * HZ)
#define SHUTDOWN_TIME	(5 * HZ)

/*
 * How long dma_unmap waits for its pages, of up to ten times that VFIO calls
 * it: briefly at first, for it may itself be what holds up the other thread.
 */
#define GIVE_UP_TIME	(HZ / 2)
#define GIVE_UP_BRIEFLY	2
#define GIVE_UP_LONG	(5 * HZ)

/* cio_cancel_halt_clear() counts its attempts down from here. */
#define ATTEMPTS	255

/* The caller holds sch->lock, which is dropped meanwhile. */
static void wait_for_interrupt(struct vfio_ccw_device *device)
	__must_hold(&device->sch->lock)
{
	unsigned int seen = device->interrupts;

	spin_unlock_irq(&device->sch->lock);
	wait_event_timeout(device->interrupted, READ_ONCE(device->interrupts) != seen,
			   STEP_TIME);
	spin_lock_irq(&device->sch->lock);
}

/*
 * One step towards a quiet subchannel; -EBUSY: another is needed.
 *
 * A program cannot be cancelled while there is status pending, of which an interrupt is
 * to tell. If there is none, then that status is intermediate at most, and the program
 * can be halted all the same (PoP, CANCEL SUBCHANNEL and HALT SUBCHANNEL).
 */
static int cancel_halt_clear(struct vfio_ccw_device *device, int *attempts)
{
	unsigned int seen = device->interrupts;
	int ret = cio_cancel_halt_clear(device->sch, attempts);

	if (ret != -EBUSY)
		return ret;
	wait_for_interrupt(device);
	/* Another step would clear at once what is being halted. */
	if (device->interrupts == seen && !cio_halt(device->sch))
		wait_for_interrupt(device);
	return ret;
}

/* The same so that user space learns of it: a clear always gives status. */
static int clear_and_tell(struct vfio_ccw_device *device, int *attempts)
{
	if (cio_clear(device->sch))
		return -ENODEV;
	wait_for_interrupt(device);
	return -EBUSY;
}

/*
 * Is no function in progress, and the status taken with which the last one ended? Such
 * status may show the device as active all the same, for it is the device that says when
 * it has done what a halt has left it to do; the channel has nothing to do with that any
 * more, and MODIFY SUBCHANNEL would be accepted (PoP, "Function Control").
 */
static bool is_at_rest(struct subchannel *sch)
{
	return !cio_update_schib(sch) && !scsw_fctl(&sch->schib.scsw);
}

static void give_up_on_program(struct vfio_ccw_device *device)
{
	vfio_ccw_keep(device);
	vfio_ccw_move(device, FSM_GIVE_UP);
}

/*
 * End the channel program, if there is one, or keep one that is being built
 * from being started. The caller holds sch->lock, which is dropped meanwhile.
 */
static void stop_program(struct vfio_ccw_device *device, unsigned long time,
			 int (*step)(struct vfio_ccw_device *device, int *attempts))
{
	unsigned long deadline = jiffies + time;
	int ret, attempts = ATTEMPTS;

	vfio_ccw_move(device, FSM_STOP);
	while (device->state == FSM_STOPPING) {
		ret = is_at_rest(device->sch) ? 0 : step(device, &attempts);
		if (ret == -EBUSY && time_before(jiffies, deadline))
			continue;
		if (ret == -EIO || ret == -EBUSY)
			break;
		/* At rest, cancelled, or no device any more: there is no interrupt to come. */
		vfio_ccw_move(device, FSM_FINAL);
	}
	if (device->state == FSM_STOPPING)
		give_up_on_program(device);
}

/* The caller holds sch->lock, which is dropped meanwhile. */
static int disable_subchannel(struct vfio_ccw_device *device, unsigned long time)
{
	unsigned long deadline = jiffies + time;
	int ret, attempts = ATTEMPTS;

	while ((ret = cio_disable_subchannel(device->sch)) == -EBUSY) {
		if (time_after_eq(jiffies, deadline) ||
		    cancel_halt_clear(device, &attempts) == -EIO)
			break;
	}
	return ret;
}

/*
 * MODIFY SUBCHANNEL refuses while a function is in progress (condition code 2,
 * -EBUSY): a program that could not be stopped keeps the subchannel from being
 * opened as long as it runs. The caller holds sch->lock.
 */
static int enable_subchannel(struct vfio_ccw_device *device)
{
	struct subchannel *sch = device->sch;
	int ret;

	sch->isc = VFIO_CCW_ISC;
	ret = cio_enable_subchannel(sch, (u32)virt_to_phys(sch));
	if (ret)
		return ret;
	vfio_ccw_unkeep(sch);
	sch->opm = chp_get_sch_opm(sch);
	sch->lpm = sch->schib.pmcw.pam & sch->opm;
	return vfio_ccw_move(device, FSM_OPEN);
}

/**
 * vfio_ccw_enable - make the subchannel ready for a user
 * @device: a closed device; its request_lock is held
 *
 * Return: 0 or -errno.
 */
int vfio_ccw_enable(struct vfio_ccw_device *device)
{
	int ret;

	spin_lock_irq(&device->sch->lock);
	ret = device->state == FSM_GONE ? -ENODEV : enable_subchannel(device);
	spin_unlock_irq(&device->sch->lock);
	return ret;
}

/* The caller holds sch->lock, which is dropped meanwhile. */
static void close_subchannel(struct vfio_ccw_device *device)
{
	struct subchannel *sch = device->sch;
	bool given_up = vfio_ccw_parent(sch)->kept.running;

	if (disable_subchannel(device, given_up ? 0 : CLOSE_TIME) != -EBUSY)
		vfio_ccw_unkeep(sch);
	else if (!given_up)
		dev_err(device->vdev.dev,
			"subchannel cannot be disabled: it cannot be opened as long as it is busy\n");
	vfio_ccw_move(device, FSM_CLOSE);
}

/**
 * vfio_ccw_disable - end the channel program and disable the subchannel
 * @device: the device; its request_lock is held
 *
 * All pages are given up.
 */
void vfio_ccw_disable(struct vfio_ccw_device *device)
{
	struct subchannel *sch = device->sch;

	spin_lock_irq(&sch->lock);
	stop_program(device, CLOSE_TIME, cancel_halt_clear);
	spin_unlock_irq(&sch->lock);

	vfio_ccw_collect(device);

	spin_lock_irq(&sch->lock);
	close_subchannel(device);
	spin_unlock_irq(&sch->lock);
}

/* Does user space expect to be told of the end of something? */
static bool owes_status(struct vfio_ccw_device *device)
{
	bool owes;

	spin_lock_irq(&device->sch->lock);
	owes = scsw_actl(&device->sch->schib.scsw) || device->status.unread;
	spin_unlock_irq(&device->sch->lock);
	return owes;
}

/**
 * vfio_ccw_reset - back to the state after open
 * @device: the device; its request_lock is held
 *
 * Status nobody has read is forgotten, as by a subchannel reset. User space that
 * expects some is signalled all the same: QEMU goes on to think that a function
 * is in progress until it reads that there is none.
 *
 * Return: 0, or -ENODEV or another -errno if the subchannel is of no more use.
 */
int vfio_ccw_reset(struct vfio_ccw_device *device)
{
	bool owes = owes_status(device);
	int ret;

	vfio_ccw_disable(device);
	vfio_ccw_status_forget(device);
	ret = vfio_ccw_enable(device);
	if (owes)
		vfio_ccw_status_remind(device, true);
	vfio_ccw_observe_reset(device, ret);
	return ret;
}

/**
 * vfio_ccw_vanish - the subchannel is of no more use
 * @device: the device; its subchannel's lock is held
 *
 * Nothing waits: the pages are given up by whoever comes next.
 */
void vfio_ccw_vanish(struct vfio_ccw_device *device)
{
	vfio_ccw_observe_vanish(device);
	vfio_ccw_move(device, FSM_VANISH);
	device->interrupts++;
	wake_up_all(&device->interrupted);
}

/**
 * vfio_ccw_shut_down - the system goes down
 * @device: the device; the caller holds a reference
 *
 * Memory is not given back: that is the next kernel's.
 */
void vfio_ccw_shut_down(struct vfio_ccw_device *device)
{
	spin_lock_irq(&device->sch->lock);
	stop_program(device, SHUTDOWN_TIME, cancel_halt_clear);
	disable_subchannel(device, SHUTDOWN_TIME);
	vfio_ccw_move(device, FSM_VANISH);
	spin_unlock_irq(&device->sch->lock);
}

/* A newer request has nothing to do with the pages that are wanted back. */
static void stop_request(struct vfio_ccw_device *device, unsigned int request)
{
	spin_lock_irq(&device->sch->lock);
	if (device->request == request)
		stop_program(device, UNMAP_TIME, clear_and_tell);
	spin_unlock_irq(&device->sch->lock);
}

/**
 * vfio_ccw_give_up - give up the pages which dma_unmap wants
 * @work: the device's give_up; flushed when the device is closed, when all pages
 *	are given up, and cancelled before it is freed
 */
void vfio_ccw_give_up(struct work_struct *work)
{
	vfio_ccw_pages_give_up(container_of(work, struct vfio_ccw_device, give_up));
}

static bool uses_iommufd(const struct vfio_device *vdev)
{
#if IS_ENABLED(CONFIG_IOMMUFD)
	return vdev->iommufd_access;
#else
	return false;
#endif
}

/*
 * VFIO's type1 calls with the lock of its device list, which is taken within
 * the lock that pinning and unpinning need. So another thread does the
 * unpinning: should it meet somebody who holds the second lock and waits for
 * the first, returning after a while lets all of them go on, and VFIO asks
 * again.
 */
static void give_up_elsewhere(struct vfio_ccw_device *device, unsigned int request)
{
	unsigned int times = vfio_ccw_pages_want(&device->pages, request);

	queue_work(vfio_ccw_queue, &device->give_up);
	vfio_ccw_pages_await_given_up(&device->pages, request,
				      times > GIVE_UP_BRIEFLY ? GIVE_UP_LONG : GIVE_UP_TIME);
}

/**
 * vfio_ccw_dma_unmap - user space takes memory back
 * @vdev: the VFIO device
 * @iova: start of the range, guest absolute
 * @length: its length in bytes
 *
 * A channel program that uses the memory is ended. request_lock is out of
 * reach: see device.h.
 *
 * iommufd may ask just once and calls without a lock that matters; type1 asks
 * until it has got its pages.
 */
void vfio_ccw_dma_unmap(struct vfio_device *vdev, u64 iova, u64 length)
{
	struct vfio_ccw_device *device = to_vfio_ccw_device(vdev);
	unsigned int request = vfio_ccw_pages_revoke(&device->pages, iova, length);

	trace_vfio_ccw_dma_unmap(device, iova, length, request);
	if (!request)
		return;
	stop_request(device, request);
	if (uses_iommufd(vdev))
		vfio_ccw_pages_release(device, request);
	else
		give_up_elsewhere(device, request);
}
