// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a user asks the subchannel to do: start, resume, halt, clear.
 *
 * A channel program is built in three steps (fetch, pin, build) and started if
 * nobody has stopped the request meanwhile. Its pages stay pinned until the
 * final status has arrived and was read, the next program starts, or memory or
 * device are given up; no work is left behind for later.
 */
#include <asm/io.h>
#include <asm/cio.h>

#include "observe.h"

/* in word 1 of the ORB */
#define ORB_LPM_SHIFT		8
#define ORB_LPM_MASK		0x0000ff00u

/**
 * vfio_ccw_collect - give up the pages of a channel program that is over
 * @device: the device; its request_lock is held
 *
 * Does nothing while a program runs.
 */
void vfio_ccw_collect(struct vfio_ccw_device *device)
{
	bool over;

	spin_lock_irq(&device->sch->lock);
	over = vfio_ccw_retire(device);
	spin_unlock_irq(&device->sch->lock);
	if (over)
		vfio_ccw_pages_collect(device);
}

/* The program before may not have been collected: not all users read status. */
static int begin_request(struct vfio_ccw_device *device)
{
	bool over;
	int ret;

	spin_lock_irq(&device->sch->lock);
	over = vfio_ccw_retire(device);
	ret = vfio_ccw_move(device, FSM_BUILD);
	/* Zero means no request. */
	if (!ret && !++device->request)
		device->request++;
	spin_unlock_irq(&device->sch->lock);
	if (over)
		vfio_ccw_pages_collect(device);
	return ret;
}

static void end_unstarted_request(struct vfio_ccw_device *device)
{
	spin_lock_irq(&device->sch->lock);
	vfio_ccw_move(device, FSM_REJECT);
	spin_unlock_irq(&device->sch->lock);
	vfio_ccw_collect(device);
}

static int read_guest(void *context, u64 address, void *buffer, u32 len)
{
	struct vfio_ccw_device *device = context;

	return vfio_dma_rw(&device->vdev, address, buffer, len, false);
}

/* A program that changes itself would not run as its author thought. */
static void report_prefetch(struct vfio_ccw_device *device)
{
	if (!device->program.prefetch_forced || device->prefetch_reported)
		return;
	device->prefetch_reported = true;
	dev_info(device->vdev.dev,
		 "channel programs are prefetched although their ORB does not allow it\n");
}

static int build_program(struct vfio_ccw_device *device)
{
	struct ccw_xlat *program = &device->program;
	int ret;

	ret = ccw_xlat_fetch(program, &device->arena, device->orb, read_guest, device);
	trace_vfio_ccw_fetched(device, ret);
	if (!ret)
		ret = vfio_ccw_pages_pin(device);
	if (!ret)
		ret = ccw_xlat_build(program);
	observe_translated(device, ret);
	if (!ret)
		report_prefetch(device);
	/* Memory went away meanwhile: a second look tells whether it matters. */
	return ret == -ECANCELED ? -EAGAIN : ret;
}

/*
 * The guest chooses among the installed paths that the administrator has not
 * varied offline; a guest that does not care gets those known to work.
 */
static u8 choose_paths(const struct subchannel *sch, u8 guest_mask)
{
	return guest_mask ? guest_mask & sch->opm & sch->schib.pmcw.pim : sch->lpm;
}

static void make_orb(struct vfio_ccw_device *device, union orb *orb)
{
	struct subchannel *sch = device->sch;
	u8 paths;

	ccw_xlat_host_orb(&device->program, (u8 *)orb);
	/* The common I/O layer finds the subchannel by it, below 2 GiB. */
	orb->word[0] = (u32)virt_to_phys(sch);
	paths = choose_paths(sch, (orb->word[1] & ORB_LPM_MASK) >> ORB_LPM_SHIFT);
	orb->word[1] &= ~ORB_LPM_MASK;
	orb->word[1] |= paths << ORB_LPM_SHIFT;
}

static __cold int paths_not_operational(struct subchannel *sch, u8 paths)
{
	sch->lpm &= ~paths;
	if (cio_update_schib(sch))
		return -ENODEV;
	return sch->lpm ? -EACCES : -ENODEV;
}

/* START SUBCHANNEL; condition codes as in the Principles of Operation. */
static int start_subchannel(struct vfio_ccw_device *device, union orb *orb)
{
	struct subchannel *sch = device->sch;
	u8 paths = (orb->word[1] & ORB_LPM_MASK) >> ORB_LPM_SHIFT;

	if (!paths)
		return -EACCES;
	switch (observed_ssch(device, orb)) {
	case 0:
		sch->schib.scsw.cmd.actl |= SCSW_ACTL_START_PEND;
		return 0;
	case 1:
	case 2:
		return -EBUSY;
	case 3:
		return paths_not_operational(sch, paths);
	default:
		return -EIO;
	}
}

static int launch_program(struct vfio_ccw_device *device)
{
	struct subchannel *sch = device->sch;
	union orb orb = {};
	int ret;

	spin_lock_irq(&sch->lock);
	make_orb(device, &orb);
	ret = vfio_ccw_move(device, FSM_START);
	if (!ret) {
		ret = start_subchannel(device, &orb);
		if (ret)
			vfio_ccw_move(device, FSM_REJECT);
	}
	spin_unlock_irq(&sch->lock);
	return ret;
}

/**
 * vfio_ccw_start - START SUBCHANNEL with the ORB user space has written
 * @device: the device; its request_lock is held
 *
 * Return: 0 if the subchannel has accepted the program; -EBUSY if it has
 * another one or status to give; -ENODEV or -EACCES if device or paths are not
 * operational; -EAGAIN if guest memory went away meanwhile; the translator's
 * -errno if the program cannot be translated.
 */
int vfio_ccw_start(struct vfio_ccw_device *device)
{
	int ret;

	ret = begin_request(device);
	observe_request(device, VFIO_CCW_START);
	if (ret)
		return ret;
	ret = build_program(device);
	if (!ret)
		ret = launch_program(device);
	if (ret)
		end_unstarted_request(device);
	return ret;
}

/* What a CCW does and with which memory stays as it was at the start. */
static int refresh_suspend_flags(struct vfio_ccw_device *device)
{
	int ret = ccw_xlat_refresh_suspend(&device->program, read_guest, device);

	if (ret)
		vfio_ccw_observe_refusal(device, ret);
	return ret;
}

static int signal_subchannel(struct vfio_ccw_device *device, enum fsm_event event,
			     int (*instruction)(struct subchannel *sch))
{
	struct subchannel *sch = device->sch;
	int ret;

	spin_lock_irq(&sch->lock);
	ret = vfio_ccw_move(device, event);
	if (!ret)
		ret = instruction(sch);
	spin_unlock_irq(&sch->lock);
	return ret;
}

/**
 * vfio_ccw_resume - RESUME SUBCHANNEL
 * @device: the device; its request_lock is held
 *
 * Return: 0; -EBUSY if there is no suspended program; -ENODEV if the device is
 * not operational; -EFAULT if the program cannot be read again; -EOPNOTSUPP if more
 * of it has changed than suspend flags.
 */
int vfio_ccw_resume(struct vfio_ccw_device *device)
{
	int ret;

	observe_request(device, VFIO_CCW_RESUME);
	if (READ_ONCE(device->state) != FSM_ACTIVE)
		return -EBUSY;
	ret = refresh_suspend_flags(device);
	if (ret)
		return ret;
	ret = signal_subchannel(device, FSM_SIGNAL, cio_resume);
	/* Not suspended: the condition code for that is the one of -EBUSY. */
	return ret == -EINVAL ? -EBUSY : ret;
}

/**
 * vfio_ccw_halt - HALT SUBCHANNEL
 * @device: the device; its request_lock is held
 *
 * Return: 0; -EBUSY if the subchannel has status to give or is being halted or
 * cleared already; -ENODEV if it is not operational; -EIO if it is closed.
 */
int vfio_ccw_halt(struct vfio_ccw_device *device)
{
	observe_request(device, VFIO_CCW_HALT);
	return signal_subchannel(device, FSM_SIGNAL, cio_halt);
}

/**
 * vfio_ccw_clear - CLEAR SUBCHANNEL
 * @device: the device; its request_lock is held
 *
 * CLEAR SUBCHANNEL has no condition code 2 (Principles of Operation).
 *
 * Return: 0; -ENODEV if the subchannel is not operational; -EIO if it is closed.
 */
int vfio_ccw_clear(struct vfio_ccw_device *device)
{
	observe_request(device, VFIO_CCW_CLEAR);
	return signal_subchannel(device, FSM_CLEAR, cio_clear);
}
