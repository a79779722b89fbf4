// SPDX-License-Identifier: GPL-2.0-only
/*
 * Status on its way from the subchannel to user space.
 *
 * The interrupt stores the interruption response block and signals the eventfd
 * at once. Status that nobody has read yet and status that follows it add up,
 * as they do in a subchannel that has not been tested (Principles of
 * Operation, "Status Accumulation"), so an eventfd that counted two interrupts
 * may be answered by one read.
 */
#include <asm/cio.h>

#include "device.h"

/* something moves data, or has yet to stop what may */
#define ACTL_BUSY	(SCSW_ACTL_SCHACT | SCSW_ACTL_DEVACT | \
			 SCSW_ACTL_HALT_PEND | SCSW_ACTL_CLEAR_PEND)

/* the start function has yet to begin or to go on */
#define ACTL_WAITING	(SCSW_ACTL_START_PEND | SCSW_ACTL_RESUME_PEND | SCSW_ACTL_SUSPENDED)

static bool program_runs(const struct vfio_ccw_device *device)
{
	return device->state == FSM_ACTIVE || device->state == FSM_STOPPING;
}

/* Alert status alone comes from the device, not from what was started. */
static bool is_solicited(const struct cmd_scsw *scsw)
{
	return scsw->cc || scsw->stctl != (SCSW_STCTL_STATUS_PEND | SCSW_STCTL_ALERT_STATUS);
}

/* Halt and clear end the start function, as does a deferred condition code. */
static bool may_wait(const struct cmd_scsw *scsw)
{
	return !scsw->cc && !(scsw->fctl & (SCSW_FCTL_HALT_FUNC | SCSW_FCTL_CLEAR_FUNC));
}

/* A suspended program and one with only its primary status still need memory. */
static bool ends_program(const struct cmd_scsw *scsw)
{
	u32 unfinished = ACTL_BUSY | (may_wait(scsw) ? ACTL_WAITING : 0);

	return is_solicited(scsw) && !(scsw->actl & unfinished);
}

static dma32_t guest_address(const struct vfio_ccw_device *device, dma32_t host)
{
	if (!program_runs(device))
		return u32_to_dma32(0);
	return u32_to_dma32(ccw_xlat_guest_cpa(&device->program, dma32_to_u32(host)));
}

/* Where the host keeps the program is of no use to the guest. */
static void translate_addresses(const struct vfio_ccw_device *device, struct irb *irb)
{
	struct esw0 *esw = &irb->esw.esw0;

	irb->scsw.cmd.cpa = guest_address(device, irb->scsw.cmd.cpa);
	if (!irb->scsw.cmd.eswf)
		return;
	esw->erw.fsavf = 0;
	esw->erw.fsaf = 0;
	esw->faddr[0] = u32_to_dma32(0);
	esw->faddr[1] = u32_to_dma32(0);
	esw->saddr = guest_address(device, esw->saddr);
}

static void accumulate_scsw(struct cmd_scsw *latest, const struct cmd_scsw *unread)
{
	/* Only these two bring a CCW address and a count of their own. */
	if (!(latest->stctl & (SCSW_STCTL_PRIM_STATUS | SCSW_STCTL_INTER_STATUS))) {
		latest->cpa = unread->cpa;
		latest->count = unread->count;
	}
	if (!latest->cc)
		latest->cc = unread->cc;
	latest->stctl |= unread->stctl;
	latest->dstat |= unread->dstat;
	latest->cstat |= unread->cstat;
	latest->zcc |= unread->zcc;
	latest->pno |= unread->pno;
}

static void accumulate(struct irb *latest, const struct irb *unread)
{
	/* The clear function removes all status there was. */
	if (latest->scsw.cmd.fctl & SCSW_FCTL_CLEAR_FUNC)
		return;
	if (!latest->scsw.cmd.eswf) {
		latest->esw = unread->esw;
		latest->scsw.cmd.eswf = unread->scsw.cmd.eswf;
	}
	if (!latest->scsw.cmd.ectl) {
		memcpy(latest->ecw, unread->ecw, sizeof(latest->ecw));
		latest->scsw.cmd.ectl = unread->scsw.cmd.ectl;
	}
	accumulate_scsw(&latest->scsw.cmd, &unread->scsw.cmd);
}

/**
 * vfio_ccw_status_arrived - the subchannel has interrupted
 * @device: the device; its subchannel's lock is held
 * @irb: what TEST SUBCHANNEL has stored
 */
void vfio_ccw_status_arrived(struct vfio_ccw_device *device, const struct irb *irb)
{
	struct irb latest = *irb;

	translate_addresses(device, &latest);
	if (ends_program(&irb->scsw.cmd))
		vfio_ccw_move(device, FSM_FINAL);
	if (device->irb_unread)
		accumulate(&latest, &device->irb);
	device->irb = latest;
	device->irb_unread = true;
	device->interrupts++;
	if (wq_has_sleeper(&device->interrupted))
		wake_up_all(&device->interrupted);
	vfio_ccw_trigger(&device->triggers, VFIO_CCW_IO_IRQ_INDEX);
}

/**
 * vfio_ccw_status_waits - has nobody read the status yet
 * @device: the device
 *
 * Return: whether there is some.
 */
bool vfio_ccw_status_waits(struct vfio_ccw_device *device)
{
	bool waits;

	spin_lock_irq(&device->sch->lock);
	waits = device->irb_unread;
	spin_unlock_irq(&device->sch->lock);
	return waits;
}

/*
 * What TEST SUBCHANNEL leaves behind (Principles of Operation): a program that
 * has told something meanwhile, such as that it is suspended, is still there.
 */
static void leave_function(struct irb *irb)
{
	const struct cmd_scsw taken = irb->scsw.cmd;

	*irb = (struct irb) {};
	if (taken.stctl != (SCSW_STCTL_STATUS_PEND | SCSW_STCTL_INTER_STATUS))
		return;
	irb->scsw.cmd.fctl = taken.fctl;
	irb->scsw.cmd.actl = taken.actl;
}

/**
 * vfio_ccw_status_peek - look at the status nobody has read yet
 * @device: the device
 * @irb: where to; if there is none it says "not status pending"
 * @take: the status counts as read from now on
 *
 * No status is told twice: whoever was told of one program's end again would
 * take it for that of the next.
 *
 * Return: whether there was status.
 */
bool vfio_ccw_status_peek(struct vfio_ccw_device *device, struct irb *irb, bool take)
{
	bool unread;

	spin_lock_irq(&device->sch->lock);
	*irb = device->irb;
	unread = device->irb_unread;
	if (take && unread) {
		leave_function(&device->irb);
		device->irb_unread = false;
	}
	spin_unlock_irq(&device->sch->lock);
	return unread;
}

/**
 * vfio_ccw_status_untake - status that was taken did not reach user space
 * @device: the device
 * @irb: the status
 */
void vfio_ccw_status_untake(struct vfio_ccw_device *device, const struct irb *irb)
{
	spin_lock_irq(&device->sch->lock);
	if (device->irb_unread)
		accumulate(&device->irb, irb);
	else
		device->irb = *irb;
	device->irb_unread = true;
	spin_unlock_irq(&device->sch->lock);
}

/**
 * vfio_ccw_status_forget - there is no status
 * @device: the device
 */
void vfio_ccw_status_forget(struct vfio_ccw_device *device)
{
	spin_lock_irq(&device->sch->lock);
	device->irb = (struct irb) {};
	device->irb_unread = false;
	spin_unlock_irq(&device->sch->lock);
}
