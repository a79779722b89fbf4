/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A core for mediated devices, for kernels built without one.
 *
 * It implements linux/mdev.h, and with it the sysfs interface that mdevctl,
 * libvirt and QEMU know (Documentation/driver-api/vfio-mediated-device.rst),
 * for the one driver in this module. Nothing is exported.
 *
 * A parent's memory may be freed as soon as mdev_unregister_parent() returns:
 * that waits until nothing refers to it any more.
 */
#ifndef VIRT_CCW_MDEV_PRIVATE_H
#define VIRT_CCW_MDEV_PRIVATE_H

#include <linux/mdev.h>

#if IS_ENABLED(CONFIG_VFIO_MDEV)

static inline int mdev_core_init(void)
{
	return 0;
}

static inline void mdev_core_exit(void)
{
}

#else

int mdev_core_init(void);
void mdev_core_exit(void);

/* mdev-core.c */
int mdev_create(struct mdev_type *type, const guid_t *uuid);
bool mdev_claim_removal(struct mdev_device *mdev);
int mdev_destroy(struct mdev_device *mdev);

/* mdev-driver.c */
extern const struct bus_type mdev_bus;

/* mdev-sysfs.c */
extern const struct attribute_group *mdev_device_groups[];
int mdev_add_types(struct mdev_parent *parent);
void mdev_remove_types(struct mdev_parent *parent);
int mdev_add_links(struct mdev_device *mdev);
void mdev_remove_links(struct mdev_device *mdev);

#endif
#endif
