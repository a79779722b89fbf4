// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of a channel program that could not be stopped.
 *
 * The channel may store into it until the program ends, however late that is. So
 * each of its pages has a reference of ours until then, whoever else has given it
 * up, and the arena is left with the subchannel when the device is closed. That the
 * program has ended shows when MODIFY SUBCHANNEL is accepted again: condition code 2
 * tells that a function is in progress (Principles of Operation).
 */
#include <linux/mm.h>

#include "observe.h"

/* The caller holds sch->lock, and the program that is kept runs. */
static void keep_pages(const struct vfio_ccw_kept *kept)
{
	u32 i;

	for (i = 0; i < kept->nr_pages; i++)
		if (kept->host_page[i] != CCW_XLAT_UNPINNED)
			get_page(phys_to_page(kept->host_page[i]));
}

static void give_back_pages(const struct vfio_ccw_kept *kept)
{
	u32 i;

	for (i = 0; i < kept->nr_pages; i++)
		if (kept->host_page[i] != CCW_XLAT_UNPINNED)
			put_page(phys_to_page(kept->host_page[i]));
}

/**
 * vfio_ccw_keep - the program does not end: keep its memory until it does
 * @device: a device in state FSM_STOPPING; its subchannel's lock is held
 *
 * All its pages are pinned still, and nobody unpins any while it is in that state.
 */
void vfio_ccw_keep(struct vfio_ccw_device *device)
{
	struct vfio_ccw_kept *kept = &vfio_ccw_parent(device->sch)->kept;

	*kept = (struct vfio_ccw_kept) {
		.running = true,
		.host_page = device->program.host_page,
		.nr_pages = device->pages.pinned,
	};
	keep_pages(kept);
	vfio_ccw_observe_wedged(device);
	dev_crit(device->vdev.dev,
		 "channel program does not end: its memory is kept until it does\n");
}

/**
 * vfio_ccw_unkeep - the subchannel does nothing any more
 * @sch: a subchannel whose interrupts come to the driver; its lock is held
 *
 * Gives back what is kept, if there is anything. Any context. The common I/O layer
 * calls our interrupt handler before the driver is bound and until after it has left.
 */
void vfio_ccw_unkeep(struct subchannel *sch)
{
	struct vfio_ccw_parent *parent = vfio_ccw_parent(sch);
	struct vfio_ccw_kept *kept;

	if (!parent || !parent->kept.running)
		return;
	kept = &parent->kept;
	give_back_pages(kept);
	if (kept->arena.cpu)
		vfio_ccw_arena_free(&kept->arena);
	*kept = (struct vfio_ccw_kept) {};
	vfio_ccw_observe_late_end(sch);
	dev_notice(&sch->dev, "channel program has ended at last: its memory is given back\n");
}

/**
 * vfio_ccw_leave_arena - the device is closed and needs its arena no more
 * @device: the device; nobody looks at its program any more
 *
 * It is freed, unless a program runs in it still.
 */
void vfio_ccw_leave_arena(struct vfio_ccw_device *device)
{
	struct vfio_ccw_kept *kept = &vfio_ccw_parent(device->sch)->kept;
	bool running;

	spin_lock_irq(&device->sch->lock);
	running = kept->running;
	if (running) {
		kept->arena = device->arena;
		device->arena = (struct ccw_xlat_arena) {};
	}
	spin_unlock_irq(&device->sch->lock);
	if (!running)
		vfio_ccw_arena_free(&device->arena);
}

/**
 * vfio_ccw_leave_kept - the subchannel is another driver's from now on
 * @sch: the subchannel; its lock is held
 *
 * What is kept then stays so: nobody will tell that the program has ended. So does the
 * subchannel itself, if that is unregistered meanwhile: the interrupt for the end has
 * its address, which cannot be taken out of a busy subchannel.
 */
void vfio_ccw_leave_kept(struct subchannel *sch)
{
	if (!vfio_ccw_parent(sch)->kept.running)
		return;
	if (cio_disable_subchannel(sch) != -EBUSY) {
		vfio_ccw_unkeep(sch);
		return;
	}
	get_device(&sch->dev);
	dev_crit(&sch->dev,
		 "channel program still runs: its memory is kept until the next IPL\n");
}
