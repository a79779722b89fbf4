// SPDX-License-Identifier: GPL-2.0-only
/*
 * Channel path events and the channel report words that tell a guest of them.
 */
#include <asm/cio.h>

#include "observe.h"

/**
 * vfio_ccw_crw_init - start with no channel report words
 * @queue: zeroed memory
 */
void vfio_ccw_crw_init(struct vfio_ccw_crw_queue *queue)
{
	spin_lock_init(&queue->lock);
}

/**
 * vfio_ccw_crw_forget - there are no channel report words
 * @queue: the queue
 *
 * What was for an earlier user is of no use to the next.
 */
void vfio_ccw_crw_forget(struct vfio_ccw_crw_queue *queue)
{
	spin_lock_irq(&queue->lock);
	queue->len = 0;
	spin_unlock_irq(&queue->lock);
}

/**
 * vfio_ccw_crw_waits - has nobody read a channel report word yet
 * @queue: the queue
 *
 * Return: whether there is one.
 */
bool vfio_ccw_crw_waits(struct vfio_ccw_crw_queue *queue)
{
	bool waits;

	spin_lock_irq(&queue->lock);
	waits = queue->len;
	spin_unlock_irq(&queue->lock);
	return waits;
}

static struct crw *newest(struct vfio_ccw_crw_queue *queue)
{
	return &queue->word[(queue->head + queue->len - 1) % CRW_QUEUE_LEN];
}

/*
 * When the queue is full the newest report says that others were lost, which
 * is what the overflow bit is for: the guest then looks at all its paths.
 */
static void queue_report(struct vfio_ccw_device *device, const struct crw *report)
{
	struct vfio_ccw_crw_queue *queue = &device->crw;
	unsigned long flags;
	bool lost;

	spin_lock_irqsave(&queue->lock, flags);
	lost = queue->len == CRW_QUEUE_LEN;
	if (lost) {
		newest(queue)->oflw = 1;
	} else {
		queue->len++;
		*newest(queue) = *report;
	}
	spin_unlock_irqrestore(&queue->lock, flags);
	vfio_ccw_observe_crw(device, report, lost);
	vfio_ccw_trigger(&device->triggers, VFIO_CCW_CRW_IRQ_INDEX);
}

static bool take_report(struct vfio_ccw_crw_queue *queue, struct crw *report)
{
	bool more;

	spin_lock_irq(&queue->lock);
	if (queue->len) {
		*report = queue->word[queue->head];
		queue->head = (queue->head + 1) % CRW_QUEUE_LEN;
		queue->len--;
	}
	more = queue->len;
	spin_unlock_irq(&queue->lock);
	return more;
}

/**
 * vfio_ccw_crw_take - the oldest channel report word nobody has read
 * @device: the device
 *
 * If there are more the eventfd is signalled again.
 *
 * Return: the word, or 0.
 */
u32 vfio_ccw_crw_take(struct vfio_ccw_device *device)
{
	struct crw report = {};
	u32 word;

	if (take_report(&device->crw, &report))
		vfio_ccw_trigger(&device->triggers, VFIO_CCW_CRW_IRQ_INDEX);
	memcpy(&word, &report, sizeof(word));
	return word;
}

static void report_path(struct vfio_ccw_device *device, const struct chp_link *link,
			unsigned int erc)
{
	const struct crw report = {
		.rsc = CRW_RSC_CPATH,
		.erc = erc,
		.rsid = link->chpid.id,
	};

	queue_report(device, &report);
}

/*
 * A program that runs on a path which is no more ends by a clear. The path that was
 * used last is not told before the device has answered; where there is no other path,
 * it needs not to be.
 */
static void clear_path(struct subchannel *sch, u8 mask)
{
	bool only = !(sch->lpm & ~mask);

	if (scsw_actl(&sch->schib.scsw) && (only || sch->schib.pmcw.lpum == mask))
		cio_clear(sch);
}

/**
 * vfio_ccw_chp_event - something happened to a channel path
 * @sch: a subchannel bound to the driver; its lock is held
 * @link: the path, perhaps more exactly the link
 * @event: CHP_ONLINE, CHP_OFFLINE, CHP_VARY_ON or CHP_VARY_OFF
 *
 * Return: 0, or -ENODEV if the subchannel has to be looked at.
 */
int vfio_ccw_chp_event(struct subchannel *sch, struct chp_link *link, int event)
{
	struct vfio_ccw_device *device = vfio_ccw_device_of(sch);
	int mask = chp_ssd_get_mask(&sch->ssd_info, link);

	if (!device || !mask)
		return 0;
	vfio_ccw_observe_path(device, link, event, mask);
	if (cio_update_schib(sch))
		return -ENODEV;

	switch (event) {
	case CHP_VARY_OFF:
		sch->opm &= ~mask;
		sch->lpm &= ~mask;
		clear_path(sch, mask);
		break;
	case CHP_OFFLINE:
		clear_path(sch, mask);
		report_path(device, link, CRW_ERC_PERRN);
		break;
	case CHP_VARY_ON:
		sch->opm |= mask;
		sch->lpm |= mask;
		break;
	case CHP_ONLINE:
		sch->lpm |= mask & sch->opm;
		report_path(device, link, CRW_ERC_INIT);
		break;
	}
	return 0;
}
