// SPDX-License-Identifier: GPL-2.0-only
/*
 * Status on its way from the subchannel to user space.
 *
 * The interrupt stores the interruption response block and signals the eventfd
 * at once. Status that nobody has read yet and status that follows it add up
 * (see irb.c), as they do in a subchannel that has not been tested: one read
 * answers all the signals before it, and those are taken back that user space
 * has not noticed yet.
 */
#include <asm/cio.h>
#include <asm/irq.h>

#include "observe.h"

static_assert(sizeof(struct irb_words) == sizeof(struct irb));

/* Status belongs to a channel program only while the subchannel has one. */
static const struct ccw_xlat *running_program(const struct vfio_ccw_device *device)
{
	if (device->state != FSM_ACTIVE && device->state != FSM_STOPPING)
		return NULL;
	return &device->program;
}

/* Every signal is counted, so that it can be taken back. The caller holds sch->lock. */
static void signal_status(struct vfio_ccw_device *device)
{
	device->signals++;
	vfio_ccw_trigger(&device->triggers, VFIO_CCW_IO_IRQ_INDEX);
}

static void status_arrived(struct vfio_ccw_device *device, const struct irb *irb)
{
	const struct ccw_xlat *program = running_program(device);
	const u64 arrived = get_tod_clock_fast();
	struct irb_words status;
	bool ends;

	memcpy(&status, irb, sizeof(status));
	irb_translate(&status, program);
	ends = program && irb_ends_program(&status);
	observe_interrupt(device, &status, ends);
	if (ends)
		vfio_ccw_move(device, FSM_FINAL);
	irb_box_put(&device->status, &status);
	device->interrupts++;
	if (wq_has_sleeper(&device->interrupted))
		wake_up_all(&device->interrupted);
	signal_status(device);
	observe_signalled(device, arrived, ends);
}

static __cold void stray_interrupt(struct subchannel *sch)
{
	vfio_ccw_observe_spurious(sch);
	if (cio_disable_subchannel(sch) != -EBUSY)
		vfio_ccw_unkeep(sch);
}

/**
 * vfio_ccw_interrupt - the subchannel has interrupted
 * @sch: a subchannel bound to the driver; its lock is held
 *
 * What TEST SUBCHANNEL has stored is in this processor's cio_irb.
 */
void vfio_ccw_interrupt(struct subchannel *sch)
{
	struct vfio_ccw_device *device = vfio_ccw_device_of(sch);

	inc_irq_stat(IRQIO_CIO);
	if (device && device->state != FSM_CLOSED)
		status_arrived(device, this_cpu_ptr(&cio_irb));
	else
		stray_interrupt(sch);
}

/**
 * vfio_ccw_status_remind - signal once more, if there is status nobody has read
 * @device: the device
 * @always: signal also if there is none
 */
void vfio_ccw_status_remind(struct vfio_ccw_device *device, bool always)
{
	spin_lock_irq(&device->sch->lock);
	if (always || device->status.unread)
		signal_status(device);
	spin_unlock_irq(&device->sch->lock);
}

/*
 * Nobody has to look again for status that was read: one who reads whenever the
 * eventfd is signalled, as QEMU does, would take what is left for news. The
 * caller holds sch->lock, so a signal for status to come is not taken back.
 */
static __cold void take_back_signals(struct vfio_ccw_device *device)
{
	vfio_ccw_untrigger(&device->triggers, VFIO_CCW_IO_IRQ_INDEX);
}

static bool take_status(struct vfio_ccw_device *device, struct irb_words *irb)
{
	if (!irb_box_take(&device->status, irb))
		return false;
	if (device->signals > 1)
		take_back_signals(device);
	device->signals = 0;
	observe_read(device, irb);
	return true;
}

/**
 * vfio_ccw_status_look - look at the status nobody has read yet
 * @device: the device; its request_lock is held
 * @irb: where to; if there is none it says "not status pending"
 * @take: the status counts as read from now on
 *
 * A program that is over gives up its pages.
 *
 * Return: whether status was taken.
 */
bool vfio_ccw_status_look(struct vfio_ccw_device *device, struct irb_words *irb, bool take)
{
	bool over, taken = false;

	spin_lock_irq(&device->sch->lock);
	over = vfio_ccw_retire(device);
	if (take)
		taken = take_status(device, irb);
	else
		*irb = device->status.irb;
	spin_unlock_irq(&device->sch->lock);
	if (over)
		vfio_ccw_pages_collect(device);
	return taken;
}

/**
 * vfio_ccw_status_untake - status that was taken did not reach user space
 * @device: the device
 * @irb: the status
 */
void vfio_ccw_status_untake(struct vfio_ccw_device *device, const struct irb_words *irb)
{
	spin_lock_irq(&device->sch->lock);
	irb_box_untake(&device->status, irb);
	signal_status(device);
	spin_unlock_irq(&device->sch->lock);
}

/**
 * vfio_ccw_status_forget - there is no status
 * @device: the device
 */
void vfio_ccw_status_forget(struct vfio_ccw_device *device)
{
	spin_lock_irq(&device->sch->lock);
	device->status = (struct irb_box) {};
	device->counters.signalled_at = 0;
	if (device->signals)
		take_back_signals(device);
	device->signals = 0;
	spin_unlock_irq(&device->sch->lock);
}
