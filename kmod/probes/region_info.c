// SPDX-License-Identifier: GPL-2.0-only
/* REGION_INFO_IS_AN_OPERATION: VFIO serves VFIO_DEVICE_GET_REGION_INFO itself, since 6.19. */
#include <linux/vfio.h>

typeof(((struct vfio_device_ops *)0)->ioctl) probe(const struct vfio_device_ops *ops);

typeof(((struct vfio_device_ops *)0)->ioctl) probe(const struct vfio_device_ops *ops)
{
#if REGION_INFO_IS_AN_OPERATION
	return ops->get_region_info_caps ? ops->ioctl : NULL;
#else
	return ops->ioctl;
#endif
}
