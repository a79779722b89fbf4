// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VFIO device of a mediated subchannel, from creation to removal.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "debugfs.h"
#include "observe.h"

static int init_device(struct vfio_device *vdev)
{
	struct vfio_ccw_device *device = to_vfio_ccw_device(vdev);

	device->sch = to_subchannel(vdev->dev->parent);
	mutex_init(&device->request_lock);
	init_waitqueue_head(&device->interrupted);
	vfio_ccw_pages_init(&device->pages);
	INIT_WORK(&device->give_up, vfio_ccw_give_up);
	vfio_ccw_triggers_init(&device->triggers);
	vfio_ccw_crw_init(&device->crw);
	vfio_ccw_observe_init(device);
	return 0;
}

/* A dma_unmap that overlapped close_device() may have queued the work behind it. */
static void release_device(struct vfio_device *vdev)
{
	struct vfio_ccw_device *device = to_vfio_ccw_device(vdev);

	cancel_work_sync(&device->give_up);
	mutex_destroy(&device->request_lock);
}

static int open_device(struct vfio_device *vdev)
{
	struct vfio_ccw_device *device = to_vfio_ccw_device(vdev);
	int ret;

	ret = vfio_ccw_arena_alloc(&device->arena);
	if (ret)
		return ret;
	mutex_lock(&device->request_lock);
	vfio_ccw_status_forget(device);
	vfio_ccw_crw_forget(&device->crw);
	ret = vfio_ccw_enable(device);
	vfio_ccw_observe_open(device, ret);
	mutex_unlock(&device->request_lock);
	if (ret)
		vfio_ccw_arena_free(&device->arena);
	return ret;
}

static void close_device(struct vfio_device *vdev)
{
	struct vfio_ccw_device *device = to_vfio_ccw_device(vdev);

	mutex_lock(&device->request_lock);
	vfio_ccw_disable(device);
	vfio_ccw_observe_close(device);
	mutex_unlock(&device->request_lock);
	flush_work(&device->give_up);
	vfio_ccw_triggers_drop(&device->triggers);
	vfio_ccw_leave_arena(device);
}

static long get_info(void __user *arg)
{
	unsigned long min_size = offsetofend(struct vfio_device_info, num_irqs);
	struct vfio_device_info info = {};

	if (copy_from_user(&info, arg, min_size))
		return -EFAULT;
	if (info.argsz < min_size)
		return -EINVAL;
	info.flags = VFIO_DEVICE_FLAGS_CCW | VFIO_DEVICE_FLAGS_RESET;
	info.num_regions = vfio_ccw_num_regions();
	info.num_irqs = VFIO_CCW_NUM_IRQS;
	return copy_to_user(arg, &info, min_size) ? -EFAULT : 0;
}

#if !REGION_INFO_IS_AN_OPERATION

/* Where the caller has room for them, capabilities follow the fixed part. */
static int copy_capabilities(struct vfio_region_info *info, struct vfio_info_cap *caps,
			     void __user *arg)
{
	info->flags |= VFIO_REGION_INFO_FLAG_CAPS;
	info->cap_offset = 0;
	if (info->argsz < sizeof(*info) + caps->size) {
		info->argsz = sizeof(*info) + caps->size;
		return 0;
	}
	vfio_info_cap_shift(caps, sizeof(*info));
	if (copy_to_user(arg + sizeof(*info), caps->buf, caps->size))
		return -EFAULT;
	info->cap_offset = sizeof(*info);
	return 0;
}

static long get_region_info(struct vfio_device *vdev, void __user *arg)
{
	unsigned long min_size = offsetofend(struct vfio_region_info, offset);
	struct vfio_region_info info = {};
	struct vfio_info_cap caps = {};
	long ret;

	if (copy_from_user(&info, arg, min_size))
		return -EFAULT;
	if (info.argsz < min_size)
		return -EINVAL;
	ret = vfio_ccw_get_region_info(vdev, &info, &caps);
	if (!ret && caps.size)
		ret = copy_capabilities(&info, &caps, arg);
	kfree(caps.buf);
	if (ret)
		return ret;
	return copy_to_user(arg, &info, min_size) ? -EFAULT : 0;
}

#endif

static long get_irq_info(void __user *arg)
{
	unsigned long min_size = offsetofend(struct vfio_irq_info, count);
	struct vfio_irq_info info = {};
	long ret;

	if (copy_from_user(&info, arg, min_size))
		return -EFAULT;
	if (info.argsz < min_size)
		return -EINVAL;
	ret = vfio_ccw_get_irq_info(&info);
	if (ret)
		return ret;
	return copy_to_user(arg, &info, min_size) ? -EFAULT : 0;
}

static long set_irqs(struct vfio_ccw_device *device, void __user *arg)
{
	unsigned long min_size = offsetofend(struct vfio_irq_set, count);
	struct vfio_irq_set set = {};
	size_t data_size;
	long ret;

	if (copy_from_user(&set, arg, min_size))
		return -EFAULT;
	ret = vfio_set_irqs_validate_and_prepare(&set, 1, VFIO_CCW_NUM_IRQS, &data_size);
	if (ret)
		return ret;
	return vfio_ccw_set_irqs(device, &set, arg + min_size);
}

static long reset(struct vfio_ccw_device *device)
{
	long ret;

	mutex_lock(&device->request_lock);
	ret = vfio_ccw_reset(device);
	mutex_unlock(&device->request_lock);
	return ret;
}

static long device_ioctl(struct vfio_device *vdev, unsigned int cmd, unsigned long arg)
{
	struct vfio_ccw_device *device = to_vfio_ccw_device(vdev);
	void __user *argument = (void __user *)arg;

	switch (cmd) {
	case VFIO_DEVICE_GET_INFO:
		return get_info(argument);
#if !REGION_INFO_IS_AN_OPERATION
	case VFIO_DEVICE_GET_REGION_INFO:
		return get_region_info(vdev, argument);
#endif
	case VFIO_DEVICE_GET_IRQ_INFO:
		return get_irq_info(argument);
	case VFIO_DEVICE_SET_IRQS:
		return set_irqs(device, argument);
	case VFIO_DEVICE_RESET:
		return reset(device);
	default:
		return -ENOTTY;
	}
}

/* VFIO calls this again and again until user space has given the device back. */
static void request_device(struct vfio_device *vdev, unsigned int count)
{
	struct vfio_ccw_device *device = to_vfio_ccw_device(vdev);

	if (!vfio_ccw_trigger(&device->triggers, VFIO_CCW_REQ_IRQ_INDEX)) {
		if (!count)
			dev_notice(vdev->dev, "in use; its user cannot be asked to give it back\n");
	} else if (count % 10 == 0) {
		dev_notice_ratelimited(vdev->dev, "asking its user to give it back (#%u)\n",
				       count);
	}
}

static const struct vfio_device_ops vfio_ccw_device_ops = {
	.name = "vfio-ccw",
	.init = init_device,
	.release = release_device,
	.open_device = open_device,
	.close_device = close_device,
	.read = vfio_ccw_read,
	.write = vfio_ccw_write,
	.ioctl = device_ioctl,
#if REGION_INFO_IS_AN_OPERATION
	.get_region_info_caps = vfio_ccw_get_region_info,
#endif
	.request = request_device,
	.dma_unmap = vfio_ccw_dma_unmap,
	.bind_iommufd = vfio_iommufd_emulated_bind,
	.unbind_iommufd = vfio_iommufd_emulated_unbind,
	.attach_ioas = vfio_iommufd_emulated_attach_ioas,
	.detach_ioas = vfio_iommufd_emulated_detach_ioas,
};

/* From here on, or no longer, interrupts and events reach the device. */
static void set_device_of(struct subchannel *sch, struct vfio_ccw_device *device)
{
	spin_lock_irq(&sch->lock);
	vfio_ccw_parent(sch)->device = device;
	spin_unlock_irq(&sch->lock);
}

static int probe_mdev(struct mdev_device *mdev)
{
	struct subchannel *sch = to_subchannel(mdev->dev.parent);
	struct vfio_ccw_device *device;
	int ret;

	device = vfio_alloc_device(vfio_ccw_device, vdev, &mdev->dev, &vfio_ccw_device_ops);
	if (IS_ERR(device))
		return PTR_ERR(device);
	dev_set_drvdata(&mdev->dev, device);
	set_device_of(sch, device);
	ret = vfio_register_emulated_iommu_dev(&device->vdev);
	if (ret) {
		set_device_of(sch, NULL);
		vfio_put_device(&device->vdev);
		return ret;
	}
	vfio_ccw_debugfs_add(device);
	return 0;
}

static void remove_mdev(struct mdev_device *mdev)
{
	struct vfio_ccw_device *device = dev_get_drvdata(&mdev->dev);

	vfio_unregister_group_dev(&device->vdev);
	vfio_ccw_debugfs_remove(device);
	set_device_of(device->sch, NULL);
	vfio_put_device(&device->vdev);
}

struct mdev_driver vfio_ccw_mdev_driver = {
	.device_api = VFIO_DEVICE_API_CCW_STRING,
	.max_instances = 1,
	.driver = {
		.name = "vfio_ccw_mdev",
		.owner = THIS_MODULE,
		.mod_name = KBUILD_MODNAME,
	},
	.probe = probe_mdev,
	.remove = remove_mdev,
};
