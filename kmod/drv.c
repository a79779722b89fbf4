// SPDX-License-Identifier: GPL-2.0-only
/*
 * The subchannel driver: binding, interrupts and events from the common I/O
 * layer, loading and unloading.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <asm/isc.h>

#include "dbf.h"
#include "debugfs.h"
#include "layout.h"
#include "mdev-private.h"
#include "observe.h"

/*
 * For what dma_unmap waits: VFIO ends the system when that takes too long, so
 * it has to begin even if the system is busy or short of memory.
 */
struct workqueue_struct *vfio_ccw_queue;

/*
 * A last look at types the build has already checked: a kernel that lies about
 * its layout must not get as far as its first interrupt.
 */
static bool layout_is_plausible(struct subchannel *sch)
{
	char name[sizeof("0.0.0000")];

	snprintf(name, sizeof(name), "%x.%x.%04x", sch->schid.cssid, sch->schid.ssid,
		 sch->schid.sch_no);
	return !strcmp(name, dev_name(&sch->dev)) && sch->st == SUBCHANNEL_TYPE_IO &&
	       sch->driver && &sch->driver->drv == sch->dev.driver;
}

static int register_parent(struct vfio_ccw_parent *parent, struct subchannel *sch)
{
	parent->type.sysfs_name = "io";
	parent->type.pretty_name = "I/O subchannel (Non-QDIO)";
	parent->types[0] = &parent->type;
	return mdev_register_parent(&parent->mdev, &sch->dev, &vfio_ccw_mdev_driver,
				    parent->types, ARRAY_SIZE(parent->types));
}

static int sch_probe(struct subchannel *sch)
{
	struct vfio_ccw_parent *parent;
	int ret;

	if (!layout_is_plausible(sch)) {
		dev_err(&sch->dev, "built for another kernel\n");
		return -EINVAL;
	}
	if (sch->schib.pmcw.flags & PMCW_QF) {
		dev_warn(&sch->dev, "QDIO subchannels cannot be mediated\n");
		return -ENODEV;
	}
	parent = kzalloc(sizeof(*parent), GFP_KERNEL);
	if (!parent)
		return -ENOMEM;
	dev_set_drvdata(&sch->dev, parent);
	ret = register_parent(parent, sch);
	dbf_event(ret ? DBF_ERROR : DBF_LIFE, sch, "bind: %d", ret);
	if (ret) {
		dev_set_drvdata(&sch->dev, NULL);
		kfree(parent);
	}
	return ret;
}

static void sch_remove(struct subchannel *sch)
{
	struct vfio_ccw_parent *parent = vfio_ccw_parent(sch);

	mdev_unregister_parent(&parent->mdev);
	dbf_event(DBF_LIFE, sch, "unbind");
	spin_lock_irq(&sch->lock);
	vfio_ccw_leave_kept(sch);
	dev_set_drvdata(&sch->dev, NULL);
	spin_unlock_irq(&sch->lock);
	kfree(parent);
}

/* The mdev may be removed as soon as nobody holds the lock. */
static struct vfio_ccw_device *get_device_of(struct subchannel *sch)
{
	struct vfio_ccw_device *device;

	spin_lock_irq(&sch->lock);
	device = vfio_ccw_device_of(sch);
	if (device)
		get_device(&device->vdev.device);
	spin_unlock_irq(&sch->lock);
	return device;
}

/* The system goes down: no channel program may outlive this kernel. */
static void sch_shutdown(struct subchannel *sch)
{
	struct vfio_ccw_device *device = get_device_of(sch);

	if (!device)
		return;
	vfio_ccw_shut_down(device);
	put_device(&device->vdev.device);
}

static void subchannel_is_gone(struct subchannel *sch)
{
	struct vfio_ccw_device *device = vfio_ccw_device_of(sch);

	if (device)
		vfio_ccw_vanish(device);
	css_sched_sch_todo(sch, SCH_TODO_UNREG);
}

/*
 * The subchannel has to be looked at: it may have lost its device. -EAGAIN asks
 * for another call when what is under way is over.
 */
static int sch_event(struct subchannel *sch, int process)
{
	unsigned long flags;
	int ret = -EAGAIN;

	spin_lock_irqsave(&sch->lock, flags);
	if (device_is_registered(&sch->dev) && !work_pending(&sch->todo_work)) {
		ret = 0;
		if (cio_update_schib(sch))
			subchannel_is_gone(sch);
	}
	spin_unlock_irqrestore(&sch->lock, flags);
	return ret;
}

static struct css_device_id ids[] = {
	{ .match_flags = 0x1, .type = SUBCHANNEL_TYPE_IO, },
	{ /* end of list */ },
};
MODULE_DEVICE_TABLE(css, ids);

static struct css_driver driver = {
	.drv = {
		.name = "vfio_ccw",
		.owner = THIS_MODULE,
	},
	.subchannel_type = ids,
	.irq = vfio_ccw_interrupt,
	.chp_event = vfio_ccw_chp_event,
	.sch_event = sch_event,
	.probe = sch_probe,
	.remove = sch_remove,
	.shutdown = sch_shutdown,
};

static int __init register_drivers(void)
{
	int ret;

	ret = mdev_register_driver(&vfio_ccw_mdev_driver);
	if (ret)
		return ret;
	isc_register(VFIO_CCW_ISC);
	ret = css_driver_register(&driver);
	if (ret) {
		isc_unregister(VFIO_CCW_ISC);
		mdev_unregister_driver(&vfio_ccw_mdev_driver);
	}
	return ret;
}

static int __init register_core_and_drivers(void)
{
	int ret;

	ret = mdev_core_init();
	if (ret)
		return ret;
	ret = register_drivers();
	if (ret)
		mdev_core_exit();
	return ret;
}

static void free_resources(void)
{
	vfio_ccw_debugfs_exit();
	vfio_ccw_dbf_exit();
	destroy_workqueue(vfio_ccw_queue);
}

static int __init load(void)
{
	int ret;

	ret = vfio_ccw_check_layout();
	if (ret)
		return ret;
	vfio_ccw_queue = alloc_workqueue("vfio_ccw",
					 WQ_UNBOUND | WQ_HIGHPRI | WQ_MEM_RECLAIM, 0);
	if (!vfio_ccw_queue)
		return -ENOMEM;
	vfio_ccw_dbf_init();
	vfio_ccw_debugfs_init();
	ret = register_core_and_drivers();
	if (ret)
		free_resources();
	return ret;
}

static void __exit unload(void)
{
	css_driver_unregister(&driver);
	mdev_unregister_driver(&vfio_ccw_mdev_driver);
	isc_unregister(VFIO_CCW_ISC);
	mdev_core_exit();
	free_resources();
}

module_init(load);
module_exit(unload);

MODULE_DESCRIPTION("VFIO mediated subchannel driver");
MODULE_LICENSE("GPL");
