// SPDX-License-Identifier: GPL-2.0-only
/*
 * The eventfds by which user space learns of interrupts, channel reports and
 * the wish that it gives the device back.
 */
#include <linux/eventfd.h>
#include <linux/nospec.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include "observe.h"

/**
 * vfio_ccw_triggers_init - start with no eventfds
 * @triggers: zeroed memory
 */
void vfio_ccw_triggers_init(struct vfio_ccw_triggers *triggers)
{
	spin_lock_init(&triggers->lock);
}

static void replace_eventfd(struct vfio_ccw_triggers *triggers, unsigned int index,
			    struct eventfd_ctx *eventfd)
{
	struct eventfd_ctx *old;

	spin_lock_irq(&triggers->lock);
	old = triggers->eventfd[index];
	triggers->eventfd[index] = eventfd;
	spin_unlock_irq(&triggers->lock);
	if (old)
		eventfd_ctx_put(old);
}

/**
 * vfio_ccw_triggers_drop - let go of all eventfds
 * @triggers: the eventfds
 */
void vfio_ccw_triggers_drop(struct vfio_ccw_triggers *triggers)
{
	unsigned int index;

	for (index = 0; index < VFIO_CCW_NUM_IRQS; index++)
		replace_eventfd(triggers, index, NULL);
}

/**
 * vfio_ccw_trigger - signal an eventfd
 * @triggers: the eventfds
 * @index: VFIO_CCW_*_IRQ_INDEX
 *
 * Any context. Return: whether there is one.
 */
bool vfio_ccw_trigger(struct vfio_ccw_triggers *triggers, unsigned int index)
{
	unsigned long flags;
	bool present;

	spin_lock_irqsave(&triggers->lock, flags);
	present = triggers->eventfd[index];
	if (present)
		eventfd_signal(triggers->eventfd[index]);
	spin_unlock_irqrestore(&triggers->lock, flags);
	trace_vfio_ccw_signal(container_of(triggers, struct vfio_ccw_device, triggers),
			      index, present);
	return present;
}

/* Another interrupt may be told of by the same eventfd. */
static bool is_shared(const struct vfio_ccw_triggers *triggers, unsigned int index)
{
	unsigned int other;

	for (other = 0; other < VFIO_CCW_NUM_IRQS; other++)
		if (other != index && triggers->eventfd[other] == triggers->eventfd[index])
			return true;
	return false;
}

/**
 * vfio_ccw_untrigger - take back signals that user space has not noticed yet
 * @triggers: the eventfds
 * @index: VFIO_CCW_*_IRQ_INDEX
 *
 * An eventfd that another interrupt of the device uses too is left alone.
 * Process context.
 */
void vfio_ccw_untrigger(struct vfio_ccw_triggers *triggers, unsigned int index)
{
	struct wait_queue_entry nobody;
	unsigned long flags;
	u64 count;

	/* The counter can be reset only while somebody stops waiting for it. */
	INIT_LIST_HEAD(&nobody.entry);
	spin_lock_irqsave(&triggers->lock, flags);
	if (triggers->eventfd[index] && !is_shared(triggers, index)) {
		/* As eventfd_read(): whoever waits for room must not signal it in turn. */
		current->in_eventfd = 1;
		eventfd_ctx_remove_wait_queue(triggers->eventfd[index], &nobody, &count);
		current->in_eventfd = 0;
	}
	spin_unlock_irqrestore(&triggers->lock, flags);
}

/**
 * vfio_ccw_get_irq_info - VFIO_DEVICE_GET_IRQ_INFO
 * @info: index in, the rest out
 *
 * Return: 0 or -EINVAL.
 */
int vfio_ccw_get_irq_info(struct vfio_irq_info *info)
{
	if (info->index >= VFIO_CCW_NUM_IRQS)
		return -EINVAL;
	info->flags = VFIO_IRQ_INFO_EVENTFD;
	info->count = 1;
	return 0;
}

/* What happened before there was an eventfd is told by a signal all the same. */
static void tell_again(struct vfio_ccw_device *device, unsigned int index)
{
	if (index == VFIO_CCW_IO_IRQ_INDEX)
		vfio_ccw_status_remind(device, false);
	else if (index == VFIO_CCW_CRW_IRQ_INDEX && vfio_ccw_crw_waits(&device->crw))
		vfio_ccw_trigger(&device->triggers, index);
}

static int set_eventfd(struct vfio_ccw_device *device, unsigned int index,
		       const s32 __user *data)
{
	struct eventfd_ctx *eventfd = NULL;
	s32 fd;

	if (get_user(fd, data))
		return -EFAULT;
	if (fd < -1)
		return -EINVAL;
	if (fd >= 0) {
		eventfd = eventfd_ctx_fdget(fd);
		if (IS_ERR(eventfd))
			return PTR_ERR(eventfd);
	}
	replace_eventfd(&device->triggers, index, eventfd);
	tell_again(device, index);
	return 0;
}

static int trigger_if_true(struct vfio_ccw_triggers *triggers, unsigned int index,
			   const u8 __user *data)
{
	u8 wanted;

	if (get_user(wanted, data))
		return -EFAULT;
	if (wanted)
		vfio_ccw_trigger(triggers, index);
	return 0;
}

/**
 * vfio_ccw_set_irqs - VFIO_DEVICE_SET_IRQS
 * @device: the device
 * @set: what to do, checked by vfio_set_irqs_validate_and_prepare()
 * @data: what follows it
 *
 * An eventfd of -1 takes away the one there is.
 *
 * Return: 0 or -errno.
 */
int vfio_ccw_set_irqs(struct vfio_ccw_device *device, const struct vfio_irq_set *set,
		      void __user *data)
{
	struct vfio_ccw_triggers *triggers = &device->triggers;
	unsigned int index = array_index_nospec(set->index, VFIO_CCW_NUM_IRQS);

	if (!(set->flags & VFIO_IRQ_SET_ACTION_TRIGGER))
		return -EINVAL;
	switch (set->flags & VFIO_IRQ_SET_DATA_TYPE_MASK) {
	case VFIO_IRQ_SET_DATA_NONE:
		vfio_ccw_trigger(triggers, index);
		return 0;
	case VFIO_IRQ_SET_DATA_BOOL:
		return trigger_if_true(triggers, index, data);
	case VFIO_IRQ_SET_DATA_EVENTFD:
		return set_eventfd(device, index, data);
	default:
		return -EINVAL;
	}
}
