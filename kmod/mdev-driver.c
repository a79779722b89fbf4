// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bus mediated devices are on, and drivers for them.
 */
#include "mdev-private.h"

static struct mdev_driver *driver_of(struct device *dev)
{
	return container_of(dev->driver, struct mdev_driver, driver);
}

/* A device gets its driver when it is created, never by matching. */
static int mdev_match(struct device *dev, const struct device_driver *drv)
{
	return 0;
}

static int mdev_probe(struct device *dev)
{
	return driver_of(dev)->probe(to_mdev_device(dev));
}

static void mdev_remove(struct device *dev)
{
	driver_of(dev)->remove(to_mdev_device(dev));
}

const struct bus_type mdev_bus = {
	.name = "mdev",
	.match = mdev_match,
	.probe = mdev_probe,
	.remove = mdev_remove,
};

/**
 * mdev_register_driver - make a driver for mediated devices known
 * @drv: the driver; device_api, probe and remove are set
 *
 * Return: 0 or -errno.
 */
int mdev_register_driver(struct mdev_driver *drv)
{
	drv->driver.bus = &mdev_bus;
	return driver_register(&drv->driver);
}

/**
 * mdev_unregister_driver - undo mdev_register_driver()
 * @drv: the driver
 */
void mdev_unregister_driver(struct mdev_driver *drv)
{
	driver_unregister(&drv->driver);
}
