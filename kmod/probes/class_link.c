// SPDX-License-Identifier: GPL-2.0-only
/* CLASS_LINK_NAMES_DEVICE_LINK: class_compat_create_link() has a third argument, until 6.13. */
#include <linux/device/class.h>

int probe(struct class_compat *class, struct device *dev);

int probe(struct class_compat *class, struct device *dev)
{
#if CLASS_LINK_NAMES_DEVICE_LINK
	return class_compat_create_link(class, dev, NULL);
#else
	return class_compat_create_link(class, dev);
#endif
}
